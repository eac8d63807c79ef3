"""Hostile bodies, headers, URIs and tokens: each gets its stated 4xx quickly, and nothing but that."""

import base64
import json
import socket
import ssl
import time
import urllib.parse

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from market import new_key

LIMIT_S = 5
OK_4XX = range(400, 500)


def problem(answer, status, reason=None):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["traceId"] and body["title"] and body["reason"]
    assert reason is None or body["reason"] == reason, body
    return body


@pytest.fixture(scope="module")
def somebody(stack):
    from market import Person
    person = Person(stack["url"], stack["caFile"], "Mal")
    person.add_address()
    return person


@pytest.fixture(scope="module")
def valid(somebody):
    """A body of PlaceOrder that is well-formed but for what a case does to it."""
    return {"items": [{"offerId": "01900000-0000-7000-8000-000000000001", "quantity": 1}],
            "shippingAddressId": somebody.address, "paymentMethod": "pm_card_visa"}


def post_raw(person, content, path="/v1/orders", headers=None):
    sent = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json", "Idempotency-Key": new_key(),
            **(headers or {})}
    started = time.monotonic()
    answer = person.http.post(path, content=content, headers=sent)
    assert time.monotonic() - started < LIMIT_S
    return answer


# --- bodies ---------------------------------------------------------------------------------------------------------

MALFORMED = [
    b"", b" ", b"{", b"}", b"[]", b"[{}]", b"null", b"true", b"1", b'"x"', b"{}}", b"{} {}", b"{},", b'{"items":}', b'{"items":[}',
    b'{"items":[],}', b"{'items':[]}", b"{items:[]}", b'{"items":[],"items":[]}', b'{"paymentMethod":"a","paymentMethod":"b"}',
    b'{"items":[1,2', b'{"items":[,]}', b'{"a":01}', b'{"a":+1}', b'{"a":.5}', b'{"a":1.}', b'{"a":1e}', b'{"a":NaN}', b'{"a":Infinity}',
    b'{"a":-Infinity}', b'{"a":undefined}', b'{"a":"\x00"}', b'{"a":"\x1f"}', b'{"a":"\n"}', b'{"a":"\\x"}', b'{"a":"\\u12"}',
    b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}', b'{"a":"\xff"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xf4\x90\x80\x80"}',
    b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"{}//x", b"/**/{}", b"{}\x00", b"<xml/>", b"a=b", b'{"a":"unterminated', b'{"a"', b'{"a":tru}',
    b"[" * 5000 + b"]" * 5000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"items":' + b"[" * 100 + b"]" * 100 + b"}",
]


@pytest.mark.parametrize("content", MALFORMED, ids=lambda c: repr(c[:30]))
def test_malformed_body(somebody, content):
    problem(post_raw(somebody, content), 400)


def set_in(body, path, value):
    body = json.loads(json.dumps(body))
    at = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return body


QUANTITY, OFFER = ("items", 0, "quantity"), ("items", 0, "offerId")
WRONG = [
    *[(QUANTITY, v) for v in (0, -1, 1000, 2**31, 2**53, 2**63, -2**63, 1.5, 1e300, "1", "", True, False, None, [], [1], {}, -0.5)],
    *[(OFFER, v) for v in ("", "x", 1, None, [], {}, True, "01900000-0000-7000-8000-00000000000", "01900000-0000-7000-8000-0000000000012",
                           "{01900000-0000-7000-8000-000000000001}", "urn:uuid:01900000-0000-7000-8000-000000000001",
                           "01900000000070008000000000000001", "g1900000-0000-7000-8000-000000000001", "' OR 1=1 --", "../../etc/passwd",
                           "01900000-0000-7000-8000-00000000000\u0661")],
    *[(("items",), v) for v in ([], None, {}, "x", 1, [None], [1], ["x"], [[]], [{}], [{"offerId": 1}],
                                [{"offerId": "01900000-0000-7000-8000-000000000001", "quantity": 1}] * 101)],
    *[(("items", 0, name), 1) for name in ("price", "unitPrice", "total", "sellerId", "offer_id", "Quantity", "__proto__", "")],
    *[((name,), 1) for name in ("state", "id", "buyerId", "userId", "total", "role", "createTime", "etag", "payment", "operationId", "items2")],
    *[(("paymentMethod",), v) for v in ("", "a b", "a" * 65, 1, None, [], {}, "pm\n", "pm;drop", "ä", "pm_\u202e")],
    *[(("shippingAddressId",), v) for v in ("", 1, None, "me", "01900000-0000-7000-8000-00000000000Z", [])],
    *[((field,), value) for field in ("items", "paymentMethod", "shippingAddressId") for value in (1e9, -1, "\u0000", {"a": 1}, [[1]])],
    *[(("items", 0), v) for v in (None, 1, "x", [], True)],
    *[(("quoteHash",), v) for v in (1, None, "x" * 65, [], {})],
]


