"""What can go wrong with data, planted: SQL that spoils an order that was well, and the rules that must name it.

Each rot has an order of its own, of two parts: `part`, of 2 units of `offer`, and a second one that an operator cancelled and that was
refunded. Names in braces are ids of that order; `spare` is an order that nothing happens to, `failed` one that found no stock.
"""

import dataclasses

import rots_books
import rots_disputes


@dataclasses.dataclass(frozen=True)
class Rot:
    name: str
    rules: str            # the one that is about it, then those that see it as well; no other names the order
    changes: dict         # by database
    delivered: bool = False  # its first part is

    @property
    def rule(self):
        return self.rules.split()[0]

    def uses(self, name):
        return any("{" + name + "}" in change for change in self.changes.values())


def rot(name, rules, delivered=False, **changes):
    return Rot(name, rules, changes, delivered)


LINE = "order_id = '{order}' AND line_id = '{line}'"
ENTRIES = "(SELECT id FROM ledger_entry WHERE payment_id = '{payment}')"
REFUNDS = "(SELECT id FROM ledger_entry WHERE payment_id = '{payment}' AND cause = 'REFUND')"
OWN_STOCK = "(SELECT id FROM stock WHERE offer_id = '{offer}')"


def key_of(method, database="order"):
    """A key that keeps an answer to a call that left nothing."""
    return ("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, leased_until, expires_at, answer)"
            f" VALUES ('{{buyer}}', '/marketplace.{database}.v1.{database.title()}Service/{method}', 'rot', '\\x00', '{{part}}', 1,"
            " market_now(), market_now() + interval '1 hour', '\\x0a00')")


def message(topic, about, age="0 seconds"):
    return ("INSERT INTO outbox (id, topic, key, payload, trace, next_attempt_at, created_at)"
            f" VALUES ('{{part}}', '{topic}', '{about}', '', '', 'infinity', market_now() - interval '{age}')")


def payment_beside(number, state, authorized=0, buyer="buyer_id"):
    """Another payment of the order, as the one it has."""
    return ("INSERT INTO payment (id, order_id, number, buyer_id, currency, amount_minor, authorized_minor, payment_method,"
            " authorization_id, state, decline_code, asks, trace, created_at, updated_at)"
            f" SELECT '{{part}}', order_id, {number}, {buyer}, currency, amount_minor, {authorized or 0}, payment_method,"
            f" '', '{state}', '', 0, '', created_at, updated_at FROM payment WHERE id = '{{payment}}'")


# As if it had never been captured, here and there.
NOT_CAPTURED = {
    "order": "UPDATE orders SET payment_state = '{state}', captured_minor = 0, refunded_minor = 0 WHERE id = '{order}';"
             " UPDATE seller_order SET refunded_minor = 0 WHERE order_id = '{order}'",
    "payment": "UPDATE payment SET state = '{state}', captured_minor = 0, refunded_minor = 0, failure_code = '{code}' WHERE id = '{payment}';"
               " DELETE FROM refund WHERE payment_id = '{payment}';"
               " DELETE FROM payment_attempt WHERE payment_id = '{payment}' AND operation = 'REFUND';"
               " {capture_attempt} WHERE payment_id = '{payment}' AND operation = 'CAPTURE';"
               f" DELETE FROM ledger_posting WHERE entry_id IN {ENTRIES}; DELETE FROM ledger_entry WHERE payment_id = '{{payment}}'",
    "sandbox": "DELETE FROM movement WHERE authorization_id IN (SELECT id FROM card_authorization WHERE reference = '{order}');"
               " UPDATE card_authorization SET status = 'authorized', captured_minor = 0, refunded_minor = 0 WHERE reference = '{order}'",
}


def not_captured(state, capture_attempt, code=""):
    def known(sql):
        for name, value in (("state", state), ("capture_attempt", capture_attempt), ("code", code)):
            sql = sql.replace("{" + name + "}", value)
        return sql
    return {database: known(sql) for database, sql in NOT_CAPTURED.items()}


def coupon(code, redeemed, columns="", values=""):
    """One that the order is said to be made with, though no line has a discount of it."""
    return ("INSERT INTO coupon (id, code, kind, percentage_ppm, category_ids, product_ids, funder, redeemed" + columns + ")"
            f" VALUES ('{{part}}', '{code}', 'PERCENTAGE', 1, '{{}}', '{{}}', 'SELLER', {redeemed}{values});"
            " INSERT INTO coupon_redemption (order_id, coupon_id, position, code, buyer_id, amount_minor)"
            f" SELECT id, '{{part}}', 1, '{code}', buyer_id, 5 FROM orders WHERE id = '{{order}}'")


def coming_back(state, units):
    """A return of the first part, for a cent."""
    return ("INSERT INTO order_return (id, order_id, seller_order_id, position, seller_id, buyer_id, number, state, reason, text, pictures,"
            " amount_minor, created_at, updated_at) SELECT id, order_id, id, 1, seller_id, '{buyer}', number || '-R1',"
            f" '{state}', 'OTHER', '', '{{}}', 1, market_now(), market_now() FROM seller_order WHERE id = '{{part}}';"
            f" INSERT INTO order_return_line (return_id, line_id, quantity, gone_before) VALUES ('{{part}}', '{{line}}', {units}, 0)")


def commission_rule(versions, change=""):
    """A rule of a shop that there is not, in so many versions, each in force since it was published."""
    return ("INSERT INTO commission_rule (id, version, state, name, seller_id, percentage_ppm, valid_from, terms_digest)"
            f" SELECT '{{part}}', n, 'PUBLISHED', 'rot', '{{part}}', 1, market_now() - interval '1 day' * n, '' FROM generate_series(1, {versions}) n;"
            " UPDATE commission_rule r SET terms_digest = commission_terms_digest(r) WHERE id = '{part}'" + change)
