#!/bin/sh
# write_openapi.sh PLUGIN OUT_DIR: writes openapi.yaml of all contracts into OUT_DIR.
set -eu

plugin=$1
out=$2
proto=$(cd -- "$(dirname -- "$0")/../proto" && pwd)
set --
for service in auth user product order payment; do
  set -- "$@" "$proto/marketplace/$service/v1/$service.proto"
done
protoc -I"$proto" --plugin=protoc-gen-market="$plugin" --market_out=openapi:"$out" "$@"
