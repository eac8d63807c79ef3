"""The checker over everything the other tests did (this file runs last), the checker while the marketplace works, and the
checker itself against planted rot."""

import functools
import re

import market
import pytest
from load import Load
from market import psql
from test_restart import fresh_people

ONLINE_RUNS = 4


def test_clean_after_everything():
    report = market.check_invariants(wait_s=90)
    assert report["clean"], report["findings"][:20]
    assert report["checked"]["orders"] > 0 and report["checked"]["providerOrders"] > 0
    assert report["checked"]["ordersUnderWay"] == 0


def test_it_never_cries_wolf_while_the_marketplace_works(stack, category):
    people, offers = fresh_people(stack, category, 6)
    guest = people.pop()
    with Load(people, offers, purchases_only=True):
        reports = []
        for _ in range(ONLINE_RUNS):
            guest.open_seller()
            guest.place((offers[0], 1), method="pm_sandbox_error_then_authorized")
            guest.post(f"/v1/orders/{guest.place((offers[1], 1)).json()['id']}:cancel", {}, key=market.new_key())
            reports.append(market.check_invariants())
    assert [report["findings"] for report in reports] == [[]] * ONLINE_RUNS
    assert any(report["checked"]["ordersUnderWay"] for report in reports), "there was hardly any load"


LINE = "order_id = '{order}' AND offer_id = '{offer}'"
ENTRIES = "(SELECT id FROM ledger_entry WHERE payment_id = '{payment}')"

