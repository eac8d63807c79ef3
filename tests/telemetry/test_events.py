"""What happens is in Kafka: by topics of services, keyed by the order, within the trace of who caused it."""

import re
import subprocess

import pytest

import market
from stores import frozen, trace_of

RECORD = re.compile(r"^(\S+) (\S+)$")
# What an order that is paid and accepted goes through, in two services.
OF_ORDER = ["order.OrderPlaced", "order.SellerOrderPlaced", "order.SellerOrderAccepted"]
OF_PAYMENT = ["payment.PaymentAuthorized", "payment.PaymentCaptured"]


@pytest.fixture(scope="module")
def records(stores):
    """records("market.order.events", key): headers of the records with this key, in their order."""

    def read(topic, key):
        command = ["kcat", "-C", "-q", "-e", "-b", stores.layout.address("KAFKA"), "-t", topic, "-o", "beginning", "-f", "%k %h\n"]
        out = subprocess.run(command, capture_output=True, text=True, timeout=30)
        found = [RECORD.match(line).groups() for line in out.stdout.splitlines() if RECORD.match(line)]
        return [dict(one.split("=", 1) for one in headers.split(",")) for known, headers in found if known == key]

    return read


def test_what_an_order_goes_through_is_in_kafka(stores, records, buyer, shop):
    sold = shop()
    answer = buyer.place((sold.offer, 1))
    order = answer.json()
    sold.owner.ok("POST", f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}:accept", {})

    def told(topic, types):
        found = records(topic, order["id"])
        return found if [one["event.type"] for one in found] == types else None

    of_order = market.until(lambda: told("market.order.events", OF_ORDER), "the order's events in Kafka", limit_s=20, pause_s=0.5)
    of_payment = market.until(lambda: told("market.payment.events", OF_PAYMENT), "the payment's", limit_s=20, pause_s=0.5)
    of_request = [*of_order[:2], of_payment[0]]
    assert {one["traceparent"].split("-")[1] for one in of_request} == {trace_of(answer)}
    assert len({one["event.id"] for one in of_order + of_payment}) == 5
    log = stores.psql("order", f"SELECT id FROM event WHERE aggregate = 'order/{order['id']}' AND type = 'order.OrderPlaced'").strip()
    assert of_order[0]["event.id"] == log


def test_events_wait_for_a_kafka_that_does_not_answer(stores, stack, records, buyer, shop):
    sold = shop()
    with frozen(stack, "kafka"):
        orders = [buyer.place((sold.offer, 1)).json()["id"] for _ in range(5)]
        market.until(lambda: stores.psql("order", "SELECT count(*) FROM outbox WHERE topic = 'event.kafka'").strip() != "0", "an event that waits")
    for order in orders:
        told = market.until(lambda: records("market.order.events", order), f"order {order} in Kafka", limit_s=60, pause_s=0.5)
        # At least once, and in order all the same.
        types = list(dict.fromkeys(one["event.type"] for one in told))
        assert types == OF_ORDER[:len(types)]
