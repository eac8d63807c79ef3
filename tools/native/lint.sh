#!/bin/sh
# Formatting, layering and shell checks; --tidy adds clang-tidy over every unit (minutes).
set -eu

cd -- "$(dirname -- "$0")/../.."
tidy=''
for option in "$@"; do
  case $option in
    --tidy) tidy=yes ;;
    *)
      echo "market: ./market lint: unknown option '$option'" >&2
      exit 2
      ;;
  esac
done

failed=''
check() {
  what=$1
  shift
  if "$@"; then echo "lint: $what: clean"; else
    echo "lint: $what: see above" >&2
    failed=yes
  fi
}

format() {
  git ls-files -z -co --exclude-standard -- '*.cpp' '*.hpp' | xargs -0 -r clang-format-19 --dry-run --Werror
}

for program in clang-format-19 shellcheck; do
  command -v $program >/dev/null || {
    echo "market: $program is not installed: run ./market setup test" >&2
    exit 1
  }
done
check 'clang-format' format
check 'shellcheck' shellcheck market .ci/run tools/*.sh tools/native/*.sh deploy/lib/*.sh
check 'layers' /usr/bin/python3 tools/check_layers.py
check 'places of the topology' /usr/bin/python3 tools/write_topology --check
check 'reasons of refusals' /usr/bin/python3 tools/check_reasons.py
check 'paths in the documentation' /usr/bin/python3 tools/check_docs.py
check 'pages' /usr/bin/python3 deploy/lib/web.py check
if [ -n "$tidy" ]; then check 'clang-tidy' sh deploy/lib/build.sh tidy; fi
[ -z "$failed" ]
