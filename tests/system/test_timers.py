"""What becomes of orders that nobody moves on: time passes by moving back since when their parts are in their states."""

from market import new_key, psql, until


def let_pass(part, time):
    assert psql("order", f"UPDATE seller_order SET moved_at = market_now() - interval '{time}' WHERE id = '{part}' RETURNING 1").strip()


def becomes(person, part, state):
    until(lambda: person.ok("GET", f"/v1/sellerOrders/{part}")["state"] == state, f"that it is {state}")


def steps(buyer, order):
    return [(event["to"], event["actor"], event.get("reason")) for event in buyer.ok("GET", f"/v1/orders/{order['id']}/events")["events"]]


def test_what_its_shop_does_not_accept_is_rejected_and_paid_back(buyer, shop):
    sold = shop(stock=3)
    order = buyer.place((sold.offer, 1)).json()
    part = order["sellerOrders"][0]["id"]
    assert sold.available() == 2
    let_pass(part, "73 hours")
    becomes(sold.owner, part, "REJECTED")
    assert steps(buyer, order)[-1] == ("REJECTED", "system", "the shop did not accept it in time")
    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}")["net"]["amount"] == 0, "the money to go back")
    until(lambda: sold.available() == 3, "the stock to be given back")
    for person, kind in ((buyer, "ORDER_CANCELLED"), (sold.owner, "SALE_CANCELLED")):
        until(lambda: kind in [one["kind"] for one in person.ok("GET", "/v1/notifications")["notifications"]], kind)  # noqa: B023


def test_what_was_sent_arrives_and_is_completed_in_the_end(buyer, shop):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    part = order["sellerOrders"][0]["id"]
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})):
        sold.owner.ok("POST", f"/v1/sellerOrders/{part}:{verb}", body)
    for state in ("DELIVERED", "COMPLETED"):
        let_pass(part, "14 days 1 minute")
        becomes(sold.owner, part, state)
    assert [step[:2] for step in steps(buyer, order)][-2:] == [("DELIVERED", "system"), ("COMPLETED", "system")]
    assert buyer.post(f"/v1/orders/{order['id']}:cancel", {}, key=new_key()).json()["reason"] == "ILLEGAL_TRANSITION"
