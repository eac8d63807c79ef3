#!/bin/sh
# Writes docs/openapi.yaml from the contracts in proto/. A test fails when the committed file is not what this writes.
set -eu

cd -- "$(dirname -- "$0")/../.."
preset=${MARKET_PRESET:-release}
plugin=build/$preset/tools/protoc-gen-market/protoc-gen-market
if [ -z "${MARKET_NO_BUILD:-}" ]; then sh tools/native/build.sh "$preset" protoc-gen-market; fi

sh tools/write_openapi.sh "$plugin" docs
echo "docs: $(wc -l <docs/openapi.yaml) lines in docs/openapi.yaml"
