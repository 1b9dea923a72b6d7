#!/bin/bash
# The other way: decrypts the file that is named. Fails where a byte of it was changed.
set -euo pipefail
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg --quiet --batch --no-symkey-cache --pinentry-mode loopback --passphrase-file "$PASSPHRASE_FILE" --decrypt "$1"
