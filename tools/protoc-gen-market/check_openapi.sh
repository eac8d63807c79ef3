#!/bin/sh
# check_openapi.sh PLUGIN SOURCE_DIR: fails when docs/openapi.yaml or deploy/native/nginx_uploads.conf is not what the
# contracts give.
set -eu

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sh "$2/tools/write_openapi.sh" "$1" "$out" "$out"
for file in docs/openapi.yaml deploy/native/nginx_uploads.conf; do
  if ! diff -u "$2/$file" "$out/${file##*/}"; then
    echo "$file is stale: run ./market docs and commit it" >&2
    exit 1
  fi
done