# What is planted: the database, the change, and the check that must name it. Each rot has an order of its own.
PLANTED = [
    # Orders
    ("order", "UPDATE orders SET total_minor = total_minor + 1 WHERE id = '{order}'", "O1"),
    ("order", "UPDATE seller_order SET total_minor = total_minor + 1 WHERE order_id = '{order}'", "O2"),
    ("order", "UPDATE seller_order SET state = 'DELIVERED' WHERE order_id = '{order}'", "O4"),
    ("order", "UPDATE checkout SET step = 'FORWARD', deadline_at = '-infinity', next_run_at = 'infinity', lease_until = 'infinity'"
              " WHERE order_id = '{order}'", "O5"),
    ("order", "UPDATE seller_order SET state = 'PENDING_PAYMENT' WHERE order_id = '{order}'", "O6"),
    ("order", "UPDATE orders SET failure_reason = 'OUT_OF_STOCK' WHERE id = '{order}'", "O7"),
    ("order", "UPDATE orders SET number = (SELECT number FROM orders WHERE id <> '{order}' LIMIT 1) WHERE id = '{order}'", "O8"),
    ("order", "UPDATE seller_order SET number = '{order}-1' WHERE id = '{part}'", "O9"),
    ("order", "DELETE FROM order_number WHERE order_id = '{order}'", "O10"),
    ("order", "UPDATE order_number SET number = 'of-another-{order}' WHERE order_id = '{order}'", "O10"),
    ("order", "INSERT INTO order_number VALUES ('another-{order}', '{order}')", "O10"),
    ("order", "UPDATE order_number SET order_id = '{offer}' WHERE order_id = '{order}'", "O10"),
    ("order", "UPDATE checkout SET buyer_id = '{stranger}' WHERE order_id = '{order}'", "O11"),
    ("order", "UPDATE orders SET currency = 'USD' WHERE id = '{order}'", "X3"),
    ("order", "UPDATE orders SET buyer_id = '{stranger}' WHERE id = '{order}'", "X3"),
    ("order", "UPDATE orders SET payment_method = 'pm_card_visa_chargeDeclined' WHERE id = '{order}'", "X3"),
    ("order", "UPDATE seller_order SET state = 'FAILED' WHERE order_id = '{order}'", "X4"),
    ("order", "UPDATE orders SET payment_state = 'AUTHORIZED', captured_minor = 0, refunded_minor = 0 WHERE id = '{order}'", "X11"),
    ("order", "UPDATE orders SET buyer_id = gen_random_uuid() WHERE id = '{order}'", "X13"),
    ("order", "UPDATE seller_order SET seller_id = gen_random_uuid() WHERE id = '{part}'", "X13"),
    # Acts
    ("order", "UPDATE audit_event SET reason = 'another' WHERE target_id = '{order}'", "R4"),
    ("order", "UPDATE audit_seal SET digest = sha256(digest) WHERE event_id = (SELECT id FROM audit_event WHERE target_id = '{order}')", "R4"),
    ("order", "DELETE FROM audit_seal WHERE event_id = (SELECT id FROM audit_event WHERE target_id = '{order}');"
              " UPDATE audit_event SET at = at - interval '1 hour' WHERE target_id = '{order}'", "R8"),
    # Stock
    ("product", "UPDATE stock SET reserved = reserved - 1 WHERE offer_id = '{offer}'", "S1"),
    ("product", "UPDATE stock SET on_hand = on_hand + 1 WHERE offer_id = '{offer}'", "S2"),
    ("product", "UPDATE stock_movement SET on_hand = on_hand - 1 WHERE offer_id = '{offer}'", "S2"),
    ("product", "UPDATE stock SET reserved = on_hand + 1 WHERE offer_id = '{offer}'", "S3"),
    ("product", f"UPDATE reservation SET stock_id = gen_random_uuid() WHERE {LINE}", "S4"),
    ("product", "UPDATE stock_movement SET stock_id = gen_random_uuid() WHERE offer_id = '{offer}'", "S4"),
    ("product", "DELETE FROM reservation_order WHERE order_id = '{order}'", "S5"),
    ("product", "DELETE FROM stock WHERE offer_id = '{offer}'", "S6"),
    ("product", "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id) SELECT"
                f" 'SHIPMENT', stock_id, offer_id, -2, -2, '{{part}}', order_id, line_id FROM reservation WHERE {LINE}", "S7"),
    ("product", f"UPDATE reservation SET released = 1, committed = committed - 1 WHERE {LINE}", "S7"),
    ("product", f"UPDATE reservation SET consumed = committed, committed = 0 WHERE {LINE}", "S7"),
    ("product", "DELETE FROM stock_movement WHERE kind = 'RELEASE' AND order_id = '{order}'", "S7"),
    ("product", f"UPDATE reservation SET quantity = quantity + 1 WHERE {LINE}", "S8"),
    ("product", f"UPDATE reservation SET held = committed, committed = 0 WHERE {LINE}", "X5"),
    ("product", f"UPDATE reservation SET quantity = quantity + 1, committed = committed + 1 WHERE {LINE}", "X5"),
    ("product", f"UPDATE reservation SET offer_id = gen_random_uuid() WHERE {LINE}", "X6"),
    ("product", "UPDATE offer SET seller_id = '{stranger}' WHERE id = '{offer}'", "X13"),
    # Money
    ("payment", "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE account = 'order_escrow' AND entry_id IN " + ENTRIES, "M1"),
    ("payment", "DELETE FROM ledger_posting WHERE account = 'order_escrow' AND entry_id IN " + ENTRIES, "M2"),
    ("payment", "UPDATE ledger_posting SET entry_id = gen_random_uuid() WHERE entry_id IN " + ENTRIES, "M2"),
    ("payment", "UPDATE payment_split SET amount_minor = amount_minor + 1 WHERE payment_id = '{payment}' AND position = 1", "M4"),
    ("payment", "UPDATE refund SET amount_minor = amount_minor + 1 WHERE payment_id = '{payment}'", "M5"),
    ("payment", "INSERT INTO refund SELECT gen_random_uuid(), payment_id, seller_order_id, 1, 'PENDING', '', created_at, updated_at"
                " FROM refund WHERE payment_id = '{payment}'", "M5"),
    ("payment", "UPDATE refund SET seller_order_id = gen_random_uuid() WHERE payment_id = '{payment}'", "M5"),
    ("payment", "UPDATE payment SET refunded_minor = 1 WHERE id = '{payment}'", "M6"),
    ("payment", "UPDATE payment_attempt SET state = 'PENDING' WHERE payment_id = '{payment}' AND operation = 'CAPTURE'", "M7"),
    ("payment", "UPDATE payment_attempt SET state = 'PENDING' WHERE payment_id = '{payment}' AND operation = 'CAPTURE';"
                " UPDATE payment SET next_run_at = 'infinity' WHERE id = '{payment}'", "M7"),
    ("payment", "UPDATE payment_attempt SET state = 'FAILED' WHERE payment_id = '{payment}' AND operation = 'CAPTURE'", "M8"),
    ("payment", "UPDATE payment SET undone_at = market_now() WHERE id = '{payment}'", "M7"),
    ("payment", "INSERT INTO payment_attempt SELECT payment_id, operation, 2, refund_id, gen_random_uuid(), state, code, created_at"
                " FROM payment_attempt WHERE payment_id = '{payment}' AND operation = 'CAPTURE'", "M8"),
    ("payment", "UPDATE payment SET state = 'CAPTURE_FAILED' WHERE id = '{payment}'", "M8"),
    ("payment", "UPDATE payment_attempt SET state = 'FAILED' WHERE payment_id = '{payment}' AND operation = 'REFUND'", "M9"),
    ("payment", "UPDATE refund SET state = 'FAILED' WHERE payment_id = '{payment}'", "M9"),
    ("payment", "DELETE FROM payment_attempt WHERE payment_id = '{payment}' AND operation = 'REFUND'", "M9"),
    ("payment", "UPDATE ledger_posting SET currency = 'USD' WHERE entry_id IN " + ENTRIES, "M10"),
    ("payment", "UPDATE ledger_entry SET cause_id = gen_random_uuid() WHERE payment_id = '{payment}' AND cause = 'REFUND'", "M10"),
    ("payment", "UPDATE payment SET number = 2 WHERE id = '{payment}'", "M11"),
    ("payment", "INSERT INTO payment (id, order_id, number, buyer_id, currency, amount_minor, authorized_minor, payment_method,"
                " authorization_id, state, decline_code, asks, trace, created_at, updated_at) SELECT '{part}', order_id, 2, buyer_id,"
                " currency, 0, 0, '', '', 'CREATED', '', 0, '', created_at, updated_at FROM payment WHERE id = '{payment}'", "M11"),
    ("payment", "UPDATE payment SET buyer_id = NULL, undone_at = market_now() - interval '1 day' WHERE id = '{payment}'", "M12"),
    ("payment", "UPDATE ledger_posting SET owner_id = gen_random_uuid() WHERE entry_id IN " + ENTRIES, "M13"),
    ("payment", "UPDATE ledger_posting SET account = 'seller_pending' WHERE account = 'order_escrow' AND entry_id IN " + ENTRIES, "M13"),
    ("payment", "UPDATE payment SET order_id = gen_random_uuid() WHERE id = '{payment}'", "X1"),
    ("payment", "UPDATE payment SET state = 'AUTHORIZED', captured_minor = 0, refunded_minor = 0 WHERE id = '{payment}'", "X1"),
    ("payment", "UPDATE payment SET amount_minor = amount_minor + 1 WHERE id = '{payment}'", "X3"),
    ("payment", "UPDATE payment SET currency = 'USD' WHERE id = '{payment}'", "X3"),
    ("payment", "UPDATE payment SET buyer_id = '{stranger}' WHERE id = '{payment}'", "X3"),
    ("payment", "UPDATE refund SET seller_order_id = '{part}' WHERE payment_id = '{payment}'", "X4"),
    ("payment", "UPDATE refund SET state = 'PENDING' WHERE payment_id = '{payment}'", "X4"),
    ("payment", "UPDATE payment SET order_id = gen_random_uuid() WHERE id = '{payment}'", "X6"),
    ("payment", "UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id IN " + ENTRIES, "X7"),
    ("payment", "UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id IN " + ENTRIES, "X8"),
    ("payment", "UPDATE payment_split s SET seller_id = o.seller_id FROM payment_split o WHERE s.payment_id = '{payment}'"
                " AND o.payment_id = s.payment_id AND o.position <> s.position", "X10"),
    ("payment", "UPDATE payment_split SET amount_minor = amount_minor + CASE position WHEN 1 THEN 1 ELSE -1 END"
                " WHERE payment_id = '{payment}'", "X10"),
    ("payment", "UPDATE payment SET authorization_id = gen_random_uuid() WHERE id = '{payment}'", "X12"),
    ("sandbox", "INSERT INTO card_authorization (id, reference, idempotency_key, payment_method, currency, amount_minor, status)"
                " VALUES (gen_random_uuid(), '{order}', gen_random_uuid(), 'pm_card_visa', 'EUR', 1, 'authorized')", "X12"),
    ("sandbox", "UPDATE card_authorization SET captured_minor = captured_minor - 1 WHERE reference = '{order}'", "X12"),
    ("sandbox", "INSERT INTO card_authorization (id, reference, idempotency_key, payment_method, currency, amount_minor, status)"
                " VALUES (gen_random_uuid(), '{seller1}', gen_random_uuid(), 'pm_card_visa', 'EUR', 1, 'authorized')", "X12"),
    # People
    ("auth", "INSERT INTO seller_member (account_id, seller_id, role) VALUES ('{stranger}', '{seller1}', 'owner')", "X9"),
    ("auth", "DELETE FROM seller_member WHERE seller_id = '{seller2}'", "X9"),
    ("user", "UPDATE seller SET owner_id = '{stranger}' WHERE id = '{seller3}'", "X9"),
    ("user", "DELETE FROM profile WHERE id = '{buyer}'", "X9"),
    ("user", "UPDATE address_book SET size = size + 1 WHERE account_id = '{buyer}'", "U2"),
    ("user", "UPDATE seller_owner SET sellers = sellers + 1 WHERE account_id = '{owner}'", "U3"),
]