@pytest.mark.parametrize("path,value", WRONG, ids=lambda v: repr(v)[:40])
def test_wrong_field(somebody, valid, path, value):
    body = problem(post_raw(somebody, json.dumps(set_in(valid, path, value)).encode()), 400)
    assert body["fields"] or body["reason"] == "MALFORMED_JSON", body


@pytest.mark.parametrize("number", ["1.0", "1e0", "10e-1", "1.000", "100E-2"])
def test_whole_numbers_in_another_spelling_are_whole_numbers(somebody, valid, number):
    text = json.dumps(valid).replace('"quantity": 1', f'"quantity": {number}')
    problem(post_raw(somebody, text.encode()), 409, "OFFER_UNAVAILABLE")


@pytest.mark.parametrize("number", ["1.5", "1e400", "-1e400", "9223372036854775808", "9007199254740993", "1e-1", "0x1", "1_0", "٣"])
def test_numbers_that_are_no_quantity(somebody, valid, number):
    text = json.dumps(valid).replace('"quantity": 1', f'"quantity": {number}')
    problem(post_raw(somebody, text.encode()), 400)


def test_body_size_limit(somebody, valid):
    exact = json.dumps(valid).encode()
    assert post_raw(somebody, exact + b" " * (64 * 1024 - len(exact))).status_code == 409
    problem(post_raw(somebody, exact + b" " * (64 * 1024 + 1 - len(exact))), 413)


# --- headers --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                                   "application/json; charset=latin1", "application/jsonp", "json", "*/*", "text/json"])
def test_unsupported_media_type(somebody, valid, media):
    problem(post_raw(somebody, json.dumps(valid).encode(), headers={"Content-Type": media}), 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "application/json;q=0"])
