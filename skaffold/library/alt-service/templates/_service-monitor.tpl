{{- define "alt-service.serviceMonitor" -}}
{{- if and .Values.service.targetPort .Values.metrics.serviceMonitor.enabled }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "alt-service.selector" . | nindent 6 }}
  namespaceSelector:
    matchNames: [{{ .Release.Namespace }}]
  endpoints:
    - port: http
      path: /metrics
      interval: {{ .Values.metrics.serviceMonitor.interval }}
{{- end }}
{{- end }}
