"""The marketplace as its users see it: people with tokens who call REST through the front door."""

import base64
import contextlib
import dataclasses
import functools
import hmac
import json
import os
import pathlib
import re
import subprocess
import time
import uuid

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import contract

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / os.environ.get("MARKET_PRESET", "release") / "bin"


class Facts(dict):
    """What is known of a marketplace. What can't be known of this one skips the test that asks for it."""

    def __missing__(self, name):
        pytest.skip(f"only of a marketplace that ./market has started is known: {name}")


def info():
    """What `./market info --json` says of the stack under test (MARKET_DATA), or the file MARKET_INFO of one that something else has
    started: tests/containers/engine.py writes it with `rootKey`, `edgePki`, `services`, `checker` and `psql` in place of files and
    programs of this checkout, and without `data` and `pids`."""
    if "MARKET_INFO" in os.environ:
        return Facts(json.loads(pathlib.Path(os.environ["MARKET_INFO"]).read_text()))
    text = subprocess.run([ROOT / "market", "info", "--json"], capture_output=True, check=True, text=True).stdout
    return Facts(json.loads(text))


def told(name):
    """What MARKET_INFO says of it. Of what ./market has started nothing more is known than the files below its directory, and asking for
    that takes a quarter of a second of a processor, which a suite would do by the thousands."""
    return info().get(name) if "MARKET_INFO" in os.environ else None


def until(condition, what, limit_s=30, pause_s=0.05):
    """Waits for a condition that other processes bring about; returns its value."""
    give_up = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < give_up, f"{what} did not happen within {limit_s} s"
        time.sleep(pause_s)


def new_key():
    return uuid.uuid4().hex


# Of this test, over REST: operations that have given a good answer, and the values of enumerations in it. Nobody asks outside of tests/system.
answered = None


@functools.cache
def routes():
    """[(verb, pattern of its path, operation)], those without variables first."""
    by_variables = sorted((method for method in contract.methods() if method.verb), key=lambda method: len(method.variables))
    return [(method.verb, re.compile(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(method.route))), method) for method in by_variables]


def note(verb, path, answer):
    path = path.partition("?")[0]
    method = next((method for asked, pattern, method in routes() if asked == verb and pattern.fullmatch(path)), None)
    if method:
        answered.add(str(method))
        if answer.content and answer.headers.get("Content-Type", "").startswith("application/json"):
            answered.update(contract.values_in(answer.json(), method.descriptor.output_type))


def read(answer):
    """All of it; of a stream, which has no end, the data of its first event."""
    if answer.headers.get("Content-Type") != "text/event-stream":
        answer.read()
        return
    lines = answer.iter_lines()
    answer._content = next(line.removeprefix("data: ") for line in lines if line.startswith("data: ")).encode()
    answer.close()


class Client:
    """HTTP towards one marketplace, with or without somebody's token; from an address of its own where one is given."""

    def __init__(self, url, ca_file, token=None, address=None):
        self.url = url
        self.ca_file = ca_file
        self.token = token
        transport = httpx.HTTPTransport(verify=ca_file, local_address=address) if address else None
        self.http = httpx.Client(base_url=url, verify=ca_file, timeout=40, transport=transport)

    def call(self, method, path, body=None, key=None, headers=None, **arguments):
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if key:
            sent["Idempotency-Key"] = key
        if isinstance(body, bytes):
            arguments["content"] = body
        elif body is not None:
            arguments["json"] = body
        answer = self.http.send(self.http.build_request(method, path, headers=sent, **arguments), stream=True)
        read(answer)
        if answered is not None and answer.is_success:
            note(method, path, answer)
        if answer.headers.get("Content-Type") == "application/problem+json":
            refusal = answer.json()
            untold = contract.refusal_metadata(refusal) - contract.shown_metadata().get(refusal["reason"], set())
            assert not untold, f"docs/openapi.yaml does not show {untold} of {refusal['reason']}"
        return answer

    def get(self, path, **arguments):
        return self.call("GET", path, **arguments)

    def post(self, path, body=None, **arguments):
        return self.call("POST", path, body, **arguments)

    def ok(self, method, path, body=None, **arguments):
        """The body of an answer that must be a success."""
        answer = self.call(method, path, body, **arguments)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content else {}


