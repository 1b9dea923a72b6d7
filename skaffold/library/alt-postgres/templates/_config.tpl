{{/* The settings file, the rules of admission and the scripts of the keeper. */}}
{{- define "alt-postgres.config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "alt-postgres.labels" . | nindent 4 }}
data:
  postgresql.conf: |
    {{- include "alt-postgres.settings" . | nindent 4 }}
  pg_hba.conf: |
    # Inside the pod: the container's own user, without a password. From outside: TLS and a password, nothing else.
    local   all          postgres                peer
    local   replication  postgres                peer
    hostssl all          all       0.0.0.0/0     scram-sha-256
    hostssl all          all       ::/0          scram-sha-256
  keeper.sh: |
    {{- include "alt-postgres.keeper" . | nindent 4 }}
{{- end -}}

{{- define "alt-postgres.settings" -}}
listen_addresses = '*'
hba_file = '/etc/alt-postgres/pg_hba.conf'
unix_socket_directories = '/var/run/postgresql'
password_encryption = 'scram-sha-256'
ssl = on
ssl_cert_file = '/run/secrets/tls/tls.crt'
ssl_key_file = '/run/secrets/tls/tls.key'
ssl_min_protocol_version = 'TLSv1.3'
# An answer "stored" means stored: these three are no tuning knobs.
fsync = on
full_page_writes = on
synchronous_commit = on
{{- range $name, $value := .Values.settings }}
{{ $name }} = '{{ $value }}'
{{- end }}
{{- if .Values.archive.enabled }}
# A file of the log is copied, synced and renamed; one that lies there already is never replaced.
archive_mode = on
archive_timeout = '{{ .Values.archive.timeout }}'
archive_command = 'test ! -f /archive/wal/%f && cp %p /archive/wal/%f.part && sync /archive/wal/%f.part && mv /archive/wal/%f.part /archive/wal/%f'
{{- end }}
{{- end -}}
