"""Some units of an order are cancelled, by its buyer, its shop or an operator, over REST and over gRPC: they can be sold again, their
money goes back, and the rest goes on."""

import concurrent.futures

import grpc
import pytest

from market import check_invariants, new_key, until
from test_bad_input import problem
from test_order_acts import SHIPMENT, ask, channel, path_of  # noqa: F401  (fixtures)


def units(line, quantity):
    return {"lines": [{"lineId": line["id"], "quantity": quantity}]}


def path(order):
    return f"/v1/orders/{order['id']}"


def settled(buyer, order, refunded):
    """The order, once so much has gone back."""

    def there():
        seen = buyer.ok("GET", path(order))
        payment = buyer.ok("GET", path(order) + "/payment")
        return payment["refunded"]["amount"] == seen["payment"]["refunded"]["amount"] == refunded and seen

    return until(there, f"{refunded} to go back")


def captured(buyer, order):
    until(lambda: buyer.ok("GET", path(order))["payment"]["state"] == "CAPTURED", "the capture")
    return order


def test_a_buyer_cancels_units_until_none_is_left(buyer, shop):
    sold, kept = shop(stock=5, price=333), shop(stock=5, price=1999)
    order = captured(buyer, buyer.place((sold.offer, 3), (kept.offer, 1)).json())
    number = next(i for i, part in enumerate(order["sellerOrders"]) if part["sellerId"] == sold.owner.seller)
    line, key = order["sellerOrders"][number]["lines"][0], new_key()
    answer = buyer.post(path(order) + ":cancel", {**units(line, 1), "reason": "one too many"}, key=key)
    assert answer.status_code == 200, answer.text
    replay = buyer.post(path(order) + ":cancel", {**units(line, 1), "reason": "one too many"}, key=key)
    assert replay.headers["Idempotent-Replayed"] == "true" and replay.content == answer.content
    part = answer.json()["sellerOrders"][number]
    assert (part["state"], part["lines"][0]["cancelledQuantity"], part["lines"][0]["quantity"]) == ("PLACED", 1, 3)
    seen = settled(buyer, order, 333)
    part = seen["sellerOrders"][number]
    assert (seen["net"]["amount"], part["refunded"]["amount"], part["net"]["amount"]) == (2 * 333 + 1999, 333, 666)
    until(lambda: sold.available() == 3, "the unit to come back")

    event = buyer.ok("GET", path(order) + "/events")["events"][-1]
    assert (event["from"], event["to"], event["actor"], event["reason"]) == ("PLACED", "PLACED", "buyer", "one too many")
    assert event["lines"] == [{"lineId": line["id"], "quantity": 1}]

    last = buyer.ok("POST", path(order) + ":cancel", units(line, 2), key=new_key())
    assert [part["state"] for part in last["sellerOrders"]].count("CANCELLED") == 1
    seen = settled(buyer, order, 999)
    assert (seen["sellerOrders"][number]["net"]["amount"], seen["net"]["amount"]) == (0, 1999)
    until(lambda: sold.available() == 5, "all units to come back")
    buyer.ok("POST", path(order) + ":cancel", {}, key=new_key())
    assert settled(buyer, order, 999 + 1999)["net"]["amount"] == 0
    until(lambda: kept.available() == 5, "the other shop's unit to come back")


def test_what_is_left_is_shipped(buyer, shop):
    sold = shop(stock=3)
    order = buyer.place((sold.offer, 3)).json()
    part = path_of(order)
    line = order["sellerOrders"][0]["lines"][0]
    sold.owner.ok("POST", part + ":accept", {})
    less = sold.owner.post(part + ":cancel", {**units(line, 1), "reason": "one is broken"}, key=new_key())
    assert (less.status_code, less.json()["state"], less.json()["lines"][0]["cancelledQuantity"]) == (200, "ACCEPTED", 1), less.text
    sent = sold.owner.ok("POST", part + ":ship", SHIPMENT)
    assert (sent["lines"][0]["shippedQuantity"], sent["lines"][0]["cancelledQuantity"]) == (2, 1)
    problem(buyer.post(path(order) + ":cancel", units(line, 1), key=new_key()), 409, "ILLEGAL_TRANSITION")
    settled(buyer, order, 1999)
    until(lambda: sold.available() == 1, "the unit to come back")


