{{- define "alt-postgres.statefulset" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "alt-postgres.labels" . | nindent 4 }}
spec:
  # One server. A second one needs replication and a decision who leads: that is an operator's work (see the README).
  replicas: 1
  serviceName: {{ .Release.Name }}
  revisionHistoryLimit: 3
  updateStrategy:
    type: RollingUpdate
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Retain
    whenScaled: Retain
  selector:
    matchLabels:
      {{- include "alt-postgres.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "alt-postgres.labels" . | nindent 8 }}
      annotations:
        # None of the Secret: passwords are set by jobs while it runs, and a restart would shut it for nothing.
        checksum/config: {{ include "alt-postgres.config" . | sha256sum }}
        # TLS of its own: every connection is encrypted and names the server it means.
        linkerd.io/inject: disabled
    spec:
      serviceAccountName: {{ .Release.Name }}
      automountServiceAccountToken: false
      # The name of a Service beside it must not become a setting.
      enableServiceLinks: false
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      # The image's stop signal is SIGINT: transactions end, what is committed is flushed, the server stops.
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      securityContext:
        {{- include "alt-postgres.podSecurity" . | nindent 8 }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      initContainers:
        {{- if .Values.archive.enabled }}
        - name: archive
          image: {{ include "alt-postgres.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          command: [mkdir, -p, /archive/wal, /archive/base]
          securityContext:
            {{- include "alt-postgres.containerSecurity" . | nindent 12 }}
          resources:
            {{- toYaml .Values.keeper.resources | nindent 12 }}
          volumeMounts:
            - name: archive
              mountPath: /archive
        {{- end }}
        - name: keeper
          image: {{ include "alt-postgres.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          # A container beside the server that stops after it.
          restartPolicy: Always
          command: [bash, /etc/alt-postgres/keeper.sh]
          env:
            - name: ARCHIVE
              value: {{ ternary "yes" "no" .Values.archive.enabled | quote }}
            - name: BASE_EVERY_HOURS
              value: {{ .Values.archive.baseEveryHours | quote }}
            - name: BASE_KEEP
              value: {{ .Values.archive.baseKeep | quote }}
          securityContext:
            {{- include "alt-postgres.containerSecurity" . | nindent 12 }}
          resources:
            {{- toYaml .Values.keeper.resources | nindent 12 }}
          volumeMounts:
            {{- include "alt-postgres.sharedMounts" . | nindent 12 }}
      containers:
        - name: postgres
          image: {{ include "alt-postgres.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          args: [postgres, -c, config_file=/etc/alt-postgres/postgresql.conf]
          env:
            - name: POSTGRES_PASSWORD_FILE
              value: /run/secrets/alt/POSTGRES_PASSWORD
            {{- with .Values.initialDatabase }}
            - name: POSTGRES_DB
              value: {{ . | quote }}
            {{- end }}
            - name: POSTGRES_INITDB_ARGS
              value: --data-checksums --auth-host=scram-sha-256 --auth-local=peer --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8
          ports:
            - name: sql
              containerPort: {{ .Values.service.targetPort }}
          # The first start makes the data folder, and one after a crash replays the log; neither may be cut short.
          # Asked by TCP: while it is made, the server listens on its socket alone.
          startupProbe:
            exec:
              command: [pg_isready, --quiet, --host=127.0.0.1, --username=postgres]
            periodSeconds: 5
            failureThreshold: {{ .Values.startupFailureThreshold }}
          readinessProbe:
            exec:
              command: [pg_isready, --quiet, --host=127.0.0.1, --username=postgres]
            periodSeconds: 10
            timeoutSeconds: 5
          # Looser than readiness: a server that is busy must not be killed for it.
          livenessProbe:
            exec:
              command: [pg_isready, --quiet, --host=127.0.0.1, --username=postgres]
            periodSeconds: 20
            timeoutSeconds: 10
            failureThreshold: 6
          securityContext:
            {{- include "alt-postgres.containerSecurity" . | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - name: data
              mountPath: /var/lib/postgresql
            - name: shared-memory
              mountPath: /dev/shm
            - name: secrets
              mountPath: /run/secrets/alt
              readOnly: true
            {{- include "alt-postgres.sharedMounts" . | nindent 12 }}
      volumes:
        - name: config
          configMap:
            name: {{ .Release.Name }}-config
        - name: secrets
          secret:
            secretName: {{ include "alt-postgres.secret" . }}
            items:
              - key: POSTGRES_PASSWORD
                path: POSTGRES_PASSWORD
            defaultMode: 0440
        # Owned by root and readable by the group: the server takes such a key, and refuses one that others can read.
        - name: tls
          secret:
            secretName: {{ .Release.Name }}-tls
            defaultMode: 0440
        - name: socket
          emptyDir:
            sizeLimit: 1Mi
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
        - name: shared-memory
          emptyDir:
            medium: Memory
            sizeLimit: {{ .Values.sharedMemory }}
  volumeClaimTemplates:
    {{- include "alt-postgres.claim" (dict "root" . "name" "data" "storage" .Values.storage) | nindent 4 }}
    {{- if .Values.archive.enabled }}
    {{- include "alt-postgres.claim" (dict "root" . "name" "archive" "storage" .Values.archive.storage) | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "alt-postgres.sharedMounts" -}}
- name: config
  mountPath: /etc/alt-postgres
  readOnly: true
- name: tls
  mountPath: /run/secrets/tls
  readOnly: true
- name: socket
  mountPath: /var/run/postgresql
- name: tmp
  mountPath: /tmp
{{- if .Values.archive.enabled }}
- name: archive
  mountPath: /archive
{{- end }}
{{- end -}}

{{- define "alt-postgres.claim" -}}
- metadata:
    name: {{ .name }}
    labels:
      app.kubernetes.io/name: {{ .root.Release.Name }}
      app.kubernetes.io/part-of: alt
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .storage.className }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .storage.size }}
{{- end -}}