# The rows that are changed and put back: the marketplace goes on working.
ROWS = {
    "order": {"orders": "id IN ({order})", "order_number": "order_id IN ({order}, {offer})", "seller_order": "order_id IN ({order})", "checkout": "order_id IN ({order})",
              "audit_event": "target_id IN ({order})",
              "audit_seal": "event_id IN (SELECT id FROM audit_event WHERE target_id IN ({order}))"},
    "product": {"stock": "offer_id IN ({offer})", "reservation": "order_id IN ({order})", "reservation_order": "order_id IN ({order})",
                "stock_movement": "offer_id IN ({offer}) OR order_id IN ({order})", "offer": "id IN ({offer})"},
    "payment": {"payment": "id IN ({payment}, {part})", "payment_split": "payment_id IN ({payment})",
                "payment_attempt": "payment_id IN ({payment})", "refund": "payment_id IN ({payment})",
                "ledger_entry": "payment_id IN ({payment})",
                # One that was given another entry belongs to none.
                "ledger_posting": "entry_id IN (SELECT id FROM ledger_entry WHERE payment_id IN ({payment}))"
                                  " OR entry_id NOT IN (SELECT id FROM ledger_entry)"},
    "sandbox": {"card_authorization": "reference IN ({order}, {seller1})"},
    "auth": {"seller_member": "account_id IN ({owner}, {stranger})"},
    "user": {"seller": "owner_id IN ({owner}, {stranger})", "profile": "id IN ({buyer})", "address_book": "account_id IN ({buyer})",
             "seller_owner": "account_id IN ({owner})"},
}
OFF = "SET session_replication_role = replica;"
# CHECKs that would refuse a rot. They are away as long as it is.
CHECKS = {"product": {"stock": "stock_within_bounds", "reservation": "reservation_adds_up"}}


