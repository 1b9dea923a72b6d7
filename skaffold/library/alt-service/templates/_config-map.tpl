{{- define "alt-service.configMap" -}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "alt-service.configName" . }}
  {{- include "alt-service.namespaceAndLabels" . | nindent 2 }}
data:
  {{- include "alt-service.settings" . | nindent 2 }}
{{- end }}

{{/* The settings that follow from the pod itself, then the chart's own. */}}
{{- define "alt-service.settings" -}}
HOST: "0.0.0.0"
{{- with .Values.service.targetPort }}
PORT: {{ . | quote }}
{{- end }}
ALT_DATA_DIR: /tmp/alt
ALT_SECRETS_DIR: /run/secrets/alt
ALT_DRAIN_SECONDS: {{ .Values.drainSeconds | quote }}
{{- /* What the grace leaves after the drain, less what the rest of the end takes. */}}
ALT_FINISH_SECONDS: {{ sub (sub .Values.terminationGracePeriodSeconds .Values.drainSeconds) 20 | max 1 | quote }}
{{- range $name, $value := .Values.env }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}