CAPTURE = "(SELECT id FROM ledger_entry WHERE payment_id = '{payment}' AND cause = 'CAPTURE')"


def payout(state, amount):
    """One to the first shop that moves nothing in the ledger: it failed, or it was paid. `amount`: a number, or where it comes from."""
    what, _, source = str(amount).partition(" FROM ")
    return ("INSERT INTO payout (id, seller_id, currency, amount_minor, line_count, state, on_demand, holder, iban_sealed, iban_last4,"
            " country, bic, provider_account, port, entry_id, failure_code, paid_at, trace)"
            f" SELECT '{{part}}', '{{seller1}}', 'EUR', {what}, 1, '{state}', false, '', '', '', '', '', 'acct_1', 'sandbox',"
            f" gen_random_uuid(), '{'no' if state == 'FAILED' else ''}', market_now(), ''" + (f" FROM {source}" if source else ""))


def booked(account, owner):
    """What the first shop is due, five cents from there, by no payout."""
    return ("INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('{part}', 'PAYOUT_FAILED', '{part}', market_now());"
            " INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) VALUES"
            " ('{part}', 1, 'seller_available', '{seller1}', 'EUR', -5),"
            f" ('{{part}}', 2, '{account}', {owner}, 'EUR', 5)")


# Those that the checker did not name when it was first tried (finding M1).
FIRST = [
    rot("currency of the order", "X3", order="UPDATE orders SET currency = 'USD' WHERE id = '{order}'"),
    rot("currency of the payment", "X3 X7 X12 M10 X28", payment="UPDATE payment SET currency = 'USD' WHERE id = '{payment}'"),
    rot("currency in the ledger", "M10 X7 X8", payment=f"UPDATE ledger_posting SET currency = 'USD' WHERE entry_id IN {ENTRIES}"),
    rot("splits swapped between sellers", "X10 X28",
        payment="UPDATE payment_split s SET seller_id = o.seller_id FROM payment_split o WHERE s.payment_id = '{payment}'"
                " AND o.payment_id = s.payment_id AND o.position <> s.position"),
    rot("splits shifted by a cent", "X10 M5 X28",
        payment="UPDATE payment_split SET amount_minor = amount_minor + CASE position WHEN 1 THEN 1 ELSE -1 END"
                " WHERE payment_id = '{payment}'"),
    rot("refund of another part", "X4 X8 X11",
        payment="UPDATE refund SET seller_order_id = '{part}' WHERE payment_id = '{payment}'"),
    rot("refund of another amount", "M5 M6 X4 X7 X11",
        payment="UPDATE refund SET amount_minor = amount_minor + 1 WHERE payment_id = '{payment}'"),
    rot("the order's copy of its payment", "X11 O16",
        order="UPDATE orders SET payment_state = 'AUTHORIZED', captured_minor = 0, refunded_minor = 0 WHERE id = '{order}'"),
    rot("an attempt that nobody will ask about", "M7 M8",
        payment="UPDATE payment_attempt SET state = 'PENDING' WHERE payment_id = '{payment}' AND operation = 'CAPTURE'"),
    rot("buyer of the order", "X3 O11 O18", order="UPDATE orders SET buyer_id = '{stranger}' WHERE id = '{order}'"),
    rot("buyer of the payment", "X3", payment="UPDATE payment SET buyer_id = '{stranger}' WHERE id = '{payment}'"),
    rot("two orders of one number", "O8 O9 O10",
        order="UPDATE orders SET number = (SELECT number FROM orders WHERE id = '{spare}') WHERE id = '{order}'"),
    rot("a stranger as a shop's owner", "X9",
        auth="INSERT INTO seller_member (account_id, seller_id, role, version) VALUES ('{stranger}', '{seller1}', 'owner', 1)"),
    rot("delivered, only authorised, and the order to capture is lost", "X1 X29", delivered=True,
        **not_captured("AUTHORIZED", "DELETE FROM payment_attempt")),
    rot("a second authorisation that nobody gives up", "X12",
        sandbox="INSERT INTO card_authorization (id, reference, payment_method, currency, amount_minor, status)"
                " VALUES (gen_random_uuid(), '{order}', 'pm_card_visa', 'EUR', 1, 'authorized')"),
]

