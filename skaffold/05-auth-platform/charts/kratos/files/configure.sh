#!/bin/bash
# Completes the settings with the secrets: the token that webhooks show, the database, and the keys of cookies and data.
set -euo pipefail
from=${CONFIG_DIR:-/etc/config}
secrets=${ALT_SECRETS_DIR:-/run/secrets/alt}
to=${SETTINGS_DIR:-/run/kratos}
umask 077
# As text of JSON: quotes and backslashes escaped.
secret() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' "$secrets/$1" | tr -d '\n'; }
# As the replacing side of sed's s||| besides.
escaped() { secret "$1" | sed -e 's/[\\&|]/\\&/g'; }

{
  # All of the settings but the brace that ends them.
  sed -e "s|token\.alt\.invalid|$(escaped KRATOS_TOKEN)|g" -e '$d' "$from/settings.json"
  printf ',"dsn":"%s","secrets":{"cookie":["%s"],"cipher":["%s"]}}\n' \
    "$(secret DSN)" "$(secret SECRETS_COOKIE)" "$(secret SECRETS_CIPHER)"
} >"$to/settings.json"
