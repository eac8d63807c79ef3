#!/bin/sh
# Writes what follows from deploy/topology.yaml, docs/openapi.yaml and deploy/native/nginx_uploads.conf from the contracts in proto/, docs/configuration.md
# and docs/invariants.md from the programs, docs/operations.md from the contracts and the tests. Tests fail when the committed files are not what this writes.
set -eu

cd -- "$(dirname -- "$0")/../.."
/usr/bin/python3 tools/write_topology
preset=${MARKET_PRESET:-release}
plugin=build/$preset/tools/protoc-gen-market/protoc-gen-market
programs=$(/usr/bin/python3 -m deploy.lib.topology programs)
if [ -z "${MARKET_NO_BUILD:-}" ]; then
  # shellcheck disable=SC2086 # one word per program
  sh deploy/lib/build.sh "$preset" protoc-gen-market check_invariants $programs
fi

sh tools/write_openapi.sh "$plugin" docs deploy/native
echo "docs: $(wc -l <docs/openapi.yaml) lines in docs/openapi.yaml"
sh tools/write_configuration.sh "build/$preset/bin"
sh tools/write_invariants.sh "build/$preset/bin"
/usr/bin/python3 tools/write_operations.py
