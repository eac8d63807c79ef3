"""Alerts fire at injected faults: causes, workers and what they give up, a symptom between processes, and what buyers feel. Slow: they
wait out their "for", all of them at the same time.

Last of the suite: breakers that were open a moment ago are no start for other tests."""

import contextlib
import uuid

import market
from stores import frozen
from test_workers import marketctl

PRODUCT = "/v1/products/01890000-0000-7000-8000-000000000001"
TRIES = 50  # work.tries
CAUSES = {("TargetDown", "user"), ("BreakerOpen", "gateway")}
SYMPTOMS = {("AvailabilityBurnsFast", None)}
GIVEN_UP = {("WorkerFails", "product.seal"), ("RowsParked", "order.recovery"), ("MessagesParked", "order")}
# It measures how old the oldest message is: a gauge that nobody refreshes.
STALE = {("WorkerStale", "auth.outbox")}


@contextlib.contextmanager
def away(database, table):
    market.psql(database, f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        market.psql(database, f"ALTER TABLE {table}_away RENAME TO {table}")


@contextlib.contextmanager
def a_message_that_nobody_can_read():
    """Once more, and it is parked; dropped at the end."""
    message = str(uuid.uuid4())
    market.psql("order", f"""INSERT INTO outbox (id, topic, key, payload, trace, failures)
                             VALUES ('{message}', 'order.payment', '{message}', 'no message', '', {TRIES - 1})""")
    try:
        yield
    finally:
        assert marketctl("outbox", "drop", message, database="order") == "1 dropped\n"


@contextlib.contextmanager
def a_checkout_that_nobody_can_read(stack, buyer, sold):
    """The same, of an order that waits for its payment; mended at the end."""
    with frozen(stack, "payment"):
        answer = buyer.place((sold.offer, 1))
        assert answer.status_code == 202, answer.text
        order = answer.json()["id"]

        def parked():
            # Again and again: who drives it at the moment writes what it knows of its failures.
            return market.psql("order", f"""
              UPDATE checkout SET undo_offers = '{{NULL}}', failures = {TRIES - 1} WHERE order_id = '{order}' AND parked_at IS NULL;
              SELECT order_id FROM checkout WHERE order_id = '{order}' AND parked_at IS NOT NULL""").strip()

        market.until(parked, "the checkout to be parked", pause_s=0.5)
    try:
        yield
    finally:
        market.psql("order", f"UPDATE checkout SET undo_offers = '{{}}' WHERE order_id = '{order}'")
        assert marketctl("work", "retry", "all", database="order") == "1 let go on\n"


def test_faults_are_told_and_their_ends(stores, stack, anonymous, buyer, shop):
    sold = shop()

    def firing():
        # Calls that fail are what opens a breaker and uses up the budget; one that works closes it.
        for _ in range(10):
            anonymous.get(PRODUCT)
        return {(labels["alertname"], labels.get("worker") or labels.get("job")) for labels in stores.firing()}

    market.until(lambda: not (CAUSES | GIVEN_UP | STALE) & firing(), "a marketplace in health", limit_s=60, pause_s=1)
    with away("auth", "outbox"):
        # Until they are told; the ends of these alerts come while the next faults are waited out.
        with away("product", "audit_unsealed"), a_message_that_nobody_can_read(), a_checkout_that_nobody_can_read(stack, buyer, sold):
            market.until(lambda: GIVEN_UP <= firing(), "the alerts about work that was given up", limit_s=120, pause_s=1)
        with frozen(stack, "user", "product"):
            market.until(lambda: CAUSES | SYMPTOMS | STALE <= firing(), "the alerts that wait", limit_s=330, pause_s=1)
    market.until(lambda: not (CAUSES | GIVEN_UP | STALE) & firing(), "the end of the alerts about causes", limit_s=180, pause_s=1)
