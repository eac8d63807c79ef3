"""What shops, buyers and operators do to orders besides placing and sending them: refused, cancelled unpaid, received, counted, looked
for, driven on; each with its refusals, over REST and over gRPC."""

import pathlib
import urllib.parse

import grpc
import pytest

import contract
from market import new_key, park_checkout, parked_checkout, psql, unpaid, until
from test_bad_input import problem
from test_grpc import by_name, request_of, unary

OPEN_MAX = 20  # order.open_checkouts_of_buyer
SHIPMENT = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
MISSING = "01976b2a-7c1e-7a3b-9f42-efd7f6836dfd"


@pytest.fixture(scope="module")
def channel(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as opened:
        yield opened


@pytest.fixture
def ask(channel):
    """ask(person, "Method", key, **fields) over gRPC: the answer, or the refusal as (code, reason). `fill` does what a field alone
    doesn't."""

    def send(person, name, key=None, fill=lambda request: None, **fields):
        method = by_name(name)
        request = request_of(method)
        for field, value in fields.items():
            setattr(request, field, value)
        fill(request)
        metadata = [("authorization", f"Bearer {person.token}")] + ([("idempotency-key", key)] if key else [])
        try:
            return unary(channel, method)(request, metadata=metadata, timeout=15)
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata())["grpc-status-details-bin"]
            status = contract.modules()["google/rpc/status.proto"].Status.FromString(details)
            info = contract.modules()["google/rpc/error_details.proto"].ErrorInfo()
            assert any(any_.Unpack(info) for any_ in status.details)
            return error.code(), info.reason

    return send


@pytest.fixture
def rival(person):
    somebody = person("Riv")
    somebody.open_seller()
    return somebody


def path_of(order, number=0):
    return f"/v1/sellerOrders/{order['sellerOrders'][number]['id']}"


def state_of(message):
    """The name of its state: an answer over gRPC has the number."""
    return message.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[message.state].name


def history(person, order):
    return [(event["to"], event["actor"], event.get("reason", ""))
            for event in person.ok("GET", f"/v1/orders/{order['id']}/events")["events"]]


def money_is_back(buyer, order, amount):
    payment = buyer.ok("GET", f"/v1/orders/{order['id']}/payment")
    return payment["state"] == "VOIDED" or payment["refunded"]["amount"] == amount


# --- shops --------------------------------------------------------------------------------------------------------------

ENDS = {"reject": "REJECTED", "cancel": "CANCELLED"}


@pytest.mark.parametrize("verb", [pytest.param("reject", marks=pytest.mark.values("order.OrderState.REJECTED")), "cancel"])
@pytest.mark.parametrize("accepted", [False, True], ids=["placed", "accepted"])
def test_a_shop_ends_its_part(buyer, shop, verb, accepted):
    sold, kept = shop(stock=3, price=500), shop(stock=3, price=700)
    order = buyer.place((sold.offer, 2), (kept.offer, 1)).json()
    part = next(part for part in order["sellerOrders"] if part["sellerId"] == sold.owner.seller)
    path = f"/v1/sellerOrders/{part['id']}"
    if accepted:
        sold.owner.ok("POST", path + ":accept", {})
    key, body = new_key(), {"reason": "sold in the shop"}
    answer = sold.owner.post(f"{path}:{verb}", body, key=key)
    assert (answer.status_code, answer.json()["state"]) == (200, ENDS[verb]), answer.text
    replay = sold.owner.post(f"{path}:{verb}", body, key=key)
    assert replay.headers["Idempotent-Replayed"] == "true" and replay.content == answer.content
    problem(sold.owner.post(f"{path}:{verb}", body, key=new_key()), 409, "ILLEGAL_TRANSITION")
    problem(sold.owner.post(f"{path}:{verb}", {"reason": "other"}, key=key), 422, "IDEMPOTENCY_KEY_REUSED")
    problem(sold.owner.post(f"{path}:ship", SHIPMENT), 409, "ILLEGAL_TRANSITION")

    assert history(buyer, order)[-1] == (ENDS[verb], "seller", "sold in the shop")
    until(lambda: sold.available() == 3, "the units to come back")
    until(lambda: money_is_back(buyer, order, 1000), "the refund")
    assert kept.available() == 2
    seen = buyer.ok("GET", f"/v1/orders/{order['id']}")
    assert seen["state"] == "PLACED"
    assert sorted(part["state"] for part in seen["sellerOrders"]) == sorted([ENDS[verb], "PLACED"])
    kept.owner.ok("POST", f"{path_of(order, 1 - order['sellerOrders'].index(part))}:{verb}", body, key=new_key())
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == ENDS[verb]


