{{/* For one pod a budget would only keep its node from ever being drained. */}}
{{- define "alt-service.podDisruptionBudget" -}}
{{- if gt (int (include "alt-service.leastReplicas" .)) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "alt-service.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that does not work anyway must not hold up a drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "alt-service.selector" . | nindent 6 }}
{{- end }}
{{- end }}
