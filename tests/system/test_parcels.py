"""Parcels of a shop's part of an order, and where an order goes, over REST and over gRPC: what is sent together, corrected, cancelled in
between and delivered, and what is refused."""

import grpc
import pytest

from market import check_invariants, new_key, unpaid, until
from test_bad_input import problem
from test_order_acts import MISSING, SHIPMENT, ask, channel, path_of, rival  # noqa: F401  (fixtures)

BATH = {"recipient": "Ada King", "lines": ["7 Crescent"], "city": "Bath", "postalCode": "BA1 2LR", "countryCode": "GB"}
PARIS = {"recipient": "Ada King", "lines": ["1 rue de Rivoli"], "city": "Paris", "postalCode": "75001", "countryCode": "FR"}


def accepted(buyer, sold, quantity):
    order = buyer.place((sold.offer, quantity)).json()
    sold.owner.ok("POST", path_of(order) + ":accept", {})
    return order, path_of(order), order["sellerOrders"][0]["lines"][0]["id"]


def units(line, quantity):
    return {"lines": [{"lineId": line, "quantity": quantity}]}


def send(sold, part, key=None, **body):
    return sold.owner.post(part + "/parcels", {**SHIPMENT, **body}, key=key or new_key())


def told(person, kind, order):
    """The titles of what a person was told so of an order."""
    return [one["title"] for one in person.ok("GET", "/v1/notifications")["notifications"] if one["kind"] == kind and one["orderId"] == order["id"]]


@pytest.mark.operations("order.CreateParcel", "order.UpdateParcel", "order.DeliverParcel", "order.ConfirmReceipt")
@pytest.mark.values("order.OrderState.PARTIALLY_SHIPPED", "order.OrderState.SHIPPED", "order.OrderState.DELIVERED", "order.OrderState.COMPLETED",
                    "notification.Notification.Kind.PARCEL_SHIPPED")
def test_a_part_goes_in_two_parcels_with_a_cancellation_between(buyer, shop):
    sold = shop(stock=5)
    order, part, line = accepted(buyer, sold, 4)
    key = new_key()
    answer = send(sold, part, key, **units(line, 1))
    assert answer.status_code == 201, answer.text
    first = answer.json()
    assert answer.headers["Location"] == f"/v1/parcels/{first['id']}"
    again = send(sold, part, key, **units(line, 1))
    assert (again.headers["Idempotent-Replayed"], again.content) == ("true", answer.content)
    assert (first["number"], first["lines"], first["sellerOrderId"]) == (1, units(line, 1)["lines"], order["sellerOrders"][0]["id"])
    assert first["trackingUrl"] == "https://www.royalmail.com/track-your-item#/tracking-results/RM1" and "deliverTime" not in first
    seen = buyer.ok("GET", f"/v1/orders/{order['id']}")
    assert (seen["state"], seen["sellerOrders"][0]["parcels"]) == ("PARTIALLY_SHIPPED", [first])
    assert seen["sellerOrders"][0]["lines"][0]["shippedQuantity"] == 1

    refused = problem(send(sold, part, **units(line, 4)), 409, "ILLEGAL_TRANSITION")
    assert [(one["lineId"], one["requested"], one["available"]) for one in refused["metadata"]["lines"]] == [(line, 4, 3)]
    parcel = f"/v1/parcels/{first['id']}"
    problem(sold.owner.call("PATCH", parcel, {"carrier": "Van"}, headers={"If-Match": '"9"'}), 412, "ETAG_MISMATCH")
    corrected = sold.owner.call("PATCH", parcel, {"carrier": "Our van", "trackingNumber": "V 2"}, headers={"If-Match": f'"{first["etag"]}"'})
    assert corrected.status_code == 200, corrected.text
    assert (corrected.json()["carrier"], corrected.json()["trackingNumber"]) == ("Our van", "V 2") and "trackingUrl" not in corrected.json()

    less = buyer.ok("POST", f"/v1/orders/{order['id']}:cancel", units(line, 1), key=new_key())
    assert (less["state"], less["sellerOrders"][0]["lines"][0]["cancelledQuantity"]) == ("PARTIALLY_SHIPPED", 1)
    problem(sold.owner.post(part + ":reject", {"reason": "no more"}, key=new_key()), 409, "ILLEGAL_TRANSITION")
    problem(buyer.post(part + ":confirmReceipt", {}), 409, "ILLEGAL_TRANSITION")
    second = send(sold, part)
    assert (second.status_code, second.json()["number"], second.json()["lines"]) == (201, 2, units(line, 2)["lines"]), second.text
    assert sold.owner.ok("GET", part)["state"] == "SHIPPED"
    problem(send(sold, part), 409, "ILLEGAL_TRANSITION")

    assert sold.owner.ok("POST", f"/v1/parcels/{second.json()['id']}:deliver", {})["deliverTime"]
    problem(sold.owner.post(f"/v1/parcels/{second.json()['id']}:deliver", {}), 409, "ILLEGAL_TRANSITION")
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == "SHIPPED"
    sold.owner.ok("POST", parcel + ":deliver", {})
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == "DELIVERED"
    assert buyer.ok("POST", part + ":confirmReceipt", {})["state"] == "COMPLETED"

    steps = [(event["to"], event.get("parcelId")) for event in buyer.ok("GET", f"/v1/orders/{order['id']}/events")["events"][3:]]
    assert steps == [("PARTIALLY_SHIPPED", first["id"]), ("PARTIALLY_SHIPPED", None), ("SHIPPED", second.json()["id"]),
                     ("SHIPPED", second.json()["id"]), ("DELIVERED", first["id"]), ("COMPLETED", None)]
    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["refunded"]["amount"] == 1999, "the unit's money to go back")
    until(lambda: sold.available() == 2, "the unit to come back")
    number = order["sellerOrders"][0]["number"]
    until(lambda: told(buyer, "PARCEL_SHIPPED", order) == [number] * 2, "a notification of each parcel")


