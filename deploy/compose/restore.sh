#!/bin/sh
# The composed marketplace from a backup: restore.sh DIRECTORY (docs/backup.md). For a composition without volumes: `docker compose down -v`
# deletes them. Ends when everything is up and the checker has nothing to say. Without `docker compose`, COMPOSE says what to call.
set -eu

[ $# -eq 1 ] || { sed -n '2p' "$0" >&2 && exit 2; }
source=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
compose() { ${COMPOSE:-docker compose} "$@"; }
databases=$(compose config --services | sed -n 's/^postgres-//p')
fail() { echo "restore: $1" >&2 && exit 1; }
[ -f "$source/SHA256SUMS" ] || fail "$source is not a whole backup: it has no SHA256SUMS, which is written last"
(cd "$source" && sha256sum --quiet -c SHA256SUMS) || fail "$source is damaged"

compose run --rm -T prepare load <"$source/authority.tar"
compose run --rm -T prepare load_pictures <"$source/pictures.tar"
# shellcheck disable=SC2046 # one word for each
compose up -d $(for name in $databases; do echo "postgres-$name"; done)
for name in $databases; do
  tries=0
  # The first start makes roles and the database, reachable only from inside, and then starts again.
  until compose exec -T "postgres-$name" pg_isready -q -h 127.0.0.1 -U auditor </dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 120 ] || fail "the PostgreSQL of $name did not start"
    sleep 1
  done
  compose exec -T "postgres-$name" pg_restore -U postgres --exit-on-error --single-transaction -d "$name" <"$source/$name.dump"
  echo "restore: $name"
done
compose up -d sandbox
left=0
compose run --rm -T reconcile marketctl reconcile --since "$(cat "$source/since")" --apply </dev/null || left=$?
[ $left -eq 0 ] || [ $left -eq 4 ] || fail 'the payments could not be compared with those of the provider'
compose up -d
compose run --rm -T checker </dev/null
