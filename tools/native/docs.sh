#!/bin/sh
# Writes docs/openapi.yaml from the contracts in proto/. A test fails when the committed file is not what this writes.
set -eu

cd -- "$(dirname -- "$0")/../.."
preset=${MARKET_PRESET:-release}
plugin=build/$preset/tools/protoc-gen-market/protoc-gen-market
if [ -z "${MARKET_NO_BUILD:-}" ]; then sh tools/native/build.sh "$preset" protoc-gen-market; fi

set --
for service in auth user product order payment; do
  set -- "$@" "proto/marketplace/$service/v1/$service.proto"
done
protoc -Iproto --plugin=protoc-gen-market="$plugin" --market_out=openapi:docs "$@"
echo "docs: $(wc -l <docs/openapi.yaml) lines in docs/openapi.yaml"
