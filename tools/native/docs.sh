#!/bin/sh
# Writes docs/openapi.yaml from the contracts in proto/ and docs/configuration.md from the programs. Tests fail when
# the committed files are not what this writes.
set -eu

cd -- "$(dirname -- "$0")/../.."
preset=${MARKET_PRESET:-release}
plugin=build/$preset/tools/protoc-gen-market/protoc-gen-market
if [ -z "${MARKET_NO_BUILD:-}" ]; then
  sh deploy/lib/build.sh "$preset" protoc-gen-market auth user product order payment gateway sandbox marketplace
fi

sh tools/write_openapi.sh "$plugin" docs
echo "docs: $(wc -l <docs/openapi.yaml) lines in docs/openapi.yaml"
sh tools/write_configuration.sh "build/$preset/bin"