class Person(Client):
    """An account that is signed in."""

    password = "correct horse battery"

    def __init__(self, url, ca_file, name="Ada", email=None, password=None):
        super().__init__(url, ca_file)
        self.email = email or f"{name.lower()}-{uuid.uuid4().hex[:16]}@example.test"
        if email:
            self.password = password
            self._enter(self.ok("POST", "/v1/sessions", {"email": email, "password": password}))
        else:
            self._enter(self.ok("POST", "/v1/accounts",
                                {"email": self.email, "password": self.password, "displayName": name}))

    def _enter(self, session):
        self.session = session
        self.token = session["accessToken"]
        self.id = session["account"]["id"]

    def refresh(self):
        self._enter(Client(self.url, self.ca_file).ok("POST", "/v1/sessions:refresh",
                                                      {"refreshToken": self.session["refreshToken"]}))

    def add_address(self):
        body = {"recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London",
                "postalCode": "SW1Y 4JH", "countryCode": "GB"}
        self.address = self.ok("POST", "/v1/users/me/addresses", body)["id"]
        return self.address

    def open_seller(self, country="GB"):
        slug = "shop-" + uuid.uuid4().hex[:12]
        seller = self.ok("POST", "/v1/sellers", {"displayName": "Engines", "slug": slug, "countryCode": country}, key=new_key())
        self.seller = seller["id"]

        def member():
            self.refresh()
            return any(m["sellerId"] == self.seller for m in self.session["account"].get("sellers", []))

        until(member, "the membership in the token")
        return self.seller

    def create_product(self, category, stock=10, price=1999, currency="EUR", publish=True, title="Difference engine"):
        body = {"title": title, "description": "Brass, hand-finished.", "categoryId": category,
                "attributes": {"material": "brass"},
                "offers": [{"sku": "E-" + uuid.uuid4().hex[:12], "options": {"size": "M"},
                            "price": {"amount": price, "currency": currency}, "stock": stock}]}
        product = self.ok("POST", f"/v1/sellers/{self.seller}/products", body, key=new_key())
        if publish:
            product = self.ok("POST", f"/v1/products/{product['id']}:publish", {})
        return product

    def order_body(self, *items, method="pm_card_visa"):
        return {"items": [{"offerId": offer, "quantity": quantity} for offer, quantity in items],
                "shippingAddressId": self.address, "paymentMethod": method}

    def place(self, *items, method="pm_card_visa", key=None):
        return self.post("/v1/orders", self.order_body(*items, method=method), key=key or new_key())


@dataclasses.dataclass
class Shop:
    """A seller with one published product of one offer."""
    owner: Person
    product: dict

    @property
    def offer(self):
        return self.product["offers"][0]["id"]

    def available(self):
        return self.owner.ok("GET", f"/v1/products/{self.product['id']}")["offers"][0]["available"]


def data_directory():
    """Of the marketplace that ./market has started."""
    if "MARKET_INFO" in os.environ:
        return pathlib.Path(info()["data"])
    return pathlib.Path(os.environ.get("MARKET_DATA", ROOT / "run"))


def settings(program):
    """What ./market has written for one of its processes."""
    lines = (data_directory() / "etc" / f"{program}.conf").read_text().splitlines()
    return dict(line.split(" = ", 1) for line in lines if " = " in line)


def write_settings(path, values):
    path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()))


def await_ready(stack, names):
    """Until these processes serve, which may have been killed a moment ago."""
    def ready(name):
        try:
            return httpx.get(stack["metrics"][name].replace("/metrics", "/readyz"), timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    for name in names:
        until(lambda name=name: ready(name), f"{name} to be ready", limit_s=60)


@contextlib.contextmanager
def set_to(stack, service, **settings):
    """The service, for as long as that, with other settings: product_currencies="EUR" is product.currencies = EUR."""
    path = data_directory() / "etc" / f"{'marketplace' if stack['shape'] == 'single' else service}.conf"
    before = path.read_text()

    def restart(text):
        path.write_text(text)
        for name in processes(service):
            supervisorctl("restart", name)
            await_ready(stack, [name])

    restart(before + "".join(f"{name.replace('_', '.', 1)} = {value}\n" for name, value in settings.items()))
    try:
        yield
    finally:
        restart(before)


def handled(program, metrics_url):
    """How many requests the process has answered since its start."""
    name = "http_requests_total" if program in ("gateway", "marketplace") else "grpc_server_handled_total"
    text = httpx.get(metrics_url, timeout=5).text
    return sum(map(float, re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)))


def signing_key():
    """The private key that auth signs access tokens with now, PEM: unsealed as services/auth/credentials/signing_keys.cpp does."""
    root = pathlib.Path(told("rootKey") or data_directory() / "secrets" / "auth_root_key").read_text().strip()
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"marketplace signing key 1").derive(root.encode())
    kid, sealed = psql("auth", "SELECT kid || ' ' || sealed FROM signing_key WHERE state = 'ACTIVE'").split()
    sealed = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], kid.encode()).decode()