# What came with prices, quantities, several payments and refunds, typed causes, and keys that are claimed with their effect.
RECUT = [
    # Prices
    rot("a line's total is not its formula", "O13 O2", order="UPDATE order_line SET total_minor = total_minor + 1 WHERE id = '{line}'"),
    rot("a discount that its sum leaves out", "O13",
        order="""UPDATE order_line SET discounts = '[{"source": "coupon", "funder": "SELLER", "amountMinor": 5}]' WHERE id = '{line}'"""),
    rot("a tax of no known mode", "O13", order="UPDATE order_line SET tax_mode = 'FREE' WHERE id = '{line}'"),
    rot("a tax a cent off its rate", "O14 X18",
        order="UPDATE order_line SET tax_rate_ppm = 190000, tax_minor = 637 WHERE id = '{line}'"),  # of 3998: 638.33
    rot("a tax of no rate on record", "X18",
        order="UPDATE order_line SET tax_rate_id = gen_random_uuid() WHERE id = '{line}'"),
    # Deliveries
    rot("a delivery that its part leaves out", "O2",
        order="UPDATE seller_order SET delivery_minor = 1, delivery_total_minor = 1 WHERE id = '{part}'"),
    rot("a delivery's discount that its sum leaves out", "X17",
        order="""UPDATE seller_order SET delivery_discounts = '[{"source": "coupon", "funder": "SELLER", "amountMinor": 5}]'"""
              " WHERE id = '{part}'"),
    rot("a delivery's total is not its formula", "X17 O2",
        order="UPDATE seller_order SET delivery_total_minor = delivery_total_minor + 1 WHERE id = '{part}'"),
    rot("a delivery's tax a cent off its rate", "X18",
        order="UPDATE seller_order SET delivery_tax_minor = 1 WHERE id = '{part}'"),
    rot("a part that costs more than its lines", "O2 O1 X10",
        order="UPDATE seller_order SET total_minor = total_minor + 1 WHERE id = '{part}'"),
    # Quantities
    rot("more cancelled and shipped than bought", "O15 O22 X4 X5 X21",
        order="UPDATE order_line SET cancelled = quantity, shipped = 1 WHERE id = '{line}'"),
    rot("shipped units of a part that was not", "O15 X5 X21", order="UPDATE order_line SET shipped = 1 WHERE id = '{line}'"),
    rot("a delivered part with a unit that never left", "O15 X5 X21", delivered=True,
        order="UPDATE order_line SET shipped = shipped - 1 WHERE id = '{line}'"),
    rot("units sold of an order that failed", "X5",
        product="INSERT INTO reservation_order (order_id) VALUES ('{failed}'); INSERT INTO reservation (order_id, line_id, stock_id,"
                f" offer_id, quantity, held, committed) VALUES ('{{failed}}', '{{failed_line}}', {OWN_STOCK}, '{{offer}}', 99, 0, 99);"
                " UPDATE stock SET on_hand = on_hand + 99, reserved = reserved + 99 WHERE offer_id = '{offer}';"
                " INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id)"
                f" VALUES ('ADJUSTMENT', {OWN_STOCK}, '{{offer}}', 99, 0, gen_random_uuid())"),
    rot("units taken out of stock and never shipped", "X5",
        product="INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id) SELECT"
                f" 'SHIPMENT', stock_id, offer_id, -2, -2, '{{part}}', order_id, line_id FROM reservation WHERE {LINE};"
                f" UPDATE reservation SET consumed = 2, committed = 0 WHERE {LINE};"
                " UPDATE stock SET on_hand = on_hand - 2, reserved = reserved - 2 WHERE offer_id = '{offer}'"),
    rot("units given back of a part that stands", "X5",
        product="INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id) SELECT"
                f" 'RELEASE', stock_id, offer_id, 0, -2, '{{part}}', order_id, line_id FROM reservation WHERE {LINE};"
                f" UPDATE reservation SET released = 2, committed = 0 WHERE {LINE};"
                " UPDATE stock SET reserved = reserved - 2 WHERE offer_id = '{offer}'"),
    rot("units held for nobody", "X6",
        product="INSERT INTO reservation_order (order_id) VALUES ('{part}'); INSERT INTO reservation (order_id, line_id, stock_id,"
                f" offer_id, quantity, held) VALUES ('{{part}}', '{{line}}', {OWN_STOCK}, '{{offer}}', 1, 1);"
                " UPDATE stock SET reserved = reserved + 1 WHERE offer_id = '{offer}'"),
    rot("given back twice by one cause", "S9 S7",
        product="INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id) SELECT"
                " kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id FROM stock_movement"
                " WHERE kind = 'RELEASE' AND order_id = '{order}'"),
    rot("a first delivery without its offer", "S10",
        product="UPDATE stock_movement SET cause_id = gen_random_uuid() WHERE kind = 'INITIAL' AND offer_id = '{offer}'"),
    rot("a movement at another stock than its line's", "S4",
        product=f"UPDATE stock_movement SET stock_id = {OWN_STOCK}, offer_id = '{{offer}}' WHERE kind = 'RELEASE' AND order_id = '{{order}}'"),
    rot("units sold before their order was paid", "X14",
        order="UPDATE seller_order SET state = 'PENDING_PAYMENT', refunded_minor = 0 WHERE order_id = '{order}';"
              " UPDATE order_line SET cancelled = 0 WHERE seller_order_id IN (SELECT id FROM seller_order WHERE order_id = '{order}');"
              " DELETE FROM order_event WHERE order_id = '{order}' AND to_state <> 'PENDING_PAYMENT';"
              " UPDATE orders SET payment_state = 'CREATED', authorized_minor = 0, captured_minor = 0, refunded_minor = 0 WHERE id = '{order}';"
              " UPDATE checkout SET step = 'FORWARD', deadline_at = market_now() + interval '1 hour', next_run_at = 'infinity',"
              " lease_until = 'infinity' WHERE order_id = '{order}';"
              " UPDATE idempotency_key SET answer = NULL WHERE operation_id = '{operation}'"),
    # Payments
    rot("two payments that may both be charged", "M11 M4 M8 X1 X7 X10 X11",
        payment=payment_beside(2, "AUTHORIZED", "authorized_minor")),
    rot("a captured payment below one that lives", "M11 M4 X1 X7 X10 X11", payment=payment_beside(2, "CREATED")),
    rot("a gap in the numbers of payments", "M11 M16", payment="UPDATE payment SET number = 2 WHERE id = '{payment}'"),
    rot("an earlier payment of another buyer", "X3 M4 M16",
        payment="UPDATE payment SET number = 2 WHERE id = '{payment}';" + payment_beside(1, "DECLINED", buyer="'{stranger}'")),
    rot("captured for good refused, and delivered", "X1 X29", delivered=True,
        **not_captured("CAPTURE_FAILED", "UPDATE payment_attempt SET state = 'FAILED', code = 'hold_lost'", "hold_lost")),
    rot("an attempt under another key", "M16",
        payment="UPDATE payment_attempt SET provider_key = gen_random_uuid() WHERE payment_id = '{payment}' AND operation = 'CAPTURE'"),
    rot("an attempt that is gone", "M17",
        payment="UPDATE payment_attempt SET number = 2 WHERE payment_id = '{payment}' AND operation = 'REFUND'"),
    # Refunds
    rot("more refunded than captured", "M5 X4 X7 M6 M9 X11",
        payment="INSERT INTO refund SELECT '{part}', payment_id, seller_order_id, 1000000, 'SUCCEEDED', '', created_at, market_now()"
                " FROM refund WHERE payment_id = '{payment}'"),
    rot("a refund that is in no ledger", "X7 X8",
        payment=f"DELETE FROM ledger_posting WHERE entry_id IN {REFUNDS}; DELETE FROM ledger_entry WHERE payment_id = '{{payment}}' AND cause = 'REFUND'"),
    rot("a refund of what was never captured", "M15 M3 M8 X1 X4 X7 X11 X12",
        payment="UPDATE payment SET state = 'AUTHORIZED', captured_minor = 0 WHERE id = '{payment}'"),
    rot("what an order says went back of its part", "O16 X11",
        order="UPDATE seller_order SET refunded_minor = refunded_minor - 1 WHERE order_id = '{order}' AND refunded_minor > 0"),
    rot("what an order says went back, part by part", "X11",
        order="UPDATE seller_order SET refunded_minor = refunded_minor + CASE WHEN id = '{part}' THEN 1 ELSE -1 END WHERE order_id = '{order}'"),
    # Ledger
    rot("an entry about no payment", "M10",
        payment="INSERT INTO ledger_entry VALUES ('{part}', 'CAPTURE', '{line}', gen_random_uuid(), market_now());"
                " INSERT INTO ledger_posting VALUES ('{part}', 1, 'psp_clearing', NULL, 'EUR', 5), ('{part}', 2, 'order_escrow', NULL, 'EUR', -5)"),
    rot("an entry of a refund that is not there", "M10 X7 X8",
        payment="UPDATE ledger_entry SET cause_id = gen_random_uuid() WHERE payment_id = '{payment}' AND cause = 'REFUND'"),
    rot("escrow booked as goodwill", "M14",
        payment=f"UPDATE ledger_posting SET account = 'goodwill' WHERE account = 'order_escrow' AND entry_id IN {ENTRIES}"),
    rot("a refund booked the wrong way round", "M14 X7 X8",
        payment=f"UPDATE ledger_posting SET amount_minor = -amount_minor WHERE entry_id IN {REFUNDS}"),
    rot("an account of the marketplace with an owner", "M13",
        payment=f"UPDATE ledger_posting SET owner_id = gen_random_uuid() WHERE entry_id IN {ENTRIES}"),
    rot("an account of a seller without an owner", "M13 M14",
        payment=f"UPDATE ledger_posting SET account = 'seller_pending' WHERE account = 'order_escrow' AND entry_id IN {ENTRIES}"),
    # History, saga, keys, messages
    rot("a step that does not follow the one before", "O4",
        order="UPDATE order_event SET from_state = 'ACCEPTED' WHERE seller_order_id = '{part}' AND to_state = 'PLACED'"),
    rot("a step that nobody may take", "O4 O15 X22",
        order="INSERT INTO order_event (order_id, seller_order_id, from_state, to_state, actor) VALUES ('{order}', '{part}', 'PLACED',"
              " 'DELIVERED', 'seller'); UPDATE seller_order SET state = 'DELIVERED' WHERE id = '{part}'"),
    rot("a step that is told of another order", "O4", order="UPDATE order_event SET order_id = '{spare}' WHERE seller_order_id = '{part}'"),
    rot("a step by somebody who may not", "O21",
        order="UPDATE order_event SET actor = 'buyer' WHERE seller_order_id = '{part}' AND to_state = 'PLACED'"),
    rot("a part that failed alone", "O7 O4 O18 X4 X5",
        order="UPDATE seller_order SET state = 'FAILED' WHERE id = '{part}'; UPDATE orders SET failure_reason = 'OUT_OF_STOCK' WHERE id = '{order}'"),
    rot("placed, though it was undone", "O17",
        order="UPDATE checkout SET undo_reason = 'PAYMENT_DECLINED' WHERE order_id = '{order}'"),
    rot("a checkout that runs on for a placed order", "O6",
        order="UPDATE checkout SET step = 'FORWARD', deadline_at = 'infinity', next_run_at = 'infinity', lease_until = 'infinity'"
              " WHERE order_id = '{order}'"),
    rot("a key that keeps a refusal of a placed order", "O18",
        order="UPDATE idempotency_key SET answer = '\\x1202080a' WHERE operation_id = '{operation}'"),
    rot("a key that keeps another order", "O18",
        order="UPDATE idempotency_key SET answer = (SELECT answer FROM idempotency_key WHERE operation_id = '{spare_operation}')"
              " WHERE operation_id = '{operation}'"),
    rot("a key that keeps an order that is not there", "O18",
        order="UPDATE idempotency_key SET operation_id = '{part}' WHERE operation_id = '{operation}'"),
    rot("a key that keeps a move nobody made", "O19", order=key_of("AcceptSellerOrder")),
    rot("a key that keeps an adjustment nobody made", "S11", product=key_of("AdjustStock", "product")),
    rot("an offer that is low, and nobody looks", "S13",
        product="UPDATE stock SET low_at = 1000000000000, is_low = false WHERE offer_id = '{offer}'"),
    rot("a price that nobody said", "S14", product="UPDATE price_period SET amount = amount + 1 WHERE offer_id = '{offer}'"),
    rot("prices at once", "S14",
        product="INSERT INTO price_history (offer_id, currency, starts_at, ends_at, amount, since)"
                " SELECT offer_id, currency, starts_at - interval '1 day', starts_at + interval '1 second', 5, starts_at - interval '1 day'"
                " FROM price_period WHERE offer_id = '{offer}'"),
    rot("cheaper than it ever was", "S14",
        product="UPDATE offer_price SET compare_at = amount + 1 WHERE offer_id = '{offer}';"
                " UPDATE price_period SET compare_at = amount + 1, lowest_before = amount WHERE offer_id = '{offer}'"),
    rot("an offer without a price", "S14",
        product="DELETE FROM offer_price WHERE offer_id = '{offer}'; DELETE FROM price_period WHERE offer_id = '{offer}'"),
    rot("a message about no order", "O20", order=message("order.payment", "{part}/payment")),
    rot("a message about an order that failed", "O20", order=message("order.stock", "{failed}/stock")),
    rot("a message that nobody delivers", "D1", order=message("order.stock", "{order}/stock", "1 hour")),
    rot("an event of what an order never came to", "E1",
        order="UPDATE event SET aggregate_version = aggregate_version + 100 WHERE aggregate = 'order/{order}'"),
    rot("an event of what a payment never came to", "E2",
        payment="UPDATE event SET aggregate_version = aggregate_version + 100 WHERE aggregate = 'payment/{payment}'"),
]

