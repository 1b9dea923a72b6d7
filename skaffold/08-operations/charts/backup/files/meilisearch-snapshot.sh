# Has Meilisearch write a snapshot of its whole index to its own volume, over the one before, and waits for it. It spares
# the hours of building the index anew from PostgreSQL; what is lost with that volume is built anew.
set -eu
umask 077
printf 'Authorization: Bearer %s' "$(cat /run/secrets/alt/MEILI_MASTER_KEY)" >/tmp/header
ask() { curl --silent --show-error --fail --max-time 30 --retry 10 --retry-delay 2 --retry-connrefused --header @/tmp/header "$@"; }
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"; }

task=$(ask --request POST "$MEILISEARCH_URL/snapshots" | field taskUid)
until=$(($(date +%s) + ${DEADLINE_SECONDS:-3600}))
while [ "$(date +%s)" -lt "$until" ]; do
  ask --output /tmp/task "$MEILISEARCH_URL/tasks/$task"
  case $(field status </tmp/task) in
    succeeded) echo "snapshot made by task $task"; exit 0 ;;
    failed | canceled) cat /tmp/task >&2; exit 1 ;;
  esac
  sleep 2
done
echo "The snapshot (task $task) is not there after ${DEADLINE_SECONDS:-3600} seconds." >&2
exit 1
