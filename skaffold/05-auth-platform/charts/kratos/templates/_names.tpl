{{/* Pods that answer; the courier and the jobs are others. */}}
{{- define "kratos.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: identity
{{- end -}}

{{- define "kratos.labels" -}}
app.kubernetes.io/name: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: alt
app.kubernetes.io/version: {{ .root.Values.image.tag | quote }}
{{- end -}}

{{- define "kratos.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}

{{- define "kratos.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* How many there are at least. */}}
{{- define "kratos.leastReplicas" -}}
{{ ternary .Values.autoscaling.minReplicas .Values.replicaCount .Values.autoscaling.enabled }}
{{- end -}}

{{/* The settings of this place: what auth-service's settings.ts makes, with the public address put in. */}}
{{- define "kratos.settings" -}}
{{- $url := urlParse .Values.publicUrl }}
{{- $host := (splitList ":" $url.host) | first }}
{{- .Files.Get "files/settings.template" | replace "https://origin.alt.invalid" (trimSuffix "/" .Values.publicUrl) | replace "origin.alt.invalid" $host }}
{{- end -}}

{{/* Changes with the Secret, so that a new one restarts what reads it at its start alone. Where no cluster is asked only its name counts. */}}
{{- define "kratos.secretsChecksum" -}}
{{- $name := printf "%s-secrets" .Release.Name -}}
{{- $found := lookup "v1" "Secret" .Release.Namespace $name | default dict -}}
{{- get $found "data" | default $name | toJson | sha256sum -}}
{{- end -}}
