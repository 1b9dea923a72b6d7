{{- define "alt-service.deployment" -}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  # Where something else chooses the number, a number here would undo its choice at every upgrade.
  {{- if not (or .Values.autoscaling.enabled .Values.autoscaling.queue.enabled) }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  revisionHistoryLimit: {{ .Values.revisionHistoryLimit }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      # A new pod is ready before an old one goes.
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "alt-service.selector" . | nindent 6 }}
  template:
    {{- include "alt-service.podTemplate" . | nindent 4 }}
{{- end }}