@pytest.mark.parametrize("verb", ENDS)
def test_what_a_shop_may_not_end(buyer, shop, rival, verb):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    path, body = f"{path_of(order)}:{verb}", {"reason": "sold in the shop"}
    problem(sold.owner.post(path, body), 400, "IDEMPOTENCY_KEY_REQUIRED")
    for bad in ({}, {"reason": ""}, {"reason": "\u200b"}, {"reason": "a\nb"}, {"reason": "x" * 201}):
        refusal = problem(sold.owner.post(path, bad, key=new_key()), 400, "INVALID_ARGUMENT")
        assert [field["field"] for field in refusal["fields"]] == ["reason"]
    problem(rival.post(path, body, key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(path, body, key=new_key()), 403, "PERMISSION_DENIED")
    for step, about in (("accept", {}), ("ship", SHIPMENT)):
        sold.owner.ok("POST", f"{path_of(order)}:{step}", about)
    refusal = problem(sold.owner.post(path, body, key=new_key()), 409, "ILLEGAL_TRANSITION")
    assert (refusal["metadata"]["from"], refusal["metadata"]["to"]) == ("SHIPPED", ENDS[verb])
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == "SHIPPED"


@pytest.mark.parametrize("method,state", [("RejectSellerOrder", "REJECTED"), ("CancelBySeller", "CANCELLED")])
def test_a_shop_ends_its_part_over_grpc(buyer, shop, rival, ask, method, state):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    about = {"seller_order_id": order["sellerOrders"][0]["id"], "reason": "sold in the shop"}
    assert ask(sold.owner, method, **about) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REQUIRED")
    assert ask(sold.owner, method, new_key(), **{**about, "reason": ""}) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT")
    assert ask(rival, method, new_key(), **about) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert ask(buyer, method, new_key(), **about) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert state_of(ask(sold.owner, method, new_key(), **about)) == state
    assert ask(sold.owner, method, new_key(), **about) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")


# --- buyers -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("delivered", [False, True], ids=["shipped", "delivered"])
@pytest.mark.values("order.OrderState.COMPLETED")
def test_a_buyer_has_it(buyer, shop, person, delivered):
    sold = shop(stock=3)
    order = buyer.place((sold.offer, 1)).json()
    path = path_of(order)
    problem(buyer.post(path + ":confirmReceipt", {}), 409, "ILLEGAL_TRANSITION")
    for step, about in (("accept", {}), ("ship", SHIPMENT), *([("deliver", {})] if delivered else [])):
        sold.owner.ok("POST", f"{path}:{step}", about)
    for stranger in (person("Eve"), sold.owner):
        problem(stranger.post(path + ":confirmReceipt", {}), 404, "NOT_FOUND")
    key = new_key()
    answer = buyer.post(path + ":confirmReceipt", {}, key=key)
    assert (answer.status_code, answer.json()["state"], answer.json()["parcels"][0]["trackingNumber"]) == (200, "COMPLETED", "RM1"), answer.text
    assert buyer.post(path + ":confirmReceipt", {}, key=key).content == answer.content
    problem(buyer.post(path + ":confirmReceipt", {}), 409, "ILLEGAL_TRANSITION")
    told = [(state, actor) for state, actor, _ in history(buyer, order)][-2:]
    assert told == [("DELIVERED", "seller" if delivered else "buyer"), ("COMPLETED", "buyer")]
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == "COMPLETED"
    problem(buyer.post(f"/v1/orders/{order['id']}:cancel", {}, key=new_key()), 409, "ILLEGAL_TRANSITION")


def test_a_buyer_has_it_over_grpc(buyer, shop, person, ask):
    sold = shop()
    part = buyer.place((sold.offer, 1)).json()["sellerOrders"][0]["id"]
    assert ask(buyer, "ConfirmReceipt", seller_order_id=part) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")
    for step, about in (("accept", {}), ("ship", SHIPMENT)):
        sold.owner.ok("POST", f"/v1/sellerOrders/{part}:{step}", about)
    assert ask(person("Eve"), "ConfirmReceipt", seller_order_id=part) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert ask(buyer, "ConfirmReceipt", seller_order_id="x") == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT")
    assert state_of(ask(buyer, "ConfirmReceipt", seller_order_id=part)) == "COMPLETED"


def test_an_unpaid_order_is_cancelled(buyer, shop, person):
    sold = shop(stock=2)
    order = unpaid(buyer, sold.offer)
    path = f"/v1/orders/{order}"
    problem(person("Eve").post(path + ":cancel", {}, key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(path + ":cancel", {}), 400, "IDEMPOTENCY_KEY_REQUIRED")
    problem(buyer.post(path + ":cancel", {"sellerOrderIds": [MISSING]}, key=new_key()), 404, "NOT_FOUND")
    key, body = new_key(), {"reason": "changed my mind"}
    answer = buyer.post(path + ":cancel", body, key=key)
    assert (answer.status_code, answer.json()["state"]) in ((202, "PENDING_PAYMENT"), (200, "FAILED")), answer.text
    until(lambda: buyer.ok("GET", path)["state"] == "FAILED", "the order to be undone", limit_s=60)
    seen = buyer.ok("GET", path)
    assert (seen["failureReason"], seen["payment"]["captured"]["amount"]) == ("CANCELLED_BY_BUYER", 0)
    assert history(buyer, seen)[-1] == ("FAILED", "buyer", "changed my mind")
    until(lambda: sold.available() == 2, "the unit to come back")
    assert buyer.ok("GET", path + "/payment")["state"] in ("VOIDED", "DECLINED")
    for again in (key, new_key()):
        answer = buyer.post(path + ":cancel", body, key=again)
        assert (answer.status_code, answer.json()["etag"]) == (200, seen["etag"]), answer.text
    part = seen["sellerOrders"][0]["id"]
    problem(sold.owner.post(f"/v1/sellerOrders/{part}:accept", {}), 409, "ILLEGAL_TRANSITION")
    assert sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/orders").get("sellerOrders", []) == []


def test_an_unpaid_order_is_not_cancelled_in_parts(buyer, shop, operator):
    order = buyer.place((shop().offer, 1), (shop().offer, 1), method="pm_sandbox_timeout_authorized").json()
    path = f"/v1/orders/{order['id']}"
    named = {"sellerOrderIds": [order["sellerOrders"][0]["id"]]}
    assert "whole" in problem(buyer.post(path + ":cancel", named, key=new_key()), 409, "ILLEGAL_TRANSITION")["detail"]
    answer = operator.post(path + ":cancel", {"reason": "fraud"}, key=new_key())
    assert answer.status_code in (200, 202), answer.text
    until(lambda: buyer.ok("GET", path)["state"] == "FAILED", "the order to be undone", limit_s=60)
    assert buyer.ok("GET", path)["failureReason"] == "CANCELLED_BY_OPERATOR"
    assert history(buyer, order)[-1] == ("FAILED", "operator", "fraud")
    rows = psql("order", f"SELECT reason, after->>'checkout' FROM audit_event WHERE target_id = '{order['id']}'").split()
    assert rows == ["fraud|UNDO"]


def test_an_unpaid_order_is_cancelled_over_grpc(buyer, shop, ask):
    order = unpaid(buyer, shop().offer)
    assert ask(buyer, "CancelOrder", order_id=order) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REQUIRED")
    assert ask(buyer, "CancelOrder", new_key(), order_id=MISSING) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    ask(buyer, "CancelOrder", new_key(), order_id=order)
    until(lambda: ask(buyer, "GetOrder", order_id=order).failure_reason == "CANCELLED_BY_BUYER", "the order to be undone", limit_s=60)


def test_open_orders_of_an_account_are_limited(person, buyer, shop, ask):
    """Their checkouts are opened again by hand, parked: how long real ones stay open is the provider's to say."""
    sold = shop(stock=2 * OPEN_MAX)
    placed = [buyer.place((sold.offer, 1)).json()["id"] for _ in range(OPEN_MAX)]

    def stand(step, parked_at, orders):
        ids = ", ".join(f"'{order}'" for order in orders)
        psql("order", f"UPDATE checkout SET step = '{step}', parked_at = {parked_at} WHERE order_id IN ({ids})")

    stand("FORWARD", "market_now()", placed)
    try:
        key = new_key()
        refusal = buyer.place((sold.offer, 1), key=key)
        assert str(OPEN_MAX) in problem(refusal, 429, "RATE_LIMITED")["detail"]
        assert int(refusal.headers["Retry-After"]) > 0
        assert len(buyer.ok("GET", "/v1/orders?pageSize=100")["orders"]) == OPEN_MAX
        other = person("Bob")
        other.add_address()
        assert other.place((sold.offer, 1)).status_code == 201
        over_grpc = ask(buyer, "PlaceOrder", new_key(), lambda request: request.items.add(offer_id=sold.offer, quantity=1),
                        shipping_address_id=buyer.address, payment_method="pm_card_visa")
        assert over_grpc == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")

        stand("DONE", "NULL", placed[:1])
        assert buyer.place((sold.offer, 1), key=key).status_code == 201, "the key was not used up"
    finally:
        stand("DONE", "NULL", placed)


def failed(buyer, sold):
    """An order that was declined, and cancelled then."""
    refusal = problem(buyer.place((sold.offer, 1), method="pm_card_visa_chargeDeclined"), 402, "PAYMENT_DECLINED")
    path = f"/v1/orders/{refusal['metadata']['orderId']}"
    assert buyer.post(path + ":cancel", {}, key=new_key()).is_success
    until(lambda: buyer.ok("GET", path)["state"] == "FAILED", "the order to be undone")


@pytest.mark.operations("order.CountMyOrders", "order.CountSellerOrders")
def test_counts(buyer, shop, person, rival, ask):
    sold = shop()
    orders = [buyer.place((sold.offer, 1)).json() for _ in range(3)]
    sold.owner.ok("POST", path_of(orders[0]) + ":accept", {})
    buyer.ok("POST", f"/v1/orders/{orders[1]['id']}:cancel", {}, key=new_key())
    failed(buyer, sold)
    of_shop = f"/v1/sellers/{sold.owner.seller}/orders:count"

    def counts(person, path):
        return {one["state"]: one["count"] for one in person.ok("GET", path).get("counts", [])}

    assert counts(buyer, "/v1/orders:count") == {"PLACED": 1, "ACCEPTED": 1, "CANCELLED": 1, "FAILED": 1}
    assert counts(sold.owner, of_shop) == {"PLACED": 1, "ACCEPTED": 1, "CANCELLED": 1}
    assert counts(person("Eve"), "/v1/orders:count") == {}
    problem(rival.get(of_shop), 404, "NOT_FOUND")
    problem(buyer.get(of_shop), 403, "PERMISSION_DENIED")
    assert sum(one.count for one in ask(buyer, "CountMyOrders").counts) == 4
    assert sum(one.count for one in ask(sold.owner, "CountSellerOrders", seller_id=sold.owner.seller).counts) == 3
    assert ask(rival, "CountSellerOrders", seller_id=sold.owner.seller) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


# --- operators ----------------------------------------------------------------------------------------------------------

@pytest.mark.operations("order.ListOrders")
def test_operators_find_orders(buyer, shop, operator, ask):
    sold = shop()
    first, second = (buyer.place((sold.offer, 1)).json() for _ in range(2))

    def found(**params):
        return [order["id"] for order in operator.ok("GET", "/v1/admin/orders", params=params)["orders"]]

    both = [second["id"], first["id"]]
    assert found(buyerId=buyer.id) == found(sellerId=sold.owner.seller) == both
    assert found(number=first["number"]) == [first["id"]]
    assert found(number="261124-NOTHERE0") == []
    assert found(buyerId=buyer.id, createTimeFrom=second["createTime"]) == [second["id"]]
    assert found(buyerId=buyer.id, createTimeTo=second["createTime"]) == [first["id"]]
    assert second["id"] in found(createTimeFrom=second["createTime"], pageSize=100)
    assert found(buyerId=buyer.id, state="ACCEPTED") == []
    sold.owner.ok("POST", path_of(first) + ":accept", {})
    assert found(buyerId=buyer.id, state="ACCEPTED") == [first["id"]]
    failed(buyer, sold)
    assert len(found(buyerId=buyer.id)) == 3 and len(found(buyerId=buyer.id, state="FAILED")) == 1

    page = operator.ok("GET", "/v1/admin/orders", params={"sellerId": sold.owner.seller, "pageSize": 2})
    assert page["orders"][1]["id"] == second["id"]
    token = page["nextPageToken"]
    assert found(sellerId=sold.owner.seller, pageSize=2, pageToken=token) == [first["id"]]
    problem(operator.get("/v1/admin/orders", params={"pageToken": token}), 400, "INVALID_PAGE_TOKEN")
    assert [order.id for order in ask(operator, "ListOrders", number=first["number"]).orders] == [first["id"]]


def test_what_is_no_search(operator, buyer, ask):
    def refused(field, **params):
        refusal = problem(operator.get("/v1/admin/orders", params=params), 400)
        assert [one["field"] for one in refusal["fields"]] == [field], refusal

    refused("createTimeTo", createTimeFrom="2026-01-02T00:00:00Z", createTimeTo="2026-01-02T00:00:00Z")
    refused("createTimeFrom", createTimeFrom="yesterday")
    refused("buyerId", buyerId="ada@example.com")
    refused("state", state="LOST")
    refused("pageSize", pageSize=101)
    for path in ("/v1/admin/orders", "/v1/admin/checkouts"):
        problem(buyer.get(path), 403, "PERMISSION_DENIED")
        problem(operator.get(path, params={"pageToken": "x"}), 400, "INVALID_PAGE_TOKEN")
    assert ask(buyer, "ListOrders") == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert ask(buyer, "ListStuckCheckouts") == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    never = ask(operator, "ListOrders", fill=lambda request: setattr(request.create_time_from, "seconds", 2**60))
    assert never == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT")


@pytest.mark.operations("order.ExplainOrder")
def test_operators_read_an_order(buyer, shop, operator, person, ask):
    order = buyer.place((shop().offer, 1)).json()
    assert operator.ok("GET", f"/v1/orders/{order['id']}")["number"] == order["number"]
    assert ask(operator, "GetOrder", order_id=order["id"]).number == order["number"]
    assert operator.ok("POST", f"/v1/orders/{order['id']}:explain")["matches"]
    problem(person("Eve").get(f"/v1/orders/{order['id']}"), 404, "NOT_FOUND")
    problem(operator.get(f"/v1/orders/{MISSING}"), 404, "NOT_FOUND")


def stuck(operator):
    return {one["orderId"]: one for one in operator.ok("GET", "/v1/admin/checkouts", params={"pageSize": 100})["checkouts"]}


@pytest.mark.operations("order.ListStuckCheckouts")
@pytest.mark.values("order.Checkout.Step.FORWARD", "order.Checkout.Step.DONE", "payment.Payment.State.AUTHORIZED",
                    "payment.Payment.State.UNKNOWN")
def test_a_stuck_checkout_is_driven_on(buyer, shop, operator):
    order = parked_checkout(buyer, shop().offer)
    told = stuck(operator)[order]
    assert (told["state"], told["step"], told["failures"], told["lastError"], told["buyerId"], told["driven"]) == (
        "PENDING_PAYMENT", "FORWARD", 50, "INTERNAL: planted", buyer.id, False)
    assert told["parkedTime"] and told["nextRunTime"] and told["deadlineTime"] > told["createTime"]
    path = f"/v1/admin/checkouts/{order}:advance"
    problem(operator.post(f"/v1/admin/checkouts/{MISSING}:advance", {}), 404, "NOT_FOUND")
    problem(buyer.post(path, {}), 403, "PERMISSION_DENIED")
    psql("order", f"UPDATE checkout SET lease_until = market_now() + interval '1 minute' WHERE order_id = '{order}'")
    assert stuck(operator)[order]["driven"]
    assert "somebody" in problem(operator.post(path, {}), 409, "ILLEGAL_TRANSITION")["detail"]
    psql("order", f"UPDATE checkout SET lease_until = market_now() WHERE order_id = '{order}'")
    answer = operator.post(path, {"reason": "the provider is back"})
    assert (answer.status_code, answer.json()["state"], answer.json()["step"]) == (200, "PLACED", "DONE"), answer.text
    assert "parkedTime" not in answer.json() and order not in stuck(operator)
    assert buyer.ok("GET", f"/v1/orders/{order}")["state"] == "PLACED"
    assert operator.post(path, {}).status_code == 200, "it is over"
    acts = psql("order", f"SELECT reason, before->>'parked', after->>'parked' FROM audit_event WHERE target_id = '{order}'").splitlines()
    assert acts == ["the provider is back|yes|no"]


def test_a_checkout_that_nobody_can_end_yet(buyer, shop, operator, ask):
    """Driven, it waits for the provider again, and goes on by itself."""
    order = unpaid(buyer, shop().offer)
    assert park_checkout(order)
    assert order in stuck(operator)
    assert ask(buyer, "AdvanceCheckout", order_id=order) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert ask(operator, "AdvanceCheckout", order_id=MISSING) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    driven = ask(operator, "AdvanceCheckout", order_id=order)
    assert state_of(driven) in ("PENDING_PAYMENT", "PLACED") and driven.failures == 0 and not driven.HasField("parked_time")
    assert order not in stuck(operator)
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}")["state"] == "PLACED", "the order to be placed", limit_s=60)
