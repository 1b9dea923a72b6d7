{{/*
What every pod of Kratos has in common: one container with `args`, and before it one that completes the configuration.
Kratos takes secrets from its environment or its configuration, and the token of its webhooks lies in lists that no
environment name reaches. So all of them go into a file of the pod's memory, and none into the environment.
*/}}
{{- define "kratos.pod" -}}
{{- $root := .root -}}
serviceAccountName: {{ .serviceAccount | default $root.Release.Name }}
automountServiceAccountToken: false
# KRATOS_PORT of a Service link would be taken for a setting.
enableServiceLinks: false
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
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
initContainers:
  - name: configure
    image: {{ include "kratos.image" $root.Values.configure.image }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: [bash, /etc/config/configure.sh]
    securityContext:
      {{- include "kratos.containerSecurity" $root | nindent 6 }}
    resources:
      {{- toYaml $root.Values.configure.resources | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/config
        readOnly: true
      - name: secrets
        mountPath: /run/secrets/alt
        readOnly: true
      - name: settings
        mountPath: /run/kratos
containers:
  - name: {{ .name }}
    image: {{ include "kratos.image" $root.Values.image }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args:
      {{- toYaml .args | nindent 6 }}
      - --config
      - /etc/config/kratos.yaml
      - --config
      - /run/kratos/settings.json
    env:
      - name: LOG_LEVEL
        value: {{ $root.Values.logLevel }}
      # Where it would look for a file of its own.
      - name: HOME
        value: /tmp
    {{- with .ports }}
    ports:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with .probes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    securityContext:
      {{- include "kratos.containerSecurity" $root | nindent 6 }}
    resources:
      {{- toYaml .resources | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/config
        readOnly: true
      - name: settings
        mountPath: /run/kratos
        readOnly: true
      - name: ca
        mountPath: /run/secrets/alt-ca
        readOnly: true
      - name: tmp
        mountPath: /tmp
volumes:
  - name: config
    configMap:
      name: {{ $root.Release.Name }}-config
  - name: secrets
    secret:
      secretName: {{ $root.Release.Name }}-secrets
      defaultMode: 0440
  - name: settings
    emptyDir:
      medium: Memory
      sizeLimit: 1Mi
  - name: ca
    configMap:
      name: {{ $root.Values.caBundle }}
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
{{- end -}}
