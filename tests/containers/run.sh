#!/bin/sh
# Builds the images with podman, starts the composed marketplace and tests it: run.sh [--no-build] [--keep] [SHAPE]
#
# For a machine as in ./market test: Debian, root, no registry. docker-compose drives podman through its Docker interface, so
# that conditions, profiles and health are compose's own. What can't be pulled is made of Debian packages and named.
# Where no systemd is, podman has nobody to run health checks; a loop here does. SHAPE: services (default) or single.
set -eu

cd -- "$(dirname -- "$0")/../.."
build=yes keep='' shape=services
for word; do
  case $word in
    --no-build) build='' ;;
    --keep) keep=yes ;;
    services | single) shape=$word ;;
    *) sed -n '2,6p' "$0" >&2 && exit 2 ;;
  esac
done
say() { echo "containers: $1"; }
for program in podman runc docker-compose nsenter; do
  command -v "$program" >/dev/null || {
    say "skipped: $program is missing (apt-get install podman buildah runc aardvark-dns docker-compose debootstrap)"
    exit 77
  }
done
[ "$(id -u)" -eq 0 ] || { say 'skipped: needs root' && exit 77; }

# shellcheck disable=SC1091
. ./.env
work=$(mktemp -d /tmp/market-containers.XXXXXX)
export COMPOSE_PROJECT_NAME=markettest COMPOSE_PROFILES="$shape"
export DOCKER_HOST="unix://$work/podman.sock"
MARKET_PORT=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# All tests come from one address.
export MARKET_AUTH_SIGN_UPS=1000000 MARKET_AUTH_SIGN_INS=1000000
MARKET_MAILBOX_PORT=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
MARKET_SANDBOX_PORT=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export MARKET_MAILBOX_PORT MARKET_SANDBOX_PORT MARKET_PORT MARKET_LISTEN="127.0.0.1:$MARKET_PORT" MARKET_URL="https://localhost:$MARKET_PORT"
# All tests are one client to nginx.
eval "$(/usr/bin/python3 -c 'from deploy.lib import nginx
print("export", *(f"{name}={value}" for name, value in nginx.without_limits().items()))')"
# runc, because crun refuses a hybrid cgroup layout; limits that are no more than a small machine's own.
cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
export CONTAINERS_CONF="$work/containers.conf" BUILDAH_ISOLATION=chroot

