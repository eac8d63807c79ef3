#include "services/payment/storage/sales.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/events/inbox.hpp"
#include "services/payment/messages.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/sale_rows.hpp"

namespace market::payment::storage {
namespace {

using domain::Sale;
using domain::SaleLine;
using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

// The inbox's name for this service, for ever.
constexpr std::string_view kSubscriber = "payment";

// A refund that was faster than its order's event is counted at once. One that is promised may succeed in a transaction beside this
// one, which finds no sale to mark: it is looked for once that has ended.
// A refund that is being written does not see a sale that is, nor is it seen: one of the two waits for the other here, so
// that either the refund marks the sale as due or the sale begins as due. Refunds write the payment's row before they look for the sale.
constexpr Statement kHoldPayments{"sale.hold_payments", "SELECT FROM payment WHERE order_id = $1 FOR SHARE"};
constexpr Statement kPlace{"sale.place", R"sql(
  WITH placed AS (
    INSERT INTO sale (seller_order_id, order_id, seller_id, number, currency, delivery_minor, delivery_funded_minor,
                      delivery_funded_left_minor, placed_at, trace, next_run_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
            (SELECT market_now() + CASE WHEN bool_or(r.state = 'PENDING') THEN interval '20 seconds' ELSE interval '0' END
             FROM payment p JOIN refund r ON r.payment_id = p.id
             WHERE p.order_id = $2 AND r.seller_order_id = $1 AND r.state <> 'FAILED' HAVING count(*) > 0))
    ON CONFLICT (seller_order_id) DO NOTHING RETURNING seller_order_id)
  INSERT INTO sale_line (seller_order_id, line_id, position, product_id, category_ids, quantity, unit_price_minor, paid_minor,
                         tax_minor, funded_minor, rule_id, rule_version, percentage_ppm, fixed_minor, floor_minor,
                         cap_minor, on_delivery, commission_tax_ppm, funded_left_minor, commission_minor, commission_tax_minor)
  SELECT placed.seller_order_id, id, position, product, categories::uuid[], quantity, price, paid, tax, funded, rule, version,
         percentage, fixed, least, cap, on_delivery <> 0, fee_tax_ppm, funded_left, commission, commission_tax
  FROM placed, unnest($11::uuid[], $12::uuid[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],
                      $18::bigint[], $19::uuid[], $20::integer[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[],
                      $25::integer[], $26::bigint[], $27::bigint[], $28::bigint[], $29::bigint[])
    WITH ORDINALITY AS l (id, product, categories, quantity, price, paid, tax, funded, rule, version, percentage, fixed,
                          least, cap, on_delivery, fee_tax_ppm, funded_left, commission, commission_tax, position))sql"};

constexpr Statement kDelivered{"sale.delivered", R"sql(
  UPDATE sale SET delivered_at = coalesce(delivered_at, $2), next_run_at = market_now(), version = version + 1, failures = 0,
                  parked_at = NULL
  WHERE seller_order_id = $1)sql"};
constexpr Statement kCompleted{"sale.completed", R"sql(
  UPDATE sale SET completed_at = coalesce(completed_at, $2), next_run_at = market_now(), version = version + 1, failures = 0,
                  parked_at = NULL
  WHERE seller_order_id = $1)sql"};

// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Columns kDueSale{Column{"seller_order_id", &DueSale::id}, Column{"version", &DueSale::version},
                           Column{"failures", &DueSale::failures}};
constexpr ComposedStatement kTakeDueSales{"sale.take_due", R"sql(
  UPDATE sale SET version = version + 1, next_run_at = market_now() + $2::interval
  WHERE seller_order_id IN (SELECT seller_order_id FROM sale WHERE next_run_at <= market_now() AND parked_at IS NULL
                            ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDueSale};
constexpr Statement kPutBackSale{"sale.put_back", R"sql(
  UPDATE sale SET version = version + 1, next_run_at = market_now() + $3::interval, failures = $4, last_error = $5,
                  parked_at = CASE WHEN $6 THEN market_now() END
  WHERE seller_order_id = $1 AND version = $2)sql"};
struct ParkedSales {
  std::int64_t count = 0;
};
constexpr Columns kParkedSales{Column{"count(*)", &ParkedSales::count}};
constexpr ComposedStatement kCountParkedSales{
    "sale.count_parked",
    "SELECT " + kParkedSales + " FROM sale WHERE next_run_at IS NOT NULL AND parked_at IS NOT NULL"};

constexpr Columns kHeldSale{Inside{&HeldSale::sale, kSale}, Column{"market_now()", &HeldSale::now}};
constexpr ComposedStatement kHoldSale{
    "sale.hold", "SELECT " + kHeldSale + " FROM sale s WHERE s.seller_order_id = $1 FOR UPDATE OF s"};
constexpr ComposedStatement kLinesOfSale{
    "sale.lines",
    "SELECT " + kSaleLine + " FROM sale_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};
// The order's payment, as far as it was captured.
struct PaidPart {
  domain::PaymentId payment;
  std::int64_t minor = 0;
};
constexpr Columns kPaidPart{Column{"p.id", &PaidPart::payment}, Column{"t.amount_minor", &PaidPart::minor}};
constexpr ComposedStatement kPaidForSale{"sale.paid", "SELECT " + kPaidPart + R"sql(
  FROM sale s JOIN payment p ON p.order_id = s.order_id
  JOIN payment_split t ON t.payment_id = p.id AND t.seller_order_id = s.seller_order_id
  WHERE s.seller_order_id = $1 AND p.state = 'CAPTURED' ORDER BY p.number DESC LIMIT 1)sql"};
constexpr Columns kSaleRefund{
    Column{"r.id", &domain::SaleRefund::id}, Column{"r.amount_minor", &domain::SaleRefund::amount_minor},
    Column{"r.lines", &domain::SaleRefund::lines, &domain::RefundedLine::line},
    Column{"r.line_units", &domain::SaleRefund::lines, &domain::RefundedLine::quantity},
    Column{"r.line_amounts", &domain::SaleRefund::lines, &domain::RefundedLine::amount_minor}};
constexpr ComposedStatement kFreshRefunds{"sale.refunds", "SELECT " + kSaleRefund + R"sql(
  FROM sale s JOIN payment p ON p.order_id = s.order_id
  JOIN refund r ON r.payment_id = p.id AND r.seller_order_id = s.seller_order_id
  WHERE s.seller_order_id = $1 AND r.state = 'SUCCEEDED' AND NOT EXISTS (SELECT FROM sale_refund c WHERE c.refund_id = r.id)
  ORDER BY r.updated_at, r.id)sql"};

constexpr Statement kWriteSale{"sale.write", R"sql(
  UPDATE sale SET state = $2, reserve_minor = $3, reserve_until = $4, earned_at = $5, released_at = $6,
                  delivery_refunded_minor = $7, delivery_funded_left_minor = $8, next_run_at = $9, disputes = $10, version = version + 1,
                  failures = 0, last_error = '', parked_at = NULL, updated_at = market_now()
  WHERE seller_order_id = $1)sql"};
constexpr Statement kWriteSaleLines{"sale.write_lines", R"sql(
  UPDATE sale_line l SET refunded_minor = n.refunded, gone = n.gone, funded_left_minor = n.funded_left,
                         commission_minor = n.commission, commission_tax_minor = n.tax
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS n (id, refunded, gone, funded_left, commission, tax)
  WHERE l.line_id = n.id)sql"};
constexpr Statement kCountRefunds{"sale.count_refunds", R"sql(
  INSERT INTO sale_refund (refund_id, seller_order_id) SELECT refund, $1 FROM unnest($2::uuid[]) AS refund)sql"};

constexpr ComposedStatement kListSales{"sale.list", "SELECT " + kSale + R"sql(
  FROM sale s WHERE s.seller_id = $4 AND ($5::sale_state IS NULL OR s.state = $5)
    AND s.seller_order_id >= coalesce(first_id_at($1::timestamptz - interval '1 day'), '00000000-0000-0000-0000-000000000000')
    AND s.seller_order_id < coalesce(first_id_at($2::timestamptz + interval '1 minute'), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    AND s.seller_order_id < coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    AND ($1::timestamptz IS NULL OR s.placed_at >= $1) AND ($2::timestamptz IS NULL OR s.placed_at < $2)
  ORDER BY s.seller_order_id DESC LIMIT $6)sql"};
constexpr ComposedStatement kLinesOfSales{
    "sale.lines_of_many",
    "SELECT " + kSaleLine +
        " FROM sale_line l WHERE l.seller_order_id = ANY($1) ORDER BY l.seller_order_id, l.position"};

// '{…,…}': as a column of arrays of different lengths can be sent.
std::string ArrayText(const std::vector<domain::CategoryId>& ids) {
  std::string text = "{";
  for (const auto& id : ids) text.append(text.size() > 1 ? "," : "").append(id.ToString());
  return text + '}';
}

struct SaleLineColumns {
  explicit SaleLineColumns(const Sale& sale) {
    for (const auto& line : sale.lines) {
      ids.push_back(line.id);
      products.push_back(line.product);
      categories.push_back(ArrayText(line.categories));
      quantities.push_back(line.quantity);
      prices.push_back(line.unit_price_minor);
      paid.push_back(line.paid_minor);
      taxes.push_back(line.tax_minor);
      funded.push_back(line.funded_minor);
      refunded.push_back(line.refunded_minor);
      gone.push_back(line.gone);
      funded_left.push_back(line.funded_left_minor);
      commissions.push_back(line.fee.commission_minor);
      commission_taxes.push_back(line.fee.tax_minor);
      Add(line.terms);
    }
  }
  void Add(const std::optional<domain::CommissionTerms>& sold_under) {
    const auto terms = sold_under.value_or(domain::CommissionTerms());
    rules.push_back(sold_under ? std::optional(terms.rule) : std::nullopt);
    versions.push_back(sold_under ? std::optional(terms.version) : std::nullopt);
    percentages.push_back(terms.percentage_ppm);
    fixed.push_back(terms.fixed_minor);
    floors.push_back(terms.floor_minor);
    caps.push_back(terms.cap_minor);
    on_delivery.push_back(terms.on_delivery ? 1 : 0);
    fee_taxes.push_back(terms.tax_ppm);
  }
  std::vector<domain::LineId> ids;
  std::vector<domain::ProductId> products;
  std::vector<std::string> categories;
  std::vector<std::int64_t> quantities, prices, paid, taxes, funded, refunded, gone, funded_left;
  std::vector<std::int64_t> commissions, commission_taxes, percentages, fixed, floors, fee_taxes;
  std::vector<std::optional<domain::CommissionRuleId>> rules;
  std::vector<std::optional<int>> versions;
  std::vector<std::optional<std::int64_t>> caps;
  std::vector<int> on_delivery;
};

// What bills are made of, with the time of its entry; the month begins to be one that is to be billed.
constexpr Statement kChargeCommission{"sale.charge_commission", R"sql(
  WITH entry AS (SELECT id, created_at FROM ledger_entry WHERE id = $1),
  month AS (
    INSERT INTO commission_month (seller_id, currency, month)
    SELECT $2, $3, to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM entry
    ON CONFLICT (seller_id, currency, month) DO NOTHING)
  INSERT INTO commission_charge (entry_id, rate_ppm, seller_id, currency, net_minor, tax_minor, booked_at)
  SELECT entry.id, f.rate, $2, $3, f.net, f.tax, entry.created_at
  FROM entry, unnest($4::bigint[], $5::bigint[], $6::bigint[]) AS f (rate, net, tax))sql"};

std::vector<SaleLine> LinesFrom(const postgres::Result& rows) {
  std::vector<SaleLine> lines;
  for (auto& row : kSaleLine.ReadAll(rows)) lines.push_back(std::move(row).Whole());
  return lines;
}

// Whose money it is that is shared out.
domain::PaymentId RequirePaid(const Sale& sale, const std::optional<PaidPart>& paid) {
  if (!paid) throw Unavailable("the payment for sale " + sale.id.ToString() + " is not known to be captured");
  if (paid->minor != sale.Paid()) {
    throw std::logic_error("sale " + sale.id.ToString() +
                           " was sold for something else than was paid for it");
  }
  return paid->payment;
}

void AppendLines(Batch& batch, const Sale& sale) {
  const SaleLineColumns lines(sale);
  batch.Add(kWriteSaleLines, lines.ids, lines.refunded, lines.gone, lines.funded_left, lines.commissions,
            lines.commission_taxes);
}

void AppendRow(Batch& batch, const Sale& sale, std::optional<Time> next) {
  batch.Add(kWriteSale, sale.id, sale.state, sale.reserve_minor, sale.reserve_until, sale.earned_at,
            sale.released_at, sale.delivery.refunded_minor, sale.delivery.funded_left_minor, next,
            sale.disputes);
}

void AppendSettled(Batch& batch, const Work& work, const domain::Settled& settled,
                   std::span<const domain::SaleRefund> fresh, std::optional<domain::PaymentId> payment) {
  const auto& sale = settled.sale;
  AppendRow(batch, sale, settled.next);
  if (!fresh.empty()) {
    AppendLines(batch, sale);
    std::vector<domain::RefundId> refunds;
    for (const auto& refund : fresh) refunds.push_back(refund.id);
    batch.Add(kCountRefunds, sale.id, refunds);
  }
  std::vector<events::NewEvent> told;
  for (const auto& move : settled.moves) {
    if (const auto entry = domain::EntryOf(sale, move))
      AppendCharge(batch, sale, move, AppendEntry(batch, *entry, sale.currency, payment));
    told.push_back(SaleEvent(sale, move, sale.version + 1));
  }
  if (!told.empty()) events::Append(batch, work, told);
}

Task<> Mark(postgres::Database& database, Work work, const events::Event& event, const Statement& statement,
            domain::SellerOrderId id, Time at) {
  const auto mark = [&](postgres::Tx& tx) -> Task<> {
    if (!co_await events::IsNew(tx, kSubscriber, event)) co_return;
    const auto marked = co_await tx.Execute(statement, id, at);
    if (marked.AffectedRows() != 1) throw Unavailable("sale " + id.ToString() + " is not known yet");
  };
  co_await database.Transaction(work, mark);
}

}  // namespace

void AppendCharge(Batch& batch, const Sale& sale, const domain::SaleMove& move, const EntryId& entry) {
  if (move.fees.empty()) return;
  std::vector<std::int64_t> rates, nets, taxes;
  for (const auto& [rate, fee] : move.fees) {
    rates.push_back(rate);
    nets.push_back(fee.commission_minor);
    taxes.push_back(fee.tax_minor);
  }
  batch.Add(kChargeCommission, entry, sale.seller, sale.currency, rates, nets, taxes);
}

Task<std::optional<HeldSale>> HoldSale(postgres::Tx& tx, domain::SellerOrderId id) {
  Batch read("sale.hold");
  read.Add(kHoldSale, id).Add(kLinesOfSale, id);
  const auto found = co_await tx.Execute(std::move(read));
  auto held = kHeldSale.ReadAtMostOne(found[0]);
  if (held) held->sale.lines = LinesFrom(found[1]);
  co_return held;
}

void AppendSale(Batch& batch, const HeldSale& held) {
  AppendRow(batch, held.sale, held.now);
  AppendLines(batch, held.sale);
}

Task<> Sales::Place(Work work, const events::Event& event, const Sale& sale) {
  const SaleLineColumns l(sale);
  const auto place = [&](postgres::Tx& tx) -> Task<> {
    if (!co_await events::IsNew(tx, kSubscriber, event)) co_return;
    Batch batch("sale.place");
    batch.Add(kHoldPayments, sale.order);
    batch.Add(kPlace, sale.id, sale.order, sale.seller, sale.number, sale.currency, sale.delivery.paid_minor,
              sale.delivery.funded_minor, sale.delivery.funded_left_minor, sale.placed_at, sale.trace, l.ids,
              l.products, l.categories, l.quantities, l.prices, l.paid, l.taxes, l.funded, l.rules,
              l.versions, l.percentages, l.fixed, l.floors, l.caps, l.on_delivery, l.fee_taxes, l.funded_left,
              l.commissions, l.commission_taxes);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, place);
}

Task<> Sales::Delivered(Work work, const events::Event& event, domain::SellerOrderId id, Time at) {
  return Mark(database_, work, event, kDelivered, id, at);
}

Task<> Sales::Completed(Work work, const events::Event& event, domain::SellerOrderId id, Time at) {
  return Mark(database_, work, event, kCompleted, id, at);
}

Task<std::vector<DueSale>> Sales::TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease) {
  co_return kDueSale.ReadAll(co_await database_.Write(work, kTakeDueSales, limit, lease));
}

Task<> Sales::Settle(Work work, domain::SellerOrderId id, domain::ReserveTerms reserve) {
  const auto settle = [&](postgres::Tx& tx) -> Task<> {
    Batch read("sale.read");
    read.Add(kHoldSale, id).Add(kLinesOfSale, id).Add(kPaidForSale, id).Add(kFreshRefunds, id);
    const auto found = co_await tx.Execute(std::move(read));
    auto [sale, now] = kHeldSale.ReadOne(found[0]);
    sale.lines = LinesFrom(found[1]);
    const auto fresh = kSaleRefund.ReadAll(found[3]);
    const auto settled = domain::Settle(std::move(sale), fresh, reserve, now);
    std::optional<domain::PaymentId> payment;
    if (!settled.moves.empty()) payment = RequirePaid(settled.sale, kPaidPart.ReadAtMostOne(found[2]));
    Batch batch("sale.settle");
    AppendSettled(batch, work, settled, fresh, payment);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, settle);
}

Task<> Sales::PutBack(Work work, DueSale due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBackSale, due.id, due.version, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

Task<std::int64_t> Sales::CountParked(Work work) {
  co_return kParkedSales.ReadOne(co_await database_.Read(work, kCountParkedSales)).count;
}

Task<std::vector<Sale>> Sales::List(Work work, WantedSales wanted, std::optional<domain::SellerOrderId> after,
                                    std::int64_t limit) {
  auto sales = kSale.ReadAll(co_await database_.List(work, kListSales, wanted.placed.from, wanted.placed.to,
                                                     after, wanted.seller, wanted.state, limit));
  if (sales.empty()) co_return sales;
  std::vector<domain::SellerOrderId> ids;
  for (const auto& sale : sales) ids.push_back(sale.id);
  for (auto& row : kSaleLine.ReadAll(co_await database_.List(work, kLinesOfSales, ids))) {
    const auto sale = std::ranges::find(sales, row.sale, &Sale::id);
    if (sale != sales.end()) sale->lines.push_back(std::move(row).Whole());
  }
  co_return sales;
}

}  // namespace market::payment::storage