@pytest.mark.parametrize("by", ["buyer", "shop", "operator"])
def test_the_rest_is_cancelled(buyer, shop, operator, by):
    """What was sent goes on, and the rest comes back; where all that was sent has arrived, it is delivered."""
    sold = shop(stock=3)
    order, part, line = accepted(buyer, sold, 3)
    parcel = send(sold, part, **units(line, 2)).json()
    arrived = by == "shop"
    if arrived:
        sold.owner.ok("POST", f"/v1/parcels/{parcel['id']}:deliver", {})
    if by == "shop":
        sold.owner.ok("POST", part + ":cancel", {"reason": "the last one is broken"}, key=new_key())
    else:
        who = buyer if by == "buyer" else operator
        who.ok("POST", f"/v1/orders/{order['id']}:cancel", {"reason": "no more"}, key=new_key())
    seen = buyer.ok("GET", f"/v1/orders/{order['id']}")
    assert (seen["state"], seen["sellerOrders"][0]["lines"][0]["cancelledQuantity"]) == ("DELIVERED" if arrived else "SHIPPED", 1)
    problem(buyer.post(f"/v1/orders/{order['id']}:cancel", {}, key=new_key()), 409, "ILLEGAL_TRANSITION")
    until(lambda: sold.available() == 1, "the unit to come back")
    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["refunded"]["amount"] == 1999, "its money to go back")


