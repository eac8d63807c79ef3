#!/bin/sh
# Configures and builds one preset: build.sh [PRESET] [TARGET...]
set -eu

cd -- "$(dirname -- "$0")/../.."
preset=${1:-release}
[ $# -eq 0 ] || shift

if ! cmake --list-presets=build 2>/dev/null | grep -q "^ *\"$preset\""; then
  echo "market: unknown build preset '$preset' (CMakePresets.json has: $(
    cmake --list-presets=build | sed -n 's/^ *"\(.*\)".*/\1/p' | tr '\n' ' '))" >&2
  exit 2
fi

# One compiler takes up to 1.5 GB: with less memory than cores the machine would swap.
memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
jobs=$((memory_kb / 1572864))
cores=$(nproc)
[ "$jobs" -le "$cores" ] || jobs=$cores
[ "$jobs" -ge 1 ] || jobs=1

log=build/$preset/configure.log
mkdir -p "build/$preset"
if [ ! -f "build/$preset/build.ninja" ]; then
  echo "build: configuring preset $preset (log: $log)"
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "market: cmake --preset $preset failed" >&2
    exit 1
  fi
fi

echo "build: preset $preset, $jobs at a time"
if [ $# -gt 0 ]; then set -- --target "$@"; fi
# A terminal sees every step; a log sees one line in fifty and every complaint.
if [ -t 1 ]; then
  exec cmake --build "build/$preset" -j "$jobs" "$@"
fi
{
  cmake --build "build/$preset" -j "$jobs" "$@" 2>&1 || echo "market-build-failed"
} | awk '
  /^market-build-failed$/ { failed = 1; next }
  /^\[[0-9]+\/[0-9]+\] / { step++; last = $0; if (step % 50 == 1) { print; fflush(); last = "" } next }
  { print; fflush() }
  END { if (last != "") print last; exit failed }'