OTHERS = [
    # Orders
    rot("total of an order", "O1 X3", order="UPDATE orders SET total_minor = total_minor + 1 WHERE id = '{order}'"),
    rot("state of the parts", "O4 O15 X22", order="UPDATE seller_order SET state = 'DELIVERED' WHERE order_id = '{order}'"),
    rot("a checkout that nobody ends", "O5 O6",
        order="UPDATE checkout SET step = 'FORWARD', deadline_at = '-infinity', next_run_at = 'infinity', lease_until = 'infinity'"
              " WHERE order_id = '{order}'"),
    rot("parts that wait after their checkout", "O6 O4 O15 O18 X5 X14",
        order="UPDATE seller_order SET state = 'PENDING_PAYMENT' WHERE order_id = '{order}'"),
    rot("a reason of a failure that was none", "O7 O18", order="UPDATE orders SET failure_reason = 'OUT_OF_STOCK' WHERE id = '{order}'"),
    rot("number of a part", "O9", order="UPDATE seller_order SET number = '{order}-1' WHERE id = '{part}'"),
    rot("a number that is not on record", "O10", order="DELETE FROM order_number WHERE order_id = '{order}'"),
    rot("another number on record", "O10", order="UPDATE order_number SET number = 'of-another-{order}' WHERE order_id = '{order}'"),
    rot("two numbers on record", "O10", order="INSERT INTO order_number VALUES ('another-{order}', '{order}')"),
    rot("a number of no order", "O10", order="UPDATE order_number SET order_id = '{offer}' WHERE order_id = '{order}'"),
    rot("buyer of the checkout", "O11", order="UPDATE checkout SET buyer_id = '{stranger}' WHERE order_id = '{order}'"),
    rot("payment method", "X3", order="UPDATE orders SET payment_method = 'pm_card_visa_chargeDeclined' WHERE id = '{order}'"),
    rot("parts that failed after they were paid", "X4 O7 O4 O15 X5", order="UPDATE seller_order SET state = 'FAILED' WHERE order_id = '{order}'"),
    rot("a buyer who is nobody", "X13 O11 O18 X3", order="UPDATE orders SET buyer_id = gen_random_uuid() WHERE id = '{order}'"),
    rot("a seller who is nobody", "X13 X10", order="UPDATE seller_order SET seller_id = gen_random_uuid() WHERE id = '{part}'"),
    rot("an order without parts", "O3 O16 E1 X4 X6 X10", order="DELETE FROM seller_order WHERE order_id = '{order}'"),
    rot("who cancelled it", "O12", order="UPDATE order_event SET actor = 'buyer' WHERE order_id = '{failed}' AND to_state = 'FAILED'"),
    # Acts; of the other databases by the same SQL
    rot("an act that was changed", "R4 X15", order="UPDATE audit_event SET reason = 'another' WHERE target_id = '{order}'"),
    rot("a seal that was changed", "R4",
        order="UPDATE audit_seal SET digest = sha256(digest) WHERE event_id = (SELECT id FROM audit_event WHERE target_id = '{order}')"),
    rot("an act out of the chain", "R8 X15",
        order="DELETE FROM audit_seal WHERE event_id = (SELECT id FROM audit_event WHERE target_id = '{order}');"
              " UPDATE audit_event SET at = at - interval '1 hour' WHERE target_id = '{order}'"),
    rot("an act that the list never heard of", "X15", auth="DELETE FROM recorded_act WHERE target_id = '{order}'"),
    rot("an act that the list has otherwise", "X15", auth="UPDATE recorded_act SET address = '' WHERE target_id = '{order}'"),
    rot("an act that nobody did", "X15",
        auth="INSERT INTO recorded_act SELECT gen_random_uuid(), at, service, account_id, actor, api_key_id, permission, method, target_type,"
             " '{part}', seller_id, reason, address, request_id, trace_id, before, after FROM recorded_act WHERE target_id = '{order}'"),
    # Stock
    rot("reserved", "S1", product="UPDATE stock SET reserved = reserved - 1 WHERE offer_id = '{offer}'"),
    rot("on hand", "S2", product="UPDATE stock SET on_hand = on_hand + 1 WHERE offer_id = '{offer}'"),
    rot("a movement", "S2", product="UPDATE stock_movement SET on_hand = on_hand - 1 WHERE offer_id = '{offer}'"),
    rot("more reserved than there is", "S3 S1", product="UPDATE stock SET reserved = on_hand + 1 WHERE offer_id = '{offer}'"),
    rot("units of no stock", "S4 S1", product=f"UPDATE reservation SET stock_id = gen_random_uuid() WHERE {LINE}"),
    rot("a movement of no stock", "S4 S2", product="UPDATE stock_movement SET stock_id = gen_random_uuid() WHERE offer_id = '{offer}'"),
    rot("units nobody asked for", "S5", product="DELETE FROM reservation_order WHERE order_id = '{order}'"),
    rot("an offer without stock", "S6 S4", product="DELETE FROM stock WHERE offer_id = '{offer}'"),
    rot("a shipment too many", "S7 S2",
        product="INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id) SELECT"
                f" 'SHIPMENT', stock_id, offer_id, -2, -2, '{{part}}', order_id, line_id FROM reservation WHERE {LINE}"),
    rot("given back without a movement", "S7 S1 X5", product=f"UPDATE reservation SET released = 1, committed = committed - 1 WHERE {LINE}"),
    rot("shipped without a movement", "S7 S1 X5", product=f"UPDATE reservation SET consumed = committed, committed = 0 WHERE {LINE}"),
    rot("a release that is gone", "S7", product="DELETE FROM stock_movement WHERE kind = 'RELEASE' AND order_id = '{order}'"),
    rot("a quantity that does not add up", "S8 X5", product=f"UPDATE reservation SET quantity = quantity + 1 WHERE {LINE}"),
    rot("still held", "X5", product=f"UPDATE reservation SET held = committed, committed = 0 WHERE {LINE}"),
    rot("more units than bought", "X5 S1", product=f"UPDATE reservation SET quantity = quantity + 1, committed = committed + 1 WHERE {LINE}"),
    rot("units of another offer", "X6 S4 X13", product=f"UPDATE reservation SET offer_id = gen_random_uuid() WHERE {LINE}"),
    rot("an offer of another seller", "X13", product="UPDATE offer SET seller_id = '{stranger}' WHERE id = '{offer}'"),
    # Money
    rot("an entry that does not balance", "M1",
        payment=f"UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE account = 'order_escrow' AND entry_id IN {ENTRIES}"),
    rot("an entry of one posting", "M1 M2", payment=f"DELETE FROM ledger_posting WHERE account = 'order_escrow' AND entry_id IN {ENTRIES}"),
    rot("postings of no entry", "M2 X7 X8", payment=f"UPDATE ledger_posting SET entry_id = gen_random_uuid() WHERE entry_id IN {ENTRIES}"),
    rot("more authorised than asked for", "M3 M8 X11", payment="UPDATE payment SET authorized_minor = amount_minor + 1 WHERE id = '{payment}'"),
    rot("a payment of a dead order that nobody ends", "X2",
        payment="INSERT INTO payment (id, order_id, number, buyer_id, currency, amount_minor, authorized_minor, payment_method,"
                " authorization_id, state, decline_code, asks, trace, created_at, updated_at) VALUES ('{part}', '{failed}', 1, '{buyer}',"
                " 'EUR', 197901, 0, 'pm_card_visa', '', 'CREATED', '', 0, '', market_now(), market_now());"
                " INSERT INTO payment_split VALUES ('{part}', 1, '{failed_part}', '{seller5}', 197901)"),
    rot("a split", "M4 X10 X28",
        payment="UPDATE payment_split SET amount_minor = amount_minor + 1 WHERE payment_id = '{payment}' AND position = 1"),
    rot("a refund promised too many", "M5 X4 M9",
        payment="INSERT INTO refund SELECT '{line}', payment_id, seller_order_id, 1, 'PENDING', '', created_at, updated_at"
                " FROM refund WHERE payment_id = '{payment}'"),
    rot("a refund of no part", "M5 X4 X8 X11", payment="UPDATE refund SET seller_order_id = gen_random_uuid() WHERE payment_id = '{payment}'"),
    rot("sum of the refunds", "M6 X11 X12", payment="UPDATE payment SET refunded_minor = 1 WHERE id = '{payment}'"),
    rot("an attempt that is asked about too late", "M7 M8",
        payment="UPDATE payment_attempt SET state = 'PENDING' WHERE payment_id = '{payment}' AND operation = 'CAPTURE';"
                " UPDATE payment SET next_run_at = 'infinity' WHERE id = '{payment}'"),
    rot("a capture that failed", "M8", payment="UPDATE payment_attempt SET state = 'FAILED' WHERE payment_id = '{payment}' AND operation = 'CAPTURE'"),
    rot("undone, and nobody looks", "M7", payment="UPDATE payment SET undone_at = market_now() WHERE id = '{payment}'"),
    rot("captured twice", "M8 M16",
        payment="INSERT INTO payment_attempt SELECT payment_id, operation, 2, refund_id, gen_random_uuid(), state, code, created_at"
                " FROM payment_attempt WHERE payment_id = '{payment}' AND operation = 'CAPTURE'"),
    rot("a capture that was refused, and made", "M8 M15 X1 X11 X12",
        payment="UPDATE payment SET state = 'CAPTURE_FAILED' WHERE id = '{payment}'"),
    rot("a refund whose attempt failed", "M9",
        payment="UPDATE payment_attempt SET state = 'FAILED' WHERE payment_id = '{payment}' AND operation = 'REFUND'"),
    rot("a refund that failed and was made", "M9 M6 X4 X7 X11", payment="UPDATE refund SET state = 'FAILED' WHERE payment_id = '{payment}'"),
    rot("a refund without an attempt", "M9", payment="DELETE FROM payment_attempt WHERE payment_id = '{payment}' AND operation = 'REFUND'"),
    rot("a payment of nobody", "M12", payment="UPDATE payment SET buyer_id = NULL, undone_at = market_now() - interval '1 day' WHERE id = '{payment}'"),
    rot("the payment of another order", "X1 X6 X11 X12 M16", payment="UPDATE payment SET order_id = gen_random_uuid() WHERE id = '{payment}'"),
    rot("an amount of a payment", "X3 M4 M8 X12", payment="UPDATE payment SET amount_minor = amount_minor + 1 WHERE id = '{payment}'"),
    rot("a refund nobody ends", "X4 M9 M6 X7 X11", payment="UPDATE refund SET state = 'PENDING' WHERE payment_id = '{payment}'"),
    rot("amounts of the ledger", "X7 X8", payment=f"UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id IN {ENTRIES}"),
    rot("an authorisation the provider does not know", "X12 X8",
        payment="UPDATE payment SET authorization_id = gen_random_uuid() WHERE id = '{payment}'"),
    rot("what the provider gave back", "X8",
        sandbox="UPDATE movement SET amount_minor = amount_minor + 1 WHERE kind = 'refund' AND authorization_id IN"
                " (SELECT id FROM card_authorization WHERE reference = '{order}')"),
    rot("what the provider captured", "X12", sandbox="UPDATE card_authorization SET captured_minor = captured_minor - 1 WHERE reference = '{order}'"),
    rot("a hold for no order", "X12",
        sandbox="INSERT INTO card_authorization (id, reference, payment_method, currency, amount_minor, status)"
                " VALUES (gen_random_uuid(), '{seller1}', 'pm_card_visa', 'EUR', 1, 'authorized')"),
    rot("a confirmation that nobody waits for", "X40",
        sandbox="INSERT INTO card_authorization (id, reference, payment_method, currency, amount_minor, status, charged)"
                " VALUES (gen_random_uuid(), '{order}', 'pm_card_threeDSecure2Required', 'EUR', 1, 'requires_action', false)"),
    # Reviews
    rot("rating of a product", "S12", product="UPDATE product SET rating_sum = rating_sum + 5, rating_count = rating_count + 1 WHERE id = '{product}'"),
    rot("rating of a shop", "S12", product="INSERT INTO seller_rating (seller_id, rating_sum, rating_count) VALUES ('{seller4}', 5, 1)"),
    # Coupons
    rot("what a coupon took off", "X19", order=coupon("ROT-19", 1)),
    rot("a coupon that is used too often", "X20 X19", order=coupon("ROT-20", 2, ", total_limit", ", 1")),
    # Parcels
    rot("more in a parcel than was sent", "X21", delivered=True,
        order="UPDATE parcel_line SET quantity = quantity + 1 WHERE line_id = '{line}'"),
    rot("a delivered part with a parcel under way", "X22", delivered=True,
        order="UPDATE parcel SET delivered_at = NULL WHERE seller_order_id = '{part}'"),
    rot("units that came back of themselves", "X23 X4", delivered=True, order="UPDATE order_line SET returned = 1 WHERE id = '{line}'"),
    rot("more on its way back than was sent", "X24", delivered=True, order=coming_back("REQUESTED", 3)),
    rot("a return that was paid back too well", "X24 X23", delivered=True, order=coming_back("CLOSED", 1)),
    rot("for sale again without a movement", "S7 X5", delivered=True, product=f"UPDATE reservation SET restocked = 1 WHERE {LINE}"),
    # Invoices
    rot("another number of an invoice", "X25", delivered=True, order="UPDATE invoice SET number = '{part}' WHERE seller_order_id = '{part}'"),
    rot("an invoice a cent off", "X26", delivered=True,
        order="UPDATE invoice SET net_minor = net_minor + 1, total_minor = total_minor + 1 WHERE seller_order_id = '{part}'"),
    rot("a shipment without an invoice", "X26", delivered=True, order="DELETE FROM invoice WHERE seller_order_id = '{part}'"),
    rot("a refund without its credit note", "X26", delivered=True,
        order="INSERT INTO part_refund (refund_id, seller_order_id, amount_minor) VALUES ('{part}', '{part}', 5)"),
    # Commission
    rot("two versions of a commission rule at once", "X38", payment=commission_rule(2)),
    rot("other terms of a published commission rule", "X38",
        payment=commission_rule(1, "; UPDATE commission_rule SET percentage_ppm = 2 WHERE id = '{part}'")),
    # What the provider told
    rot("a message of the provider that nobody reads", "X35",
        payment="INSERT INTO provider_event (id, provider, event_id, type, object_id, reference, made_at)"
                " VALUES ('{part}', 'sandbox', 'evt_rot35', 'charge.updated', '', '', market_now())"),
    rot("a payment that did not hear the provider", "X36",
        payment="INSERT INTO provider_event (id, provider, event_id, type, object_id, reference, made_at)"
                " SELECT '{part}', 'sandbox', 'evt_rot36', 'payment_intent.canceled', authorization_id, '', market_now()"
                " FROM payment WHERE id = '{payment}'; INSERT INTO webhook (event_id, next_run_at) VALUES ('{part}', NULL)"),
    # Sales
    rot("delivered, and never earned", "X27 X29", delivered=True,
        order="UPDATE seller_order SET moved_at = moved_at - interval '1 hour' WHERE id = '{part}'",
        payment="UPDATE sale SET state = 'PLACED', earned_at = NULL WHERE seller_order_id = '{part}'"),
    rot("a sale that is gone", "X27", delivered=True,
        order="UPDATE seller_order SET moved_at = moved_at - interval '1 hour' WHERE id = '{part}'",
        payment="DELETE FROM sale_line WHERE seller_order_id = '{part}'; DELETE FROM sale WHERE seller_order_id = '{part}'"),
    rot("a refund that its sale does not count", "X27",
        payment="UPDATE refund SET updated_at = updated_at - interval '1 hour' WHERE payment_id = '{payment}';"
                " UPDATE sale SET placed_at = placed_at - interval '1 hour' WHERE seller_order_id = '{part2}';"
                " DELETE FROM sale_refund WHERE seller_order_id = '{part2}'"),
    rot("a sale of more than was paid", "X28", payment="UPDATE sale_line SET paid_minor = paid_minor + 1 WHERE seller_order_id = '{part}'"),
    rot("a sale of another shop", "X28", payment="UPDATE sale SET seller_id = '{seller2}' WHERE seller_order_id = '{part}'"),
    rot("a commission that was not booked", "X29", delivered=True,
        payment="UPDATE sale_line SET commission_minor = commission_minor + 1 WHERE seller_order_id = '{part}'"),
    rot("a reserve of nothing", "X29", delivered=True,
        payment="UPDATE sale SET reserve_minor = 1, reserve_until = market_now() WHERE seller_order_id = '{part}'"),
    rot("a balance of no postings", "X30", payment="INSERT INTO ledger_balance VALUES ('goodwill', '{part}', 'EUR', 5)"),
    # Payouts
    rot("a payout that pays nothing", "X31", payment=payout("FAILED", 5)),
    rot("a payout of somebody else's money", "X32",
        payment=payout("FAILED", "-amount_minor FROM ledger_posting WHERE account = 'order_escrow' AND entry_id IN " + CAPTURE)
        + "; INSERT INTO payout_line (payout_id, entry_id, position) SELECT '{part}', entry_id, position FROM ledger_posting"
          f" WHERE account = 'order_escrow' AND entry_id IN {CAPTURE}"),
    rot("money on its way by no payout", "X33", payment=booked("payout_clearing", "'{seller1}'")),
    rot("a payout that was paid by nobody", "X34",
        payment=booked("goodwill", "NULL") + "; " + payout("PAID", 5)
        + "; INSERT INTO payout_line (payout_id, entry_id, position) VALUES ('{part}', '{part}', 1)"),
    rot("a payout of the provider's own", "X34",
        sandbox="INSERT INTO bank_payout (id, idempotency_key, reference, destination, holder, currency, amount_minor)"
                " VALUES (gen_random_uuid(), gen_random_uuid(), '{part}', 'x', 'x', 'EUR', 5)"),
    # Disputes
    *(rot(name, "X37", payment=sql) for name, sql in rots_disputes.ALL.items()),
    *(rot(name, rule, payment=sql, delivered=delivered) for name, (rule, delivered, sql) in rots_books.ALL.items()),
    # People
    rot("a member whom auth does not know", "X9", auth="DELETE FROM seller_member WHERE seller_id = '{seller2}'"),
    rot("a member of another role", "X9 U4", user="UPDATE seller_member SET role = 'staff' WHERE seller_id = '{seller3}'"),
    rot("a seller without an owner", "U4 X9 U3", user="DELETE FROM seller_member WHERE seller_id = '{seller5}'"),
    rot("an account without a profile", "X9", user="DELETE FROM profile WHERE id = '{buyer}'"),
    rot("two live tokens of one session", "A1",
        auth="INSERT INTO refresh_token SELECT sha256(digest), session_id, sequence + 1, created_at FROM refresh_token"
             " WHERE used_at IS NULL AND session_id IN (SELECT id FROM session WHERE account_id = '{stranger}')"),
    rot("a message of auth that nobody delivers", "D2", auth=message("profile.create", "{stranger}", "1 hour")),
    rot("a message of product that nobody delivers", "D5", product=message("event.auth", "auth/act/{part}", "1 hour")),
    rot("a message of payment that nobody delivers", "D4", payment=message("event.order", "order/{payment}", "1 hour")),
    rot("a mail that nobody sends", "D6", notification=message("mail", "{buyer}", "1 hour")),
    rot("units whose cancellation is not told", "O22",
        order="UPDATE order_event SET lines = '{}', quantities = '{}' WHERE seller_order_id = '{part2}' AND to_state = 'CANCELLED'"),
    rot("a message of user that nobody delivers", "D3", user=message("seller.bind", "{seller4}", "1 hour")),
    rot("an account that was closed by half", "A2", auth="UPDATE account SET state = 'CLOSED' WHERE id = '{stranger}'"),
    rot("somebody who is forgotten, but not everywhere", "X16",
        auth="INSERT INTO erasure (account_id, pass, waiting, next_run_at) VALUES ('{buyer}', 'DONE', '{}', market_now())"),
    rot("an address book without a default", "U1", user="UPDATE address SET is_default = false WHERE account_id = '{buyer}'"),
    rot("size of an address book", "U2", user="UPDATE address_book SET size = size + 1 WHERE account_id = '{buyer}'"),
    rot("how many teams an account is in", "U3", user="UPDATE membership_count SET sellers = sellers + 1 WHERE account_id = '{owner}'"),
]

ALL = FIRST + RECUT + OTHERS
