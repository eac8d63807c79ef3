#!/bin/sh
# nginx of a composition: the names of the parts are looked up again and again with the resolver that this container has,
# and both logs go to the container's.
set -eu

# The first only: nginx would ask all in turn, and with podman the later ones do not know the network `inside`.
server=$(awk '$1 == "nameserver" { print ($2 ~ /:/) ? "[" $2 "]" : $2; exit }' /etc/resolv.conf)
echo "resolver ${server:?/etc/resolv.conf names no server} valid=5s ipv6=off;" >/tmp/resolver.conf
ln -sf /dev/stdout /tmp/access.log
ln -sf /dev/stderr /tmp/nginx.log
exec nginx -e stderr -c /run/market/nginx.conf
