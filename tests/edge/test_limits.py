"""Each limit of nginx is refused in our form, to the one request that is over it, and to nobody else."""

import base64
import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import time
import urllib.parse

import grpc
import pytest

import contract
import peers
from deploy.lib import nginx, topology
from market import new_key, until

HOST = b"Host: localhost\r\n"
GET = b"GET /v1/categories HTTP/1.1\r\n"
POST = b"POST /v1/sessions HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
ASKED = "/grpc.health.v1.Health/Check"
# [(a path that takes files, how large one may be)], as the contract says.
UPLOADS = [(re.sub(r"\[\^/\]\+", "00000000-0000-7000-8000-000000000001", pattern).replace("\\", ""), int(most)) for pattern, most in re.findall(
    r'^location ~ "\^(.*)\$" \{\n  client_max_body_size (\d+);$', (topology.ROOT / "deploy/native/nginx_uploads.conf").read_text(), re.MULTILINE)]


@pytest.fixture
def connect(stack):
    """connect("127.0.0.30") is a TLS connection."""
    with contextlib.ExitStack() as opened:
        yield lambda address="127.0.0.1": opened.enter_context(peers.tls(stack["url"], stack["caFile"], address))


@pytest.fixture
def http2(stack):
    with contextlib.ExitStack() as opened:
        yield lambda address="127.0.0.1": opened.enter_context(peers.Http2(stack["url"], stack["caFile"], address))


def problem(answer, body, status, reason):
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), body[:300]
    told = json.loads(body)
    assert (told["status"], told["reason"], told["fields"]) == (status, reason, [])
    assert told["traceId"] and told["type"] == "/problems/" + reason.lower().replace("_", "-")


def grpc_refusal(fields, code, reason):
    """Of nginx, with the details that a service would send."""
    assert (fields[":status"], fields["content-type"], fields["grpc-status"]) == ("200", "application/grpc", str(code)), fields
    loaded = contract.modules()
    info, status = loaded["google/rpc/error_details.proto"].ErrorInfo(), loaded["google/rpc/status.proto"].Status()
    text = fields["grpc-status-details-bin"]
    status.ParseFromString(base64.b64decode(text + "=" * (-len(text) % 4)))
    assert (status.code, status.message) == (code, fields["grpc-message"])
    assert status.details[0].Unpack(info) and (info.reason, info.domain) == (reason, "marketplace")


# --- how much of one client -------------------------------------------------------------------------------------------

def test_more_requests_than_its_share(http2, connect):
    """Whoever floods is told to wait, and is served again when it has; who sits elsewhere has noticed nothing."""
    flood = [http2("127.0.0.30") for _ in range(10)]
    for one in flood:
        for _ in range(100):
            one.begin("GET", "/v1/categories")
    statuses = [one.answer(stream)[":status"] for one in flood for stream in sorted(one.begun)]
    assert set(statuses) == {"200", "429"} and statuses.count("200") >= nginx.setting("REQUESTS_UNDELAYED")

    refused = next((one, stream) for one in flood for stream in one.begun if one.answers[stream][":status"] == "429")
    answer, body = refused[0].answers[refused[1]], json.loads(refused[0].bodies[refused[1]])
    assert answer["retry-after"] == "1" and answer["content-type"] == "application/problem+json"
    assert body["reason"] == "RATE_LIMITED" and body["type"] == "/problems/rate-limited"

    assert peers.answer_to(connect("127.0.0.31"), GET + HOST + b"\r\n")[0].status == 200
    again = connect("127.0.0.30")
    until(lambda: peers.answer_to(again, GET + HOST + b"\r\n")[0].status == 200, "to be served again", limit_s=5)