# shellcheck disable=SC2317 # called by trap
finish() {
  status=$?
  trap - EXIT INT TERM
  if [ -z "$keep" ]; then
    [ "$status" -eq 0 ] || docker-compose logs --no-color --tail 40 >"$work/../market-containers.log" 2>&1 || true
    docker-compose down -v --remove-orphans -t 20 >"$work/down.log" 2>&1 || true
  fi
  [ -z "${health:-}" ] || kill "$health" 2>/dev/null || true
  [ -z "${service:-}" ] || kill "$service" 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

podman system service --time=0 "$DOCKER_HOST" >"$work/service.log" 2>&1 &
service=$!

podman_build() { nice -n 15 podman build --isolation chroot --network host --format docker "$@"; }
if ! podman image exists "docker.io/library/$DEBIAN_IMAGE"; then
  say "$DEBIAN_IMAGE is a stand-in: debootstrap"
  release=${DEBIAN_IMAGE#*:}
  debootstrap --variant=minbase --include=ca-certificates "${release%%-*}" "$work/base" >"$work/debootstrap.log"
  tar -C "$work/base" -c . | podman import - "docker.io/library/$DEBIAN_IMAGE" >/dev/null 2>&1
  rm -rf "$work/base"
fi
for name in postgres redis nginx mailpit; do
  eval "image=\$$(echo $name | tr '[:lower:]' '[:upper:]')_IMAGE"
  # shellcheck disable=SC2154 # set by eval
  case $image in
    */*) image=docker.io/$image ;;
    *) image=docker.io/library/$image ;;
  esac
  podman image exists "$image" || podman_build -q -t "$image" \
    -f "tests/containers/standins/$name.Dockerfile" tests/containers/standins >/dev/null
  if [ "$(podman inspect -f '{{index .Config.Labels "market.standin"}}' "$image")" = yes ]; then
    case $name in
      postgres) version=$(podman run --rm --network none --entrypoint postgres "$image" --version) ;;
      redis) version=$(podman run --rm --network none "$image" redis-server --version) ;;
      nginx) version=$(podman run --rm --network none "$image" nginx -v 2>&1) ;;
      mailpit) version=$(podman run --rm --network none "$image" version) ;;
    esac
    say "$image is a stand-in: $version, from Debian"
  fi
done

if [ -n "$build" ]; then
  started=$(date +%s)
  podman_build -q --target tools -t "localhost/marketplace-tools:$MARKETPLACE_VERSION" . >/dev/null
  podman_build -q --target site -t "localhost/marketplace-site:$MARKETPLACE_VERSION" . >/dev/null
  podman_build --target runtime -t "localhost/marketplace:$MARKETPLACE_VERSION" . >"$work/build.log" 2>&1 || {
    tail -n 30 "$work/build.log"
    exit 1
  }
  say "images built in $(($(date +%s) - started)) s"
fi
size=$(podman image inspect -f '{{.Size}}' "localhost/marketplace:$MARKETPLACE_VERSION")
say "image of the programs: $((size / 1000000)) MB"
[ "$size" -lt 150000000 ] || { say 'that is more than 150 MB' && exit 1; }

# As a cluster runs it: it may write nowhere, and reaches nobody.
site=$(podman run -d --read-only --cap-drop all --network none "localhost/marketplace-site:$MARKETPLACE_VERSION")
# shellcheck disable=SC2016 # for the shell in there
pages=$(nsenter -t "$(podman inspect -f '{{.State.Pid}}' "$site")" -n sh -c 'for path in docs docs/swagger-ui-bundle.js openapi.json problems/not-found readyz en/; do
  curl -sS -o /dev/null -w "$path %{http_code} " --retry 20 --retry-delay 1 --retry-connrefused "http://127.0.0.1:8080/$path"
done' || true)
podman rm -f -t 5 "$site" >/dev/null
[ "$pages" = 'docs 200 docs/swagger-ui-bundle.js 200 openapi.json 200 problems/not-found 200 readyz 200 en/ 200 ' ] || {
  say "the image of the pages serves: $pages"
  exit 1
}
say 'the image of the pages has them all'

# A bridge takes the least address of its members, so it gets another one when a container comes or goes; whoever remembers the old
# one does not reach the name server for half a minute. One that was set stays.
keep_bridge_addresses() {
  # shellcheck disable=SC2046 # one word for each network
  for bridge in $(podman network inspect -f '{{.NetworkInterface}}' $(podman network ls -q --filter "name=^${COMPOSE_PROJECT_NAME}_")); do
    facts=/sys/class/net/$bridge
    [ "$(cat "$facts/addr_assign_type")" = 3 ] || ip link set dev "$bridge" address "$(cat "$facts/address")"
  done
}
while :; do
  keep_bridge_addresses || true
  for id in $(podman ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"); do
    podman healthcheck run "$id" || true
  done
  sleep 1
done >/dev/null 2>&1 &
health=$!

started=$(date +%s)
timeout 300 docker-compose up -d --no-build >"$work/up.log" 2>&1 || { tail -n 30 "$work/up.log" && exit 1; }
proof="proof"
[ "$shape" = services ] || proof="proof-single"
[ "$(podman wait "${COMPOSE_PROJECT_NAME}_${proof}_1")" = 0 ] || {
  docker-compose logs --no-color "$proof" nginx | tail -n 20
  exit 1
}
say "up in $(($(date +%s) - started)) s; $(podman logs "${COMPOSE_PROJECT_NAME}_${proof}_1" 2>&1 | tail -n 1)"
docker-compose ps

export MARKET_COMPOSED="$COMPOSE_PROJECT_NAME" MARKET_SHAPE="$shape" MARKET_INFO="$work/info.json" PYTHONDONTWRITEBYTECODE=1
# Without the tests of the launcher itself; what asks for its files or its processes says that it is skipped.
tests() { /usr/bin/python3 tests/containers/engine.py "$work" && /usr/bin/python3 -m pytest -q -p no:cacheprovider "$@"; }
say 'the system tests against the composition'
tests tests/system --ignore tests/system/test_launcher.py -rs
say 'tests of the containers'
tests tests/containers -s
say 'the system tests about replicas'
tests tests/system/test_replicas.py tests/system/test_zz_invariants.py

say 'backup, everything deleted, restore'
orders() { docker-compose exec -T postgres-order psql -U postgres -XAtc 'SELECT count(*) FROM orders' order </dev/null; }
before=$(orders)
COMPOSE=docker-compose ENGINE=podman sh deploy/compose/backup.sh "$work/backup"
docker-compose down -v -t 90 >"$work/down.log" 2>&1
COMPOSE=docker-compose sh deploy/compose/restore.sh "$work/backup" >"$work/restore.log" 2>&1 || { tail -n 20 "$work/restore.log" && exit 1; }
[ "$(orders)" -ge "$before" ] || { say "of $before orders there are $(orders)" && exit 1; }
tests tests/system/test_first_order.py tests/system/test_zz_invariants.py

[ -z "$keep" ] || { say "kept: project $COMPOSE_PROJECT_NAME, $MARKET_URL" && exit 0; }
started=$(date +%s)
docker-compose down -v -t 90 >"$work/down.log" 2>&1 || { tail -n 20 "$work/down.log" && exit 1; }
left=$(podman ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME"
  podman volume ls -q --filter "name=^${COMPOSE_PROJECT_NAME}_"
  podman network ls -q --filter "name=^${COMPOSE_PROJECT_NAME}_")
[ -z "$left" ] || { say "down left something: $left" && exit 1; }
say "down in $(($(date +%s) - started)) s; nothing is left"
