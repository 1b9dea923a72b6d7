#!/bin/bash
# Runs once, when the server's data folder is made: Kratos has a role and a database of its own.
set -euo pipefail
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/alt/KRATOS_PASSWORD)" <<'SQL'
create role kratos login password :'password';
create database kratos owner kratos;
SQL
