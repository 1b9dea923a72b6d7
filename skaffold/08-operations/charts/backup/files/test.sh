#!/bin/bash
# The volume takes a file, and what is encrypted with the passphrase is opened by it.
set -euo pipefail
file=$(mktemp -p "${BACKUP_DIR:-/backups}" .test.XXXXXX)
trap 'rm -f "$file"' EXIT
echo 'a backup' | bash /scripts/encrypt.sh >"$file"
[ "$(bash /scripts/decrypt.sh "$file")" = 'a backup' ]
echo 'The volume can be written, and the passphrase opens what it closed.'
