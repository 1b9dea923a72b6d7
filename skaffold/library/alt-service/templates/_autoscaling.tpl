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
      metadata:
        # The inner limit keeps a long queue cheap to count.
        query: {{ include "alt-service.queueQuery" . | quote }}
        targetQueryValue: {{ .Values.autoscaling.queue.targetPerReplica | quote }}
      authenticationRef:
        name: {{ required "autoscaling.queue.authenticationRef is missing" .Values.autoscaling.queue.authenticationRef }}
{{- end }}
{{- end }}

{{- define "alt-service.scaleTarget" -}}
scaleTargetRef:
  apiVersion: apps/v1
  kind: {{ .Values.workload.kind }}
  name: {{ include "alt-service.name" . }}
{{- end }}

{{/* Work that waits or whose worker is gone. Rows that are done stay in the table and are not in its partial index. */}}
{{- define "alt-service.queueQuery" -}}
{{- range .Values.autoscaling.queue.stages }}
{{- if not (regexMatch "^[a-z]+$" .) }}{{ fail (printf "%s is no stage" .) }}{{ end }}
{{- end -}}
select coalesce(count(*), 0) from (select 1 from article_stages where state in ('waiting', 'claimed') and next_attempt_at <= now() and stage in ('{{ join "', '" .Values.autoscaling.queue.stages }}') limit {{ int .Values.autoscaling.queue.countAtMost }}) as due
{{- end }}
