# Makes search-indexer's key. Meilisearch computes a key's value from its uid and the master key (HMAC-SHA-256), so the
# one that search-indexer was given beforehand is the one that appears here. Running it again changes nothing.
umask 077
# The master key goes by a file of curl's, not by an argument that a list of processes would show.
header=/tmp/header
printf 'Authorization: Bearer %s' "$(cat /run/secrets/alt/MEILI_MASTER_KEY)" >"$header"
ask() { curl --silent --show-error --max-time 20 --retry 10 --retry-delay 2 --retry-connrefused --header @"$header" "$@"; }

status=$(ask --output /tmp/key --write-out '%{http_code}' "$MEILISEARCH_URL/keys/$KEY_UID")
if [ "$status" = 200 ]; then
  echo "The key $KEY_UID is there."
  exit 0
fi
if [ "$status" != 404 ]; then
  echo "Meilisearch answers $status to the question for a key: is its master key another one than in the Secret?" >&2
  exit 1
fi
ask --fail-with-body --output /tmp/answer --header 'Content-Type: application/json' --data @- "$MEILISEARCH_URL/keys" <<JSON
{
  "uid": "$KEY_UID",
  "name": "search-indexer",
  "description": "Reads and writes the indexes of articles; made by the release",
  "actions": ["search", "documents.*", "indexes.*", "settings.*", "tasks.get", "stats.get"],
  "indexes": ["*"],
  "expiresAt": null
}
JSON
echo "The key $KEY_UID was made."
