{{/* The workload's name: release, chart, service account and label are one and the same. */}}
{{- define "alt-service.name" -}}
{{- .Chart.Name -}}
{{- end }}

{{/* What selects its pods. Never changes: a Deployment's selector cannot. */}}
{{- define "alt-service.selector" -}}
app.kubernetes.io/name: {{ include "alt-service.name" . }}
app.kubernetes.io/part-of: alt
{{- end }}

{{- define "alt-service.podLabels" -}}
{{ include "alt-service.selector" . }}
app.kubernetes.io/component: {{ .Values.component }}
{{- end }}

{{/* Of every object; `helm.sh/chart` stays off the pods, or a new version of the chart alone would restart them. */}}
{{- define "alt-service.labels" -}}
{{ include "alt-service.podLabels" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "alt-service.metadata" -}}
name: {{ include "alt-service.name" . }}
{{ include "alt-service.namespaceAndLabels" . }}
{{- end }}

{{- define "alt-service.namespaceAndLabels" -}}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "alt-service.labels" . | nindent 2 }}
{{- end }}

{{- define "alt-service.image" -}}
{{ required "image.repository is missing" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion | toString }}
{{- end }}

{{- define "alt-service.configName" -}}
{{ include "alt-service.name" . }}-config
{{- end }}

{{- define "alt-service.secretName" -}}
{{ .Values.secrets.existingSecret | default (printf "%s-secrets" (include "alt-service.name" .)) }}
{{- end }}

{{/* How many pods there are at least; a job has none that others wait for. */}}
{{- define "alt-service.leastReplicas" -}}
{{- if eq .Values.workload.kind "CronJob" }}0
{{- else if or .Values.autoscaling.enabled .Values.autoscaling.queue.enabled }}{{ .Values.autoscaling.minReplicas }}
{{- else }}{{ .Values.replicaCount }}
{{- end }}
{{- end }}
