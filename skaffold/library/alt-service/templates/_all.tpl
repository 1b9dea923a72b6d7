{{/*
Everything of one service, in reading order. A service's chart holds one line that includes this; what a file
here leaves out (a Service for a job, a budget for one pod) it leaves out itself.
*/}}
{{- define "alt-service.all" -}}
{{- if .Values.enabled }}
{{ include "alt-service.serviceAccount" . }}
{{ include "alt-service.configMap" . }}
{{- if eq .Values.workload.kind "CronJob" }}
{{ include "alt-service.cronJob" . }}
{{- else if eq .Values.workload.kind "StatefulSet" }}
{{ include "alt-service.statefulSet" . }}
{{- else }}
{{ include "alt-service.deployment" . }}
{{- end }}
{{ include "alt-service.service" . }}
{{ include "alt-service.autoscaling" . }}
{{ include "alt-service.podDisruptionBudget" . }}
{{ include "alt-service.serviceMonitor" . }}
{{ include "alt-service.test" . }}
{{- end }}
{{- end }}
