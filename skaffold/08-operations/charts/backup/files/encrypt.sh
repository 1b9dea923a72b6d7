#!/bin/bash
# Encrypts what comes in (AES-256, with a seal over the whole; OpenPGP, so that any gpg can open it).
set -euo pipefail
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg --quiet --batch --no-symkey-cache --pinentry-mode loopback --passphrase-file "$PASSPHRASE_FILE" \
  --cipher-algo AES256 --s2k-digest-algo SHA512 --s2k-count 65011712 --compress-algo "${COMPRESS:-none}" --symmetric
