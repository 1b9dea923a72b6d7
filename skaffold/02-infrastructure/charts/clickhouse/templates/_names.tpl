{{- define "clickhouse.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: analytics
{{- end -}}

{{- define "clickhouse.labels" -}}
{{ include "clickhouse.selector" . }}
app.kubernetes.io/part-of: alt
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
{{- end -}}

{{- define "clickhouse.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* The image's user `clickhouse` is 101 in its group 101. */}}
{{- define "clickhouse.podSecurity" -}}
runAsNonRoot: true
runAsUser: 101
runAsGroup: 101
fsGroup: 101
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "clickhouse.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Changes with the Secret, so that a new one restarts what reads it at its start alone. Where no cluster is asked only its name counts. */}}
{{- define "clickhouse.secretsChecksum" -}}
{{- $name := printf "%s-secrets" .Release.Name -}}
{{- $found := lookup "v1" "Secret" .Release.Namespace $name | default dict -}}
{{- get $found "data" | default $name | toJson | sha256sum -}}
{{- end -}}
