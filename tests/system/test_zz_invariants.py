"""The checker over everything the other tests did (this file runs last), the checker while the marketplace works, and the
checker itself against planted rot."""

import concurrent.futures
import functools
import re

import market
import pytest
import rots
from load import Load
from market import psql
from test_restart import fresh_people

pytestmark = pytest.mark.alone

ONLINE_RUNS = 4
BUYING = 4    # at once: a world is a dozen calls that wait for each other, and there is one for each rot


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


# The rows that are changed and put back: the marketplace goes on working.
KEYS = "operation_id IN ({operation}, {part})"
OWN_EVENTS = "split_part(aggregate, '/', 2) IN ({order}, {payment})"
ROWS = {
    "order": {"orders": "id IN ({order})", "order_number": "order_id IN ({order}, {offer})", "seller_order": "order_id IN ({order})",
              "order_line": "id IN ({line}, {line2})", "order_event": "seller_order_id IN ({part}, {part2}, {failed_part})",
              "parcel": "seller_order_id IN ({part}, {part2})", "parcel_line": "line_id IN ({line}, {line2})",
              "order_return": "seller_order_id IN ({part})", "order_return_line": "line_id IN ({line})",
              "coupon": "id IN ({part})", "coupon_redemption": "coupon_id IN ({part})",
              "invoice": "seller_order_id IN ({part})", "part_refund": "seller_order_id IN ({part})",
              "checkout": "order_id IN ({order})", "idempotency_key": KEYS, "outbox": "id IN ({part})", "event": OWN_EVENTS,
              "audit_event": "target_id IN ({order})",
              "audit_seal": "event_id IN (SELECT id FROM audit_event WHERE target_id IN ({order}))"},
    "product": {"stock": "offer_id IN ({offer})", "reservation": "order_id IN ({order}, {failed}, {part})",
                "reservation_order": "order_id IN ({order}, {failed}, {part})",
                "stock_movement": "offer_id IN ({offer}) OR order_id IN ({order})", "offer": "id IN ({offer})", "idempotency_key": KEYS,
                "offer_price": "offer_id IN ({offer})", "price_period": "offer_id IN ({offer})",
                "price_history": "offer_id IN ({offer})", "outbox": "id IN ({part})", "product": "id IN ({product})", "seller_rating": "seller_id IN ({seller4})"},
    "payment": {"payment": "id IN ({payment}, {part})", "payment_split": "payment_id IN ({payment}, {part})",
                "payment_attempt": "payment_id IN ({payment})", "refund": "payment_id IN ({payment})",
                "ledger_entry": "payment_id IN ({payment}) OR id IN ({part})",
                # One that was given another entry belongs to none.
                "ledger_posting": "entry_id IN (SELECT id FROM ledger_entry WHERE payment_id IN ({payment})) OR entry_id IN ({part})"
                                  " OR entry_id NOT IN (SELECT id FROM ledger_entry)", "event": OWN_EVENTS,
                "sale_refund": "seller_order_id IN ({part}, {part2})", "sale_line": "seller_order_id IN ({part}, {part2})",
                "sale": "seller_order_id IN ({part}, {part2})", "ledger_balance": "owner_id IN ({part})",
                "outbox": "id IN ({part})", "commission_rule": "id IN ({part})", "finding": "id IN ({part})", "dispute": "id IN ({part})",
                "commission_charge": "seller_id IN ({seller5})", "commission_month": "seller_id IN ({seller5})", "commission_invoice": "id IN ({part})",
                "operator_entry": "id IN ({part})",
                "webhook": "event_id IN ({part})", "provider_event": "id IN ({part})",
                "payout": "id IN ({part})", "payout_line": "payout_id IN ({part})"},
    "sandbox": {"bank_payout": "reference IN ({part})", "movement": "authorization_id IN (SELECT id FROM card_authorization WHERE reference IN ({order}))",
                "card_authorization": "reference IN ({order}, {seller1})"},
    "auth": {"account": "id IN ({stranger})", "erasure": "account_id IN ({buyer})", "seller_member": "account_id IN ({owner}, {stranger})",
             "outbox": "id IN ({part})", "recorded_act": "target_id IN ({order}, {part})",
             "refresh_token": "session_id IN (SELECT id FROM session WHERE account_id IN ({stranger}))"},
    "user": {"seller_member": "account_id IN ({owner}, {stranger})", "profile": "id IN ({buyer})", "address_book": "account_id IN ({buyer})",
             "address": "account_id IN ({buyer})", "membership_count": "account_id IN ({owner})", "outbox": "id IN ({part})"},
    "notification": {"outbox": "id IN ({part})"},
}
OFF = "SET session_replication_role = replica;"
# What would refuse a rot, besides the CHECKs of these tables. It is away as long as it is.
UNIQUE = {"product": "'stock_movement_cause'", "auth": "'refresh_token_live'"}
# Who a rot is told of by things that other orders share.
SHARED = ("buyer", "owner", "stranger", "spare", "spare_operation", "seller1", "seller2", "seller3", "seller4", "seller5")


