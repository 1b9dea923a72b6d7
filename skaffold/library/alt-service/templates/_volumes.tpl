{{/* Only /tmp and what `scratch` and `claims` name can be written to. */}}
{{- define "alt-service.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- include "alt-service.secretMounts" . }}
{{- if .Values.externalTokens.providers }}
- name: external-tokens
  mountPath: /run/secrets/external-tokens
  readOnly: true
{{- end }}
{{- range $name, $folder := .Values.scratch }}
- name: {{ $name }}
  mountPath: {{ $folder.mountPath }}
{{- end }}
{{- range $name, $claim := .Values.claims }}
- name: {{ $name }}
  mountPath: {{ $claim.mountPath }}
{{- end }}
{{- end }}

{{- define "alt-service.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmp.sizeLimit }}
{{- include "alt-service.secretVolumes" . }}
{{- with .Values.externalTokens.providers }}
- name: external-tokens
  secret:
    secretName: auth-token-manager-tokens
    # Nobody authorised anything yet: then the folder is empty.
    optional: true
    defaultMode: 288
    items:
      {{- range . }}
      - key: {{ . }}.access.json
        path: {{ . }}.access.json
      {{- end }}
{{- end }}
{{- range $name, $folder := .Values.scratch }}
- name: {{ $name }}
  emptyDir:
    sizeLimit: {{ $folder.sizeLimit }}
{{- end }}
{{- end }}

{{- define "alt-service.secretMounts" -}}
{{- if or .Values.secrets.required .Values.secrets.optional }}
- name: secrets
  mountPath: /run/secrets/alt
  readOnly: true
{{- end }}
{{- if .Values.ca.enabled }}
- name: ca
  mountPath: /run/secrets/alt-ca
  readOnly: true
{{- end }}
{{- end }}

{{/* A key that is required and missing keeps the pod from starting, with an event that names it. */}}
{{- define "alt-service.secretVolumes" -}}
{{- if or .Values.secrets.required .Values.secrets.optional }}
- name: secrets
  projected:
    # Octal 0440: for the group of the pod.
    defaultMode: 288
    sources:
      {{- with .Values.secrets.required }}
      - secret:
          name: {{ include "alt-service.secretName" $ }}
          items:
            {{- include "alt-service.keys" . | trim | nindent 12 }}
      {{- end }}
      {{- with .Values.secrets.optional }}
      - secret:
          name: {{ include "alt-service.secretName" $ }}
          optional: true
          items:
            {{- include "alt-service.keys" . | trim | nindent 12 }}
      {{- end }}
{{- end }}
{{- if .Values.ca.enabled }}
- name: ca
  configMap:
    name: {{ .Values.ca.configMap }}
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end }}

{{- define "alt-service.keys" -}}
{{- range . }}
- key: {{ . }}
  path: {{ . }}
{{- end }}
{{- end }}