def test_the_same_over_grpc(buyer, shop, rival, ask):  # noqa: F811
    sold = shop(stock=2)
    order, _, line = accepted(buyer, sold, 2)
    part = order["sellerOrders"][0]["id"]
    parcel = {"seller_order_id": part, "carrier": "СДЭК", "tracking_number": "1"}

    def one(request):
        request.lines.add(line_id=line, quantity=1)

    def three(request):
        request.lines.add(line_id=line, quantity=3)

    assert ask(rival, "CreateParcel", new_key(), **parcel) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert ask(buyer, "CreateParcel", new_key(), **parcel) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    assert ask(sold.owner, "CreateParcel", **parcel) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REQUIRED")
    assert ask(sold.owner, "CreateParcel", new_key(), three, **parcel) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")
    sent = ask(sold.owner, "CreateParcel", new_key(), one, **parcel)
    assert (sent.number, sent.tracking_url) == (1, "https://www.cdek.ru/ru/tracking?order_id=1")
    assert ask(rival, "DeliverParcel", parcel_id=sent.id) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert ask(rival, "UpdateParcel", parcel_id=sent.id, fill=lambda request: setattr(request.parcel, "carrier", "DHL")) == (
        grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    corrected = ask(sold.owner, "UpdateParcel", parcel_id=sent.id, fill=lambda request: setattr(request.parcel, "carrier", "DHL"))
    assert (corrected.carrier, corrected.etag) == ("DHL", "2")
    assert ask(sold.owner, "DeliverParcel", parcel_id=sent.id).HasField("deliver_time")
    assert ask(sold.owner, "DeliverParcel", parcel_id=sent.id) == (grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")
    assert ask(buyer, "ChangeShippingAddress", order_id=order["id"], shipping_address_id=buyer.address) == (
        grpc.StatusCode.FAILED_PRECONDITION, "ILLEGAL_TRANSITION")


@pytest.mark.operations("order.ChangeShippingAddress")
@pytest.mark.values("notification.Notification.Kind.ORDER_ADDRESS_CHANGED")
def test_an_order_goes_elsewhere_until_its_first_parcel(buyer, shop, operator, rival):  # noqa: F811
    sold = shop(stock=3)
    order, part, line = accepted(buyer, sold, 2)
    change = f"/v1/orders/{order['id']}:changeAddress"
    problem(rival.post(change, {"shippingAddress": BATH}), 404, "NOT_FOUND")
    problem(buyer.post(f"/v1/orders/{MISSING}:changeAddress", {"shippingAddress": BATH}), 404, "NOT_FOUND")
    for wrong in ({}, {"shippingAddress": BATH, "shippingAddressId": buyer.address}, {"shippingAddress": {**BATH, "postalCode": ""}}):
        problem(buyer.post(change, wrong), 400, "INVALID_ARGUMENT")
    problem(buyer.post(change, {"shippingAddressId": MISSING}), 400, "ADDRESS_NOT_FOUND")
    elsewhere = problem(buyer.post(change, {"shippingAddress": PARIS}), 409, "ADDRESS_CHANGES_PRICE")
    assert elsewhere["metadata"]["countryCode"] == "GB"
    changed = buyer.ok("POST", change, {"shippingAddress": BATH})
    assert changed["shippingAddress"]["city"] == "Bath" and sold.owner.ok("GET", part)["shippingAddress"]["city"] == "Bath"
    until(lambda: told(sold.owner, "ORDER_ADDRESS_CHANGED", order) == [order["sellerOrders"][0]["number"]], "the shop to be told")
    back = operator.ok("POST", change, {"shippingAddressId": buyer.address, "reason": "the buyer has called"})
    assert back["shippingAddress"]["city"] == order["shippingAddress"]["city"]
    event = buyer.ok("GET", f"/v1/orders/{order['id']}/events")["events"][-1]
    assert (event["addressChanged"], event["actor"], event["from"], event["to"]) == (True, "operator", "ACCEPTED", "ACCEPTED")

    send(sold, part, **units(line, 1))
    problem(buyer.post(change, {"shippingAddress": BATH}), 409, "ILLEGAL_TRANSITION")
    dead = f"/v1/orders/{buyer.place((sold.offer, 1)).json()['id']}"
    buyer.ok("POST", dead + ":cancel", {}, key=new_key())
    problem(buyer.post(dead + ":changeAddress", {"shippingAddress": BATH}), 409, "ILLEGAL_TRANSITION")


def test_an_order_that_is_not_paid_yet_goes_elsewhere_too(buyer, shop):
    order = unpaid(buyer, shop().offer)
    change = f"/v1/orders/{order}:changeAddress"
    assert buyer.ok("POST", change, {"shippingAddress": BATH})["shippingAddress"]["city"] == "Bath"
    event = buyer.ok("GET", f"/v1/orders/{order}/events")["events"][-1]
    assert event["addressChanged"] and event["to"] == "PENDING_PAYMENT"


def test_all_of_it_agrees():
    report = check_invariants(wait_s=30)
    assert report["clean"], report["findings"][:10]
