{{/* By CPU for what answers readers; by the length of its queue for what works through one. */}}
{{- define "alt-service.autoscaling" -}}
{{- if and .Values.autoscaling.enabled .Values.autoscaling.queue.enabled }}
{{- fail "autoscaling.enabled and autoscaling.queue.enabled exclude each other" }}
{{- end }}
{{- if .Values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  {{- include "alt-service.scaleTarget" . | nindent 2 }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    # Of this container alone: the mesh's proxy asks for so little CPU that its share would distort the whole.
    - type: ContainerResource
      containerResource:
        name: cpu
        container: {{ include "alt-service.name" . }}
        target:
          type: Utilization
          averageUtilization: {{ .Values.autoscaling.targetCPUUtilizationPercentage }}
  behavior:
    scaleDown:
      # Readers come in waves; a pod that was just started is kept for a while.
      stabilizationWindowSeconds: 300
{{- end }}
{{- if .Values.autoscaling.queue.enabled }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  {{- include "alt-service.scaleTarget" . | nindent 2 }}
  minReplicaCount: {{ .Values.autoscaling.minReplicas }}
  maxReplicaCount: {{ .Values.autoscaling.maxReplicas }}
  triggers:
    - type: postgresql
      # Part by part and not as one address: KEDA tells its pools of connections apart by host, user and database, and two
      # addresses that it is given whole look alike to it.
      metadata:
        host: {{ .Values.autoscaling.queue.host }}
        port: "5432"
        dbName: alt
        userName: queue_reader
        sslmode: verify-full
        query: {{ include "alt-service.queueQuery" . | quote }}
        targetQueryValue: {{ .Values.autoscaling.queue.targetPerReplica | quote }}
      authenticationRef:
        name: {{ include "alt-service.name" . }}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  secretTargetRef:
    - parameter: password
      name: {{ .Values.autoscaling.queue.existingSecret }}
      key: QUEUE_READER_PASSWORD
{{- end }}
{{- end }}

{{- define "alt-service.scaleTarget" -}}
scaleTargetRef:
  apiVersion: apps/v1
  kind: {{ .Values.workload.kind }}
  name: {{ include "alt-service.name" . }}
{{- end }}

{{/* Work that is due, also what is being worked on: pods must not end because they took it. */}}
{{- define "alt-service.queueQuery" -}}
{{- if not .Values.autoscaling.queue.stages }}{{ fail "autoscaling.queue.stages names no stage" }}{{ end }}
{{- range .Values.autoscaling.queue.stages }}
{{- if not (regexMatch "^[a-z]+$" .) }}{{ fail (printf "%s is no stage" .) }}{{ end }}
{{- end -}}
select queue_length(array['{{ join "', '" .Values.autoscaling.queue.stages }}'], {{ int .Values.autoscaling.queue.countAtMost }})
{{- end }}
