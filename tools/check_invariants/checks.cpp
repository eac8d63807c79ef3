#include "tools/check_invariants/checks.hpp"

#include <array>

#include "tools/check_invariants/adjustments.hpp"
#include "tools/check_invariants/chain.hpp"
#include "tools/check_invariants/commission.hpp"
#include "tools/check_invariants/coupons.hpp"
#include "tools/check_invariants/deliveries.hpp"
#include "tools/check_invariants/histories.hpp"
#include "tools/check_invariants/invoices.hpp"
#include "tools/check_invariants/ledger.hpp"
#include "tools/check_invariants/parcels.hpp"
#include "tools/check_invariants/payouts.hpp"
#include "tools/check_invariants/prices.hpp"
#include "tools/check_invariants/returns.hpp"
#include "tools/check_invariants/sales.hpp"

namespace market::invariants {
namespace {

constexpr std::array kChecks = {
    // Orders
    Check{"O1", "order", "an order costs what its parts cost", R"sql(
      SELECT o.id::text, format('total %s, parts %s', o.total_minor, sum(s.total_minor))
      FROM orders o JOIN seller_order s ON s.order_id = o.id
      GROUP BY o.id HAVING o.total_minor <> sum(s.total_minor))sql"},
    Check{"O2", "order", "a part costs what its lines and its delivery cost", kPartCostsItsLinesAndDelivery},
    Check{"O3", "order", "every order has parts", R"sql(
      SELECT o.id::text, 'no part' FROM orders o
      WHERE NOT EXISTS (SELECT 1 FROM seller_order s WHERE s.order_id = o.id))sql"},
    Check{"O4", "order", "the history of a part has only legal moves, without a gap, and ends in its state",
          kHistoryOfParts},
    Check{"O5", "order", "a checkout is over, or inside its deadline", R"sql(
      SELECT order_id::text, format('step %s since %s, %s attempts, %s', step, deadline_at, attempts, last_error)
      FROM checkout WHERE step <> 'DONE' AND deadline_at < market_now() - interval '60 seconds')sql"},
    Check{"O6", "order",
          "parts wait for their payment exactly while their checkout runs, but for an order whose money was "
          "lost",
          R"sql(
      SELECT s.id::text, format('part %s, checkout %s, payment %s', s.state, coalesce(c.step, 'missing'), o.payment_state)
      FROM seller_order s JOIN orders o ON o.id = s.order_id LEFT JOIN checkout c ON c.order_id = s.order_id
      WHERE c.step IS NULL
         OR ((c.step = 'DONE') = (s.state = 'PENDING_PAYMENT')
             AND NOT (c.step <> 'DONE' AND s.state <> 'FAILED' AND o.pay_until IS NOT NULL
                      AND o.payment_state IN ('CAPTURE_FAILED', 'DECLINED', 'CREATED', 'VOIDED', 'REQUIRES_ACTION')))
         OR (c.step = 'WAIT' AND (o.pay_until IS NULL OR o.payment_state NOT IN
                                  ('CAPTURE_FAILED', 'DECLINED', 'VOIDED', 'REQUIRES_ACTION'))))sql"},
    Check{"O7", "order", "an order fails as a whole and says why, another has no reason", R"sql(
      SELECT o.id::text, format('reason "%s", part %s is %s', o.failure_reason, s.id, s.state)
      FROM orders o JOIN seller_order s ON s.order_id = o.id WHERE (s.state = 'FAILED') <> o.failed)sql"},
    Check{"O8", "order", "an order has its number alone", R"sql(
      SELECT string_agg(id::text, ' ' ORDER BY id), format('all have the number %s', number)
      FROM orders GROUP BY number HAVING count(*) > 1)sql"},
    Check{"O9", "order", "a part's number is its order's with its position", R"sql(
      SELECT s.id::text, format('number %s, position %s; order %s has the number %s', s.number, s.position, o.id,
                                o.number)
      FROM seller_order s JOIN orders o ON o.id = s.order_id
      WHERE s.number <> o.number || '-' || s.position)sql"},
    Check{"O10", "order", "an order has one number on record, its own, and no number is without its order",
          R"sql(
      SELECT o.id::text, format('number %s, on record %s', o.number, coalesce(string_agg(n.number, ' '), 'none'))
      FROM orders o LEFT JOIN order_number n ON n.order_id = o.id
      GROUP BY o.id HAVING count(n.number) <> 1 OR min(n.number) <> o.number
      UNION ALL
      SELECT n.order_id::text, format('number %s is on record, its order is missing', n.number)
      FROM order_number n WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = n.order_id))sql"},
    Check{"O11", "order", "a checkout is its order's buyer's", R"sql(
      SELECT c.order_id::text, format('of %s, the order of %s', c.buyer_id, o.buyer_id)
      FROM checkout c JOIN orders o ON o.id = c.order_id WHERE c.buyer_id <> o.buyer_id)sql"},
    Check{"O12", "order", "who cancels an order that waits for its payment is told in its history", R"sql(
      SELECT o.id::text, format('%s, told of %s', o.failure_reason, e.actor)
      FROM orders o JOIN order_event e ON e.order_id = o.id AND e.to_state = 'FAILED'
      WHERE e.actor <> CASE o.failure_reason WHEN 'CANCELLED_BY_BUYER' THEN 'buyer'
                                             WHEN 'CANCELLED_BY_OPERATOR' THEN 'operator' ELSE 'system' END)sql"},
    Check{"O13", "order",
          "a line costs its units at their price, less its discounts, plus a tax that is added to it",
          R"sql(
      SELECT id::text, format('%s x %s - %s (its discounts: %s), tax %s %s: total %s', quantity, unit_price_minor,
                              discount_minor, given, tax_minor, tax_mode, total_minor)
      FROM (SELECT *, CASE discounts WHEN '[]' THEN 0 ELSE (
                        SELECT coalesce(sum(amount::numeric), 0)
                        FROM jsonb_path_query(discounts, '$[*].amountMinor ? (@.type() == "number")') AS amount) END AS given
            FROM order_line) AS line
      WHERE discount_minor <> given
         OR total_minor IS DISTINCT FROM quantity * unit_price_minor - discount_minor
                                         + CASE tax_mode WHEN 'ADDED' THEN tax_minor WHEN 'INCLUDED' THEN 0 END)sql"},
    Check{"O14", "order", "the tax of a line is what its rate makes of its price, rounded half up once",
          R"sql(
      SELECT id::text, format('%s ppm %s of %s: %s', tax_rate_ppm, tax_mode, net, tax_minor)
      FROM (SELECT *, quantity * unit_price_minor - discount_minor AS net,
                   1000000::numeric + CASE tax_mode WHEN 'INCLUDED' THEN tax_rate_ppm ELSE 0 END AS whole
            FROM order_line WHERE tax_rate_ppm <> 0 OR tax_minor <> 0) AS taxed
      WHERE tax_minor <> div(2 * net * tax_rate_ppm::numeric + whole, 2 * whole))sql"},
    Check{"O15", "order",
          "units are shipped with their part and cancelled with it, and none of a part that waits or failed",
          R"sql(
      SELECT l.id::text, format('of %s units %s are cancelled, %s shipped, %s returned; part %s is %s', l.quantity, l.cancelled,
                                l.shipped, l.returned, s.id, s.state)
      FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id
      WHERE l.cancelled < 0 OR l.returned < 0 OR l.returned > l.shipped OR l.cancelled + l.shipped > l.quantity
         OR CASE WHEN s.state IN ('PENDING_PAYMENT', 'FAILED') THEN l.cancelled + l.shipped > 0
                 WHEN s.state IN ('PLACED', 'ACCEPTED') THEN l.shipped > 0
                 WHEN s.state IN ('CANCELLED', 'REJECTED') THEN l.cancelled < l.quantity
                 WHEN s.state IN ('SHIPPED', 'DELIVERED', 'COMPLETED') THEN l.cancelled + l.shipped < l.quantity END)sql"},
    Check{"O16", "order", "what went back of an order went back of its parts", R"sql(
      SELECT id::text, format('%s went back, %s of its parts', coalesce(o.refunded_minor, 0), coalesce(s.refunded_minor, 0))
      FROM (SELECT id, refunded_minor FROM orders WHERE refunded_minor <> 0) AS o
      FULL JOIN (SELECT order_id AS id, sum(refunded_minor) AS refunded_minor FROM seller_order
                 WHERE refunded_minor <> 0 GROUP BY order_id) AS s USING (id)
      WHERE o.refunded_minor IS DISTINCT FROM s.refunded_minor)sql"},
    Check{"O17", "order", "an order that was undone has failed of what it was undone for", R"sql(
      SELECT o.id::text, format('undone for %s, failed of "%s"', c.undo_reason, o.failure_reason)
      FROM checkout c JOIN orders o ON o.id = c.order_id
      WHERE c.step = 'DONE' AND c.undo_reason <> '' AND c.undo_reason <> o.failure_reason)sql"},
    // A kept answer begins with what it is: \x0a a response, \x12 a refusal (options/v1/kept_answer.proto).
    // A decline is no last word, since another payment may follow (contract, States).
    Check{"O18", "order", "the answer that is kept for a purchase is what became of its order", R"sql(
      SELECT coalesce(o.id, k.operation_id)::text,
             format('key %s of %s keeps %s; the order %s', k.key, k.principal,
                    CASE WHEN k.bought THEN 'an order' ELSE 'a refusal' END,
                    CASE WHEN o.id IS NULL THEN 'is missing' WHEN o.waits THEN 'waits for its payment'
                         WHEN o.failed THEN 'failed of ' || o.failure_reason ELSE 'was placed by ' || o.buyer_id END)
      FROM (SELECT *, substring(answer FROM 1 FOR 1) = '\x0a' AS bought FROM idempotency_key
            WHERE answer IS NOT NULL AND method = '/marketplace.order.v1.OrderService/PlaceOrder') AS k
      LEFT JOIN (SELECT *, EXISTS (SELECT FROM seller_order s WHERE s.order_id = orders.id AND s.state = 'PENDING_PAYMENT') AS waits
                 FROM orders) AS o ON o.operation_id = k.operation_id
      WHERE CASE WHEN k.bought THEN o.id IS NULL OR o.failed OR o.waits OR o.buyer_id::text <> k.principal
                                    OR position(convert_to(o.id::text, 'UTF8') IN k.answer) = 0
                 ELSE NOT o.failed AND position('PAYMENT_DECLINED' IN k.answer) = 0
                          AND position('UNKNOWN_PAYMENT_METHOD' IN k.answer) = 0 END)sql"},
    Check{"O19", "order", "a move whose answer is kept is told in the history", R"sql(
      SELECT k.operation_id::text, format('key %s of %s keeps an answer to %s, and no part was moved', k.key, k.principal,
                                          split_part(k.method, '/', 3))
      FROM idempotency_key k
      WHERE split_part(k.method, '/', 3) IN ('AcceptSellerOrder', 'RejectSellerOrder', 'CancelBySeller', 'ShipSellerOrder',
                                             'DeliverSellerOrder', 'ConfirmReceipt', 'CreateParcel', 'DeliverParcel',
                                             'ChangeShippingAddress', 'RequestReturn', 'ApproveReturn',
                                              'RejectReturn', 'ShipReturn', 'ReceiveReturn', 'CloseReturn')
        AND substring(k.answer FROM 1 FOR 1) = '\x0a'
        AND NOT EXISTS (SELECT FROM order_event e WHERE e.operation_id = k.operation_id)
        AND NOT EXISTS (SELECT FROM order_return_step p WHERE p.operation_id = k.operation_id))sql"},
    Check{"O20", "order", "payment and stock are told only of orders that were placed", R"sql(
      SELECT m.id::text, format('%s %s: the order %s', m.topic, m.key,
                                CASE WHEN o.id IS NULL THEN 'does not exist' WHEN o.failed THEN 'failed of ' || o.failure_reason
                                     ELSE 'waits for its payment' END)
      FROM (SELECT *, split_part(key, '/', 1) AS about FROM outbox WHERE topic IN ('order.payment', 'order.stock')) AS m
      LEFT JOIN orders o ON o.id = CASE WHEN m.about ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN m.about::uuid END
      WHERE o.id IS NULL OR o.failed
         OR EXISTS (SELECT FROM seller_order s WHERE s.order_id = o.id AND s.state = 'PENDING_PAYMENT'))sql"},
    Check{"O21", "order", "who moves a part is who may", kWhoMovesParts},
    Check{"E1", "order", "no event is ahead of the order that it is about", R"sql(
      SELECT e.aggregate, format('%s tells of version %s, it has %s', e.type, e.aggregate_version,
                                 coalesce(about.version::text, 'none'))
      FROM event e LEFT JOIN (SELECT 'order/' || id AS aggregate, version FROM orders UNION ALL
                              SELECT 'seller_order/' || id, version FROM seller_order UNION ALL
                              SELECT 'return/' || id, version FROM order_return) AS about USING (aggregate)
      WHERE split_part(e.aggregate, '/', 1) IN ('order', 'seller_order', 'return')
        AND (about.version IS NULL OR about.version < e.aggregate_version))sql"},
    Check{"O22", "order", "which units of a line were cancelled is told in its part's history", R"sql(
      SELECT l.id::text, format('%s are cancelled, told of %s', l.cancelled, coalesce(told.quantity, 0))
      FROM order_line l LEFT JOIN (
        SELECT e.seller_order_id, units.line, sum(units.quantity) AS quantity
        FROM order_event e CROSS JOIN unnest(e.lines, e.quantities) AS units (line, quantity)
        GROUP BY e.seller_order_id, units.line) AS told ON told.line = l.id AND told.seller_order_id = l.seller_order_id
      WHERE l.cancelled <> coalesce(told.quantity, 0))sql"},
    Check{"X17", "order", "a delivery costs its price, less its discounts, plus a tax that is added to it",
          kDeliveryAdds},
    Check{"X18", "order",
          "what is taxed is taxed as its rate on record says, and a delivery's tax is rounded half up once",
          kTaxesAreOfTheirRates},
    Check{"X23", "order", "what of a line is returned came with its closed returns", kReturnedAsClosed},
    Check{"X24", "order",
          "no more of a line comes back than was shipped, and a closed return gives back what its units cost",
          kReturnsAreOfWhatWasSent},
    Check{"X25", "order", "the documents of a shop are numbered without a gap", kInvoicesAreNumbered},
    Check{"X26", "order", "an invoice and its credit notes bill what their part costs",
          kInvoicesAreOfTheirParts},
    Check{"D1", "order", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},