def test_not_acceptable(anonymous, accept):
    problem(anonymous.get("/v1/categories", headers={"Accept": accept}), 406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("key", ["", "a" * 256, "ä".encode(), "a\tb", '""', '"unterminated'])
def test_bad_idempotency_key(somebody, valid, key):
    problem(post_raw(somebody, json.dumps(valid).encode(), headers={"Idempotency-Key": key}), 400)


@pytest.mark.parametrize("path,allowed", [("/v1/orders", {"GET", "POST"}), ("/v1/accounts/me", {"GET"}), ("/v1/categories", {"GET", "POST"}),
                                          ("/v1/users/me", {"GET", "PATCH"}), ("/v1/sessions:refresh", {"POST"})])
@pytest.mark.parametrize("verb", ["PUT", "TRACE", "DELETE", "FOO"])
def test_method_not_allowed(anonymous, path, allowed, verb):
    answer = anonymous.call(verb, path)
    if answer.status_code == 405 and "Allow" in answer.headers:
        assert allowed <= {v.strip() for v in answer.headers["Allow"].split(",")}
    else:  # nginx refuses TRACE itself
        assert verb in ("TRACE", "FOO") and answer.status_code in (400, 405, 501), answer.text


# --- URIs -----------------------------------------------------------------------------------------------------------

URIS = [("/v1/nothing", 404), ("/v1", 404), ("/v2/orders", 404), ("/v1/orders/", 404), ("/v1//orders", 404), ("/v1/orders:nothing", 404),
        ("/v1/products/x", 400), ("/v1/products/%00", 400), ("/v1/products/%ff", 400), ("/v1/products/..%2f..%2fetc", 400),
        ("/v1/products/01900000-0000-7000-8000-000000000009", 404), ("/v1/products/01900000-0000-7000-8000-000000000009:publish", 405),
        ("/v1/products?pageSize=101", 400), ("/v1/products?pageSize=-1", 400), ("/v1/products?pageSize=x", 400),
        ("/v1/products?pageSize=1&pageSize=2", 400), ("/v1/products?pageToken=nonsense", 400), ("/v1/products?unknown=1", 400),
        ("/v1/products?orderBy=secret", 400), ("/v1/products?inStock=maybe", 400), ("/v1/products?minPrice=-1", 400),
        ("/v1/products?categoryId=1", 400), ("/v1/products?query=%ff", 400), ("/v1/products?query=" + "a" * 201, 400),
        ("/v1/products?query=%00", 400), ("/v1/products?%ff=1", 400),
        ("/v1/sellers?pageToken=" + "A" * 513, 400), ("/v1/sellers?pageToken=AAAA", 400), ("/.well-known/nothing", 404)]


@pytest.mark.parametrize("uri,status", URIS, ids=lambda v: str(v)[:40])
def test_uri(anonymous, uri, status):
    problem(anonymous.get(uri), status)


def test_uri_too_long(anonymous):
    answer = anonymous.get("/v1/products?query=" + "a" * 5000)
    assert answer.status_code == 414, answer.text[:200]
    assert answer.headers["Content-Type"] == "application/problem+json"


# --- tokens ---------------------------------------------------------------------------------------------------------

def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def tokens(genuine):
    head, claims, signature = genuine.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    payload = json.loads(base64.urlsafe_b64decode(claims + "=="))
    own = ec.generate_private_key(ec.SECP256R1())
    public = own.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    forged = [
        ("one part", head), ("two parts", f"{head}.{claims}"), ("no signature", f"{head}.{claims}."),
        ("four parts", genuine + ".x"), ("tampered signature", f"{head}.{claims}.{flipped}"), ("cut", genuine[:-1]),
        ("trailing", genuine + "A"), ("spaces", genuine.replace(".", " .")), ("padding", genuine + "=="),
        ("alg none", f"{b64({**header, 'alg': 'none'})}.{claims}."), ("alg None", f"{b64({**header, 'alg': 'None'})}.{claims}."),
        ("hs256 over the public key", jwt.utils.base64url_encode(b"").decode() + f"{b64({**header, 'alg': 'HS256'})}.{claims}.{signature}"),
        ("rs256", f"{b64({**header, 'alg': 'RS256'})}.{claims}.{signature}"),
        ("tampered claims", f"{head}.{b64({**payload, 'roles': ['operator']})}.{signature}"),
        ("own key, their kid", jwt.encode(payload, own, "ES256", headers=header)),
        ("own key, own kid", jwt.encode(payload, own, "ES256", headers={**header, "kid": "mine"})),
        ("jwk in header", jwt.encode(payload, own, "ES256", headers={**header, "jwk": {"kty": "EC", "pem": public.decode()}})),
        ("jku in header", jwt.encode(payload, own, "ES256", headers={**header, "jku": "https://127.0.0.1:1/x"})),
        ("kid path", jwt.encode(payload, own, "ES256", headers={**header, "kid": "../../../../dev/null"})),
        ("kid sql", jwt.encode(payload, own, "ES256", headers={**header, "kid": "' OR 1=1"})),
        ("typ JWT", f"{b64({**header, 'typ': 'JWT'})}.{claims}.{signature}"),
        ("header is no object", f"{b64(b'[]')}.{claims}.{signature}"), ("claims are no object", f"{head}.{b64(b'1')}.{signature}"),
        ("header is no json", f"{b64(b'{')}.{claims}.{signature}"), ("not base64", f"!!!.{claims}.{signature}"),
        ("huge", f"{head}.{b64(b'x' * 5000)}.{signature}"), ("refresh token", "rt_" + "A" * 43),
    ]
    return dict(forged)


def test_bad_tokens(stack, somebody):
    from market import Client
    accepted = []
    for name, token in tokens(somebody.token).items():
        answer = Client(stack["url"], stack["caFile"]).get("/v1/accounts/me", headers={"Authorization": f"Bearer {token}"})
        body = problem(answer, 401, "UNAUTHENTICATED")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), name
        if body["status"] != 401:
            accepted.append(name)
    assert not accepted


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "bearer", "Token x", "Bearer a b", "Digest x"])
def test_other_authorization_schemes(anonymous, value):
    problem(anonymous.get("/v1/accounts/me", headers={"Authorization": value}), 401)


