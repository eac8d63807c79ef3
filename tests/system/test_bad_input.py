"""Hostile bodies, headers, URIs and tokens: each gets its stated 4xx quickly, and nothing but that."""

import base64
import hmac
import http.client
import json
import socket
import ssl
import time
import urllib.parse

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import contract
from deploy.lib import nginx
from market import Person, new_key, signing_key

LIMIT_S = 5


def problem(answer, status, reason=None):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["traceId"] and body["title"] and body["reason"]
    assert reason is None or body["reason"] == reason, body
    return body


@pytest.fixture(scope="module")
def somebody(stack):
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
    *[(("shippingAddressId",), v) for v in (1, None, "me", "01900000-0000-7000-8000-00000000000Z", [])],
    *[((field,), value) for field in ("items", "paymentMethod", "shippingAddressId") for value in (1e9, -1, "\u0000", {"a": 1}, [[1]])],
    *[(("items", 0), v) for v in (None, 1, "x", [], True)],
    *[(("quoteHash",), v) for v in (1, None, "x" * 8193, [], {})],
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
    assert post_raw(somebody, exact + b" " * (nginx.BODY_BYTES - len(exact))).status_code == 409
    problem(post_raw(somebody, exact + b" " * (nginx.BODY_BYTES + 1 - len(exact))), 413)


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
    problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert allowed <= {v.strip() for v in answer.headers["Allow"].split(",")}


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


BAD_IDS = ["x", "%20", "null", "00000000-0000-0000-0000-00000000000g", "01900000-0000-7000-8000-00000000000", "%27%20OR%201=1", "-1",
           "01900000-0000-7000-8000-000000000001%00"]


@pytest.mark.parametrize("method", [m for m in contract.methods() if m.verb and m.variables], ids=str)
def test_bad_ids_in_the_path(somebody, operator, method):
    caller = operator if method.audiences == {"OPERATOR"} else somebody
    for bad in BAD_IDS:
        path, body = contract.rest_request(method, dict.fromkeys(method.variables, bad))
        answer = caller.call(method.verb, path, body, key=new_key() if method.needs_key else None)
        assert answer.status_code in (400, 403, 404), (bad, answer.status_code, answer.text[:300])
        problem(answer, answer.status_code)


def test_page_token_belongs_to_its_list_and_its_filter(anonymous, shop):
    shop(), shop()
    token = anonymous.ok("GET", "/v1/products", params={"pageSize": 1, "orderBy": "newest"})["nextPageToken"]
    anonymous.ok("GET", "/v1/products", params={"pageSize": 2, "orderBy": "newest", "pageToken": token})
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for path, parameters in [("/v1/products", {"orderBy": "price", "pageToken": token}),
                             ("/v1/products", {"orderBy": "newest", "inStock": "true", "pageToken": token}),
                             ("/v1/products", {"orderBy": "newest", "pageToken": token[:-1]}),
                             ("/v1/products", {"orderBy": "newest", "pageToken": token + "A"}),
                             ("/v1/products", {"orderBy": "newest", "pageToken": flipped}),
                             ("/v1/sellers", {"pageToken": token})]:
        problem(anonymous.get(path, params=parameters), 400, "INVALID_PAGE_TOKEN")


def test_uri_too_long(anonymous):
    answer = anonymous.get("/v1/products?query=" + "a" * 5000)
    assert answer.status_code == 414, answer.text[:200]
    assert answer.headers["Content-Type"] == "application/problem+json"


# --- tokens ---------------------------------------------------------------------------------------------------------

def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forger:
    """Somebody's genuine token in its parts, and the means to make others: auth's own key for tokens that only their
    claims betray, a key of our own for the rest."""

    def __init__(self, genuine):
        self.genuine = genuine
        self.head, self.claims, self.signature = genuine.split(".")
        self.header, self.payload = json.loads(unb64(self.head)), json.loads(unb64(self.claims))
        self.theirs = signing_key()
        self.own = ec.generate_private_key(ec.SECP256R1())

    def with_header(self, **members):
        return f"{b64({**self.header, **members})}.{self.claims}.{self.signature}"

    def signed(self, *dropped, key=None, header=None, **claims):
        payload = {name: value for name, value in {**self.payload, **claims}.items() if name not in dropped}
        return jwt.encode(payload, key or self.theirs, "ES256", headers={**self.header, **(header or {})})

    def signed_text(self, text):
        return jwt.PyJWS().encode(text.encode(), self.theirs, "ES256", headers=self.header)

    def hs256(self, secret):
        data = f"{b64({**self.header, 'alg': 'HS256'})}.{self.claims}"
        return f"{data}.{b64(hmac.digest(secret, data.encode(), 'sha256'))}"

    @property
    def public_pem(self):
        public = serialization.load_pem_private_key(self.theirs.encode(), None).public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