@pytest.fixture(scope="module")
def worlds(stack, category, operator):
    """For each rot, and one more, the ids of an order of two sellers: captured, its second part cancelled by an operator and
    refunded."""
    owner, other, buyer, stranger = (market.Person(stack["url"], stack["caFile"], name) for name in ("Sam", "Tim", "Bea", "Eve"))
    sellers = {f"seller{n}": owner.open_seller() for n in (1, 2, 3)}
    other.open_seller()
    second_offer = other.create_product(category, stock=len(PLANTED) + 1)["offers"][0]["id"]
    buyer.add_address()
    found = []
    for _ in range(len(PLANTED) + 1):
        offer = owner.create_product(category)["offers"][0]["id"]
        order = buyer.place((offer, 2), (second_offer, 1)).json()
        part = {part["sellerId"]: part["id"] for part in order["sellerOrders"]}
        operator.ok("POST", f"/v1/orders/{order['id']}:cancel", {"sellerOrderIds": [part[other.seller]]}, key=market.new_key())
        found.append({"order": order["id"], "offer": offer, "part": part[owner.seller], "owner": owner.id, "buyer": buyer.id,
                      "stranger": stranger.id, **sellers})
    report = market.check_invariants(wait_s=60)
    assert report["clean"] and report["checked"]["ordersUnderWay"] == 0, report
    market.until(lambda: psql("order", "SELECT count(*) FROM audit_unsealed").strip() == "0", "all acts to be sealed")
    rows = psql("payment", "SELECT order_id, id FROM payment ORDER BY number").split()
    payments = dict(row.split("|") for row in rows)
    return [{**world, "payment": payments[world["order"]]} for world in found]


