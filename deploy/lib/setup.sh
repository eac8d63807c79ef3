#!/bin/sh
# Installs what is missing of the given groups of packages.txt (default: build run).
# Never starts, enables or reconfigures a system service: the stack runs its own, under its data directory.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
packages=$here/packages.txt
policy=/usr/sbin/policy-rc.d
cluster_conf=/etc/postgresql-common/createcluster.conf
services='postgresql redis-server nginx supervisor prometheus prometheus-alertmanager prometheus-node-exporter
  prometheus-postgres-exporter prometheus-redis-exporter prometheus-nginx-exporter'

say() { echo "setup: $1"; }
fail() {
  echo "market: $1" >&2
  exit 1
}

# The lines of one group, comments dropped, "a | b" as "a|b".
group_lines() {
  awk -v want="[$1]" '
    /^[[:space:]]*(#|$)/ { next }
    /^\[/ { inside = ($0 == want); found = found || inside; next }
    inside { gsub(/[[:space:]]/, ""); print }
    END { exit !found }' "$packages"
}

installed_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p'
}

# Reads wanted lines; prints those of which no alternative is installed.
missing_lines() {
  installed_packages | awk -v lines="$1" '
    { have[$0] = 1 }
    END {
      n = split(lines, line, "\n")
      for (i = 1; i <= n; i++) {
        m = split(line[i], name, "|"); ok = 0
        for (j = 1; j <= m; j++) if (name[j] in have) ok = 1
        if (!ok && line[i] != "") print line[i]
      }
    }'
}

# The first alternative that this release can install.
choose() {
  for line in $1; do
    chosen=''
    for name in $(echo "$line" | tr '|' ' '); do
      if apt-cache policy "$name" 2>/dev/null | grep -q '^  Candidate: [^(]'; then
        chosen=$name
        break
      fi
    done
    [ -n "$chosen" ] || fail "this release has no package for '$line' (deploy/lib/packages.txt)"
    echo "$chosen"
  done
}

is_installed() { installed_packages | grep -qx -- "$1"; }

# What apt changes for the time of the installation is put back, however the installation ends.
restore() {
  status=$?
  [ -z "${made_policy:-}" ] || rm -f "$policy"
  [ ! -e "$cluster_conf.market-saved" ] || mv -f "$cluster_conf.market-saved" "$cluster_conf"
  exit "$status"
}

apt_install() {
  $apt install "$@" >>"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    return 1
  }
}

install_as_root() {
  trap restore EXIT
  trap 'exit 130' INT TERM HUP
  new_services=''
  for service in $services; do
    is_installed "$service" || new_services="$new_services $service"
  done

  log=$(mktemp /tmp/market-setup.XXXXXX)
  say "the output of apt goes to $log"
  apt="apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 --no-install-recommends"
  export DEBIAN_FRONTEND=noninteractive
  # Package scripts ask this program before they start a service; 101 means "not allowed".
  if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  # Debian's PostgreSQL makes a cluster "main" when it is installed, unless this file says no.
  case " $* " in
    *' postgresql '*)
      apt_install postgresql-common
      if [ -f "$cluster_conf" ] && ! grep -q '^ *create_main_cluster' "$cluster_conf"; then
        cp -p "$cluster_conf" "$cluster_conf.market-saved"
        echo 'create_main_cluster = false' >>"$cluster_conf"
      fi
      ;;
  esac
  apt_install "$@"
  # A service that came with this installation must not start at the next boot either.
  for service in $new_services; do
    if is_installed "$service"; then
      update-rc.d "$service" disable >/dev/null 2>&1 || true
      if command -v systemctl >/dev/null; then systemctl disable "$service" >/dev/null 2>&1 || true; fi
    fi
  done
}

if [ "${1:-}" = --install-as-root ]; then
  shift
  install_as_root "$@"
  exit 0
fi

[ $# -gt 0 ] || set -- build run
# The pages are part of the build, but for an image that compiles the programs alone.
case " $* " in
  *' build '*)
    if [ -z "${MARKET_SETUP_PROGRAMS:-}" ] && { ! command -v node || ! command -v npm; } >/dev/null; then set -- "$@" node; fi
    ;;
esac
wanted=''
for group in "$@"; do
  lines=$(group_lines "$group") || fail "unknown package group '$group' (there are: build package run telemetry test node cluster)"
  wanted="$wanted
$lines"
done

if ! command -v dpkg-query >/dev/null; then
  say 'this is not Debian. The native route needs Debian 12 or 13 with these packages:'
  echo "$wanted" | sed 's/|.*//' | tr '\n' ' ' | fold -s -w 100
  echo
  fail 'on another system use the container route, deploy/compose, or run this in a Debian 12 container'
fi

missing=$(missing_lines "$wanted")
[ -n "$missing" ] || exit 0

# shellcheck disable=SC1091
release=$(. /etc/os-release && echo "${ID:-unknown} ${VERSION_ID:-}")
case $release in
  'debian 12' | 'debian 13') ;;
  *)
    say "tested on Debian 12 and 13; this is '$release'. Missing here:"
    echo "$missing" | sed 's/|/ or /g' | tr '\n' ' ' | fold -s -w 100
    echo
    fail 'install these yourself and start again, or use the container route, deploy/compose'
    ;;
esac

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    names=$(echo "$missing" | sed 's/|.*//' | tr '\n' ' ')
    fail "installing needs root and there is no sudo; as root: apt-get install $names"
  }
  as_root=sudo
fi

say 'asking apt for what is missing'
$as_root apt-get update -qq || fail 'apt-get update failed'
# choose() runs in a subshell: its failure must end this one.
names=$(choose "$missing") || exit 1
say "installing $(echo "$names" | tr '\n' ' ')"
# shellcheck disable=SC2086 # one word per package
$as_root sh "$here/setup.sh" --install-as-root $names || fail 'apt could not install the packages above'
still=$(missing_lines "$wanted")
[ -z "$still" ] || fail "apt left these missing: $still"
say 'done'
