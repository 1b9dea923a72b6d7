# Writes every table of ClickHouse into the folder /export: its definition, and its rows in the format Native.
set -eu
umask 077
{
  echo "header = X-ClickHouse-User: $CLICKHOUSE_USER"
  echo "header = X-ClickHouse-Key: $(cat /run/secrets/alt/CLICKHOUSE_PASSWORD)"
} >/tmp/wgetrc
# The question goes in the body, the answer to a file. A question that fails midway has an exception in its last bytes.
ask() {
  WGETRC=/tmp/wgetrc wget --quiet --output-document="$2" --timeout=3600 --tries=10 --waitretry=3 --retry-connrefused \
    --post-data="$1" "$CLICKHOUSE_URL/?wait_end_of_query=1&max_execution_time=3600"
}
ask "SELECT name FROM system.tables WHERE database = '$CLICKHOUSE_DATABASE' AND engine LIKE '%MergeTree' FORMAT TSV" /tmp/tables
: >/export/tables
while read -r table; do
  ask "SHOW CREATE TABLE $CLICKHOUSE_DATABASE.\`$table\` FORMAT TSVRaw" "/export/$table.sql"
  ask "SELECT * FROM $CLICKHOUSE_DATABASE.\`$table\` FORMAT Native" "/export/$table.native"
  echo "$table" >>/export/tables
done </tmp/tables
echo "$(wc -l </export/tables) tables exported"
