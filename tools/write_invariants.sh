#!/bin/sh
# Writes docs/invariants.md from what the checker says with --rules: write_invariants.sh BIN_DIRECTORY
# With --check instead, fails when the committed file is not what this writes.
set -eu

cd -- "$(dirname -- "$0")/.."
checker=$1/check_invariants
mode=${2:-}
file=docs/invariants.md

[ -x "$checker" ] || {
  echo "market: $checker is not built" >&2
  exit 1
}
draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
cat >"$draft" <<'HEAD'
# What must be true of the data

Written by `./market docs` from `check_invariants --rules`; changes here are lost.

`check_invariants` (natively `build/release/bin/check_invariants --config run/etc/check_invariants.conf`) names the rows
that break a rule, with what they say. It changes nothing. Do not mend a row by hand before it is known how it came
about: save the output, then see the runbooks.

A rule of one database holds at every moment. A rule between several is judged of an order that is at rest: no step of
it is under way, and no message about it waits to be delivered. Rules that end in *always* are about what never
changes once it is written. How both are exact while the marketplace works: `tools/check_invariants/cross_checks.hpp`.
What is planted to see that each rule finds it: `tests/system/rots.py`.

HEAD
"$checker" --rules >>"$draft"
if [ "$mode" = --check ]; then
  diff -u "$file" "$draft" || {
    echo "$file is stale: run ./market docs" >&2
    exit 1
  }
else
  cat "$draft" >"$file"
  echo "docs: $(wc -l <"$file") lines in $file"
fi