def rows_of(database, sql):
    """Of psql: one list of fields each."""
    return [row.split("|") for row in psql(database, sql).splitlines()]


def deliver(owner, part):
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"}), ("deliver", {})):
        owner.ok("POST", f"/v1/sellerOrders/{part}:{verb}", body)


@pytest.fixture(scope="module")
def worlds(stack, category, operator):
    """For each rot, and one more, the ids of an order of two sellers: captured, its second part cancelled by an operator and
    refunded; and of one that found no stock."""
    if stack["shape"] != "services" or stack["replicas"] > 1:
        pytest.skip("a checker reads the same rows whoever wrote them")
    owner, other, buyer, stranger = (market.Person(stack["url"], stack["caFile"], name) for name in ("Sam", "Tim", "Bea", "Eve"))
    people = {"owner": owner.id, "buyer": buyer.id, "stranger": stranger.id, **{f"seller{n}": owner.open_seller() for n in range(1, 6)}}
    other.open_seller()
    second_offer = other.create_product(category, stock=len(rots.ALL) + 1)["offers"][0]["id"]
    buyer.add_address()

    def world(planted):
        product = owner.create_product(category)
        offer = product["offers"][0]["id"]
        order = buyer.place((offer, 2), (second_offer, 1)).json()
        parts = {part["sellerId"]: part for part in order["sellerOrders"]}
        first, second = parts[owner.seller], parts[other.seller]
        operator.ok("POST", f"/v1/orders/{order['id']}:cancel", {"sellerOrderIds": [second["id"]]}, key=market.new_key())
        if planted and planted.delivered:
            deliver(owner, first["id"])
        assert buyer.place((offer, 99)).json()["reason"] == "OUT_OF_STOCK"
        return {"order": order["id"], "offer": offer, "part": first["id"], "part2": second["id"], "line": first["lines"][0]["id"],
                "line2": second["lines"][0]["id"], "product": product["id"], **people}

    with concurrent.futures.ThreadPoolExecutor(BUYING) as buying:
        found = list(buying.map(world, (*rots.ALL, None)))
    report = market.check_invariants(wait_s=60)
    assert report["clean"] and report["checked"]["ordersUnderWay"] == 0, report
    market.until(lambda: psql("order", "SELECT count(*) FROM audit_unsealed").strip() == "0", "all acts to be sealed")
    payments = dict(rows_of("payment", "SELECT order_id, id FROM payment ORDER BY number"))
    operations = dict(rows_of("order", "SELECT id, operation_id FROM orders"))
    failed = {offer: ids for offer, *ids in rows_of("order", """
        SELECT l.offer_id, o.id, s.id, l.id FROM orders o JOIN seller_order s ON s.order_id = o.id
        JOIN order_line l ON l.seller_order_id = s.id WHERE o.failed AND l.quantity = 99""")}
    for world in found:
        world.update(payment=payments[world["order"]], operation=operations[world["order"]], spare=found[-1]["order"],
                     spare_operation=operations[found[-1]["order"]],
                     **dict(zip(("failed", "failed_part", "failed_line"), failed[world["offer"]])))
    return found


@functools.cache
def columns(database, table):
    """What can be inserted into it."""
    return psql(database, "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
                          f" WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''").strip()


