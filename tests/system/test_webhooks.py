"""What the provider tells by itself, through the front door: believed when it is signed, kept once, acted upon later."""

import hashlib
import hmac
import json
import pathlib
import time
import uuid

import pytest

from market import psql, until
from proxies import restart

PATH = "/v1/providers/sandbox/webhooks"
SECRET = b"whsec_sandbox"    # what payment.webhook_secrets is without a setting


def event(**about):
    return {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "payment_intent.succeeded", "created": int(time.time()),
            "data": {"object": {"object": "payment_intent", "id": f"pi_{uuid.uuid4().hex}", **about}}}


def signature(payload, secret=SECRET, at=None, scheme="v1"):
    at = int(time.time() if at is None else at)
    return f"t={at},{scheme}={hmac.new(secret, f'{at}.'.encode() + payload, hashlib.sha256).hexdigest()}"


def send(client, payload, header, path=PATH):
    return client.post(path, payload, headers={"Content-Type": "application/json; charset=utf-8", **({"Stripe-Signature": header} if header else {})})


def kept(one):
    return psql("payment", f"SELECT count(*) FROM provider_event WHERE event_id = '{one['id']}'").strip()


@pytest.mark.operations("payment.ReceiveWebhook")
def test_a_signed_one_is_kept_once(anonymous):
    one = event(transfer_group="invoice 7")
    # Its bytes count, not what they mean: blanks, an escape, no ASCII.
    payload = json.dumps(one, indent=3, ensure_ascii=False).replace("invoice", "inv\\u006fice").encode() + "  \n".encode()
    for _ in range(2):
        answer = send(anonymous, payload, signature(payload))
        assert (answer.status_code, answer.content) == (204, b""), answer.text
    assert kept(one) == "1"
    # It names no order of a marketplace: there is nothing to do about it.
    until(lambda: psql("payment", "SELECT count(*) FROM webhook w JOIN provider_event e ON e.id = w.event_id"
                                  f" WHERE e.event_id = '{one['id']}' AND w.next_run_at IS NULL").strip() == "1", "it to be read")


HOSTILE = {
    "no signature": (lambda p: (p, None), "WEBHOOK_SIGNATURE_INVALID"),
    "an empty one": (lambda p: (p, ","), "WEBHOOK_SIGNATURE_INVALID"),
    "no time": (lambda p: (p, signature(p).partition(",")[2]), "WEBHOOK_SIGNATURE_INVALID"),
    "another scheme": (lambda p: (p, signature(p, scheme="v0")), "WEBHOOK_SIGNATURE_INVALID"),
    "another secret": (lambda p: (p, signature(p, b"whsec_other")), "WEBHOOK_SIGNATURE_INVALID"),
    "another byte": (lambda p: (p[:-1] + b" }", signature(p)), "WEBHOOK_SIGNATURE_INVALID"),
    "no body": (lambda p: (b"", signature(p)), "WEBHOOK_SIGNATURE_INVALID"),
    "too old": (lambda p: (p, signature(p, at=time.time() - 330)), "WEBHOOK_OUT_OF_TIME"),
    "too new": (lambda p: (p, signature(p, at=time.time() + 330)), "WEBHOOK_OUT_OF_TIME"),
    "no JSON": (lambda p: (b"\xff\x00", signature(b"\xff\x00")), "WEBHOOK_UNREADABLE"),
    "no event": (lambda p: (b"{}", signature(b"{}")), "WEBHOOK_UNREADABLE"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_forged_one_is_refused(anonymous, name):
    one = event()
    forge, reason = HOSTILE[name]
    answer = send(anonymous, *forge(json.dumps(one).encode()))
    assert (answer.status_code, answer.json()["reason"]) == (400, reason), answer.text
    assert kept(one) == "0"


def test_only_the_provider_there_is(anonymous):
    payload = json.dumps(event()).encode()
    assert send(anonymous, payload, signature(payload), "/v1/providers/stripe/webhooks").json()["reason"] == "NOT_FOUND"


@pytest.fixture
def told(stack):
    """The provider tells what happens, through nginx as it would from far away."""
    stack["pids"]    # only where processes can be started anew
    file = pathlib.Path(stack["data"]) / "etc" / "sandbox.conf"
    before = file.read_text()
    others = [line for line in before.splitlines() if not line.startswith("sandbox.webhook_")]
    file.write_text("\n".join([*others, f"sandbox.webhook_url = {stack['url']}", f"sandbox.webhook_ca_file = {stack['caFile']}",
                               "sandbox.webhook_chaos = shuffled, repeated", ""]))
    restart(["sandbox"])
    yield
    file.write_text(before)
    restart(["sandbox"])


def test_the_sandbox_tells_of_every_payment(told, buyer, shop):
    order = buyer.place((shop().offer, 1)).json()["id"]

    def read():
        return psql("payment", "SELECT string_agg(e.type || ' ' || (w.next_run_at IS NULL), ' ' ORDER BY e.type) FROM provider_event e"
                               f" JOIN webhook w ON w.event_id = e.id WHERE e.reference = '{order}'").strip()

    until(lambda: read() == "payment_intent.amount_capturable_updated true payment_intent.succeeded true", "both to be read")
