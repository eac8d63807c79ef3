"""Every method of the contract, called by everybody who must not get through, about things that are not theirs.

Nothing is listed here by hand: the methods, their policies and their requests come from the contract, the roles and what they may do
from the marketplace, so a new RPC and a new role are tested the day they are written.
"""

import uuid
import base64
import json

import pytest

import contract
import key_scenes_by_hand
import key_scenes_coupons
import key_scenes_disputes
import key_scenes_payouts
import key_scenes_returns
from key_scenes_delivery import parcel
from market import new_key, until
from pictures import MINE, mine, uploaded
from scene import ACCEPT, SHIP

REST = [m for m in contract.methods() if m.verb]
OWNED = {"line_id", "conversation_id", "order_id", "seller_order_id", "address_id", "payment_id", "session_id", "cart_id", "return_id", "invoice_id", "commission_invoice_id"}  # ids of somebody's things; products and sellers are public


@pytest.fixture(scope="module")
def victim(stack, category):
    """Somebody with one of everything, and the ids of it all."""
    from market import Person
    seller = Person(stack["url"], stack["caFile"], "Vic")
    seller.open_seller()
    seller.add_address()
    product = seller.create_product(category)
    offer = product["offers"][0]["id"]
    order = seller.place((offer, 1)).json()
    draft = seller.create_product(category, publish=False)
    picture, own_picture = uploaded(seller), mine(seller)
    payment = seller.ok("GET", f"/v1/orders/{order['id']}/payment")
    session = seller.ok("GET", "/v1/sessions")["sessions"][0]["id"]
    about = {"sellerOrderId": order["sellerOrders"][0]["id"], "text": "Is it on its way?"}
    conversation = seller.ok("POST", "/v1/conversations", about, key=new_key())["id"]
    coming = key_scenes_returns.sent_back(seller, seller, offer).rpartition("/")[2]
    method = seller.ok("POST", f"/v1/sellers/{seller.seller}/deliveryMethods", parcel(), key=new_key())["id"]
    coupon = seller.ok("POST", f"/v1/sellers/{seller.seller}/coupons", key_scenes_coupons.draft())["id"]
    cart = seller.ok("POST", "/v1/carts", {})["cart"]["id"]
    sent = seller.place((offer, 1)).json()["sellerOrders"][0]["id"]
    for verb, about in (ACCEPT, SHIP):
        sold = seller.ok("POST", f"/v1/sellerOrders/{sent}:{verb}", about)
    invoice, = until(lambda: seller.ok("GET", f"/v1/sellerOrders/{sent}/invoices")["invoices"], "the invoice")
    payout = key_scenes_payouts.submitted(seller.seller)
    (dispute,), _ = key_scenes_disputes.opened(seller, order["id"])
    return {"payout_id": payout, "dispute_id": dispute, "invoice_id": invoice["id"], "return_id": coming, "cart_id": cart, "parcel_id": sold["parcels"][0]["id"], "coupon_id": coupon, "delivery_method_id": method, "conversation_id": conversation, "draft_id": draft["id"], "picture_id": picture["id"], "own_picture_id": own_picture["id"], "order_id": order["id"], "line_id": order["sellerOrders"][0]["lines"][0]["id"], "payment_id": payment["id"], "seller_order_id": order["sellerOrders"][0]["id"], "address_id": seller.address,
            "product_id": product["id"], "offer_id": offer, "seller_id": seller.seller, "category_id": category,
            "shipping_address_id": seller.address, "account_id": seller.id, "session_id": session, "language": "de",
            # Of nothing: one that a test ended would be gone for all.
            "tax_rate_id": str(uuid.uuid4()), "commission_rule_id": str(uuid.uuid4()), "finding_id": str(uuid.uuid4()), "commission_invoice_id": key_scenes_by_hand.commission_invoice(seller.seller)}


@pytest.fixture(scope="module")
def stranger(stack):
    from market import Person
    return Person(stack["url"], stack["caFile"], "Eve")


@pytest.fixture(scope="module")
def rival(stack):
    from market import Person
    somebody = Person(stack["url"], stack["caFile"], "Riv")
    somebody.open_seller()
    return somebody


def call(client, method, ids):
    if method.route.startswith(MINE) and "own_picture_id" in ids:
        ids = {**ids, "picture_id": ids["own_picture_id"]}
    path, body = contract.rest_request(method, ids)
    return client.call(method.verb, path, body, key=new_key() if method.needs_key else None)


