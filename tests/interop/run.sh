#!/bin/sh
# platform/grpc against the official gRPC interop suite (grpc-go), both ways, and against python3-grpcio and grpcurl.
#   run.sh <folder of the built programs>      exit 0 = all passed, 77 = skipped: neither the suite nor Go to build it
# The suite's programs are installed into .tools/bin on first use (network: the Go module proxy).
set -u
bin=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
tools=$root/.tools/bin
version=v1.85.0
cases="empty_unary large_unary client_streaming server_streaming ping_pong empty_stream timeout_on_sleeping_server
cancel_after_begin cancel_after_first_response custom_metadata status_code_and_message special_status_message
unimplemented_method unimplemented_service"

if [ ! -x "$tools/client" ] || [ ! -x "$tools/server" ]; then
  if ! command -v go >/dev/null; then
    echo "skipped: the interop suite is not in .tools/bin and there is no Go to build it"
    exit 77
  fi
  for part in client server; do
    GOBIN=$tools GOFLAGS=-buildvcs=false go install google.golang.org/grpc/interop/$part@$version || exit 1
  done
fi

work=$(mktemp -d)
failed=0
server_pid=
trap '[ -n "$server_pid" ] && kill "$server_pid" 2>/dev/null; rm -rf "$work"' EXIT

check() {  # name, command...
  name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok    $name"
  else
    echo "FAILED $name"
    tail -5 "$work/out"
    failed=1
  fi
}

"$bin/market_interop_server" 127.0.0.1:0 >"$work/address" &
server_pid=$!
until [ -s "$work/address" ]; do kill -0 "$server_pid" || exit 1; sleep 0.05; done
address=$(cat "$work/address")
port=${address##*:}

for case in $cases; do
  check "grpc-go client: $case" timeout 30 "$tools/client" -server_host=127.0.0.1 -server_port="$port" -test_case="$case"
  check "our client and server: $case" timeout 30 "$bin/market_interop_client" "$address" "$case"
done

if [ -x "$tools/grpcurl" ]; then
  check "grpcurl: list by reflection" sh -c "'$tools/grpcurl' -plaintext $address list | grep -qx grpc.testing.TestService"
  check "grpcurl: call by reflection" sh -c "'$tools/grpcurl' -plaintext -d '{\"responseSize\": 3}' $address \
    grpc.testing.TestService/UnaryCall | grep -q AAAA"
  check "grpcurl: health" sh -c "'$tools/grpcurl' -plaintext $address grpc.health.v1.Health/Check | grep -q SERVING"
fi
if /usr/bin/python3 -c 'import grpc' 2>/dev/null; then
  check "python3-grpcio" timeout 60 /usr/bin/python3 "$root/tests/interop/python_client.py" "$address"
fi
kill "$server_pid"
wait "$server_pid"
server_pid=

# The suite's server listens on every interface: give it a network of its own.
if unshare -rn true 2>/dev/null && command -v ip >/dev/null; then
  check "grpc-go server: all cases" timeout 60 unshare -rn sh -c "ip link set lo up
    '$tools/server' -port=10000 2>/dev/null & pid=\$!
    trap 'kill \$pid' EXIT
    until '$bin/market_interop_client' 127.0.0.1:10000 empty_unary >/dev/null; do kill -0 \$pid || exit 1; sleep 0.1; done
    '$bin/market_interop_client' 127.0.0.1:10000 $(echo $cases)"
else
  echo "skipped: our client against the grpc-go server (needs unshare -rn and ip)"
fi
exit $failed
