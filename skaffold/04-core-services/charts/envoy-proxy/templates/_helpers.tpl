{{/* Labels of every object of this chart. */}}
{{- define "envoy-proxy.labels" -}}
app.kubernetes.io/name: envoy-proxy
app.kubernetes.io/part-of: alt
app.kubernetes.io/component: proxy
{{- end }}

{{/* Hosts as a regular expression that fits one of them whole; one that fits nothing where there are none. */}}
{{- define "envoy-proxy.hosts" -}}
{{- $quoted := list -}}
{{- range . }}{{- $quoted = append $quoted (regexQuoteMeta .) }}{{- end -}}
{{- if $quoted }}{{ join "|" $quoted }}{{ else }}[^\s\S]{{ end -}}
{{- end }}

{{/* Whether more than one pod may run. */}}
{{- define "envoy-proxy.isMany" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1) }}true{{ end -}}
{{- end }}
