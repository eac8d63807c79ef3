#!/bin/bash
# PID 1 of the cluster's own namespaces, which all of its processes die with: init.sh DIRECTORY (tests/cluster/node.py).
# What it makes of mounts, addresses and settings is seen in those namespaces only.
set -eu

work=$1
mount --make-rprivate /
mount --make-rshared /
for place in /run /var/lib /var/log; do mount -t tmpfs tmpfs "$place"; done
mkdir -p "$work"/state/{etcd,kubelet,pods,plugins} /var/lib/kubelet /var/log/pods /run/cni-ipam
mount --bind "$work/state/kubelet" /var/lib/kubelet
mount --bind "$work/state/pods" /var/log/pods
mount --make-rshared /var/lib/kubelet

# kubelet would set these for the whole machine: it finds its values in place instead.
shield() {
  [ "$(cat "/proc/sys/$1")" = "$2" ] && return
  file=$work/state/sysctl_${1//\//_}
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}
shield vm/overcommit_memory 1
shield vm/panic_on_oom 0
shield kernel/panic 10
shield kernel/panic_on_oops 1
shield kernel/keys/root_maxkeys 1000000
shield kernel/keys/root_maxbytes 25000000

hostname node1
ip link set lo up
# The node's addresses: its own, one for each thing that is no pod (node.py), and that of a cloud's metadata.
ip link add node0 type veth peer name node0p
ip link set node0p up
for address in 10.250.0.{1..40}/24 169.254.169.254/32; do ip addr add "$address" dev node0; done
ip link set node0 up
ip route add default via 10.250.0.254 dev node0
sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
touch "$work/state/ready"

trap 'exit 0' TERM INT
# Children of processes that have ended become its own.
while :; do
  sleep 60 &
  wait $!
done