@functools.cache
def columns(database, table):
    """What can be inserted into it."""
    return psql(database, "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                          f" WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''").strip()


class Planting:
    """Rows copied aside and changed with triggers and CHECKS off; put back when it is left."""

    def __init__(self, worlds):
        ids = {name: ", ".join(sorted({f"'{world[name]}'" for world in worlds})) for name in worlds[0]}
        self.rows = {database: {table: where.format(**ids) for table, where in tables.items()} for database, tables in ROWS.items()}

    def __enter__(self):
        for database, rows in self.rows.items():
            psql(database, "CREATE SCHEMA kept;" + "".join(f"CREATE TABLE kept.{t} AS SELECT * FROM {t} WHERE {w};"
                                                           for t, w in rows.items()))
        self.checks = [(database, table, name, psql(database, f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{name}'"))
                       for database, checks in CHECKS.items() for table, name in checks.items()]
        for database, table, name, _ in self.checks:
            psql(database, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        return self

    def __exit__(self, *_):
        for database, rows in self.rows.items():
            restore = "".join(f"DELETE FROM {t} WHERE {w};"
                              f" INSERT INTO {t} ({columns(database, t)}) OVERRIDING SYSTEM VALUE"
                              f" SELECT {columns(database, t)} FROM kept.{t};"
                              for t, w in rows.items())
            psql(database, f"BEGIN; {OFF} {restore} DROP SCHEMA kept CASCADE; COMMIT;")
        for database, table, name, check in self.checks:
            psql(database, f"ALTER TABLE {table} ADD CONSTRAINT {name} {check}")

    @staticmethod
    def change(database, changes):
        psql(database, OFF + "".join(f"{change};" for change in changes))


@pytest.fixture(scope="module")
def findings(worlds):
    """What one run finds with all rots planted at once; they are gone again."""
    with Planting(worlds) as planting:
        for database in ROWS:
            planting.change(database, [change.format(**world) for (where, change, _), world in zip(PLANTED, worlds) if where == database])
        return market.check_invariants()["findings"]


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=lambda n: f"{PLANTED[n][2]}-{PLANTED[n][0]}-{n}")
def test_planted_rot_is_named_with_its_ids(findings, worlds, number):
    _, change, check = PLANTED[number]
    used = {"order", "offer", "part", "payment", *re.findall(r"{(\w+)}", change)} - {"stranger"}
    ids = {worlds[number][name] for name in used}
    named = [f for f in findings if f["check"] == check]
    assert any(i in f["row"] + f["detail"] for f in named for i in ids), named
    assert all(f["row"] and f["detail"] for f in named)


def test_what_a_message_will_bring_about_is_no_rot(worlds):
    """The order's copy of its payment is behind: right while a message to payment is on its way, else wrong for ever."""
    order = worlds[-1]["order"]
    with Planting(worlds[-1:]) as planting:
        planting.change("order", [f"UPDATE orders SET payment_state = 'AUTHORIZED', captured_minor = 0, refunded_minor = 0 WHERE id = '{order}'",
                                  "INSERT INTO outbox (id, topic, key, payload, trace, next_attempt_at)"
                                  f" VALUES ('{order}', 'order.payment', '{order}/payment', '', '', 'infinity')"])
        try:
            report = market.check_invariants()
        finally:
            psql("order", f"DELETE FROM outbox WHERE id = '{order}'")
        assert report["clean"] and report["checked"]["ordersUnderWay"] == 1, report
        found = market.check_invariants()["findings"]
    assert [(f["check"], f["row"]) for f in found] == [("X11", order)]


def test_clean_after_all_is_put_back():
    report = market.check_invariants(wait_s=20)
    assert report["clean"], report["findings"][:20]