def test_probing_for_accounts(stack, connect, http2, person):
    """Whether an e-mail has an account is told a few times, over REST and gRPC together, and not at full speed."""
    known, address = person("Ada"), "127.0.0.37"
    body = json.dumps({"email": known.email, "password": known.password, "displayName": "Eve"}).encode()
    probe = b"POST /v1/accounts HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    began, connection = time.monotonic(), connect(address)
    answers = [peers.answer_to(connection, probe) for _ in range(300)]
    most = nginx.setting("ENTRIES_BURST") + 1 + nginx.setting("ENTRIES_PER_S") * (time.monotonic() - began)
    told = [answer for answer, body in answers if json.loads(body)["reason"] == "EMAIL_TAKEN"]
    assert len(told) <= most
    answer, said = answers[-1]
    problem(answer, said, 429, "RATE_LIMITED")
    assert int(answer.headers["Retry-After"]) >= 1
    one = http2(address)
    calls = [one.call("/marketplace.auth.v1.AuthService/" + name) for name in ("SignUp", "SignIn") * 5]
    for call in calls:
        one.send(call, peers.EMPTY, whole=True)
    # A turn comes back each 0.2 s.
    assert [one.answer(call)["grpc-status"] for call in calls].count("8") >= 8
    # Its other requests go on, and so do other people.
    assert peers.answer_to(connect(address), GET + HOST + b"\r\n")[0].status == 200
    person("Bea")


def test_more_calls_at_once_than_its_share(http2):
    most = nginx.setting("CALLS_AT_ONCE")
    held, more = http2("127.0.0.32"), http2("127.0.0.32")
    for _ in range(most):
        held.call()
    # An answer on the connection shows that nginx has seen all that was sent before it.
    held.answer(held.begin("GET", "/docs"))
    grpc_refusal(more.answer(more.call()), 8, "RATE_LIMITED")
    elsewhere = http2("127.0.0.33")
    stream = elsewhere.call()
    elsewhere.send(stream, peers.EMPTY, whole=True)
    assert elsewhere.answer(stream)["grpc-status"] == "0"


def test_who_only_looks_holds_few(http2):
    one = http2("127.0.0.34")
    watches = [one.call("/grpc.health.v1.Health/Watch") for _ in range(9)]
    grpc_refusal(one.answer(watches[-1]), 8, "RATE_LIMITED")


@pytest.mark.parametrize("address,client", [
    ("192.0.2.7", None), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8:1:2::9", "2001:db8:1:2"),
    ("2001:db8:1::9", "2001:db8:1::"), ("2001:db8::9", "2001:db8::"), ("2001:db8::5:6:7:8", "2001:db8::"), ("2001::4:5:6:7:8", "2001::4:"),
    ("2001:0:0:5:5:6:7:8", "2001::5:"), ("::3:4:5:6:7:8", "::3:4:"), ("::4:5:6:7:8", "::4:"), ("::1", ":"), ("fe80::", "fe80::"),
    ("2001:db8:1:0:1:0:0:1", "2001:db8:1:0")])
def test_a_client_is_an_address_or_a_64(nginx_alone, address, client):
    packed = "".join(f"\\x{byte:02X}" for byte in socket.inet_aton(address)) if client is None else client
    assert nginx_alone(address) == packed


@pytest.fixture(scope="module")
def nginx_alone(tmp_path_factory):
    """Who a client is to the limits, asked of an nginx that believes a header."""
    directory = tmp_path_factory.mktemp("nginx")
    limits = (topology.ROOT / "deploy/native/nginx_limits.conf").read_text()
    limits = re.sub(r"@\w+_PER_S@", "1000", limits)
    (directory / "nginx.conf").write_text(f"""
daemon off; pid {directory}/pid; error_log {directory}/error.log; worker_processes 1;
events {{ }}
http {{
  {"".join(f"{what}_temp_path {directory}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
  log_format client escape=default "$client";
  access_log {directory}/clients client;
  {limits}
  server {{
    listen unix:{directory}/socket;
    set_real_ip_from unix:;
    real_ip_header X-Real-IP;
    return 204;
  }}
}}""")
    command = [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-c", directory / "nginx.conf", "-e", directory / "error.log"]
    running = subprocess.Popen(list(map(str, command)))

    def ask(address):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(directory / "socket"))
            connection.sendall(f"GET / HTTP/1.1\r\nHost: a\r\nX-Real-IP: {address}\r\nConnection: close\r\n\r\n".encode())
            while connection.recv(4096):
                pass
        return (directory / "clients").read_text().splitlines()[-1]

    try:
        until(lambda: (directory / "socket").exists(), "nginx to listen")
        yield ask
    finally:
        running.terminate()
        running.wait()


