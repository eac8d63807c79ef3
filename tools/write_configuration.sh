#!/bin/sh
# Writes docs/configuration.md from what the programs say with --help: write_configuration.sh BIN_DIRECTORY
# With --check instead, fails when the committed file is not what this writes.
set -eu

cd -- "$(dirname -- "$0")/.."
bin=$1
mode=${2:-}
file=docs/configuration.md
# marketplace comes last: what it shares with the others is told there.
programs="$(/usr/bin/python3 -m deploy.lib.topology services) gateway sandbox marketplace"

for program in $programs; do
  [ -x "$bin/$program" ] || {
    echo "market: $bin/$program is not built" >&2
    exit 1
  }
done

# One line a property: program, key, default, meaning, separated by tabs.
properties() {
  for program in $programs; do
    "$bin/$program" --help | awk -v program="$program" '
      /^  [a-z]/ {
        key = $1
        value = $2 == "(required)" ? "*required*" : $2 == "=" ? substr($0, index($0, " = ") + 3) : ""
        if (value != "" && value != "*required*") value = "`" value "`"
        # It names the machine and ends in the process id.
        if (key == "service.instance") value = "program, host name and process id"
        next
      }
      /^      / && key != "" {
        sub(/^ +/, "")
        sub(/, a whole number with ms, s, m, h or d$/, "")
        sub(/; text$/, "")
        sub(/; text; secret, may be named by a file$/, "; **secret**")
        gsub(/\|/, "\\|")
        print program "\t" key "\t" value "\t" $0
        key = ""
      }'
  done
}

introduction() {
  cat <<'HEAD'
# Configuration

Written by `./market docs` from the `--help` of the programs; changes here are lost.

A key is read from the file named by `--config` or `MARKET_CONFIG` (lines `key = value`), from the environment
(`grpc.listen` is `MARKET_GRPC_LISTEN`) and from the command line (`--grpc.listen=VALUE`); the later wins. A secret may
be named by a file: `postgres.conninfo_file = PATH`. Durations are whole numbers with ms, s, m, h or d. An unknown key, a
value out of bounds or a missing required one stops the program before it starts, with one line that names the key and
exit code 2. `--print-config` shows what a program would run with and where each value is from; `--check-config` only
checks.

What `./market up` sets stands in `deploy/native/config`.
HEAD
}

tables() {
  awk -F '\t' -v programs="$programs" '
    BEGIN { total = split(programs, order, " ") }
    $1 == "marketplace" && ($2 FS $3 FS $4) in users { next }
    {
      id = $2 FS $3 FS $4
      if (!(id in users)) { ids[++count] = id; users[id] = $1 } else users[id] = users[id] ", " $1
      uses[id]++
    }
    function head(title, note, more) {
      print "\n## " title (note == "" ? "" : "\n\n" note)
      print "\n| key | default | meaning |" more "\n|---|---|---|" (more == "" ? "" : "---|")
    }
    function row(id, more,   part) {
      split(id, part, FS)
      print "| `" part[1] "` | " part[2] " | " part[3] " |" more
    }
    END {
      head("Every program", "", "")
      for (i = 1; i <= count; i++) if (uses[ids[i]] == total - 1) row(ids[i], "")
      head("Several programs", "", " in |")
      for (i = 1; i <= count; i++)
        if (uses[ids[i]] > 1 && uses[ids[i]] < total - 1) row(ids[i], " " users[ids[i]] " |")
      for (p = 1; p <= total; p++) {
        titled = 0
        for (i = 1; i <= count; i++) {
          if (uses[ids[i]] != 1 || users[ids[i]] != order[p]) continue
          if (!titled++) {
            note = order[p] == "marketplace" ? "The one-process shape has the keys of the gateway and of all services, but no `peers.*`." : ""
            head(order[p], note, "")
          }
          row(ids[i], "")
        }
      }
    }'
}

draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
introduction >"$draft"
properties | tables >>"$draft"
if [ "$mode" = --check ]; then
  diff -u "$file" "$draft" || {
    echo "$file is stale: run ./market docs" >&2
    exit 1
  }
else
  cat "$draft" >"$file"
  echo "docs: $(wc -l <"$file") lines in $file"
fi
