#!/bin/bash
# Restores the newest backup of one database into a scratch server of this pod and compares the rows of every table.
# It ends with an error where there is no backup, where it is too old, damaged, cannot be restored or holds other rows.
set -euo pipefail
folder=$BACKUP_DIR/$BACKUP_NAME
server=$SCRATCH_DIR/$BACKUP_NAME
export PGHOST=$server/run PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
umask 077
fail() { echo "$BACKUP_NAME: $1" >&2; exit 1; }

newest=$(find "$folder" -name '*.sha256' -printf '%f\n' | sort | tail -n 1)
[ -n "$newest" ] || fail 'there is no backup.'
name=${newest%.sha256}
[ -n "$(find "$folder/$newest" -mmin "-$((MAX_AGE_HOURS * 60))")" ] || fail "the newest backup, $name, is older than $MAX_AGE_HOURS hours."
(cd "$folder" && sha256sum --check --quiet "$newest") || fail "$name is not what was written."

rm -rf "$server"
mkdir -p "$server/run"
initdb --pgdata="$server/data" --username=postgres --auth=peer --encoding=UTF8 ${INITDB_ARGS:-} >/dev/null
# Nothing here has to outlive the pod.
pg_ctl --pgdata="$server/data" --silent --wait --log="$server/log" \
  --options="-c listen_addresses='' -c unix_socket_directories='$server/run' -c fsync=off -c full_page_writes=off" start
trap 'pg_ctl --pgdata="$server/data" --silent --mode=immediate stop; rm -rf "$server"' EXIT

# Policies and grants name roles; here they only have to exist.
while read -r role; do
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=role="$role" <<'SQL'
select format('create role %I', :'role') where not exists (select from pg_roles where rolname = :'role') \gexec
SQL
done <"$folder/$name.roles"
createdb --template=template0 restored
bash /scripts/decrypt.sh "$folder/$name.dump.gpg" | pg_restore --exit-on-error --dbname=restored

psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=restored --file=/scripts/counts.sql >"$server/counts"
diff "$folder/$name.counts" "$server/counts" || fail "$name was restored with other rows than it was made of."
echo "$BACKUP_NAME/$name: $(wc -l <"$server/counts") tables restored, every row counted"