# --- how long ---------------------------------------------------------------------------------------------------------

def drip(connection, head, gap_s):
    """Sends a byte each `gap_s`; after how long the other side had enough, and what it said."""
    began, said = time.monotonic(), b""
    connection.sendall(head)
    connection.settimeout(gap_s)
    while time.monotonic() - began < 40:
        try:
            data = connection.recv(4096)
            if not data:
                break
            said += data
        except TimeoutError:
            with contextlib.suppress(OSError):
                connection.sendall(b" ")
        except OSError:
            break
    return time.monotonic() - began, said


@pytest.mark.parametrize("gap_s", [1, 4])
def test_a_body_that_trickles(connect, gap_s):
    took, said = drip(connect("127.0.0.35"), POST + b"Content-Length: 500\r\n\r\n{", gap_s)
    assert 9 < took < 18
    head, _, body = said.partition(b"\r\n\r\n")
    assert b" 408 " in head.splitlines()[0] and json.loads(body)["reason"] == "REQUEST_TIMEOUT"


def test_headers_that_trickle(connect):
    """Nobody is told anything: there is no request yet."""
    took, said = drip(connect("127.0.0.36"), GET + HOST + b"X-Slow: ", 1)
    assert 9 < took < 13 and said == b""


# --- how large --------------------------------------------------------------------------------------------------------