    // Stock
    Check{"S1", "product", "what is reserved is what reservations hold", R"sql(
      SELECT s.id::text, format('offer %s at %s/%s: reserved %s, reservations %s', s.offer_id, s.location, s.shard,
                                s.reserved, coalesce(sum(r.held + r.committed), 0))
      FROM stock s LEFT JOIN reservation r ON r.stock_id = s.id
      GROUP BY s.id HAVING s.reserved <> coalesce(sum(r.held + r.committed), 0))sql"},
    Check{"S2", "product", "what is on hand is what its movements sum to", R"sql(
      SELECT s.id::text, format('offer %s at %s/%s: on hand %s, movements %s', s.offer_id, s.location, s.shard,
                                s.on_hand, coalesce(sum(m.on_hand), 0))
      FROM stock s LEFT JOIN stock_movement m ON m.stock_id = s.id
      GROUP BY s.id HAVING s.on_hand <> coalesce(sum(m.on_hand), 0))sql"},
    Check{"S3", "product", "no more is reserved than there is", R"sql(
      SELECT id::text, format('offer %s: on hand %s, reserved %s', offer_id, on_hand, reserved)
      FROM stock WHERE reserved < 0 OR reserved > on_hand)sql"},
    Check{"S4", "product",
          "what takes units takes them from a stock row of its offer, a line always from the same",
          R"sql(
      SELECT r.order_id || '/' || r.line_id,
             format('of offer %s, from stock %s of offer %s', r.offer_id, r.stock_id, coalesce(s.offer_id::text, 'none'))
      FROM reservation r LEFT JOIN stock s ON s.id = r.stock_id WHERE s.offer_id IS DISTINCT FROM r.offer_id
      UNION ALL
      SELECT m.id::text, format('%s %s of offer %s, from stock %s of offer %s', m.kind, m.cause_id, m.offer_id, m.stock_id,
                                coalesce(s.offer_id::text, 'none'))
      FROM stock_movement m LEFT JOIN stock s ON s.id = m.stock_id WHERE s.offer_id IS DISTINCT FROM m.offer_id
      UNION ALL
      SELECT m.id::text, format('%s %s of line %s, from stock %s; the line is from %s', m.kind, m.cause_id, m.line_id, m.stock_id,
                                r.stock_id)
      FROM stock_movement m JOIN reservation r ON r.order_id = m.order_id AND r.line_id = m.line_id
      WHERE r.stock_id <> m.stock_id)sql"},
    Check{"S5", "product", "an order that has lines has asked for them", R"sql(
      SELECT DISTINCT r.order_id::text, 'it is not on record, and could reserve again' FROM reservation r
      WHERE NOT EXISTS (SELECT FROM reservation_order o WHERE o.order_id = r.order_id))sql"},
    Check{"S6", "product", "every offer has a stock row", R"sql(
      SELECT o.id::text, 'no stock row' FROM offer o
      WHERE NOT EXISTS (SELECT 1 FROM stock s WHERE s.offer_id = o.id))sql"},
    Check{"S7", "product", "what a line has given back, shipped and got back is what its movements sum to",
          R"sql(
      SELECT order_id || '/' || line_id,
             format('offer %s: released %s, movements %s; consumed %s, movements %s; restocked %s, movements %s',
                    coalesce(r.offer_id::text, 'none'), r.released, m.released, r.consumed, m.consumed, r.restocked, m.restocked)
      FROM reservation r FULL JOIN (
        SELECT order_id, line_id, coalesce(-sum(reserved) FILTER (WHERE kind = 'RELEASE'), 0) AS released,
               coalesce(-sum(on_hand) FILTER (WHERE kind = 'SHIPMENT'), 0) AS consumed,
               coalesce(sum(on_hand) FILTER (WHERE kind = 'RETURN'), 0) AS restocked
        FROM stock_movement WHERE line_id IS NOT NULL GROUP BY order_id, line_id) AS m USING (order_id, line_id)
      WHERE r.released IS DISTINCT FROM coalesce(m.released, 0)
         OR r.consumed IS DISTINCT FROM coalesce(m.consumed, 0)
         OR r.restocked IS DISTINCT FROM coalesce(m.restocked, 0))sql"},
    Check{"S8", "product", "a line's units are held, committed, released or consumed, each once", R"sql(
      SELECT order_id || '/' || line_id, format('quantity %s: held %s, committed %s, released %s, consumed %s', quantity,
                                                held, committed, released, consumed)
      FROM reservation WHERE held + committed + released + consumed <> quantity
                          OR least(held, committed, released, consumed, restocked) < 0 OR restocked > consumed)sql"},
    Check{"S9", "product", "a cause moves the units of a line once", R"sql(
      SELECT cause_id::text, format('%s movements at stock %s for line %s', count(*), stock_id, coalesce(line_id::text, 'none'))
      FROM stock_movement GROUP BY cause_id, stock_id, line_id HAVING count(*) > 1)sql"},
    Check{"S10", "product", "the first units of an offer came with it, and nothing else did", R"sql(
      SELECT id::text, format('%s of offer %s, caused by %s', kind, offer_id, cause_id)
      FROM stock_movement WHERE (kind = 'INITIAL') <> (cause_id = offer_id))sql"},
    // The first byte: as in O18.
    Check{"S11", "product", "an adjustment whose answer is kept was made", R"sql(
      SELECT k.operation_id::text, format('key %s of %s keeps an answer, and no stock was moved', k.key, k.principal)
      FROM idempotency_key k
      WHERE k.method = '/marketplace.product.v1.ProductService/AdjustStock' AND substring(k.answer FROM 1 FOR 1) = '\x0a'
        AND NOT EXISTS (SELECT FROM stock_movement m WHERE m.cause_id = k.operation_id AND m.kind = 'ADJUSTMENT'))sql"},
    Check{"S12", "product", "what a product and a shop are rated by is what their published reviews sum to",
          R"sql(
      SELECT p.id::text, format('product rated %s in %s reviews, reviews %s in %s', p.rating_sum, p.rating_count,
                                coalesce(r.sum, 0), coalesce(r.count, 0))
      FROM product p LEFT JOIN (SELECT product_id, sum(rating) AS sum, count(*) AS count FROM review
                                WHERE state = 'PUBLISHED' GROUP BY product_id) AS r ON r.product_id = p.id
      WHERE (p.rating_sum, p.rating_count) IS DISTINCT FROM (coalesce(r.sum, 0), coalesce(r.count, 0))
      UNION ALL
      SELECT seller_id::text, format('shop rated %s in %s reviews, reviews %s in %s', s.rating_sum, s.rating_count,
                                     coalesce(r.sum, 0), coalesce(r.count, 0))
      FROM seller_rating s FULL JOIN (SELECT seller_id, sum(rating) AS sum, count(*) AS count FROM review
                                      WHERE state = 'PUBLISHED' GROUP BY seller_id) AS r USING (seller_id)
      WHERE (coalesce(s.rating_sum, 0), coalesce(s.rating_count, 0)) IS DISTINCT FROM (coalesce(r.sum, 0), coalesce(r.count, 0)))sql"},
    Check{"S13", "product", "of an offer at its threshold its shop was told, or somebody is to look at it",
          R"sql(
      SELECT o.id::text, format('%s can be bought, the threshold is %s', s.units, s.low_at)
      FROM offer o JOIN (SELECT offer_id, sum(on_hand - reserved) AS units, max(low_at) AS low_at, bool_or(is_low) AS told
                         FROM stock GROUP BY offer_id) s ON s.offer_id = o.id
      WHERE o.state = 'ACTIVE' AND s.units <= s.low_at AND NOT s.told
        AND NOT EXISTS (SELECT FROM low_stock_look l WHERE l.offer_id = o.id))sql"},
    // What applies when is worked out again from what the shop has said.
    Check{"S14", "product",
          "an offer has one price at a time in a currency: as its shop says from when it said so, and before "
          "that "
          "as history has it",
          kPricesAsSaid},

