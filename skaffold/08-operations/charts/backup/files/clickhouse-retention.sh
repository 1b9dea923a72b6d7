# Gives ClickHouse's tables the time that their rows are kept: RETENTION is lines of table, column and days.
set -eu
umask 077
{
  echo "header = X-ClickHouse-User: $CLICKHOUSE_USER"
  echo "header = X-ClickHouse-Key: $(cat /run/secrets/alt/CLICKHOUSE_PASSWORD)"
} >/tmp/wgetrc
ask() {
  WGETRC=/tmp/wgetrc wget --quiet --output-document=- --timeout=600 --tries=10 --waitretry=3 --retry-connrefused \
    --post-data="$1" "$CLICKHOUSE_URL/"
}
echo "$RETENTION" | while read -r table column days; do
  if [ -z "$table" ]; then continue; fi
  if [ "$(ask "EXISTS TABLE $CLICKHOUSE_DATABASE.\`$table\`")" != 1 ]; then
    echo "$table: not there yet"
    continue
  fi
  ask "ALTER TABLE $CLICKHOUSE_DATABASE.\`$table\` MODIFY TTL toDateTime(\`$column\`) + INTERVAL $days DAY DELETE"
  echo "$table: rows go after $days days"
done