@functools.cache
def psql_program():
    """The newest one. What Debian has on the path is a script that looks for it, and takes four times as long."""
    return max(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"), key=lambda path: int(path.parts[-3]), default="psql")


def psql(database, sql):
    """As the superuser of that database; what it printed."""
    command = told("psql")
    if command:
        command = [word.format(database=database) for word in command]
    else:
        # Where the stack's PostgreSQL listens, from the launcher's own connection strings.
        socket = re.search(r"host='([^']+)'", (data_directory() / "secrets" / "order.conninfo").read_text()).group(1)
        command = [psql_program(), "-h", socket]
    done = subprocess.run([*command, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-U", "postgres", database], input=sql,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def all_told(topics="%"):
    """Whether no event, and no message of these topics, is on its way from one service to another. What one service has told makes
    events of the next: hence twice."""
    waiting = f"""SELECT (SELECT count(*) FROM event_subscription s JOIN event e ON (e.xid, e.seq) > (s.xid, s.seq))
                       + (SELECT count(*) FROM outbox WHERE topic LIKE '{topics}' AND parked_at IS NULL)"""
    return all(psql(service, waiting).strip() == "0" for service in 2 * contract.SERVICES)


def processes(service):
    """The names of those that serve it."""
    stack = info()
    program = "marketplace" if stack["shape"] == "single" else service
    return [name for name in stack["pids"] if re.sub(r"-\d+$", "", name) == program]


def supervisorctl(verb, process):
    """Stops a process for as long as a test wants it away, or starts it again: ./market would not leave it so."""
    config = data_directory() / "etc" / "supervisord.conf"
    socket, = re.findall(r"^file *= *(\S+)$", config.read_text(), re.MULTILINE)
    done = subprocess.run(["supervisorctl", "-s", f"unix://{socket}", verb, process], capture_output=True, text=True)
    assert "ERROR" not in done.stdout or "already started" in done.stdout, done.stdout + done.stderr


def token_of(invitation):
    """What the mail of an invitation has: as services/user/storage/invitation_tokens.hpp makes it."""
    secret = bytes.fromhex(psql("user", "SELECT encode(secret, 'hex') FROM database_secret ORDER BY made_at DESC LIMIT 1").strip())
    key = hmac.digest(secret, b"invitation tokens", "sha256")
    return "inv_" + base64.urlsafe_b64encode(hmac.digest(key, invitation.encode(), "sha256")).decode().rstrip("=")


def invite(owner, email, role):
    """The token that is mailed."""
    body = {"email": email, "role": role}
    return token_of(owner.ok("POST", f"/v1/sellers/{owner.seller}/invitations", body, key=new_key())["id"])


def join(owner, person, role):
    """The person, in the team of the owner's shop."""
    person.ok("POST", "/v1/invitations:accept", {"token": invite(owner, person.email, role)}, key=new_key())
    person.seller = owner.seller
    person.refresh()
    return person


def unpaid(buyer, offer):
    """The id of an order whose payment the provider has not answered yet."""
    answer = buyer.place((offer, 1), method="pm_sandbox_timeout_authorized")
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    return answer.json()["id"]


def park_checkout(order):
    """As a worker does that has given it up: nobody drives it by himself any more. False: it is over already."""
    # Whoever drives it now loses it: soon it would be over.
    return bool(psql("order", "UPDATE checkout SET parked_at = market_now(), failures = 50, last_error = 'INTERNAL: planted',"
                         " fence = fence + 1, lease_until = market_now() - interval '1 second'"
                         f" WHERE order_id = '{order}' AND step <> 'DONE' RETURNING 1").strip())


def parked_checkout(buyer, offer):
    """The id of an order whose checkout is parked, and would be placed: the payment is authorised by now."""
    def parked():
        order = unpaid(buyer, offer)
        return order if park_checkout(order) else None

    order = until(parked, "a checkout that is parked in time", limit_s=60)
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}/payment")["state"] == "AUTHORIZED", "the provider's answer", limit_s=60)
    return order


def run_checker(*arguments):
    """What the product's own checker prints."""
    command = told("checker")
    if not command:
        command = [BIN / "check_invariants", "--config", data_directory() / "etc" / "check_invariants.conf"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def marketctl(*words, config=None):
    """Towards the running marketplace, with the operators' certificate; the finished process."""
    command = told("marketctl")
    if not command or config:
        command = [BIN / "marketctl", "--config", config or data_directory() / "etc" / "marketctl.conf"]
    return subprocess.run([*command, *words], capture_output=True, text=True)


def check_invariants(wait_s=0):
    """Its report over all databases and the provider."""
    return json.loads(run_checker("--json", f"--wait={wait_s}s"))
