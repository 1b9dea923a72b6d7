{{- define "meilisearch.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/component: search
{{- end -}}

{{- define "meilisearch.labels" -}}
{{ include "meilisearch.selector" . }}
app.kubernetes.io/part-of: alt
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
{{- end -}}

{{- define "meilisearch.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{- define "meilisearch.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "meilisearch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* A pod that asks the server by its name, with the master key in a file. */}}
{{- define "meilisearch.askingPod" -}}
serviceAccountName: {{ .root.Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "meilisearch.podSecurity" .root | nindent 2 }}
containers:
  - name: {{ .name }}
    image: {{ include "meilisearch.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: [sh, -ceu]
    args:
      - |
        {{- .script | nindent 8 }}
    env:
      - name: MEILISEARCH_URL
        value: http://{{ .root.Release.Name }}.{{ .root.Release.Namespace }}.svc.cluster.local:{{ .root.Values.service.targetPort }}
      - name: KEY_UID
        value: {{ .root.Values.migration.keyUid | quote }}
    securityContext:
      {{- include "meilisearch.containerSecurity" .root | nindent 6 }}
    resources:
      {{- toYaml .root.Values.migration.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      - name: secrets
        mountPath: /run/secrets/alt
        readOnly: true
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 16Mi
  - name: secrets
    secret:
      secretName: {{ .root.Release.Name }}-secrets
      defaultMode: 0440
{{- end -}}

{{/* Changes with the Secret, so that a new one restarts what reads it at its start alone. Where no cluster is asked only its name counts. */}}
{{- define "meilisearch.secretsChecksum" -}}
{{- $name := printf "%s-secrets" .Release.Name -}}
{{- $found := lookup "v1" "Secret" .Release.Namespace $name | default dict -}}
{{- get $found "data" | default $name | toJson | sha256sum -}}
{{- end -}}