class Planting:
    """Rows copied aside and changed with triggers, CHECKs and UNIQUEs off; put back when it is left."""

    def __init__(self, worlds):
        ids = {name: ", ".join(sorted({f"'{world[name]}'" for world in worlds})) for name in worlds[0]}
        self.rows = {database: {table: where.format(**ids) for table, where in tables.items()} for database, tables in ROWS.items()}

    def __enter__(self):
        self.guards = {}
        for database, rows in self.rows.items():
            tables = ", ".join(f"'{table}'::regclass" for table in rows)
            self.guards[database] = [row.split("|", 1) for row in psql(database, f"""
                SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                              replace(pg_get_constraintdef(oid), chr(10), ' '))
                FROM pg_constraint WHERE conrelid IN ({tables}) AND (contype = 'c' OR conname IN ({UNIQUE.get(database, "''")}))
                UNION ALL
                SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
                WHERE indexrelid::regclass::text IN ({UNIQUE.get(database, "''")}) AND NOT EXISTS
                      (SELECT FROM pg_constraint WHERE conindid = indexrelid)""").splitlines()]
            psql(database, "CREATE SCHEMA kept;" + "".join(f"CREATE TABLE kept.{t} AS SELECT * FROM {t} WHERE {w};" for t, w in rows.items())
                 + "".join(f"{drop};" for drop, _ in self.guards[database]))
        return self

    def __exit__(self, *_):
        for database, rows in self.rows.items():
            restore = "".join(f"DELETE FROM {t} WHERE {w};"
                              f" INSERT INTO {t} ({columns(database, t)}) OVERRIDING SYSTEM VALUE"
                              f" SELECT {columns(database, t)} FROM kept.{t};"
                              for t, w in rows.items())
            guards = "".join(f"{add};" for _, add in self.guards[database])
            psql(database, f"BEGIN; {OFF} {restore} DROP SCHEMA kept CASCADE; COMMIT; {guards}")

    @staticmethod
    def change(database, changes):
        psql(database, OFF + "".join(f"{change};" for change in changes))


def filled(change, world):
    """A change has braces of its own, in JSON."""
    return re.sub(r"{(\w+)}", lambda name: world[name[1]], change)


@pytest.fixture(scope="module")
def findings(worlds):
    """What one run finds with all rots planted at once; they are gone again."""
    with Planting(worlds) as planting:
        for database in ROWS:
            planting.change(database, [filled(rot.changes[database], world) for rot, world in zip(rots.ALL, worlds) if database in rot.changes])
        return market.check_invariants()["findings"]


def about(findings, world, names):
    return [f for f in findings if any(world[name] in f["row"] + f["detail"] for name in names)]


@pytest.mark.parametrize("number", range(len(rots.ALL)), ids=lambda n: f"{rots.ALL[n].rule}-{rots.ALL[n].name}")
def test_planted_rot_is_named_with_its_ids_and_by_no_other_rule(findings, worlds, number):
    rot, world = rots.ALL[number], worlds[number]
    own = about(findings, world, [name for name in world if name not in SHARED])
    if rot.rule != "R4":
        own = [f for f in own if f["check"] != "R4"]  # a broken link is told of the act after it, which is another order's
    if not own or rot.changes.keys() & {"auth", "user"} and any(map(rot.uses, SHARED)):
        own = [f for f in about(findings, world, [name for name in SHARED if rot.uses(name)]) if f["check"] == rot.rule]
        assert own, [f for f in findings if f["check"] == rot.rule]
    else:
        assert sorted({f["check"] for f in own}) == sorted(rot.rules.split()), own
    assert all(f["row"] and f["detail"] and f["rule"] for f in own)


def test_every_rule_has_its_rot():
    rules = set(re.findall(r"^\| (\w+\d+) \|", market.run_checker("--rules"), re.MULTILINE))
    # The chain of acts is judged by the same SQL in each database.
    assert rules - {"R1", "R2", "R3", "R5", "R6", "R7", "R9", "R10", "R11", "R12"} == {rot.rule for rot in rots.ALL}


def test_what_a_message_will_bring_about_is_no_rot(worlds):
    """The order's copy of its payment is behind: right while a message to payment is on its way, else wrong for ever."""
    order = worlds[-1]["order"]
    with Planting(worlds[-1:]) as planting:
        planting.change("order", [f"UPDATE orders SET payment_state = 'AUTHORIZED', captured_minor = 0, refunded_minor = 0 WHERE id = '{order}'",
                                  f"UPDATE seller_order SET refunded_minor = 0 WHERE order_id = '{order}'",
                                  "INSERT INTO outbox (id, topic, key, payload, trace, next_attempt_at)"
                                  f" VALUES ('{order}', 'order.payment', '{order}/payment', '', '', 'infinity')"])
        try:
            # Another order's time to pay may be over just now.
            market.until(lambda: (report := market.check_invariants())["checked"]["ordersUnderWay"] == 1 and report["clean"],
                         "no finding, and no other order under way")
        finally:
            psql("order", f"DELETE FROM outbox WHERE id = '{order}'")
        found = market.check_invariants()["findings"]
    assert {(f["check"], f["row"]) for f in found} == {("X11", order)}


def test_clean_after_all_is_put_back():
    report = market.check_invariants(wait_s=20)
    assert report["clean"], report["findings"][:20]
