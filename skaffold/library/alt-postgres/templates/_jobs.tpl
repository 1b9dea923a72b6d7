{{/* The pod of a job beside the server; `job` says name, component, image, command, env and secret keys to mount. */}}
{{- define "alt-postgres.jobPod" -}}
{{- $root := .root }}
{{- $job := .job }}
metadata:
  labels:
    app.kubernetes.io/name: {{ $job.name }}
    app.kubernetes.io/component: {{ $job.component }}
    app.kubernetes.io/part-of: alt
  annotations:
    linkerd.io/inject: disabled
spec:
  serviceAccountName: {{ $job.serviceAccount | default "default" }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  restartPolicy: Never
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: {{ $job.component }}
      image: {{ $job.image }}
      imagePullPolicy: {{ $job.pullPolicy | default $root.Values.image.pullPolicy }}
      command:
        {{- toYaml $job.command | nindent 8 }}
      env:
        {{- toYaml $job.env | nindent 8 }}
      securityContext:
        {{- include "alt-postgres.containerSecurity" $root | nindent 8 }}
      resources:
        {{- toYaml $root.Values.migration.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: secrets
          mountPath: /run/secrets/alt
          readOnly: true
        - name: ca
          mountPath: /run/secrets/alt-ca
          readOnly: true
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    - name: secrets
      secret:
        secretName: {{ include "alt-postgres.secret" $root }}
        defaultMode: 0440
    - name: ca
      configMap:
        name: {{ $root.Values.tls.bundle }}
{{- end -}}

{{/* The migration: a hook, so that an upgrade makes the job anew, and the release fails with it. */}}
{{- define "alt-postgres.migration" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .root.Release.Name }}-migration
  namespace: {{ .root.Release.Namespace }}
  labels:
    app.kubernetes.io/name: {{ .root.Release.Name }}-migration
    app.kubernetes.io/component: migration
    app.kubernetes.io/part-of: alt
  annotations:
    helm.sh/hook: post-install,post-upgrade
    ignore-check.kube-linter.io/env-var-secret: ALT_SECRETS_DIR names a folder.
    # A job that failed stays, with its log, until the next try.
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  backoffLimit: {{ .root.Values.migration.backoffLimit }}
  activeDeadlineSeconds: {{ .root.Values.migration.deadlineSeconds }}
  ttlSecondsAfterFinished: 604800
  template:
    {{- include "alt-postgres.jobPod" (dict "root" .root "job" (merge (dict "name" (printf "%s-migration" .root.Release.Name) "component" "migration") .job)) | nindent 4 }}
{{- end -}}

{{/* `helm test`: signs in by TLS as the superuser and asks whether what the migration makes is there. */}}
{{- define "alt-postgres.test" -}}
apiVersion: v1
kind: Pod
{{- $env := list (dict "name" "PGSSLMODE" "value" "verify-full") (dict "name" "PGSSLROOTCERT" "value" "/run/secrets/alt-ca/ca.crt") (dict "name" "PGHOST" "value" (printf "%s.%s.svc.cluster.local" .Release.Name .Release.Namespace)) (dict "name" "PGPORT" "value" (.Values.service.targetPort | toString)) (dict "name" "PGDATABASE" "value" .Values.database) (dict "name" "PGUSER" "value" "postgres") (dict "name" "EXPECTED" "value" .Values.test.expected) }}
{{- $pod := include "alt-postgres.jobPod" (dict "root" . "job" (dict "name" (printf "%s-test" .Release.Name) "component" "test" "image" (include "alt-postgres.image" .) "env" $env "command" (list "bash" "-ceu" (include "alt-postgres.testScript" .)))) | fromYaml }}
metadata:
  name: {{ .Release.Name }}-test
  namespace: {{ .Release.Namespace }}
  labels:
    {{- toYaml $pod.metadata.labels | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
    linkerd.io/inject: disabled
spec:
  {{- toYaml $pod.spec | nindent 2 }}
{{- end -}}

{{- define "alt-postgres.testScript" -}}
PGPASSWORD=$(cat /run/secrets/alt/POSTGRES_PASSWORD)
export PGPASSWORD
# The network's rules reach a new pod a moment after it starts.
for try in 1 2 3 4 5 6; do
  if answer=$(psql --no-psqlrc --tuples-only --no-align --command="select to_regclass('$EXPECTED') is not null or exists (select from pg_roles where rolname = '$EXPECTED')"); then
    if [ "$answer" = t ]; then exit 0; fi
    echo "The database $PGDATABASE has no $EXPECTED: has its migration run?" >&2
    exit 1
  fi
  sleep "$try"
done
echo "$PGHOST does not answer." >&2
exit 1
{{- end -}}
