{{- define "alt-service.container" -}}
name: {{ include "alt-service.name" . }}
image: {{ include "alt-service.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.service.targetPort }}
ports:
  - name: http
    containerPort: {{ required "service.targetPort is missing" .Values.service.targetPort }}
    protocol: TCP
{{- end }}
envFrom:
  - configMapRef:
      name: {{ .Values.commonConfig.name }}
  # The last one wins.
  - configMapRef:
      name: {{ include "alt-service.configName" . }}
{{- if and .Values.service.targetPort (eq .Values.linkerd.inject "enabled") }}
env:
  # The mesh's proxy hands a request on from an address of the pod itself. Without trust in it everybody would share that address.
  - name: POD_IPS
    valueFrom:
      fieldRef:
        fieldPath: status.podIPs
  - name: ALT_TRUSTED_PROXIES
    value: 127.0.0.1,::1,$(POD_IPS),$(ALT_TRUSTED_PROXIES)
{{- end }}
{{- if ne .Values.workload.kind "CronJob" }}
startupProbe:
  {{- include "alt-service.probe" .Values.probes.startup | trim | nindent 2 }}
livenessProbe:
  {{- include "alt-service.probe" .Values.probes.liveness | trim | nindent 2 }}
readinessProbe:
  {{- include "alt-service.probe" .Values.probes.readiness | trim | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- include "alt-service.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "alt-service.volumeMounts" . | nindent 2 }}
{{- end }}

{{- define "alt-service.probe" -}}
{{- if .handler }}
{{- toYaml .handler }}
{{- else }}
httpGet:
  path: {{ .path }}
  port: http
{{- end }}
periodSeconds: {{ .periodSeconds }}
timeoutSeconds: {{ .timeoutSeconds }}
failureThreshold: {{ .failureThreshold }}
{{- end }}