HOUR_S = 3600
TOKENS = {
    "one part": lambda f: f.head,
    "two parts": lambda f: f"{f.head}.{f.claims}",
    "no signature": lambda f: f"{f.head}.{f.claims}.",
    "four parts": lambda f: f.genuine + ".x",
    "only dots": lambda f: "..",
    "tampered signature": lambda f: f"{f.head}.{f.claims}.{'B' if f.signature[0] == 'A' else 'A'}{f.signature[1:]}",
    "signature of zeros": lambda f: f"{f.head}.{f.claims}.{b64(bytes(64))}",
    "signature in DER": lambda f: f"{f.head}.{f.claims}.{b64(f.own.sign(b'x', ec.ECDSA(hashes.SHA256())))}",
    "cut": lambda f: f.genuine[:-1],
    "trailing": lambda f: f.genuine + "A",
    "spaces": lambda f: f.genuine.replace(".", " ."),
    "padding": lambda f: f.genuine + "==",
    "alg none": lambda f: f"{b64({**f.header, 'alg': 'none'})}.{f.claims}.",
    "alg None": lambda f: f"{b64({**f.header, 'alg': 'None'})}.{f.claims}.",
    "HS256 with the public key as secret": lambda f: f.hs256(f.public_pem),
    "HS256 with an empty secret": lambda f: f.hs256(b""),
    "alg RS256": lambda f: f.with_header(alg="RS256"),
    "alg ES512": lambda f: f.with_header(alg="ES512"),
    "tampered claims": lambda f: f"{f.head}.{b64({**f.payload, 'permissions': [2, 31]})}.{f.signature}",
    "own key, their kid": lambda f: f.signed(key=f.own),
    "own key, own kid": lambda f: f.signed(key=f.own, header={"kid": "mine"}),
    "jwk in the header": lambda f: f.signed(key=f.own, header={"jwk": {"kty": "EC", "crv": "P-256"}}),
    "jku in the header": lambda f: f.signed(key=f.own, header={"jku": "https://127.0.0.1:1/x"}),
    "kid is a path": lambda f: f.signed(key=f.own, header={"kid": "../../../../dev/null"}),
    "kid is SQL": lambda f: f.signed(key=f.own, header={"kid": "' OR 1=1"}),
    "their key, another member in the header": lambda f: f.signed(header={"crit": ["exp"]}),
    "their key, typ JWT": lambda f: f.signed(header={"typ": "JWT"}),
    "expired": lambda f: f.signed(iat=int(time.time()) - 2 * HOUR_S, exp=int(time.time()) - HOUR_S),
    "not valid yet": lambda f: f.signed(iat=int(time.time()) + HOUR_S, exp=int(time.time()) + 2 * HOUR_S),
    "nbf ahead": lambda f: f.signed(nbf=int(time.time()) + HOUR_S),
    "no exp": lambda f: f.signed("exp"),
    "no iat": lambda f: f.signed("iat"),
    "no sub": lambda f: f.signed("sub"),
    "no sid": lambda f: f.signed("sid"),
    "no iss": lambda f: f.signed("iss"),
    "no aud": lambda f: f.signed("aud"),
    "another issuer": lambda f: f.signed(iss="https://evil.test"),
    "another audience": lambda f: f.signed(aud="shop"),
    "sub is no id": lambda f: f.signed(sub="root"),
    "permissions are no list": lambda f: f.signed(permissions=2),
    "header is no object": lambda f: f"{b64(b'[]')}.{f.claims}.{f.signature}",
    "header is no JSON": lambda f: f"{b64(b'{')}.{f.claims}.{f.signature}",
    "claims are no object": lambda f: f"{f.head}.{b64(b'1')}.{f.signature}",
    "not base64": lambda f: f"!!!.{f.claims}.{f.signature}",
    "huge": lambda f: f"{f.head}.{b64(b'x' * 5000)}.{f.signature}",
    "huge and well-signed": lambda f: f.signed(note="x" * 4000),
    "a refresh token": lambda f: "rt_" + "A" * 43,
    "a claim twice": lambda f: f.signed_text(json.dumps(f.payload)[:-1] + ', "iss": "x"}'),
    "longer than a token lives": lambda f: f.signed(exp=int(time.time()) + 2 * HOUR_S),
    "an API key of nobody": lambda f: "mk_" + "A" * 43,
    "an API key, cut": lambda f: "mk_" + "A" * 42,
    "a token as an API key": lambda f: "mk_" + f.genuine,
}