# --- bytes that no client library would send ---------------------------------------------------------------------------

def exchange(stack, data):
    """Sends bytes through TLS and returns the status line; '' when the server just closed."""
    context = ssl.create_default_context(cafile=stack["caFile"])
    parts = urllib.parse.urlsplit(stack["url"])
    with socket.create_connection((parts.hostname, parts.port), timeout=LIMIT_S) as plain:
        with context.wrap_socket(plain, server_hostname=parts.hostname) as tls:
            tls.settimeout(LIMIT_S)
            try:
                tls.sendall(data)
                return tls.recv(4096).split(b"\r\n")[0].decode("latin1")
            except (ConnectionError, ssl.SSLError):
                return ""


H = b"Host: localhost\r\nConnection: close\r\n"
RAW = [
    b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET /v1/categories HTTP/9.9\r\n" + H + b"\r\n", b"GET\r\n\r\n", b"\x00" * 64,
    b"GET /v1/products?query=% HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/products?query=%zz HTTP/1.1\r\n" + H + b"\r\n",
    b"GET /v1/accounts/me HTTP/1.1\r\n" + H + b"Authorization: Bearer \r\n\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Idempotency-Key:  \r\nContent-Length: 0\r\n\r\n",
    b"\x16\x03\x01\x00\x10" + b"x" * 16 + b"\r\n\r\n", b"GET /v1/categories HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /v1/categories HTTP/1.1\r\nHost: a b\r\n\r\n", b"GET /v1/cate gories HTTP/1.1\r\n" + H + b"\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Content-Length: -1\r\n\r\n", b"POST /v1/orders HTTP/1.1\r\n" + H + b"Content-Length: x\r\n\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Content-Length: 99999999999999999999\r\n\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/orders HTTP/1.1\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n",
    b"GET /v1/categories HTTP/1.1\r\n" + H + b"X-A: " + b"a" * 70000 + b"\r\n\r\n",
    b"GET /v1/categories HTTP/1.1\r\n" + H + b"".join(b"X-%d: a\r\n" % i for i in range(5000)) + b"\r\n",
    b"GET /v1/categories HTTP/1.1\r\n" + H + b"Bad Header: x\r\n\r\n", b"GET http://evil.test/v1/categories HTTP/1.1\r\nHost: \r\n\r\n",
    b"CONNECT localhost:443 HTTP/1.1\r\n" + H + b"\r\n", b"GET /v1/categories HTTP/1.1\r\n" + H + b" folded: x\r\n\r\n",
]


@pytest.mark.parametrize("data", RAW, ids=lambda d: repr(d[:40]))
def test_raw_bytes(stack, data):
    status = exchange(stack, data)
    # Closing without a word is an answer to what is not HTTP at all; a 2xx or a 5xx is none.
    assert status == "" or status.split(" ")[1][0] == "4" or status.split(" ")[1] in ("501", "505"), status


def test_enough_cases():
    cases = len(MALFORMED) + len(WRONG) + len(URIS) + len(RAW) + 27 + 5 + 9 + 9 + 4 + 6 + 20 + 6
    assert cases >= 300, cases