def test_headers_over_the_limit(connect):
    problem(*peers.answer_to(connect(), GET + HOST + b"X-A: " + b"a" * 9000 + b"\r\n\r\n"), 431, "HEADERS_TOO_LARGE")
    problem(*peers.answer_to(connect(), GET + HOST + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n"), 431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize("count,size", [(1, 9000), (1, 30_000), (14, 4000)])
def test_headers_over_the_limit_cost_one_request_of_http2(http2, count, size):
    one = http2()
    held = one.begin("POST", "/v1/sessions", [("content-type", "application/json")], whole=False)
    stream = one.begin("GET", "/v1/categories", [(f"x-{number}", "a" * size) for number in range(count)])
    assert one.answer(stream)[":status"] == "431" and json.loads(one.bodies[stream])["reason"] == "HEADERS_TOO_LARGE"
    one.send(held, b"{}", whole=True)
    assert one.answer(held)[":status"] == "400" and not one.gone


def test_metadata_over_the_limit_costs_one_call(stack, buyer, shop):
    """An order is placed on the same connection meanwhile."""
    sold, loaded = shop(), contract.modules()["marketplace/order/v1/order.proto"]
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as channel:
        place = channel.unary_unary("/marketplace.order.v1.OrderService/PlaceOrder", loaded.PlaceOrderRequest.SerializeToString,
                                    loaded.Order.FromString)
        request = loaded.PlaceOrderRequest(items=[{"offer_id": sold.offer, "quantity": 1}], shipping_address_id=buyer.address,
                                           payment_method="pm_card_visa")
        metadata = [("authorization", f"Bearer {buyer.token}"), ("idempotency-key", new_key())]
        order = place.future(request, metadata=metadata, timeout=15)
        search = channel.unary_unary(peers.SEARCH)
        for size in (20_000, 30_000):
            with pytest.raises(grpc.RpcError) as refused:
                search(b"", metadata=[("x-large", "a" * size)], timeout=15)
            assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert order.result().total.amount == 1999
        assert search(b"", timeout=15)


def test_the_longest_field_in_its_longest_spelling(person, category):
    """10,000 emoji are 40 KB in UTF-8 and 120 KB as \\uXXXX."""
    seller = person("Sam")
    shop = seller.open_seller()
    body = json.dumps({"title": "Emoji", "description": "\U0001F600" * 10_000, "categoryId": category, "offers": []})
    assert len(body) > 120_000
    answer = seller.call("POST", f"/v1/sellers/{shop}/products", key=new_key(), content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text[:300]


def test_a_body_over_the_limit(connect):
    problem(*peers.answer_to(connect(), POST + b"Content-Length: %d\r\n\r\n" % (nginx.BODY_BYTES + 1)), 413, "BODY_TOO_LARGE")
    # It fits exactly, and is no JSON.
    problem(*peers.answer_to(connect(), POST + b"Content-Length: %d\r\n\r\n" % nginx.BODY_BYTES + b" " * nginx.BODY_BYTES), 400,
            "MALFORMED_JSON")


@pytest.mark.parametrize("path,most", UPLOADS)
def test_a_file_over_the_limit_of_its_path(connect, path, most):
    post = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: {new_key()}\r\nContent-Length: ".encode()
    problem(*peers.answer_to(connect(), post + b"%d\r\n\r\n" % (most + 1)), 413, "BODY_TOO_LARGE")
    # One that fits is asked who sends it, long before the end of it.
    problem(*peers.answer_to(connect(), post + b"%d\r\n\r\n" % most + b" " * 20_000), 401, "UNAUTHENTICATED")


# --- under which name -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["evil.test", "localhost.evil.test", "192.0.2.1", "xlocalhost"])
def test_under_another_name_nothing_is_served(connect, http2, name):
    for path in ("/v1/categories", "/docs", "/openapi.json", "/problems/not-found"):
        problem(*peers.answer_to(connect(), f"GET {path} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode()), 421, "UNKNOWN_HOST")
    one = http2()
    assert one.answer(one.begin("GET", "/v1/categories", authority=name))[":status"] == "421"
    for path in (peers.SEARCH, ASKED):
        grpc_refusal(one.answer(one.call(path, authority=name)), 3, "UNKNOWN_HOST")


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost:1", "127.0.0.1", "[::1]"])
def test_our_names(connect, name):
    assert peers.answer_to(connect(), GET + f"Host: {name}\r\n\r\n".encode())[0].status == 200


def test_plain_http_is_sent_to_our_name(stack):
    for host in ("localhost", "evil.test"):
        with peers.tcp(stack["url"], "127.0.0.1") as plain:
            answer, _ = peers.answer_to(plain, f"GET /v1/products?query=a HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert (answer.status, answer.headers["Location"]) == (308, stack["url"] + "/v1/products?query=a")


# --- what browsers are told -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path,status", [("/v1/categories", 200), ("/v1/accounts/me", 401), ("/nothing", 404), ("/docs", 200),
                                         ("/openapi.json", 200), ("/problems/not-found", 200), ("/docs/nothing", 404),
                                         ("/verify-email", 200), ("/orders/7", 200), ("/links/links.js", 200), ("/orders/7/8", 404)])
def test_security_headers(connect, path, status):
    answer, _ = peers.answer_to(connect(), f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert answer.status == status
    expected = {"Strict-Transport-Security": f"max-age={nginx.setting('HSTS_S')}", "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff"}
    assert {name: answer.headers.get_all(name) for name in expected} == {name: [value] for name, value in expected.items()}
    answer, _ = peers.answer_to(connect(), f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.headers["Strict-Transport-Security"] == "max-age=300"


def test_refusals_of_nginx_have_them_too(connect):
    answer, _ = peers.answer_to(connect(), POST + b"Content-Length: 99999999\r\n\r\n")
    assert answer.status == 413 and answer.headers["Strict-Transport-Security"] and answer.headers["X-Content-Type-Options"] == "nosniff"
