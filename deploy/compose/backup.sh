#!/bin/sh
# A backup of the composed marketplace while it runs: backup.sh DIRECTORY (new or empty; docs/backup.md).
#
# A dump of each database, the pictures and the secrets. The programs stand still until every dump has its snapshot, seconds; then nothing was sent
# between two snapshots, and all of them are of one moment (docs/adr/0014). They go on while the dumps are written. Without
# Docker, COMPOSE and ENGINE say what to call in place of `docker compose` and `docker`.
set -eu

[ $# -eq 1 ] || { sed -n '2p' "$0" >&2 && exit 2; }
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
compose() { ${COMPOSE:-docker compose} "$@"; }
databases=$(compose config --services | sed -n 's/^postgres-//p')
fail() { echo "backup: $1" >&2 && exit 1; }
[ -z "$(ls -A "$target")" ] || fail "$target is not empty: a backup wants a directory of its own"
chmod 700 "$target"
umask 077

# Each database is called like its program; the one process has all of them.
programs=$(compose ps --services --filter status=running | grep -Fx -e marketplace -e "$databases" || true)
[ -n "$programs" ] || fail 'the marketplace is not running'
date -u +%Y-%m-%dT%H:%M:%SZ >"$target/since"

# By their ids, and by the engine: docker-compose looks among running containers for what it shall let go on, and to podman one that is
# paused is none.
# shellcheck disable=SC2086 # one word for each
ids=$(compose ps -q $programs)
# shellcheck disable=SC2086
go_on() { ${ENGINE:-docker} unpause $ids >/dev/null; }
give_up() {
  trap - EXIT
  go_on 2>/dev/null || true
  rm -rf "${target:?}"/*
}
trap give_up EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2086
${ENGINE:-docker} pause $ids >/dev/null || fail 'the programs cannot be paused'

writers=''
for name in $databases; do
  compose exec -T "postgres-$name" pg_dump -U postgres --format=custom "$name" >"$target/$name.dump" </dev/null &
  writers="$writers $!"
done
# The tables are locked by the transaction that has the snapshot.
has_snapshot() {
  [ "$(compose exec -T "postgres-$1" psql -U postgres -XAtc "SELECT count(*) > 0 FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE application_name = 'pg_dump' AND relation = 'schema_migration'::regclass AND granted" "$1" </dev/null)" = t ]
}
# shellcheck disable=SC2086
set -- $writers
for name in $databases; do
  until has_snapshot "$name"; do
    # Over already: it had one.
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  shift
done
go_on || fail "the programs stand still: ${ENGINE:-docker} unpause $(echo "$ids" | tr '\n' ' ')"
for writer in $writers; do wait "$writer" || fail 'a database could not be dumped'; done

# After the dumps: a file is there before its row.
compose run --rm -T prepare save_pictures >"$target/pictures.tar" </dev/null
# From what `authority` holds `prepare` makes every other secret.
compose run --rm -T prepare save >"$target/authority.tar" </dev/null
(cd "$target" && sha256sum -- * >../SHA256SUMS.$$ && mv ../SHA256SUMS.$$ SHA256SUMS)
trap - EXIT
echo "backup: $target: everything that was answered before $(cat "$target/since"), and maybe more"
