#!/bin/bash
# Takes what clickhouse-export.sh wrote into one encrypted archive, under its final name when it is whole.
set -euo pipefail
folder=$BACKUP_DIR/clickhouse
name=$(date -u +%Y%m%dT%H%M%SZ)
trap 'rm -f "$folder"/*.part' EXIT
umask 077
mkdir -p "$folder"
tar --create --directory=/export . | COMPRESS=zlib bash /scripts/encrypt.sh >"$folder/$name.tar.gpg.part"
(cd "$folder" && sha256sum "$name.tar.gpg.part" | sed 's/\.part$//') >"$folder/$name.sha256.part"
sync "$folder"/*.part
for kind in tar.gpg sha256; do mv "$folder/$name.$kind.part" "$folder/$name.$kind"; done
echo "clickhouse/$name: $(stat --format=%s "$folder/$name.tar.gpg") bytes, $(wc -l </export/tables) tables"

find "$folder" -name '*.sha256' -printf '%f\n' | sort | head -n "-$KEEP" | while read -r old; do
  rm -f "$folder/${old%.sha256}.sha256" "$folder/${old%.sha256}.tar.gpg"
done
