"""What buyers send back, over REST and over gRPC: by line and quantity, within its time, with its share of discount and tax, and with the
delivery when nothing is kept; approved, sent, received, refunded, restocked; or refused. What time does of it is done by moving times back."""

import concurrent.futures

import grpc
import pytest

import key_scenes_coupons
from key_scenes_returns import sent, wish
from market import check_invariants, new_key, psql, until
from pictures import mine
from test_bad_input import problem
from test_delivery import chosen, of, placed, quoted, registered, sends  # noqa: F401: a fixture
from test_order_acts import MISSING, SHIPMENT, ask, channel  # noqa: F401: fixtures


def let_pass(table, id, time):
    assert psql("order", f"UPDATE {table} SET moved_at = market_now() - interval '{time}' WHERE id = '{id}' RETURNING 1").strip()


def delivered_long_ago(order):
    """The history is written once; so only who may switch that off moves it back."""
    psql("order", "SET session_replication_role = replica;"
                  f" UPDATE order_event SET at = at - interval '15 days' WHERE order_id = '{order['id']}'")


def asked(buyer, order, quantity=1, **more):
    path, body = wish(order, quantity, **more)
    answer = buyer.post(path, body, key=new_key())
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == path_of(answer.json())
    return answer.json()


def path_of(coming):
    return f"/v1/returns/{coming['id']}"


def step(person, coming, verb, body=None):
    return person.ok("POST", f"{path_of(coming)}:{verb}", body or {})


def part_of(buyer, order):
    return buyer.ok("GET", f"/v1/orders/{order['id']}")["sellerOrders"][0]


def told(person, kind):
    until(lambda: kind in [one["kind"] for one in person.ok("GET", "/v1/notifications")["notifications"]], kind)


@pytest.mark.operations("order.RequestReturn", "order.GetReturn", "order.ListReturns", "order.ApproveReturn", "order.ShipReturn",
                        "order.ReceiveReturn", "order.CloseReturn")
@pytest.mark.values("order.Return.State.REQUESTED", "order.Return.State.APPROVED", "order.Return.State.IN_TRANSIT", "order.Return.State.RECEIVED",
                    "order.Return.State.CLOSED", "order.Return.Reason.DAMAGED", "order.Return.Reason.WITHDRAWAL",
                    "product.StockMovement.Kind.RETURN", "notification.Notification.Kind.RETURN_REQUESTED",
                    "notification.Notification.Kind.RETURN_APPROVED", "notification.Notification.Kind.RETURN_SENT",
                    "notification.Notification.Kind.RETURN_RECEIVED", "notification.Notification.Kind.RETURN_CLOSED")
