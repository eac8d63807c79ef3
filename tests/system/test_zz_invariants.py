"""The checker over everything the other tests did (this file runs last), and the checker itself against planted rot."""

import pytest

import market
from market import psql


def test_clean_after_everything():
    report = market.check_invariants(wait_s=90)
    assert report["clean"], report["findings"][:20]
    assert report["checked"]["orders"] > 0 and report["checked"]["providerOrders"] > 0


# What is planted: the database, the change, its reverse, and the check that must name it.
PLANTED = [
    ("order", "UPDATE orders SET total_minor = total_minor + 1 WHERE id = '{order}'", "O1"),
    ("order", "UPDATE seller_order SET total_minor = total_minor + 1 WHERE order_id = '{order}'", "O2"),
    ("order", "UPDATE seller_order SET state = 'DELIVERED' WHERE order_id = '{order}'", "O4"),
    ("order", "UPDATE seller_order SET state = 'PENDING_PAYMENT' WHERE order_id = '{order}'", "O6"),
    ("order", "UPDATE checkout SET step = 'FORWARD', deadline_at = '-infinity', next_run_at = 'infinity', lease_until = 'infinity'"
              " WHERE order_id = '{order}'", "O5"),
    ("order", "UPDATE orders SET failure_reason = 'OUT_OF_STOCK' WHERE id = '{order}'", "O7"),
    ("order", "UPDATE seller_order SET state = 'FAILED' WHERE order_id = '{order}'", "X2"),
    ("product", "UPDATE stock SET reserved = reserved - 1 WHERE offer_id = '{offer}'", "S1"),
    ("product", "UPDATE stock SET on_hand = on_hand + 1 WHERE offer_id = '{offer}'", "S2"),
    ("product", "UPDATE reservation SET state = 'HELD', expires_at = market_now() - interval '1 day' WHERE order_id = '{order}'", "X5"),
    ("product", "UPDATE reservation_order SET state = 'RELEASED' WHERE order_id = '{order}'", "S5"),
    ("payment", "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE account = 'order_escrow' AND entry_id ="
                " (SELECT e.id FROM ledger_entry e JOIN payment p ON p.id = e.payment_id WHERE p.order_id = '{order}' LIMIT 1)", "M1"),
    ("payment", "UPDATE payment SET amount_minor = amount_minor + 1 WHERE order_id = '{order}'", "X3"),
    ("payment", "UPDATE payment SET refunded_minor = 1 WHERE order_id = '{order}'", "X4"),
    ("payment", "UPDATE payment SET order_id = gen_random_uuid() WHERE order_id = '{order}'", "X1"),
    ("payment", "UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id ="
                " (SELECT e.id FROM ledger_entry e JOIN payment p ON p.id = e.payment_id WHERE p.order_id = '{order}' LIMIT 1)", "X8"),
]


@pytest.fixture(scope="module")
def bought(stack, category):
    """An order that is captured, and its offer."""
    owner = market.Person(stack["url"], stack["caFile"], "Sam")
    owner.open_seller()
    offer = owner.create_product(category)["offers"][0]["id"]
    buyer = market.Person(stack["url"], stack["caFile"], "Bea")
    buyer.add_address()
    order = buyer.place((offer, 2)).json()["id"]
    market.until(lambda: buyer.ok("GET", f"/v1/orders/{order}/payment")["state"] == "CAPTURED", "the capture")
    payment = buyer.ok("GET", f"/v1/orders/{order}/payment")["id"]
    return {"order": order, "offer": offer, "payment": payment}


# The rows of one order in each table: only they are changed and put back, since the marketplace goes on working.
ROWS = {
    "order": {"orders": "id = '{order}'", "seller_order": "order_id = '{order}'", "checkout": "order_id = '{order}'"},
    "product": {"stock": "offer_id = '{offer}'", "reservation": "order_id = '{order}'", "reservation_order": "order_id = '{order}'"},
    "payment": {"payment": "id = '{payment}'",
                "ledger_posting": "entry_id IN (SELECT id FROM ledger_entry WHERE payment_id = '{payment}')"},
}


@pytest.mark.parametrize("service,change,check", PLANTED, ids=lambda v: v if len(str(v)) < 8 else "")
def test_planted_corruption_is_named(bought, service, change, check):
    """The rows are copied aside, changed with triggers off, checked, and put back."""
    rows = {table: where.format(**bought) for table, where in ROWS[service].items()}
    off = "SET session_replication_role = replica;"
    psql(service, "CREATE SCHEMA kept;" + "".join(f"CREATE TABLE kept.{t} AS SELECT * FROM {t} WHERE {w};"
                                                        for t, w in rows.items()))
    try:
        psql(service, off + change.format(**bought) + ";")
        findings = market.check_invariants()["findings"]
        assert check in {f["check"] for f in findings}, findings[:10]
        named = [f for f in findings if f["check"] == check]
        assert all(f["row"] and f["detail"] for f in named)
    finally:
        restore = "".join(f"DELETE FROM {t} WHERE {w}; INSERT INTO {t} SELECT * FROM kept.{t};" for t, w in rows.items())
        psql(service, f"BEGIN; {off} {restore} DROP SCHEMA kept CASCADE; COMMIT;")
    assert market.check_invariants(wait_s=20)["clean"]
