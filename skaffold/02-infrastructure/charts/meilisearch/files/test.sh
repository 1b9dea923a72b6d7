# The server is up, and search-indexer's key exists.
umask 077
header=/tmp/header
printf 'Authorization: Bearer %s' "$(cat /run/secrets/alt/MEILI_MASTER_KEY)" >"$header"
ask() { curl --silent --show-error --fail --max-time 20 --retry 5 --retry-delay 2 --retry-connrefused "$@"; }

ask "$MEILISEARCH_URL/health"
ask --output /dev/null --header @"$header" "$MEILISEARCH_URL/keys/$KEY_UID"