def test_units_with_their_share_of_discount_and_tax_and_the_delivery_with_the_last(buyer, registered, operator):  # noqa: F811
    """Three at 11.90 with 19 % in them, less a quarter, which no three share evenly; and 4.90 to send them."""
    sold = registered
    way = sends(sold, 490)
    coupon = sold.owner.ok("POST", f"/v1/sellers/{sold.owner.seller}/coupons", key_scenes_coupons.draft(percentagePpm=250_000))["code"]
    until(lambda: of(quoted(buyer, (sold.offer, 3))["sellers"], sold)["lines"][0]["tax"]["amount"]["amount"], "the shop to be taxed")
    order = placed(buyer, (sold.offer, 3), couponCodes=[coupon], **chosen(way))
    part = order["sellerOrders"][0]
    line = part["lines"][0]["total"]["amount"]
    first = (2 * line + 3) // 6    # a third, rounded half up
    assert (line in (2677, 2678), part["delivery"]["total"]["amount"]) == (True, 490)
    seller_order = f"/v1/sellerOrders/{part['id']}"
    for verb, about in (("accept", {}), ("ship", SHIPMENT)):
        sold.owner.ok("POST", f"{seller_order}:{verb}", about)

    picture = mine(buyer)
    coming = asked(buyer, order, 1, reason="DAMAGED", text="The box was wet.", pictureIds=[picture["id"]])
    assert (coming["number"], coming["state"], coming["amount"]["amount"]) == (part["number"] + "-R1", "REQUESTED", first)
    assert coming["pictures"][0]["media"] == picture["media"] and coming["lines"][0]["title"] == part["lines"][0]["title"]
    problem(buyer.call("DELETE", f"/v1/users/me/pictures/{picture['id']}"), 409, "PICTURE_IN_USE")
    told(sold.owner, "RETURN_REQUESTED")
    step(sold.owner, coming, "approve")
    moving = step(buyer, coming, "ship", SHIPMENT)
    assert (moving["state"], moving["trackingNumber"]) == ("IN_TRANSIT", SHIPMENT["trackingNumber"])
    assert step(sold.owner, coming, "receive")["state"] == "RECEIVED"
    closed = step(sold.owner, coming, "close", {"restock": True})
    assert (closed["state"], closed["amount"]["amount"], closed["lines"][0]["restockedQuantity"]) == ("CLOSED", first, 1)
    assert [one["actor"] for one in closed["steps"]] == ["buyer", "seller", "buyer", "seller", "seller"]
    until(lambda: sold.available() == 10 - 3 + 1, "the unit to be for sale again")
    assert sold.owner.ok("GET", f"/v1/offers/{sold.offer}/stockMovements")["movements"][0]["kind"] == "RETURN"
    until(lambda: part_of(buyer, order)["refunded"]["amount"] == first, "its money")
    refund, = buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["refunds"]
    assert refund["reason"] == "returned"
    for person, kinds in ((sold.owner, ["SENT"]), (buyer, ["APPROVED", "RECEIVED", "CLOSED"])):
        for kind in kinds:
            told(person, "RETURN_" + kind)

    rest = asked(buyer, order, 2)
    assert rest["amount"]["amount"] == line - first + 490
    step(sold.owner, rest, "approve")
    assert step(operator, rest, "close", {"reason": "the shop waives it"})["steps"][-1]["actor"] == "operator"
    seen = until(lambda: (now := part_of(buyer, order))["net"]["amount"] == 0 and now, "all to go back")
    assert (seen["lines"][0]["returnedQuantity"], seen["refunded"]) == (3, seen["total"])
    for person, more in ((buyer, ""), (sold.owner, f"&sellerId={sold.owner.seller}"), (operator, f"&buyerId={buyer.id}")):
        found = person.ok("GET", f"/v1/returns?orderId={order['id']}&state=CLOSED{more}")["returns"]
        assert [one["id"] for one in found] == [rest["id"], coming["id"]]
        assert person.ok("GET", path_of(rest)) == found[0]
    first = buyer.ok("GET", "/v1/returns?pageSize=1")
    assert buyer.ok("GET", f"/v1/returns?pageSize=1&pageToken={first['nextPageToken']}")["returns"][0]["id"] == coming["id"]
    until(lambda: check_invariants()["findings"] == [], "the books to be right")


@pytest.mark.operations("order.RejectReturn")
@pytest.mark.values("order.Return.State.REJECTED", "order.Return.Reason.NOT_AS_DESCRIBED", "order.Return.Reason.WRONG_ITEM",
                    "notification.Notification.Kind.RETURN_REJECTED")