def test_what_is_refused(buyer, shop, person, operator):
    sold = shop(stock=9)
    order = buyer.place((sold.offer, 2)).json()
    line = order["sellerOrders"][0]["lines"][0]
    cancel = path(order) + ":cancel"
    refusal = problem(buyer.post(cancel, units(line, 3), key=new_key()), 409, "ILLEGAL_TRANSITION")
    assert refusal["metadata"]["lines"] == [{"field": "lines[0].quantity", "offerId": sold.offer, "lineId": line["id"],
                                             "requested": 3, "available": 2}]
    assert refusal["fields"] == [{"field": "lines[0].quantity", "reason": "ILLEGAL_TRANSITION",
                                  "detail": "2 of the line are left, not 3"}]
    twice = {"lines": [*units(line, 1)["lines"], *units(line, 1)["lines"]]}
    assert problem(buyer.post(cancel, twice, key=new_key()), 400)["fields"][0]["field"] == "lines[1].lineId"
    both = {**units(line, 1), "sellerOrderIds": [order["sellerOrders"][0]["id"]]}
    assert problem(buyer.post(cancel, both, key=new_key()), 400)["fields"][0]["field"] == "lines"
    assert problem(buyer.post(cancel, units(line, 0), key=new_key()), 400)["fields"][0]["field"] == "lines[0].quantity"
    problem(buyer.post(cancel, units({"id": order["id"]}, 1), key=new_key()), 404, "NOT_FOUND")
    problem(person("Eve").post(cancel, units(line, 1), key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(cancel, units(line, 1)), 400, "IDEMPOTENCY_KEY_REQUIRED")
    other = buyer.place((sold.offer, 1)).json()["sellerOrders"][0]["lines"][0]
    problem(buyer.post(cancel, units(other, 1), key=new_key()), 404, "NOT_FOUND")
    problem(sold.owner.post(path_of(order) + ":cancel", {**units(other, 1), "reason": "x"}, key=new_key()), 404, "NOT_FOUND")
    assert buyer.ok("GET", path(order))["sellerOrders"][0]["lines"][0]["cancelledQuantity"] == 0
    done = operator.ok("POST", cancel, {**units(line, 1), "reason": "fraud"}, key=new_key())
    assert done["sellerOrders"][0]["lines"][0]["cancelledQuantity"] == 1
    assert buyer.ok("GET", path(order) + "/events")["events"][-1]["actor"] == "operator"


def test_an_unpaid_order_is_cancelled_whole(buyer, shop):
    sold = shop(stock=3)
    order = buyer.place((sold.offer, 2), method="pm_sandbox_timeout_authorized").json()
    line = order["sellerOrders"][0]["lines"][0]
    refusal = problem(buyer.post(path(order) + ":cancel", units(line, 1), key=new_key()), 409, "ILLEGAL_TRANSITION")
    assert "whole" in refusal["detail"]
    assert buyer.post(path(order) + ":cancel", units(line, 2), key=new_key()).status_code in (200, 202)
    until(lambda: buyer.ok("GET", path(order))["state"] == "FAILED", "the order to be undone", limit_s=60)
    until(lambda: sold.available() == 3, "its stock to come back")


def test_the_last_unit_at_once_has_one_winner(buyer, shop):
    sold = shop(stock=4)
    for _ in range(5):
        order = buyer.place((sold.offer, 2)).json()
        line = order["sellerOrders"][0]["lines"][0]
        buyer.ok("POST", path(order) + ":cancel", units(line, 1), key=new_key())
        asks = [lambda: buyer.post(path(order) + ":cancel", units(line, 1), key=new_key())] * 2 \
            + [lambda: sold.owner.post(path_of(order) + ":cancel", {**units(line, 1), "reason": "gone"}, key=new_key())] * 2
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda ask: ask(), asks))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409], [answer.text for answer in answers]
        until(lambda: sold.available() == 4, "both units to come back")


def test_over_grpc(buyer, shop, ask):  # noqa: F811
    sold = shop(stock=3)
    order = buyer.place((sold.offer, 3)).json()
    line = order["sellerOrders"][0]["lines"][0]["id"]

    def cancel(quantity):
        return ask(buyer, "CancelOrder", new_key(), lambda request: request.lines.add(line_id=line, quantity=quantity), order_id=order["id"])

    assert cancel(1).seller_orders[0].lines[0].cancelled_quantity == 1
    assert cancel(3) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")
    by_shop = ask(sold.owner, "CancelBySeller", new_key(), lambda request: request.lines.add(line_id=line, quantity=2),
                  seller_order_id=order["sellerOrders"][0]["id"], reason="broken")
    assert by_shop.lines[0].cancelled_quantity == 3
    assert buyer.ok("GET", path(order))["state"] == "CANCELLED"


@pytest.mark.parametrize("hasty", [True, False], ids=["before the capture", "after it"])
def test_all_units_one_by_one_leave_nothing(buyer, shop, hasty):
    sold = shop(stock=3, price=1)
    order = buyer.place((sold.offer, 3)).json()
    if not hasty:
        captured(buyer, order)
    line = order["sellerOrders"][0]["lines"][0]
    for _ in range(3):
        buyer.ok("POST", path(order) + ":cancel", units(line, 1), key=new_key())

    def nothing_left():
        payment = buyer.ok("GET", path(order) + "/payment")
        return payment["state"] == "VOIDED" or payment["captured"]["amount"] == payment["refunded"]["amount"] == 3

    until(nothing_left, "the money to be back")
    until(lambda: sold.available() == 3, "the stock to come back")


def test_the_checker_agrees():
    found = [finding for finding in check_invariants(wait_s=60)["findings"] if finding["check"] in ("O4", "O13", "X4", "X5", "X11", "S7")]
    assert found == []
