{{- define "backup.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* The policies open the ways to the stores to `backup`. A restore test asks nobody, so it has another name. */}}
{{- define "backup.labels" -}}
app.kubernetes.io/name: {{ eq . "restore-test" | ternary "restore-test" "backup" }}
app.kubernetes.io/component: {{ . }}
app.kubernetes.io/part-of: alt
{{- end -}}

{{- define "backup.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "backup.mounts" -}}
- name: scripts
  mountPath: /scripts
  readOnly: true
- name: secrets
  mountPath: /run/secrets/alt
  readOnly: true
- name: ca
  mountPath: /run/secrets/alt-ca
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- end -}}

{{/*
A job by schedule. `job` has name, component, schedule, secrets (the keys of `backup-secrets` that it needs), container
(text), and may have initContainer and volumes (text). The user is 999, as whom the image's PostgreSQL tools know themselves as `postgres`.
*/}}
{{- define "backup.cronJob" -}}
{{- $root := .root }}
{{- $job := .job }}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ $job.name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "backup.labels" $job.component | nindent 4 }}
spec:
  schedule: {{ $job.schedule | quote }}
  timeZone: {{ $root.Values.timeZone }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 7200
  successfulJobsHistoryLimit: 1
  # Failed ones stay, so that somebody can read why.
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ $root.Values.deadlineSeconds }}
      template:
        metadata:
          labels:
            {{- include "backup.labels" $job.component | nindent 12 }}
          annotations:
            linkerd.io/inject: disabled
        spec:
          {{- include "backup.pod" . | nindent 10 }}
{{- end -}}

{{- define "backup.pod" -}}
{{- $root := .root }}
{{- $job := .job }}
serviceAccountName: backup
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 999
  runAsGroup: 999
  fsGroup: 999
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $job.initContainer }}
initContainers:
  {{- . | nindent 2 }}
{{- end }}
containers:
  {{- $job.container | nindent 2 }}
volumes:
  - name: scripts
    configMap:
      name: backup-scripts
  - name: secrets
    secret:
      secretName: backup-secrets
      defaultMode: 0440
      # That Secret has the keys of every store: a job gets its own.
      items:
        {{- range $job.secrets }}
        - key: {{ . }}
          path: {{ . }}
        {{- end }}
  - name: ca
    configMap:
      name: {{ $root.Values.caBundle }}
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- with $job.volumes }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "backup.backupsVolume" -}}
- name: backups
  persistentVolumeClaim:
    claimName: {{ .Values.claim }}
{{- end -}}

{{/* A container that runs one script. */}}
{{- define "backup.container" -}}
- name: {{ .name }}
  image: {{ include "backup.image" .image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command:
    {{- toYaml .command | nindent 4 }}
  env:
    {{- toYaml .env | nindent 4 }}
  securityContext:
    {{- include "backup.containerSecurity" .root | nindent 4 }}
  resources:
    {{- toYaml .root.Values.resources | nindent 4 }}
  volumeMounts:
    {{- include "backup.mounts" .root | nindent 4 }}
    {{- range .mounts }}
    - name: {{ .name }}
      mountPath: {{ .path }}
      {{- if .readOnly }}
      readOnly: true
      {{- end }}
    {{- end }}
{{- end -}}
