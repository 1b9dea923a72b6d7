{{- define "alt-service.statefulSet" -}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  serviceName: {{ include "alt-service.name" . }}
  {{- if not (or .Values.autoscaling.enabled .Values.autoscaling.queue.enabled) }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: {{ .Values.revisionHistoryLimit }}
  updateStrategy:
    type: RollingUpdate
  # What was stored outlives the set, and a first installation that is rolled back.
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Retain
    whenScaled: Retain
  selector:
    matchLabels:
      {{- include "alt-service.selector" . | nindent 6 }}
  template:
    {{- include "alt-service.podTemplate" . | nindent 4 }}
  {{- with .Values.claims }}
  volumeClaimTemplates:
    {{- range $name, $claim := . }}
    - metadata:
        name: {{ $name }}
        labels:
          {{- include "alt-service.selector" $ | nindent 10 }}
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $claim.storageClassName }}
        storageClassName: {{ . }}
        {{- end }}
        resources:
          requests:
            storage: {{ $claim.size }}
    {{- end }}
  {{- end }}
{{- end }}
