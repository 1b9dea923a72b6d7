# The server is up, and the account may sign in.
umask 077
# The password goes by a file, not by an argument that a list of processes would show.
{
  echo "header = X-ClickHouse-User: $CLICKHOUSE_USER"
  echo "header = X-ClickHouse-Key: $(cat /run/secrets/alt/CLICKHOUSE_PASSWORD)"
} >/tmp/wgetrc
answer=$(WGETRC=/tmp/wgetrc wget --quiet --output-document=- --timeout=20 --tries=10 --waitretry=3 --retry-connrefused \
  "$CLICKHOUSE_URL/?query=SELECT%20currentUser()")
if [ "$answer" = "$CLICKHOUSE_USER" ]; then exit 0; fi
echo "Asked who it is, the server answers: $answer" >&2
exit 1
