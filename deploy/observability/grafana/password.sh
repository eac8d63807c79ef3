#!/bin/sh
# `draw` makes Grafana's admin password if there is none yet; `show` prints it.
set -eu
file=/var/lib/grafana/admin_password
case ${1:-draw} in
  draw)
    [ -s "$file" ] || (umask 077 && head -c 24 /dev/urandom | base64 | tr -d '\n' >"$file.new" && mv "$file.new" "$file")
    ;;
  show) cat "$file" && echo ;;
  *)
    echo 'password.sh: draw or show' >&2
    exit 2
    ;;
esac
