#!/bin/sh
# platform/grpc against the official gRPC interop suite (grpc-go), both ways, and against python3-grpcio and grpcurl.
#   run.sh <folder of the built programs>      exit 0 = all passed, 77 = skipped: neither the suite nor Go to build it
# The suite's programs are installed into .tools/bin on first use (network: the Go module proxy). Their server listens on
# every interface, so all of it runs in a network of its own where the kernel allows one.
set -u
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../../.tools/bin
version=v1.85.0
cases="empty_unary large_unary client_streaming server_streaming ping_pong empty_stream timeout_on_sleeping_server
cancel_after_begin cancel_after_first_response custom_metadata status_code_and_message special_status_message
unimplemented_method unimplemented_service"

install_suite() {
  if [ -x "$tools/interop-client" ] && [ -x "$tools/interop-server" ]; then return; fi
  if ! command -v go >/dev/null; then
    echo "skipped: no go, and the official interop suite is not in .tools/bin"
    exit 77
  fi
  mkdir -p "$tools/interop" && tools=$(cd "$tools" && pwd) || exit 1
  for part in client server; do
    # The programs' own names are too general for a shared folder.
    if ! GOBIN=$tools/interop GOFLAGS=-buildvcs=false go install "google.golang.org/grpc/interop/$part@$version"; then
      echo "skipped: the official interop suite is not in .tools/bin and cannot be installed"
      exit 77
    fi
    mv "$tools/interop/$part" "$tools/interop-$part"
  done
  rmdir "$tools/interop"
}

if [ "${MARKET_INTEROP_NETWORK:-}" != own ]; then
  install_suite
  if command -v ip >/dev/null && unshare -rn true 2>/dev/null; then
    # shellcheck disable=SC2016  # expanded by the inner shell
    MARKET_INTEROP_NETWORK=own exec unshare -rn sh -c 'ip link set lo up && exec sh "$0" "$@"' "$0" "$@"
  fi
fi

work=$(mktemp -d)
passed=0
failed=0
servers=
# shellcheck disable=SC2086  # a list of process ids
trap '[ -n "$servers" ] && kill $servers 2>/dev/null; rm -rf "$work"' EXIT

check() {  # name, command...
  name=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    echo "ok      $name"
    passed=$((passed + 1))
  else
    echo "FAILED  $name"
    tail -5 "$work/out"
    failed=$((failed + 1))
  fi
}

fails() { ! "$@"; }

all_cases() {  # name, client and its flags...
  title=$1
  shift
  for case in $cases; do check "$title: $case" timeout 30 "$@" "-test_case=$case"; done
}

certificate() {  # file name, DNS name
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" \
    -subj "/CN=$2" 2>/dev/null || exit 1
  echo "subjectAltName=DNS:$2" >"$work/$1.ext"
  openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
    -extfile "$work/$1.ext" -out "$work/$1.crt" 2>/dev/null || exit 1
}

our_server() {  # name, flags...; sets port
  log=$work/$1
  shift
  "$bin/market_interop_server" "$@" >"$log" &
  servers="$servers $!"
  until [ -s "$log" ]; do kill -0 $! || exit 1; sleep 0.05; done
  port=$(sed 's/.*://' "$log")
}

# Asked to end it drains and says 0; a sanitizer's report makes it something else.
ends_in_order() { kill "$1" && wait "$1"; }

official_server() {  # flags...; sets port
  port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])')
  "$tools/interop-server" -port="$port" "$@" 2>/dev/null &
  servers="$servers $!"
  until /usr/bin/python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null; do
    kill -0 $! || exit 1
    sleep 0.05
  done
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.crt" \
  -subj "/CN=interop CA" -days 2 2>/dev/null || exit 1
certificate server interop.test
certificate client client.test
our_key="-tls_cert_file=$work/client.crt -tls_key_file=$work/client.key"
server_key="-tls_cert_file=$work/server.crt -tls_key_file=$work/server.key"
tls="-use_tls -ca_file=$work/ca.crt -server_host_override=interop.test"

our_server plain
ours=127.0.0.1:$port
all_cases "official client, our server" "$tools/interop-client" -server_host=127.0.0.1 -server_port="$port"
all_cases "our client, our server" "$bin/market_interop_client" -server_port="$port"
if [ -x "$tools/grpcurl" ]; then
  check "grpcurl: list by reflection" sh -c "'$tools/grpcurl' -plaintext $ours list | grep -qx grpc.testing.TestService"
  check "grpcurl: call by reflection" sh -c "'$tools/grpcurl' -plaintext -d '{\"responseSize\": 3}' $ours \
    grpc.testing.TestService/UnaryCall | grep -q AAAA"
  check "grpcurl: health" sh -c "'$tools/grpcurl' -plaintext $ours grpc.health.v1.Health/Check | grep -q SERVING"
else
  echo "skipped grpcurl: not in .tools/bin"
fi
if /usr/bin/python3 -c 'import grpc' 2>/dev/null; then
  check "python3-grpcio" timeout 60 /usr/bin/python3 "$here/python_client.py" "$ours"
else
  echo "skipped python3-grpcio: not installed"
fi

# shellcheck disable=SC2086  # flags, several to a variable
{
  our_server mtls -use_tls $server_key "-ca_file=$work/ca.crt"
  all_cases "our client, our server, mutual TLS" "$bin/market_interop_client" -server_port="$port" $tls $our_key
  check "official client without a certificate is refused" fails timeout 30 "$tools/interop-client" \
    -server_host=127.0.0.1 -server_port="$port" $tls -test_case=empty_unary
  for pid in $servers; do check "our server ends in order" ends_in_order "$pid"; done
  servers=

  official_server
  all_cases "our client, official server" "$bin/market_interop_client" -server_port="$port"
  official_server -use_tls $server_key
  all_cases "our client, official server, TLS" "$bin/market_interop_client" -server_port="$port" $tls
}

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