@pytest.mark.parametrize("method", REST, ids=str)
def test_anonymous(method, anonymous, victim):
    answer = call(anonymous, method, victim)
    if "PUBLIC" in method.audiences:
        # BAD_CREDENTIALS and SESSION_ENDED are answers about the credentials in the body.
        assert answer.status_code < 500 and answer.json().get("reason") != "UNAUTHENTICATED", answer.text
    else:
        assert answer.status_code == 401, answer.text
        assert answer.json()["reason"] == "UNAUTHENTICATED"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", REST, ids=str)
def test_another_account(method, stranger, victim):
    if "PUBLIC" in method.audiences or method.name in ("SignOut", "EndAllSessions", "CloseMyAccount"):
        pytest.skip("open to everybody, or ends the caller's own session, or the caller")
    answer = call(stranger, method, victim)
    if method.audiences <= {"SELLER", "OPERATOR"}:
        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")
    elif OWNED & set(method.variables):
        assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")
    else:
        # BAD_CREDENTIALS is an answer about the password in the body.
        assert answer.status_code < 500 and answer.status_code != 403, answer.text
        assert not answer.content or answer.json().get("reason") != "UNAUTHENTICATED", answer.text
        for value in (victim["address_id"], victim["order_id"]):
            assert value not in answer.text or value in str(answer.request.content)


# What a method does for any account without naming a thing is about the caller's own.
OF_A_SHOP = [m for m in REST if "SELLER" in m.audiences and (m.variables or "ACCOUNT" not in m.audiences)]


@pytest.mark.parametrize("method", OF_A_SHOP, ids=str)
def test_another_seller(method, rival, victim):
    # A published product takes offers of every seller; a draft is its seller's alone.
    answer = call(rival, method, {**victim, "product_id": victim["draft_id"]})
    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND"), answer.text


@pytest.mark.parametrize("method", [m for m in REST if m.audiences == {"OPERATOR"}], ids=str)
def test_a_seller_is_no_operator(method, rival, victim):
    answer = call(rival, method, victim)
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


@pytest.fixture(scope="module")
def roles(operator):
    """{role: the names of its permissions}, of those that an account has for everything."""
    return {role["name"]: set(role["permissions"]) for role in operator.ok("GET", "/v1/roles")["roles"] if role["scope"] == "MARKETPLACE"}


@pytest.fixture(scope="module")
def in_role(stack, operator, roles):
    """{role: somebody who has it and no other}"""
    from market import Person
    people = {}
    for role in roles:
        people[role] = Person(stack["url"], stack["caFile"], role)
        operator.ok("POST", f"/v1/accounts/{people[role].id}:grantRole", {"role": role})
        people[role].refresh()
    return people


@pytest.mark.parametrize("method", [m for m in REST if m.audiences == {"OPERATOR"}], ids=str)
def test_each_role_reaches_what_the_table_says(method, roles, in_role):
    for role, somebody in in_role.items():
        answer = call(somebody, method, {})  # about nothing there is
        if method.permission_name in roles[role]:
            assert answer.status_code not in (401, 403) and answer.status_code < 500, (role, answer.text)
        else:
            assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED"), role


def test_roles_share_out_what_operators_may_do(roles):
    asked = {method.permission_name for method in REST if "OPERATOR" in method.audiences}
    assert roles["admin"] == asked
    assert all(permissions and permissions < asked for role, permissions in roles.items() if role != "admin")
    assert {role for role, permissions in roles.items() if "roles.grant" in permissions} == {"admin"}


def claims(person):
    payload = person.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_a_token_carries_what_the_methods_ask_for(operator, rival):
    """Roles grant just what some method asks of them, and tokens say it in numbers of permissions."""
    def asked(audience):
        return sorted({method.permission for method in contract.methods() if audience in method.audiences})

    of_operator, of_owner = claims(operator), claims(rival)
    assert of_operator["permissions"] == asked("OPERATOR") and "sellers" not in of_operator
    assert of_owner["sellers"] == {rival.seller: 0} and of_owner["grants"] == [asked("SELLER")]
    assert "permissions" not in of_owner


def test_strangers_things_look_like_things_that_do_not_exist(stranger, victim):
    missing = {name: contract.uuid.uuid4().__str__() for name in victim}
    for method in REST:
        if OWNED & set(method.variables) and "ACCOUNT" in method.audiences:
            theirs, nobodys = call(stranger, method, victim), call(stranger, method, missing)
            drop = ("traceId", "instance")
            assert theirs.status_code == nobodys.status_code == 404
            assert ({k: v for k, v in theirs.json().items() if k not in drop}
                    == {k: v for k, v in nobodys.json().items() if k not in drop}), str(method)
