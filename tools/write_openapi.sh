#!/bin/sh
# write_openapi.sh PLUGIN OUT_DIR EDGE_DIR: writes openapi.yaml of all contracts into OUT_DIR, and into EDGE_DIR what nginx is
# to know of them.
set -eu

plugin=$1
out=$2
edge=$3
root=$(cd -- "$(dirname -- "$0")/.." && pwd)
proto=$root/proto
services=$(cd -- "$root" && /usr/bin/python3 -m deploy.lib.topology services)
set -- "$proto/marketplace/type/v1/refusal.proto"
for service in $services; do
  set -- "$@" "$proto/marketplace/$service/v1/$service.proto"
done
protoc -I"$proto" --plugin=protoc-gen-market="$plugin" --market_out=openapi:"$out" "$@"
protoc -I"$proto" --plugin=protoc-gen-market="$plugin" --market_out=edge:"$edge" "$@"