def test_what_is_refused(buyer, shop, person):
    sold, eve = shop(stock=5), person("Eve")
    order = sent(buyer, sold.owner, sold.offer, 2)
    part = order["sellerOrders"][0]
    path, body = wish(order)
    problem(eve.post(path, body, key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(path, {**body, "sellerOrderId": MISSING}, key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(path, body), 400, "IDEMPOTENCY_KEY_REQUIRED")
    problem(buyer.post(path, {**body, "pictureIds": [MISSING]}, key=new_key()), 400, "INVALID_ARGUMENT")
    twice = {**body, "lines": body["lines"] * 2}
    assert problem(buyer.post(path, twice, key=new_key()), 400)["fields"][0]["field"] == "lines[1].lineId"
    coming = asked(buyer, order, 1, reason="NOT_AS_DESCRIBED")
    refusal = problem(buyer.post(*wish(order, 2), key=new_key()), 409, "ILLEGAL_TRANSITION")
    line = part["lines"][0]
    assert refusal["metadata"]["lines"] == [{"field": "lines[0].quantity", "offerId": sold.offer, "lineId": line["id"],
                                             "requested": 2, "available": 1}]
    for verb, who, about in (("ship", buyer, SHIPMENT), ("receive", sold.owner, {}), ("close", sold.owner, {})):
        problem(who.post(f"{path_of(coming)}:{verb}", about), 409, "ILLEGAL_TRANSITION")
    problem(buyer.post(f"{path_of(coming)}:approve", {}), 403, "PERMISSION_DENIED")
    problem(eve.post(f"{path_of(coming)}:ship", SHIPMENT), 404, "NOT_FOUND")
    problem(eve.get(path_of(coming)), 404, "NOT_FOUND")
    problem(eve.get(f"/v1/returns?sellerId={sold.owner.seller}"), 404, "NOT_FOUND")
    assert eve.ok("GET", f"/v1/returns?orderId={order['id']}")["returns"] == []
    refused = step(sold.owner, coming, "reject", {"reason": "It was used."})
    assert (refused["state"], refused["rejectedReason"], "amount" in refused) == ("REJECTED", "It was used.", False)
    told(buyer, "RETURN_REJECTED")

    again = asked(buyer, order, 2, reason="WRONG_ITEM")
    step(sold.owner, again, "approve")
    problem(sold.owner.post(f"{path_of(again)}:reject", {"reason": "late"}), 409, "ILLEGAL_TRANSITION")
    one = [{"lineId": line["id"], "quantity": 1}]
    assert problem(sold.owner.post(f"{path_of(again)}:close", {"restock": True, "restockLines": one}), 400)["fields"][0]["field"] == "restockLines"
    more = [{"lineId": line["id"], "quantity": 3}]
    problem(sold.owner.post(f"{path_of(again)}:close", {"restockLines": more}), 400, "INVALID_ARGUMENT")
    assert step(sold.owner, again, "close", {"restockLines": one})["lines"][0]["restockedQuantity"] == 1
    until(lambda: sold.available() == 4, "one of them to be for sale")

    unsent = buyer.place((sold.offer, 1)).json()
    assert "metadata" in problem(buyer.post(*wish(unsent), key=new_key()), 409, "ILLEGAL_TRANSITION")
    buyer.ok("POST", f"/v1/orders/{unsent['id']}:cancel", {}, key=new_key())
    assert problem(buyer.post(*wish(unsent), key=new_key()), 409, "ILLEGAL_TRANSITION")["metadata"]["from"] == "CANCELLED"
    late = sent(buyer, sold.owner, sold.offer)
    delivered_long_ago(late)
    assert "until" in problem(buyer.post(*wish(late, reason="OTHER"), key=new_key()), 409, "RETURN_WINDOW_OVER")["metadata"]


@pytest.mark.values("order.Return.Reason.OTHER")
def test_what_time_does(buyer, shop):
    """Nobody answers: approved; nobody sends: rejected; nobody looks: refunded. What is to come back is not completed meanwhile."""
    sold = shop(stock=5)
    order = sent(buyer, sold.owner, sold.offer, 2)
    part = order["sellerOrders"][0]["id"]

    def becomes(coming, state):
        return until(lambda: (now := buyer.ok("GET", path_of(coming)))["state"] == state and now, state)

    unsent, looked = asked(buyer, order), asked(buyer, order, reason="OTHER")
    for coming in (unsent, looked):
        let_pass("order_return", coming["id"], "73 hours")
    for coming in (unsent, looked):
        assert becomes(coming, "APPROVED")["steps"][-1]["actor"] == "system"
    step(sold.owner, looked, "receive")
    let_pass("seller_order", part, "15 days")
    for coming in (unsent, looked):
        let_pass("order_return", coming["id"], "15 days")
    assert becomes(unsent, "REJECTED")["rejectedReason"] == "it was not sent in time"
    assert becomes(looked, "CLOSED")["amount"]["amount"] == 1999
    until(lambda: part_of(buyer, order)["state"] == "COMPLETED", "it to be completed, now that nothing comes back any more")
    until(lambda: part_of(buyer, order)["refunded"]["amount"] == 1999, "the money to go back")


def test_over_grpc(ask, buyer, shop):  # noqa: F811
    sold = shop(stock=5)
    order = sent(buyer, sold.owner, sold.offer, 2)
    part = order["sellerOrders"][0]

    def units(quantity):
        return lambda request: request.lines.add(line_id=part["lines"][0]["id"], quantity=quantity)

    about = {"order_id": order["id"], "seller_order_id": part["id"], "reason": 1}
    refused = (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")
    assert ask(buyer, "RequestReturn", new_key(), units(3), **about) == refused
    coming = ask(buyer, "RequestReturn", new_key(), units(2), **about)
    assert coming.amount.amount == 2 * 1999
    assert ask(buyer, "ShipReturn", return_id=coming.id, carrier="A", tracking_number="B") == refused
    assert ask(sold.owner, "ApproveReturn", return_id=coming.id).state == 2
    assert ask(sold.owner, "CloseReturn", return_id=MISSING) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert ask(sold.owner, "CloseReturn", return_id=coming.id, restock=True).state == 5
    until(lambda: part_of(buyer, order)["net"]["amount"] == 0, "all of it to go back")
    delivered_long_ago(order)
    assert ask(buyer, "RequestReturn", new_key(), units(1), **about) == refused, "nothing is left to come back"
    late = sent(buyer, sold.owner, sold.offer)
    delivered_long_ago(late)
    part = late["sellerOrders"][0]
    about = {"order_id": late["id"], "seller_order_id": part["id"], "reason": 1}
    assert ask(buyer, "RequestReturn", new_key(), units(1), **about) == (grpc.StatusCode.FAILED_PRECONDITION, "RETURN_WINDOW_OVER")


def test_the_last_unit_at_once_comes_back_once(buyer, shop):
    sold = shop(stock=5)
    order = sent(buyer, sold.owner, sold.offer, 1)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: buyer.post(*wish(order), key=new_key()), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
