{{/*
`helm test`: a pod of the service's own image, which has node and no shell. Where the service listens it asks for
/v1/health, the honest answer about its dependencies; a job is started by nobody, so there it looks whether its
secrets are mounted and not empty.
*/}}
{{- define "alt-service.test" -}}
{{- if .Values.tests.enabled }}
---
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "alt-service.name" . }}-test
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: {{ include "alt-service.name" . }}-test
    app.kubernetes.io/part-of: alt
    app.kubernetes.io/component: test
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
    # A proxy beside it would keep the pod from ending; the mesh lets it in by name and address.
    linkerd.io/inject: disabled
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "alt-service.podSecurity" . | nindent 4 }}
  containers:
    - name: test
      image: {{ include "alt-service.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command:
        - node
        - --input-type=module
        - --eval
        {{- if .Values.service.targetPort }}
        - |
          {{- include "alt-service.askHealth" . | nindent 10 }}
        - http://{{ include "alt-service.name" . }}.{{ .Release.Namespace }}.svc.cluster.local:{{ .Values.service.targetPort }}/v1/health
        {{- else }}
        - |
          {{- include "alt-service.readSecrets" . | nindent 10 }}
        {{- end }}
      resources:
        requests:
          cpu: 10m
          memory: 64Mi
        limits:
          memory: 128Mi
      securityContext:
        {{- include "alt-service.containerSecurity" . | nindent 8 }}
      {{- if not .Values.service.targetPort }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- include "alt-service.secretMounts" . | trim | nindent 8 }}
      {{- end }}
  {{- if not .Values.service.targetPort }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 16Mi
    {{- include "alt-service.secretVolumes" . | trim | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Network policies reach a new pod a moment late, so a refused connection is tried again. */}}
{{- define "alt-service.askHealth" -}}
const url = process.argv[1];
for (let tries = 1; ; tries++) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    console.log(answer.status, await answer.text());
    if (answer.ok) break;
  } catch (error) {
    console.log(String(error.cause ?? error));
  }
  if (tries === 10) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}
{{- end }}

{{- define "alt-service.readSecrets" -}}
import { readdirSync, readFileSync } from 'node:fs';
const folder = '/run/secrets/alt';
const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
const empty = names.filter((name) => readFileSync(`${folder}/${name}`).length === 0);
console.log(`${names.length} secrets, ${empty.length} of them empty`);
if (names.length === 0 || empty.length > 0) process.exit(1);
{{- end }}
