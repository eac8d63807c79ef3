#!/bin/sh
# Gets the telemetry parts that Debian does not package: kafka, collector, trace-store, log-store (default: all four).
# Each is made once, in a cache outside the checkout, under a name that changes with its version and its pins here.
# What this machine cannot make is named in one line and left out; exit code 1 says that something was.
#   build.sh [PART...]      make what is missing
#   build.sh --where        "PART DIRECTORY" for each part that is there
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
parts='kafka collector trace-store log-store'

# Accounts of daemons cannot enter root's home, and started by root the parts run under such accounts.
if [ -n "${MARKET_CACHE:-}" ]; then
  cache=$MARKET_CACHE
elif [ -n "${XDG_CACHE_HOME:-}" ]; then
  cache=$XDG_CACHE_HOME/marketplace
elif [ "$(id -u)" -eq 0 ]; then
  cache=/var/cache/marketplace
else
  cache=$HOME/.cache/marketplace
fi

say() { echo "telemetry: $1"; }

version() {
  case $1 in
    kafka) echo 4.4.0 ;;
    collector) echo 0.155.0 ;;
    trace-store) echo 1.62.0 ;;
    log-store) echo 1.51.1 ;;
    *)
      echo "market: no telemetry part '$1'; there are: $parts" >&2
      exit 2
      ;;
  esac
}

directory() {
  pins=$(cd "$here/$1" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-8)
  echo "$cache/$1-$(version "$1")-$pins"
}

# The last words of a tool that failed, in one line.
left_out() {
  say "$1 is left out: $2"
  return 1
}

why() { grep -v '^[[:space:]]*$' "$1" | grep -v '^\[ERROR\] *\(->.*\)\?$' | tail -n 1 | cut -c1-300; }

make_kafka() {
  command -v mvn >/dev/null || left_out kafka 'Maven (mvn) is not at hand' || return 1
  java -version >/dev/null 2>&1 || left_out kafka 'Java 17 or newer is not at hand' || return 1
  say 'fetching the jars of Kafka (43 MB)'
  nice -n 15 mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    "-DoutputDirectory=$1/lib" >"$1/log" 2>&1 </dev/null || left_out kafka "Maven: $(why "$1/log")"
}

# make_go PART PACKAGE DIRECTORY: one binary, named after the part.
make_go() {
  command -v go >/dev/null || left_out "$1" 'Go is not at hand' || return 1
  say "building $1 (minutes of one core, once)"
  (cd "$here/$1" && GOMAXPROCS=2 GOFLAGS='' nice -n 15 go build -mod=readonly -buildvcs=false -p 2 -trimpath \
    -ldflags='-s -w' -o "$3/$1" "$2") >"$3/log" 2>&1 </dev/null || left_out "$1" "Go: $(why "$3/log")"
}

make_part() {
  case $1 in
    kafka) make_kafka "$2" ;;
    collector) make_go collector . "$2" ;;
    trace-store) make_go trace-store github.com/jaegertracing/jaeger/cmd/all-in-one "$2" ;;
    log-store) make_go log-store github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs "$2" ;;
  esac
}

if [ "${1:-}" = --where ]; then
  for part in $parts; do
    made=$(directory "$part")
    [ ! -d "$made" ] || echo "$part $made"
  done
  exit 0
fi

[ $# -gt 0 ] || { # shellcheck disable=SC2086 # one word per part
  set -- $parts
}
for part in "$@"; do version "$part" >/dev/null; done

incomplete=''
for part in "$@"; do
  made=$(directory "$part")
  [ ! -d "$made" ] || continue
  mkdir -p "$cache" 2>/dev/null || {
    left_out "$part" "$cache cannot be written" || incomplete=yes
    continue
  }
  # One at a time, whoever asks: a second caller waits here and then finds the part made.
  exec 9>"$cache/lock"
  flock 9
  if [ ! -d "$made" ]; then
    draft=$(mktemp -d "$cache/$part.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    trap 'exit 130' INT TERM HUP
    if make_part "$part" "$draft"; then
      chmod 755 "$draft"
      mv "$draft" "$made"
      say "$part is in $made"
    else
      rm -rf "$draft"
      incomplete=yes
    fi
  fi
  exec 9>&-
done
[ -z "$incomplete" ]
