#!/bin/sh
# Clients that share nothing with ours, grpcurl and ghz (both grpc-go), against every gRPC port of a running stack.
#   foreign.sh DATA     DATA as `./market up --data DATA` had it, either shape; exit 0 = all passed, 77 = skipped
# They know the contract by reflection only, except through nginx, which passes on no reflection.
set -u
data=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
tools=$root/.tools/bin
pki=$data/pki/services

install_tool() {  # name, package
  if [ -x "$tools/$1" ]; then return; fi
  if ! command -v go >/dev/null; then
    echo "skipped: no go, and $1 is not in .tools/bin"
    exit 77
  fi
  mkdir -p "$tools" && tools=$(cd "$tools" && pwd) || exit 1
  if ! GOBIN=$tools GOFLAGS=-buildvcs=false go install "$2"; then
    echo "skipped: $1 is not in .tools/bin and cannot be installed"
    exit 77
  fi
}

install_tool grpcurl github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3
install_tool ghz github.com/bojand/ghz/cmd/ghz@v0.120.0

info=$(MARKET_DATA=$data "$root/market" info --json) || exit 1
public=$(echo "$info" | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["grpc"])')
shape=$(echo "$info" | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["shape"])')

out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0

check() {  # name, pattern the output must have, command...
  name=$1 pattern=$2
  shift 2
  timeout 60 "$@" >"$out" 2>&1
  if grep -q -- "$pattern" "$out"; then
    echo "ok      $name"
    passed=$((passed + 1))
  else
    echo "FAILED  $name: no \"$pattern\" in"
    tail -5 "$out"
    failed=$((failed + 1))
  fi
}

port_of() {  # service: the public port plus the distance that the topology gives
  distance=$(cd "$root" && /usr/bin/python3 -m deploy.lib.topology distance "$(echo "$1" | tr '[:lower:]' '[:upper:]')_GRPC")
  echo $((${public##*:} + distance))
}

one_service() {  # service, a method that users may call, what a stranger is answered
  service=$1 full=marketplace.$1.v1.$2 answer=$3
  identity=$service
  [ "$shape" = single ] && identity=marketplace
  address=127.0.0.1:$(port_of "$identity")
  trust="-cacert $pki/ca.crt -servername $identity"
  key="-cert $pki/edge.crt -key $pki/edge.key"
  # shellcheck disable=SC2086  # flags, several to a variable
  {
    check "$service: list by reflection" "^${full%/*}\$" "$tools/grpcurl" $trust $key "$address" list
    check "$service: describe by reflection" "rpc ${full#*/} " "$tools/grpcurl" $trust $key "$address" describe "${full%/*}"
    check "$service: health" '"SERVING"' "$tools/grpcurl" $trust $key "$address" grpc.health.v1.Health/Check
    check "$service: ${full#*/} without a token: $answer" "$answer" "$tools/grpcurl" $trust $key -v "$address" "$full"
    check "$service: no certificate, no call" "certificate required" "$tools/grpcurl" $trust "$address" list
    check "$service: another's certificate is not taken for its own" "not $identity.wrong" \
      "$tools/grpcurl" -cacert "$pki/ca.crt" -servername "$identity.wrong" $key "$address" list
  }
}

one_service auth AuthService/GetKeys '"keys"'
one_service user UserService/ListSellers 'received 1 response'
one_service product ProductService/ListCategories 'received 1 response'
one_service order OrderService/GetOrder Unauthenticated
one_service payment PaymentService/GetOrderPayment Unauthenticated

identity=product
[ "$shape" = single ] && identity=marketplace
check "product: ghz, 5000 calls, 32 at once on 4 connections" '\[OK\] *5000 responses' "$tools/ghz" --cacert "$pki/ca.crt" \
  --cert "$pki/edge.crt" --key "$pki/edge.key" --cname "$identity" --call marketplace.product.v1.ProductService/SearchProducts \
  -n 5000 -c 32 --connections 4 "127.0.0.1:$(port_of "$identity")"
grep -E 'Requests/sec|99 %' "$out"
check "product: grpcurl through nginx" 'received 1 response' "$tools/grpcurl" -v -cacert "$data/pki/ca.crt" \
  -import-path "$root/proto" -proto marketplace/product/v1/product.proto "$public" \
  marketplace.product.v1.ProductService/ListCategories

echo "$passed passed, $failed failed (shape $shape)"
[ "$failed" -eq 0 ]
