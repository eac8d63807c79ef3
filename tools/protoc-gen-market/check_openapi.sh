#!/bin/sh
# check_openapi.sh PLUGIN SOURCE_DIR: fails when docs/openapi.yaml is not what the contracts give.
set -eu

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sh "$2/tools/write_openapi.sh" "$1" "$out"
if ! diff -u "$2/docs/openapi.yaml" "$out/openapi.yaml"; then
  echo "docs/openapi.yaml is stale: run ./market docs and commit it" >&2
  exit 1
fi
