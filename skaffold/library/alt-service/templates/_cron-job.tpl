{{- define "alt-service.cronJob" -}}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  schedule: {{ required "schedule.cron is missing" .Values.schedule.cron | quote }}
  timeZone: {{ .Values.schedule.timeZone }}
  # Two runs at once would ask a stranger's server twice for the same.
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: {{ .Values.schedule.startingDeadlineSeconds }}
  suspend: {{ .Values.schedule.suspend }}
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    metadata:
      labels:
        {{- include "alt-service.labels" . | nindent 8 }}
    spec:
      activeDeadlineSeconds: {{ .Values.schedule.activeDeadlineSeconds }}
      backoffLimit: {{ .Values.schedule.backoffLimit }}
      template:
        {{- include "alt-service.podTemplate" . | nindent 8 }}
{{- end }}
