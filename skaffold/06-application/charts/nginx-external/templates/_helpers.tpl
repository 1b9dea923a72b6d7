{{/* Labels of every object of this chart. */}}
{{- define "nginx-external.labels" -}}
app.kubernetes.io/name: nginx-external
app.kubernetes.io/part-of: alt
app.kubernetes.io/component: edge
{{- end }}


{{/* Whether more than one pod may run. */}}
{{- define "nginx-external.isMany" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) }}true{{ end -}}
{{- end }}

{{/* Asks nginx itself, in the way that is not redirected. */}}
{{- define "nginx-external.probe" -}}
httpGet:
  path: /v1/live
  port: {{ if .Values.tls.enabled }}https{{ else }}http{{ end }}
  scheme: {{ if .Values.tls.enabled }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}
