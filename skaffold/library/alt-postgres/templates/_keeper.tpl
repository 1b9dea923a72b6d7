{{/* Runs beside the server: takes a renewed certificate into use, and where the log is archived makes base copies. */}}
{{- define "alt-postgres.keeper" -}}
#!/bin/bash
set -euo pipefail
certificate=${TLS_FILE:-/run/secrets/tls/tls.crt}
archive=${ARCHIVE_DIR:-/archive}
database() { psql --no-psqlrc --quiet --tuples-only --no-align --username=postgres --dbname=postgres "$@"; }
say() { printf '{"time":"%s","from":"keeper","message":"%s"}\n' "$(date -u +%FT%TZ)" "$1"; }

# The kubelet changes the mounted file; the server reads it when it is told to.
reload_if_renewed() {
  local now
  now=$(sha256sum <"$certificate")
  [ "$now" = "$loaded" ] && return
  database --command='select pg_reload_conf()' >/dev/null
  loaded=$now
  say 'the certificate was renewed and is in use'
}

# A base copy every BASE_EVERY_HOURS; the newest BASE_KEEP stay, and the log since the oldest of them.
copy_if_due() {
  local name=base-$(date -u +%Y%m%dT%H%M%SZ) oldest start
  if [ -n "$(find "$archive/base" -maxdepth 1 -name 'base-*' -mmin "-$((BASE_EVERY_HOURS * 60))" -print -quit)" ]; then return; fi
  rm -rf "$archive"/base/.part
  pg_basebackup --username=postgres --pgdata="$archive/base/.part" --format=tar --compress=zstd:3 --wal-method=none --checkpoint=fast
  # The copy has the time of the folder it was made in; touched, so that it is as old as its name.
  mv "$archive/base/.part" "$archive/base/$name"
  touch "$archive/base/$name"
  say "base copy $name"
  find "$archive/base" -maxdepth 1 -name 'base-*' -printf '%f\n' | sort | head -n "-$BASE_KEEP" | while read -r old; do
    rm -rf "${archive:?}/base/$old"
    say "base copy $old was removed"
  done
  oldest=$(find "$archive/base" -maxdepth 1 -name 'base-*' -printf '%f\n' | sort | head -n 1)
  start=$(grep -o '"Start-LSN": *"[^"]*"' "$archive/base/$oldest/backup_manifest" | cut -d'"' -f4)
  pg_archivecleanup "$archive/wal" "$(database --command="select pg_walfile_name('$start')")"
}

loaded=$(sha256sum <"$certificate")
while true; do
  sleep "${KEEPER_SECONDS:-60}" &
  wait $!
  if ! pg_isready --quiet --username=postgres; then continue; fi
  reload_if_renewed
  if [ "${ARCHIVE:-no}" = yes ]; then
    mkdir -p "$archive/base" "$archive/wal"
    copy_if_due
  fi
done
{{- end -}}
