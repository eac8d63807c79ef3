#!/bin/sh
# Makes the Debian packages of the release build: package.sh [DIRECTORY] (default: build/packages)
set -eu

cd -- "$(dirname -- "$0")/../.."
directory=${1:-build/packages}
/usr/bin/python3 deploy/lib/web.py build
sh deploy/lib/build.sh release programs
mkdir -p "$directory"
directory=$(cd -- "$directory" && pwd -P)
rm -f "$directory"/*.deb
log=$directory/cpack.log
# Files are created with the permissions that the packages have.
umask 022
cpack --config build/release/CPackConfig.cmake -B "$directory" >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  echo 'market: cpack failed' >&2
  exit 1
}
rm -rf "$directory/_CPack_Packages"
ls -l "$directory"/*.deb
