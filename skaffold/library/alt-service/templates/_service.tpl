{{- define "alt-service.service" -}}
{{- if .Values.service.targetPort }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
  {{- with .Values.linkerd.opaquePorts }}
  annotations:
    # Clients decide by this, the pod itself by its own annotation.
    config.linkerd.io/opaque-ports: {{ . | quote }}
  {{- end }}
spec:
  type: ClusterIP
  selector:
    {{- include "alt-service.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.service.targetPort }}
      targetPort: http
      protocol: TCP
      appProtocol: http
{{- end }}
{{- end }}
