"""The pages of those who run the marketplace, in a browser: every page in every look, what a role sees of them, and what is done with them."""

import json
import pathlib

import pytest

import key_scenes_payouts as payouts
import market
from key_scenes_commission import draft
from test_findings import OFF, Money, compare, found
from trade import MISCHIEF

TRADER = {"legalName": "Engines " + MISCHIEF, "registerNumber": "HRB 17", "vatNumber": "GB123456789", "lines": ["Dorset Street 1"],
          "city": "London", "postalCode": "W1U 4EG", "countryCode": "GB"}


def of_role(stack, admin, role):
    """Somebody who has it and no other."""
    somebody = market.Person(stack["url"], stack["caFile"], role)
    admin.ok("POST", f"/v1/accounts/{somebody.id}:grantRole", {"role": role})
    return {"email": somebody.email, "password": somebody.password}


def waiting(stack):
    """A shop that nobody has approved yet, and who owns it."""
    owner = market.Person(stack["url"], stack["caFile"], "Wanda")
    owner.open_seller()
    named = {"displayName": "Waiting engines", "description": MISCHIEF, "trader": TRADER}
    owner.ok("PATCH", f"/v1/sellers/{owner.seller}", named)
    market.psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id = '{owner.seller}'")
    return owner


def sold(stack, category):
    """An order of two shops that was charged, one part with a refund; a review and a report of one product, a conversation that was reported."""
    owners = [market.Person(stack["url"], stack["caFile"], name) for name in ("Olga", "Otto")]
    for owner in owners:
        owner.open_seller()
    shops = [market.Shop(owner, owner.create_product(category, title=f"Engine {MISCHIEF}")) for owner in owners]
    buyer = market.Person(stack["url"], stack["caFile"], "Bea")
    buyer.add_address()
    order = buyer.place((shops[0].offer, 2), (shops[1].offer, 1)).json()
    part = order["sellerOrders"][0]
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"}), ("deliver", {})):
        owner = owners[0] if part["sellerId"] == owners[0].seller else owners[1]
        owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body, key=market.new_key())
    line = part["lines"][0]
    written = buyer.ok("POST", f"/v1/orderLines/{line['id']}/review", {"rating": 1, "title": MISCHIEF, "text": "Rude.\n" + MISCHIEF},
                       key=market.new_key())
    buyer.ok("POST", f"/v1/products/{line['productId']}:report", {"reason": "DANGEROUS", "text": "It smokes. " + MISCHIEF})
    said = buyer.ok("POST", "/v1/conversations", {"sellerId": part["sellerId"], "productId": line["productId"], "text": MISCHIEF}, key=market.new_key())
    buyer.ok("POST", f"/v1/conversations/{said['id']}:report", {"reason": "Rude. " + MISCHIEF})
    back = {"sellerOrderId": part["id"], "reason": "DAMAGED", "text": MISCHIEF, "lines": [{"lineId": line["id"], "quantity": 1}]}
    returned = buyer.ok("POST", f"/v1/orders/{order['id']}/returns", back, key=market.new_key())
    proposed = owners[1].create_product(category, publish=False, title="Proposed engine")
    owners[1].ok("POST", f"/v1/products/{proposed['id']}:propose", {})
    return {"order": order["id"], "number": order["number"], "product": line["productId"], "review": written["id"], "conversation": said["id"],
            "proposed": proposed["id"], "return": returned["id"], "soldShop": part["sellerId"], "buyer": buyer.id, "buyerEmail": buyer.email}


def paid(admin, order):
    """The payment of an order, once it is charged, with some given back of its first part."""
    def charged():
        payment = admin.ok("GET", f"/v1/orders/{order}/payment")
        return payment if payment["state"] == "CAPTURED" else None

    payment = market.until(charged, "the payment of the order")
    body = {"sellerOrderId": payment["splits"][0]["sellerOrderId"], "amount": {"amount": 100, "currency": "EUR"}, "reason": MISCHIEF}
    admin.ok("POST", f"/v1/payments/{payment['id']}:refund", body, key=market.new_key())
    return payment["id"]


def money(stack, admin):
    """A payout that the bank has, of a shop that has a rule of its own."""
    owner = market.Person(stack["url"], stack["caFile"], "Paula")
    owner.open_seller()
    rule = admin.ok("POST", "/v1/commissionRules", draft(name=f"Rule {MISCHIEF}", sellerId=owner.seller), key=market.new_key())
    return {"paidShop": owner.seller, "payout": payouts.submitted(owner.seller), "rule": rule["id"]}


@pytest.fixture(scope="module")
def differs(stack):
    """The id of a payment of which the provider says less; it is gone with the file's end."""
    planted = Money(there=1500)
    market.psql("payment", OFF + planted.sql)
    compare()
    yield planted
    market.psql("payment", OFF + planted.forget())
    compare()


@pytest.fixture(scope="module")
def browse(stack, chromium, demonstration, differs):
    secret = pathlib.Path(stack["operator"]["passwordFile"]).read_text().strip()
    admin = market.Person(stack["url"], stack["caFile"], email=stack["operator"]["email"], password=secret)
    category = admin.ok("POST", "/v1/categories", {"name": "Engines", "slug": "engines-" + market.new_key()[:12]})
    scene = sold(stack, category["id"])
    market.until(lambda: found(admin, differs), "what differs to be found")
    roles = [one["name"] for one in admin.ok("GET", "/v1/roles")["roles"] if one["scope"] == "MARKETPLACE"]
    some = {**scene, **money(stack, admin), "finding": differs.payment, "payment": paid(admin, scene["order"]), "admin": {"email": admin.email, "password": secret},
            "roles": {role: of_role(stack, admin, role) for role in roles}, "waiting": waiting(stack).seller,
            "category": category["slug"], "mischief": MISCHIEF}
    return lambda script: chromium(script, MARKET_SOME=json.dumps(some))


def test_every_page_of_operators_in_every_look(browse):
    browse("operator_pages.mjs")


def test_what_operators_do_by_keyboard_and_what_a_role_sees(browse):
    browse("operator.mjs")
