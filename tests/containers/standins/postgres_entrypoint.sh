#!/bin/sh
# The first start of the official image, in short: initdb, a server without TCP, the scripts, then the real one.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 0700 "$PGDATA"
  initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  shift
  set -- postgres "$@"
  # shellcheck disable=SC2145 # one text of options without blanks in them
  (shift && pg_ctl -D "$PGDATA" -w -o "$* -c listen_addresses='' -p 5432" start >/dev/null)
  for script in /docker-entrypoint-initdb.d/*.sql; do
    psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres -f "$script"
  done
  pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
fi
exec "$@"
