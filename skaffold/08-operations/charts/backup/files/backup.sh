#!/bin/bash
# Backs up one database: a dump in pg_dump's custom format, encrypted on its way, with the counts of all rows as they
# were at the same moment. Nothing is under its final name before it is whole and on the disk.
#   BACKUP_NAME, PGHOST, PGDATABASE, PGUSER and the password's file say what; BACKUP_DIR where to; KEEP how many stay.
set -euo pipefail
folder=$BACKUP_DIR/$BACKUP_NAME
name=$(date -u +%Y%m%dT%H%M%SZ)
work=$(mktemp -d)
trap 'rm -rf "$work" "$folder"/*.part' EXIT
PGPASSWORD=$(cat "$PASSWORD_FILE")
export PGPASSWORD folder name work
umask 077
mkdir -p "$folder"

# The network's rules reach a new pod a moment after it starts.
for try in $(seq 1 15); do
  if pg_isready --quiet; then break; fi
  if [ "$try" = 15 ]; then echo "$PGHOST does not answer." >&2; exit 1; fi
  sleep 2
done

# psql holds the snapshot open, counts in it, and has the dump made of it.
psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --set=counts="$work/counts" --set=roles="$work/roles" <<'SQL'
begin transaction isolation level repeatable read read only;
select pg_export_snapshot() as snapshot \gset
\setenv SNAPSHOT :snapshot
\o :roles
select rolname from pg_roles where rolname !~ '^pg_' order by rolname;
\o :counts
\i /scripts/counts.sql
\o
\! bash /scripts/dump.sh && touch "$work/dumped"
commit;
SQL
if [ ! -e "$work/dumped" ]; then echo "pg_dump of $PGDATABASE failed." >&2; exit 1; fi
if [ ! -s "$work/counts" ]; then echo "$PGDATABASE has no tables: this is no backup." >&2; exit 1; fi

cp "$work/counts" "$folder/$name.counts.part"
cp "$work/roles" "$folder/$name.roles.part"
(cd "$folder" && sha256sum "$name.dump.gpg.part" | sed 's/\.part$//') >"$folder/$name.sha256.part"
sync "$folder"/*.part
# The checksum comes last: who finds it finds the rest.
for kind in dump.gpg counts roles sha256; do mv "$folder/$name.$kind.part" "$folder/$name.$kind"; done
sync "$folder"
echo "$BACKUP_NAME/$name: $(stat --format=%s "$folder/$name.dump.gpg") bytes, $(wc -l <"$work/counts") tables"

find "$folder" -name '*.sha256' -printf '%f\n' | sort | head -n "-$KEEP" | while read -r old; do
  old=${old%.sha256}
  rm -f "$folder/$old.sha256" "$folder/$old.dump.gpg" "$folder/$old.counts" "$folder/$old.roles"
  echo "$BACKUP_NAME/$old was removed"
done