    // Money
    Check{"M1", "payment", "every entry of the ledger sums to zero", kEntriesBalance},
    Check{"M2", "payment", "every entry has at least two postings, and a posting its entry",
          kEntriesAreWhole},
    Check{"M3", "payment", "refunded <= captured <= authorised", R"sql(
      SELECT id::text, format('authorised %s, captured %s, refunded %s', authorized_minor, captured_minor, refunded_minor)
      FROM payment WHERE NOT (0 <= refunded_minor AND refunded_minor <= captured_minor
                              AND captured_minor <= authorized_minor AND authorized_minor <= amount_minor))sql"},
    Check{"M4", "payment", "a payment is split without remainder", R"sql(
      SELECT p.id::text, format('amount %s, splits %s', p.amount_minor, coalesce(sum(s.amount_minor), 0))
      FROM payment p LEFT JOIN payment_split s ON s.payment_id = p.id
      GROUP BY p.id HAVING p.amount_minor <> coalesce(sum(s.amount_minor), 0))sql"},
    Check{"M5", "payment", "what goes back of a part is at most its split", R"sql(
      SELECT r.id::text, format('payment %s gives back %s for part %s, %s in all, its split is %s', r.payment_id, r.amount_minor,
                                r.seller_order_id, given.amount, coalesce(s.amount_minor::text, 'missing'))
      FROM refund r
      LEFT JOIN payment_split s ON s.payment_id = r.payment_id AND s.seller_order_id = r.seller_order_id
      CROSS JOIN LATERAL (
        SELECT sum(amount_minor) AS amount FROM refund o
        WHERE o.payment_id = r.payment_id AND o.seller_order_id = r.seller_order_id AND o.state <> 'FAILED') AS given
      WHERE s.payment_id IS NULL OR given.amount > s.amount_minor)sql"},
    Check{"M6", "payment", "what was refunded is what refunds sum to", R"sql(
      SELECT p.id::text, format('refunded %s, refunds %s', p.refunded_minor, coalesce(sum(r.amount_minor), 0))
      FROM payment p LEFT JOIN refund r ON r.payment_id = p.id AND r.state = 'SUCCEEDED'
      GROUP BY p.id HAVING p.refunded_minor <> coalesce(sum(r.amount_minor), 0))sql"},
    Check{"M7", "payment",
          "the provider is about to be asked about a pending attempt or a hold that may turn up, and about "
          "nothing else",
          R"sql(
      SELECT p.id::text, format('pending: %s %s since %s; undone %s; due %s', coalesce(a.operation::text, 'nothing'), a.number,
                                a.created_at, coalesce(p.undone_at::text, 'never'), coalesce(p.next_run_at::text, 'never'))
      FROM payment p LEFT JOIN payment_attempt a ON a.payment_id = p.id AND a.state = 'PENDING'
      WHERE (p.next_run_at IS NULL
             AND (a.payment_id IS NOT NULL OR p.undone_at > market_now() - interval '55 minutes'))
         OR (p.next_run_at IS NOT NULL AND a.payment_id IS NULL AND p.undone_at IS NULL)
         OR p.next_run_at < market_now() - interval '60 seconds'
         OR p.next_run_at > market_now() + interval '15 minutes')sql"},
    Check{"M8", "payment", "a payment is where its attempts brought it", R"sql(
      SELECT p.id::text, format('%s "%s", authorised %s and captured %s of %s, authorisation "%s"; its attempts: %s', p.state,
                                p.failure_code, p.authorized_minor, p.captured_minor, p.amount_minor, p.authorization_id,
                                coalesce(done.reached, 'none succeeded'))
      FROM payment p CROSS JOIN LATERAL (
        SELECT CASE WHEN bool_or(operation = 'VOID') THEN 'VOIDED'
                    WHEN bool_or(operation = 'CAPTURE') THEN 'CAPTURED'
                    WHEN bool_or(operation = 'AUTHORIZE') THEN 'AUTHORIZED' END AS reached,
               greatest(count(*) FILTER (WHERE operation = 'VOID'), count(*) FILTER (WHERE operation = 'CAPTURE'),
                        count(*) FILTER (WHERE operation = 'AUTHORIZE')) AS times
        FROM payment_attempt a WHERE a.payment_id = p.id AND a.state = 'SUCCEEDED') AS done
      WHERE (p.state::text <> done.reached AND (p.state, done.reached) <> ('CAPTURE_FAILED', 'AUTHORIZED'))
         OR (done.reached IS NULL AND p.amount_minor > 0 AND p.state IN ('AUTHORIZED', 'CAPTURED', 'CAPTURE_FAILED'))
         OR done.times > 1
         OR (p.authorization_id = '' AND (done.reached IS NOT NULL OR p.state = 'REQUIRES_ACTION'))
         OR (p.authorization_id <> '' AND done.reached IS NULL AND p.state NOT IN ('REQUIRES_ACTION', 'DECLINED'))
         OR p.captured_minor <> CASE p.state WHEN 'CAPTURED' THEN p.amount_minor ELSE 0 END
         OR p.authorized_minor <> CASE WHEN p.state IN ('AUTHORIZED', 'CAPTURED', 'CAPTURE_FAILED')
                                       THEN p.amount_minor ELSE 0 END
         OR (p.state = 'CAPTURE_FAILED' AND p.failure_code = ''))sql"},
    Check{"M9", "payment", "a refund is where its last attempt brought it", R"sql(
      SELECT coalesce(r.id, last.refund_id)::text,
             format('refund of %s of payment %s is %s, its last attempt %s', r.amount_minor, coalesce(r.payment_id, last.payment_id),
                    coalesce(r.state::text, 'missing'), coalesce(last.state::text, 'missing'))
      FROM refund r FULL JOIN (
        SELECT DISTINCT ON (refund_id) refund_id, payment_id, state FROM payment_attempt
        WHERE operation = 'REFUND' ORDER BY refund_id, number DESC) AS last ON last.refund_id = r.id
      WHERE r.id IS NULL OR r.payment_id <> last.payment_id
         OR CASE WHEN r.amount_minor = 0 THEN r.state <> 'SUCCEEDED' OR last.state IS NOT NULL
                 ELSE last.state IS NULL OR (r.state = 'SUCCEEDED') <> (last.state = 'SUCCEEDED')
                      OR (r.state = 'FAILED' AND last.state <> 'FAILED') END)sql"},
    Check{"M10", "payment",
          "an entry of the ledger about a payment is in its currency, about that payment, a refund or a sale "
          "of it",
          kEntriesAreOfTheirPayments},
    Check{"M11", "payment",
          "an order's payments are numbered without a gap, and only the last may be charged", R"sql(
      SELECT id::text, format('number %s of order %s is %s; the next is %s', number, order_id, state, coalesce(next::text, 'none'))
      FROM (SELECT id, order_id, number, state, lag(number, 1, 0) OVER mine AS before, lead(number) OVER mine AS next
            FROM payment WINDOW mine AS (PARTITION BY order_id ORDER BY number)) AS p
      WHERE number <> before + 1 OR (next IS NOT NULL AND state NOT IN ('DECLINED', 'VOIDED')))sql"},
    Check{"M12", "payment", "a payment without a buyer is one that was undone before it was known", R"sql(
      SELECT id::text, format('%s of order %s, undone %s', state, order_id, coalesce(undone_at::text, 'never'))
      FROM payment WHERE (buyer_id IS NULL OR currency IS NULL)
        AND (state <> 'VOIDED' OR undone_at IS NULL OR buyer_id IS NOT NULL OR currency IS NOT NULL))sql"},
    Check{"M13", "payment", "sellers own the accounts of sellers, and the marketplace its own",
          kAccountsHaveTheirOwners},
    Check{"M14", "payment",
          "a capture moves money from the provider into escrow, a refund takes it back, and what is settled "
          "moves it from there",
          kMoneyMovesItsWays},
    Check{"M15", "payment", "only what was captured is given back", R"sql(
      SELECT r.id::text, format('%s of payment %s, which is %s', r.amount_minor, r.payment_id, coalesce(p.state::text, 'missing'))
      FROM refund r LEFT JOIN payment p ON p.id = r.payment_id WHERE p.state IS DISTINCT FROM 'CAPTURED')sql"},
    // domain::ProviderKey, said a second time: the first half of a SHA-256 as a UUID of version 8.
    // Providers forget a key after a day.
    Check{"M16", "payment", "an attempt has the key under which the provider knows it, while it knows it",
          R"sql(
      SELECT payment_id::text, format('%s %s has the key %s', operation, number, provider_key)
      FROM (
        SELECT a.*, sha256(convert_to(
                 format('order %s payment %s %s %s%s', p.order_id, p.number, a.operation, a.refund_id || ' ',
                        CASE WHEN a.refund_id IS NULL THEN a.number ELSE (
                          SELECT count(*) FROM payment_attempt o WHERE o.payment_id = a.payment_id
                          AND o.refund_id = a.refund_id AND o.number <= a.number) END), 'UTF8')) AS name
        FROM payment_attempt a JOIN payment p ON p.id = a.payment_id
        WHERE a.created_at > market_now() - interval '24 hours') AS attempt
      WHERE provider_key <> encode(set_byte(set_byte(substring(name FROM 1 FOR 16), 6, get_byte(name, 6) & 15 | 128),
                                            8, get_byte(name, 8) & 63 | 128), 'hex')::uuid)sql"},
    // The hold of an undone payment may have been found under a later number.
    Check{"M17", "payment", "attempts are numbered without a gap", R"sql(
      SELECT p.id::text, format('%s attempts of %s, the last has number %s', count(*), a.operation, max(a.number))
      FROM payment_attempt a JOIN payment p ON p.id = a.payment_id
      WHERE p.undone_at IS NULL GROUP BY p.id, a.operation HAVING count(*) <> max(a.number))sql"},
    Check{"X35", "payment", "what the provider told is looked into, or waits for an operator", R"sql(
      SELECT e.id::text, format('%s, %s about %s, came at %s', e.event_id, e.type, e.object_id, e.received_at)
      FROM provider_event e LEFT JOIN webhook w ON w.event_id = e.id
      WHERE w.event_id IS NULL OR (w.next_run_at < market_now() - interval '60 seconds' AND w.parked_at IS NULL))sql"},
    Check{"X36", "payment", "no payment is behind what the provider told and was looked into", R"sql(
      SELECT p.id::text, format('%s, and the provider told %s: %s', p.state, e.event_id, e.type)
      FROM webhook w JOIN provider_event e ON e.id = w.event_id JOIN payment p ON p.authorization_id = e.object_id
      WHERE w.next_run_at IS NULL AND e.object_id <> '' AND ((e.type = 'payment_intent.succeeded' AND p.state <> 'CAPTURED')
             OR (e.type = 'payment_intent.canceled' AND p.state NOT IN ('VOIDED', 'CAPTURE_FAILED'))))sql"},
    Check{"E2", "payment", "no event is ahead of the payment that it is about", R"sql(
      SELECT e.aggregate, format('%s tells of version %s, it has %s', e.type, e.aggregate_version,
                                 coalesce(about.version::text, 'none'))
      FROM event e LEFT JOIN (SELECT 'payment/' || id AS aggregate, version FROM payment) AS about USING (aggregate)
      WHERE e.aggregate LIKE 'payment/%' AND (about.version IS NULL OR about.version < e.aggregate_version))sql"},
    Check{"D2", "auth", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},
    Check{"D3", "user", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},
    Check{"D5", "product", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},
    Check{"D4", "payment", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},
    Check{"D6", "notification", "the outbox is empty or young", R"sql(
      SELECT id::text, format('%s %s since %s: %s', topic, key, created_at, last_error)
      FROM outbox WHERE created_at < market_now() - interval '60 seconds')sql"},
    Check{"X19", "order",
          "a coupon is used with as many orders as it counts, which it took what they say off",
          kCouponsAsUsed},
    Check{"X20", "order", "no coupon is used more often than it may be", kCouponsWithinLimits},
    Check{"X21", "order", "what of a line is shipped is in the parcels of its part", kShippedInParcels},
    Check{"X22", "order", "a part is as far as its parcels are", kPartsAsTheirParcels},
    Check{"X28", "payment", "a sale is of what its payment splits for it", kSalesAreOfTheirSplits},
    Check{"X29", "payment", "shops and the marketplace have of a sale what it says", kSalesAreBooked},
    Check{"X30", "payment", "a balance is the sum of its postings", kBalancesArePostings},
    Check{"X31", "payment", "a payout is what its lines come to", kPayoutsAreTheirLines},
    Check{"X32", "payment", "a payout pays what its own shop is due, and nothing is paid twice",
          kLinesAreOwnOnce},
    Check{"X33", "payment", "what is on its way to a shop is what its payouts have taken",
          kOnTheWayIsWhatIsSent},
    Check{"X37", "payment", "what a bank disputes is booked as far as it is decided, and held of its sale",
          kDisputesAreBooked},
    Check{"X38", "payment",
          "a commission rule has one version in force at a time, with the terms it was published with",
          kCommissionRulesStand},
    Check{"X39", "payment", "an adjustment of the ledger resolved a finding, which says what was booked",
          kFindingsAreResolvedOnce},
    Check{"X41", "payment", "commission is billed as the ledger has booked it, in documents without a gap",
          kCommissionIsBilled},
    Check{"X42", "payment", "a fine or goodwill is what an operator has booked, and why", kBookedByHand},

