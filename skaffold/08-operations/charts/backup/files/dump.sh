#!/bin/bash
# Called by backup.sh inside its transaction: the dump of that snapshot, encrypted.
set -euo pipefail
pg_dump --format=custom --compress=zstd:3 --snapshot="$SNAPSHOT" |
  bash /scripts/encrypt.sh >"$folder/$name.dump.gpg.part"
