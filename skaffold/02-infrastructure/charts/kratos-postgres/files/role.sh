# Makes the role that Kratos signs in with, gives it its password, and lets it own its database. Its tables are made by
# Kratos itself (the migration of chart kratos). Running it again changes nothing but the password.
set -o pipefail
PGPASSWORD=$(cat /run/secrets/alt/POSTGRES_PASSWORD)
KRATOS_PASSWORD=$(cat /run/secrets/alt/KRATOS_PASSWORD)
export PGPASSWORD KRATOS_PASSWORD
# The network's rules reach a new pod a moment after it starts, and the server may still be starting.
for try in $(seq 1 30); do
  if pg_isready --quiet; then break; fi
  echo "waiting for $PGHOST ($try)" >&2
  sleep 2
done
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=database="$PGDATABASE" <<'SQL'
\getenv password KRATOS_PASSWORD
select 'create role kratos login' where not exists (select from pg_roles where rolname = 'kratos') \gexec
-- The statement carries the password: it must not be logged, however it ends.
set log_min_duration_statement = -1;
set log_min_error_statement = panic;
alter role kratos login nosuperuser nocreatedb nocreaterole password :'password';
alter database :"database" owner to kratos;
revoke all on database :"database" from public;
SQL
echo "kratos may sign in to $PGDATABASE."
