{{/* The Secret that holds the passwords of this server. */}}
{{- define "alt-postgres.secret" -}}
{{ .Release.Name }}-secrets
{{- end -}}

{{/* Labels of the server's own pods: what its Service and its policies select by. */}}
{{- define "alt-postgres.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: database
{{- end -}}

{{- define "alt-postgres.labels" -}}
{{ include "alt-postgres.selector" . }}
app.kubernetes.io/part-of: alt
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
{{- end -}}

{{- define "alt-postgres.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* The official image's user `postgres` is 999 in its group 999. */}}
{{- define "alt-postgres.podSecurity" -}}
runAsNonRoot: true
runAsUser: 999
runAsGroup: 999
fsGroup: 999
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "alt-postgres.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
