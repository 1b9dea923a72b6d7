{{/* A pod of the service: what it may not do first, then what it runs, then what it is given. */}}
{{- define "alt-service.podTemplate" -}}
metadata:
  labels:
    {{- include "alt-service.podLabels" . | nindent 4 }}
  annotations:
    {{- include "alt-service.podAnnotations" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "alt-service.name" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountToken }}
  # A Service named sidecar-proxy would otherwise set SIDECAR_PROXY_PORT, which is a setting of ours.
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "alt-service.podSecurity" . | nindent 4 }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- if eq .Values.workload.kind "CronJob" }}
  restartPolicy: Never
  {{- end }}
  {{- if gt (int (include "alt-service.leastReplicas" .)) 1 }}
  topologySpreadConstraints:
    {{- include "alt-service.spread" . | trim | nindent 4 }}
  {{- end }}
  containers:
    -
      {{- include "alt-service.container" . | nindent 6 }}
  volumes:
    {{- include "alt-service.volumes" . | nindent 4 }}
{{- end }}

{{/*
`checksum/…` changes with what is mounted, so that a new setting or secret reaches the process by a restart. The
secret is looked up in the cluster; where nothing can be looked up (`helm template`) only its names count.
*/}}
{{- define "alt-service.podAnnotations" -}}
checksum/config: {{ include "alt-service.settings" . | sha256sum }}
checksum/common-config: {{ include "alt-service.checksumOf" (list . "ConfigMap" .Values.commonConfig.name) }}
{{- if or .Values.secrets.required .Values.secrets.optional }}
checksum/secrets: {{ include "alt-service.checksumOf" (list . "Secret" (include "alt-service.secretName" .)) }}
{{- end }}
linkerd.io/inject: {{ .Values.linkerd.inject }}
{{- if eq .Values.linkerd.inject "enabled" }}
config.linkerd.io/proxy-cpu-request: 10m
config.linkerd.io/proxy-memory-request: 24Mi
config.linkerd.io/proxy-memory-limit: 128Mi
{{- with .Values.linkerd.skipOutboundPorts }}
config.linkerd.io/skip-outbound-ports: {{ . | quote }}
{{- end }}
{{- with .Values.linkerd.opaquePorts }}
config.linkerd.io/opaque-ports: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "alt-service.checksumOf" -}}
{{- $root := index . 0 -}}
{{- $found := lookup "v1" (index . 1) $root.Release.Namespace (index . 2) -}}
{{- get ($found | default dict) "data" | default (index . 2) | toJson | sha256sum -}}
{{- end }}

{{- define "alt-service.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "alt-service.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Spread over nodes and zones, as far as there are any: a cluster of one node must run it too. */}}
{{- define "alt-service.spread" -}}
{{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "alt-service.selector" $ | nindent 6 }}
  # Old pods of a rolling update do not count. A StatefulSet has no such label.
  {{- if eq $.Values.workload.kind "Deployment" }}
  matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end }}