    // Acts
    Check{"R1", "auth", "the chain of acts is whole", kChain},
    Check{"R2", "user", "the chain of acts is whole", kChain},
    Check{"R3", "product", "the chain of acts is whole", kChain},
    Check{"R4", "order", "the chain of acts is whole", kChain},
    Check{"R9", "payment", "the chain of acts is whole", kChain},
    Check{"R11", "notification", "the chain of acts is whole", kChain},
    Check{"R5", "auth", "every act is in the chain", kSealed},
    Check{"R6", "user", "every act is in the chain", kSealed},
    Check{"R7", "product", "every act is in the chain", kSealed},
    Check{"R8", "order", "every act is in the chain", kSealed},
    Check{"R10", "payment", "every act is in the chain", kSealed},
    Check{"R12", "notification", "every act is in the chain", kSealed},

    // People
    Check{"A1", "auth", "a session has at most one live refresh token", R"sql(
      SELECT s.id::text, format('%s live tokens of account %s', count(*), s.account_id)
      FROM refresh_token t JOIN session s ON s.id = t.session_id
      WHERE t.used_at IS NULL GROUP BY s.id HAVING count(*) > 1)sql"},
    Check{"U1", "user", "an account with addresses has exactly one default", R"sql(
      SELECT account_id::text, format('%s of %s are default', count(*) FILTER (WHERE is_default), count(*))
      FROM address GROUP BY account_id HAVING count(*) FILTER (WHERE is_default) <> 1)sql"},
    Check{"U2", "user", "an address book has the size it says", R"sql(
      SELECT b.account_id::text, format('size %s, addresses %s', b.size, count(a.id))
      FROM address_book b LEFT JOIN address a ON a.account_id = b.account_id
      GROUP BY b.account_id HAVING b.size <> count(a.id))sql"},
    Check{"U3", "user", "an account is in as many teams as are counted", R"sql(
      SELECT c.account_id::text, format('counted %s, in the teams of %s', c.sellers, count(m.seller_id))
      FROM membership_count c
      LEFT JOIN seller_member m ON m.account_id = c.account_id AND m.role IS NOT NULL
      GROUP BY c.account_id HAVING c.sellers <> count(m.seller_id))sql"},
    Check{"A2", "auth", "nothing personal is left of an account that was closed", R"sql(
      SELECT a.id::text, 'what is left: ' || rest.what
      FROM account a JOIN (
        SELECT id, 'e-mail or password' FROM account
        WHERE email <> id || '@erased.invalid' OR email_key <> email OR password_hash IS NOT NULL
        UNION SELECT account_id, 'role' FROM account_role
        UNION SELECT account_id, 'session' FROM session WHERE ended_at IS NULL OR (device, address) <> ('', '')
        UNION SELECT account_id, 'mailed token' FROM mailed_token
        UNION SELECT account_id, 'authenticator' FROM authenticator
        UNION SELECT account_id, 'recovery code' FROM recovery_code
        UNION SELECT account_id, 'API key' FROM api_key WHERE revoked_at IS NULL OR name <> 'erased'
        UNION SELECT account_id, 'e-mail for user' FROM erasure WHERE email IS NOT NULL AND pass <> 'FIRST'
      ) AS rest (id, what) ON rest.id = a.id
      WHERE a.state = 'CLOSED')sql"},
    Check{"U4", "user", "a seller that is not closed has an owner", R"sql(
      SELECT id::text, state FROM seller s
      WHERE state <> 'CLOSED' AND NOT EXISTS (SELECT FROM seller_member m WHERE m.seller_id = s.id AND m.role = 'owner'))sql"},
};

}  // namespace

std::span<const Check> Checks() { return kChecks; }

}  // namespace market::invariants
