"""What buyers' banks dispute, opened at the sandbox and told as it tells; and the scene of disputes."""

import json
import time
import uuid

import httpx
import market
from market import psql, until
from scene import Scene
from test_webhooks import send, signature


def at_provider(path, **form):
    """What the sandbox answers."""
    program = "marketplace" if market.info()["shape"] == "single" else "payment"
    answer = httpx.post(market.settings(program)["payment.provider_url"] + path, data=form, headers={"Authorization": "Bearer sk_sandbox"}, timeout=15)
    assert answer.status_code == 200, answer.text
    return answer.json()


def charge_of(order):
    return psql("payment", f"SELECT authorization_id FROM payment WHERE order_id = '{order}' AND state = 'CAPTURED'").strip()


def told(client, charge, kind):
    """A message of the provider about it; what it says is a hint only."""
    about = {"object": "dispute", "id": f"du_{uuid.uuid4().hex}", "payment_intent": charge, "charge": charge.replace("pi_", "ch_")}
    payload = json.dumps({"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": f"charge.dispute.{kind}", "created": int(time.time()),
                          "data": {"object": about}}).encode()
    for _ in range(2):
        assert send(client, payload, signature(payload)).status_code == 204


def opened(client, order, parts=1, **about):
    """The ids of the disputes of a captured order, the newest first, once they are known here, and the provider's id."""
    until(lambda: charge_of(order), "the capture")
    made = at_provider("/v1/sandbox/disputes", payment_intent=charge_of(order), **about)
    told(client, made["payment_intent"], "created")
    found = f"SELECT id FROM dispute WHERE order_id = '{order}' ORDER BY id DESC"
    ids = until(lambda: len(rows := psql("payment", found).split()) == parts and rows, "the dispute")
    return ids, made["id"]


def submit_evidence(world):
    """Of two orders of a shop."""
    ids = []
    for _ in range(2):
        order = world.buyer.place((world.offer, 1)).json()["id"]
        ids += opened(world.buyer, order)[0]
    quoted = ", ".join(f"'{dispute}'" for dispute in ids)
    one, two = ((f"/v1/disputes/{dispute}:submitEvidence", {"text": "It was sent."}) for dispute in ids)
    answered = f"SELECT count(*) FROM dispute WHERE evidence <> '' AND id IN ({quoted})"
    return Scene(world.operator, one, two, lambda: int(psql("payment", answered)))


SCENES = {"SubmitDisputeEvidence": submit_evidence}


def act(operator, owner, shop, category):
    """For test_audit.py."""
    sold = shop()
    owner.add_address()
    (dispute,), _ = opened(owner, owner.place((sold.offer, 1)).json()["id"])
    operator.ok("POST", f"/v1/disputes/{dispute}:submitEvidence", {"text": "It was sent."}, key=market.new_key())
    return "dispute", dispute, ""