@pytest.fixture(scope="module")
def forger(somebody):
    return Forger(somebody.token)


def test_forger_can_make_what_is_accepted(anonymous, forger):
    """Otherwise the cases below would be refused for the wrong reason."""
    answer = anonymous.get("/v1/accounts/me", headers={"Authorization": f"Bearer {forger.signed()}"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", TOKENS)
def test_bad_token(anonymous, forger, name):
    answer = anonymous.get("/v1/accounts/me", headers={"Authorization": f"Bearer {TOKENS[name](forger)}"})
    problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "bearer", "Token x", "Bearer a b", "Digest x"])
def test_other_authorization_schemes(anonymous, value):
    problem(anonymous.get("/v1/accounts/me", headers={"Authorization": value}), 401)


# --- bytes that no client library would send ---------------------------------------------------------------------------

def exchange(stack, data):
    """Sends bytes through TLS; the answer's head and body."""
    context = ssl.create_default_context(cafile=stack["caFile"])
    parts = urllib.parse.urlsplit(stack["url"])
    started = time.monotonic()
    with socket.create_connection((parts.hostname, parts.port), timeout=LIMIT_S) as plain:
        with context.wrap_socket(plain, server_hostname=parts.hostname) as tls:
            tls.sendall(data)
            answer = http.client.HTTPResponse(tls)
            answer.begin()
            body = answer.read()
    assert time.monotonic() - started < LIMIT_S
    return answer, body


H = b"Host: localhost\r\nConnection: close\r\n"
GET = b"GET /v1/categories HTTP/1.1\r\n"
POST = b"POST /v1/orders HTTP/1.1\r\n" + H
RAW = [
    (400, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
    (400, b"GET /v1/categories HTTP/9.9\r\n" + H + b"\r\n"),
    (400, b"GET\r\n\r\n"),
    (400, b"\x00" * 64),
    (400, b"\x16\x03\x01\x00\x10" + b"x" * 16 + b"\r\n\r\n"),
    (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (400, b"GET /v1/products?query=% HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /v1/products?query=%zz HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /v1/../../etc/passwd HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /v1/..%2f..%2fetc/passwd HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET /v1/cate gories HTTP/1.1\r\n" + H + b"\r\n"),
    (400, b"GET http://evil.test/v1/categories HTTP/1.1\r\nHost: \r\n\r\n"),
    (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + H + b"\r\n"),
    ((400, 405), b"CONNECT localhost:443 HTTP/1.1\r\n" + H + b"\r\n"),  # nginx before and since it can read that form
    (400, GET + b"Host: a\r\nHost: b\r\n\r\n"),
    (400, GET + b"Host: a b\r\n\r\n"),
    (400, GET + b"Host: a/b\r\n\r\n"),
    (400, GET + H + b"Bad Header: x\r\n\r\n"),
    (400, GET + H + b" folded: x\r\n\r\n"),
    (400, GET + H + b"X-A: a\x00b\r\n\r\n"),
    (431, GET + H + b"X-A: " + b"a" * 9000 + b"\r\n\r\n"),
    (431, GET + H + b"X-A: " + b"a" * 70000 + b"\r\n\r\n"),
    (431, GET + H + b"".join(b"X-%d: a\r\n" % i for i in range(5000)) + b"\r\n"),
    (401, b"GET /v1/accounts/me HTTP/1.1\r\n" + H + b"Authorization: Bearer \r\n\r\n"),
    (401, POST + b"Idempotency-Key:  \r\nContent-Length: 0\r\n\r\n"),
    (400, POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    (400, POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    (400, POST + b"Content-Length: -1\r\n\r\n"),
    (400, POST + b"Content-Length: +2\r\n\r\n{}"),
    (400, POST + b"Content-Length: x\r\n\r\n"),
    (400, POST + b"Content-Length: 99999999999999999999\r\n\r\n"),
    (413, POST + b"Content-Length: 999999999\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
    (413, POST + b"Transfer-Encoding: chunked\r\n\r\n40001\r\n" + b"a" * 0x40001 + b"\r\n0\r\n\r\n"),
]


@pytest.mark.parametrize("status,data", RAW, ids=lambda v: repr(v[:60]) if isinstance(v, bytes) else str(v))
def test_raw_bytes(stack, status, data):
    answer, body = exchange(stack, data)
    assert answer.status in (status if isinstance(status, tuple) else (status,))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == answer.status


def test_enough_cases():
    methods = sum(bool(m.verb and m.variables) for m in contract.methods())
    cases = len(MALFORMED) + len(WRONG) + len(URIS) + len(RAW) + len(TOKENS) + len(BAD_IDS) * methods
    assert cases >= 300, cases
