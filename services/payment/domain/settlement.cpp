#include "services/payment/domain/settlement.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "platform/core/shares.hpp"

namespace market::payment::domain {
namespace {

using Wide = __int128;

std::int64_t RoundedUp(std::int64_t amount, std::int64_t part, std::int64_t whole) {
  return static_cast<std::int64_t>((static_cast<Wide>(amount) * part + whole - 1) / whole);
}

std::int64_t EarnedBy(const SaleLine& line) { return line.paid_minor + line.funded_minor; }
std::int64_t LeftOf(const SaleLine& line) {
  return line.paid_minor - line.refunded_minor + line.funded_left_minor;
}

bool IsGone(const SaleLine& line) {
  return line.paid_minor > 0 ? line.refunded_minor == line.paid_minor : line.gone == line.quantity;
}

std::int64_t FundedLeft(const SaleLine& line) {
  return line.funded_minor - (line.paid_minor > 0
                                  ? Portion(line.funded_minor, line.refunded_minor, line.paid_minor)
                                  : Portion(line.funded_minor, line.gone, line.quantity));
}

std::int64_t FundedLeft(const SaleDelivery& delivery, bool all_gone) {
  if (delivery.paid_minor == 0) return all_gone ? 0 : delivery.funded_minor;
  return delivery.funded_minor - Portion(delivery.funded_minor, delivery.refunded_minor, delivery.paid_minor);
}

Fee FeeOfLeft(const SaleLine& line, std::int64_t delivery_share) {
  if (!line.terms) return {};
  auto terms = *line.terms;
  const auto earned = EarnedBy(line);
  const auto left = LeftOf(line);
  if (left == 0) terms.floor_minor = 0;
  const auto units = earned == 0 ? 0 : RoundedUp(line.quantity, left, earned);
  return FeeOf(terms, left + (terms.on_delivery ? delivery_share : 0), units);
}

// All that follows from what was paid and what has gone back.
void Reckon(Sale& sale) {
  for (auto& line : sale.lines) line.funded_left_minor = FundedLeft(line);
  auto& delivery = sale.delivery;
  delivery.funded_left_minor = FundedLeft(delivery, std::ranges::all_of(sale.lines, IsGone));
  std::vector<std::int64_t> weights;
  for (const auto& line : sale.lines) weights.push_back(EarnedBy(line));
  const auto shares =
      Share(delivery.paid_minor - delivery.refunded_minor + delivery.funded_left_minor, weights);
  for (std::size_t i = 0; i < sale.lines.size(); ++i) sale.lines[i].fee = FeeOfLeft(sale.lines[i], shares[i]);
}

// As much of `left` as `from` has.
void Take(std::int64_t& left, std::int64_t wanted, std::int64_t paid, std::int64_t& refunded) {
  const auto taken = std::min({left, wanted, paid - refunded});
  refunded += taken;
  left -= taken;
}

void TakeFromAll(Sale& sale, std::int64_t amount) {
  std::vector<std::int64_t> weights;
  for (const auto& line : sale.lines) weights.push_back(line.paid_minor - line.refunded_minor);
  weights.push_back(sale.delivery.paid_minor - sale.delivery.refunded_minor);
  if (std::accumulate(weights.begin(), weights.end(), Wide{0}) < amount) {
    throw std::logic_error("more of sale " + sale.id.ToString() + " went back than was paid");
  }
  const auto shares = Share(amount, weights);
  for (std::size_t i = 0; i < sale.lines.size(); ++i) sale.lines[i].refunded_minor += shares[i];
  sale.delivery.refunded_minor += shares.back();
}

void Count(Sale& sale, const SaleRefund& refund) {
  auto left = refund.amount_minor;
  for (const auto& named : refund.lines) {
    const auto line = std::ranges::find(sale.lines, named.line, &SaleLine::id);
    if (line == sale.lines.end()) throw std::logic_error("a refund of a line that is none of its sale's");
    line->gone = std::min(line->quantity, line->gone + named.quantity);
    Take(left, named.amount_minor, line->paid_minor, line->refunded_minor);
  }
  if (!refund.lines.empty()) {
    Take(left, left, sale.delivery.paid_minor, sale.delivery.refunded_minor);
  }
  if (left > 0) TakeFromAll(sale, left);
  Reckon(sale);
}

FeesByRate Without(FeesByRate after, const FeesByRate& before) {
  for (const auto& [rate, fee] : before) {
    auto& left = after[rate];
    left.commission_minor -= fee.commission_minor;
    left.tax_minor -= fee.tax_minor;
  }
  std::erase_if(after, [](const auto& of_rate) { return of_rate.second == Fee(); });
  return after;
}

SaleMove ClawedBack(Sale& sale, LedgerCause cause, const Uuid& cause_id, const Sale& before) {
  SaleMove move{.cause = cause,
                .cause_id = cause_id,
                .change = sale.Totals() - before.Totals(),
                .fees = Without(sale.Fees(), before.Fees())};
  const auto net = move.change.Net();
  if (sale.state == SaleState::kEarned) {
    move.pending_minor = net;
    return move;
  }
  move.reserve_minor = std::clamp(net, -sale.reserve_minor, std::int64_t{0});
  move.available_minor = net - move.reserve_minor;
  sale.reserve_minor += move.reserve_minor;
  return move;
}

SaleMove Released(Sale& sale, const ReserveTerms& reserve, Time now) {
  const auto net = sale.Totals().Net();
  sale.state = SaleState::kReleased;
  sale.released_at = now;
  sale.reserve_minor = Portion(net, reserve.ppm, kMillion);
  if (sale.reserve_minor > 0) sale.reserve_until = now + reserve.kept;
  return {.cause = LedgerCause::kRelease,
          .cause_id = sale.id.Value(),
          .change = {},
          .pending_minor = -net,
          .available_minor = net - sale.reserve_minor,
          .reserve_minor = sale.reserve_minor};
}

}  // namespace

SaleTotals SaleTotals::operator-(const SaleTotals& other) const {
  return {.paid_minor = paid_minor - other.paid_minor,
          .funded_minor = funded_minor - other.funded_minor,
          .commission_minor = commission_minor - other.commission_minor,
          .tax_minor = tax_minor - other.tax_minor};
}

std::int64_t Sale::Paid() const {
  auto sum = delivery.paid_minor;
  for (const auto& line : lines) sum += line.paid_minor;
  return sum;
}

SaleTotals Sale::Totals() const {
  SaleTotals totals{.paid_minor = delivery.paid_minor - delivery.refunded_minor,
                    .funded_minor = delivery.funded_left_minor};
  for (const auto& line : lines) {
    totals.paid_minor += line.paid_minor - line.refunded_minor;
    totals.funded_minor += line.funded_left_minor;
    totals.commission_minor += line.fee.commission_minor;
    totals.tax_minor += line.fee.tax_minor;
  }
  return totals;
}

FeesByRate Sale::Fees() const {
  FeesByRate fees;
  for (const auto& line : lines) {
    if (line.fee == Fee()) continue;
    auto& of_rate = fees[line.terms->tax_ppm];
    of_rate.commission_minor += line.fee.commission_minor;
    of_rate.tax_minor += line.fee.tax_minor;
  }
  return fees;
}

void Open(Sale& sale) {
  if (sale.lines.empty()) throw std::logic_error("a sale of nothing");
  Reckon(sale);
}

std::optional<Entry> EntryOf(const Sale& sale, const SaleMove& move) {
  using enum LedgerAccount;
  Entry entry{
      .cause = move.cause, .cause_id = move.cause_id, .postings = {}, .seller_order = std::optional(sale.id)};
  const auto post = [&](LedgerAccount account, std::optional<SellerId> owner, std::int64_t amount) {
    if (amount != 0) entry.postings.push_back({.account = account, .owner = owner, .amount_minor = amount});
  };
  post(kOrderEscrow, {}, move.change.paid_minor);
  post(kCouponFunding, {}, move.change.funded_minor);
  post(kSellerPending, sale.seller, -move.pending_minor);
  post(kSellerAvailable, sale.seller, -move.available_minor);
  post(kSellerReserve, sale.seller, -move.reserve_minor);
  post(kCommissionRevenue, {}, -move.change.commission_minor);
  post(kCommissionTax, {}, -move.change.tax_minor);
  return entry.postings.empty() ? std::nullopt : std::optional(std::move(entry));
}

Settled Settle(Sale sale, std::span<const SaleRefund> fresh, const ReserveTerms& reserve, Time now) {
  Settled settled;
  for (const auto& refund : fresh) {
    const auto before = sale;
    Count(sale, refund);
    if (sale.state != SaleState::kPlaced)
      settled.moves.push_back(ClawedBack(sale, LedgerCause::kClawback, refund.id.Value(), before));
  }
  // What was completed was delivered, whoever was told of it first.
  if (sale.state == SaleState::kPlaced && (sale.delivered_at || sale.completed_at)) {
    const auto totals = sale.Totals();
    sale.state = SaleState::kEarned;
    sale.earned_at = now;
    settled.moves.push_back({.cause = LedgerCause::kEarning,
                             .cause_id = sale.id.Value(),
                             .change = totals,
                             .pending_minor = totals.Net(),
                             .fees = sale.Fees()});
  }
  if (sale.state == SaleState::kEarned && sale.completed_at && sale.disputes == 0) {
    settled.moves.push_back(Released(sale, reserve, now));
  }
  if (sale.reserve_minor > 0 && *sale.reserve_until <= now && sale.disputes == 0) {
    settled.moves.push_back({.cause = LedgerCause::kReserveRelease,
                             .cause_id = sale.id.Value(),
                             .change = {},
                             .available_minor = sale.reserve_minor,
                             .reserve_minor = -sale.reserve_minor});
    sale.reserve_minor = 0;
  }
  if (sale.reserve_minor > 0 && sale.disputes == 0) settled.next = sale.reserve_until;
  settled.sale = std::move(sale);
  return settled;
}

Disputed TakeDisputed(Sale sale, std::int64_t amount_minor, const DisputeId& dispute) {
  const auto before = sale;
  TakeFromAll(sale, amount_minor);
  Reckon(sale);
  Disputed taken;
  for (std::size_t i = 0; i < sale.lines.size(); ++i) {
    const auto of_line = sale.lines[i].refunded_minor - before.lines[i].refunded_minor;
    if (of_line > 0) taken.share.lines.push_back({sale.lines[i].id, of_line});
  }
  taken.share.delivery_minor = sale.delivery.refunded_minor - before.delivery.refunded_minor;
  if (sale.state != SaleState::kPlaced) {
    taken.move = ClawedBack(sale, LedgerCause::kDisputeOpened, dispute.Value(), before);
    taken.share.reserve_minor = -taken.move.reserve_minor;
  }
  ++sale.disputes;
  taken.sale = std::move(sale);
  return taken;
}

Disputed GiveBackDisputed(Sale sale, DisputedShare share, const DisputeId& dispute, Time now) {
  const auto before = sale;
  for (const auto& taken : share.lines) {
    const auto line = std::ranges::find(sale.lines, taken.line, &SaleLine::id);
    if (line == sale.lines.end()) throw std::logic_error("a dispute of a line that is none of its sale's");
    line->refunded_minor -= taken.amount_minor;
  }
  sale.delivery.refunded_minor -= share.delivery_minor;
  Reckon(sale);
  --sale.disputes;
  Disputed back;
  if (sale.state != SaleState::kPlaced) {
    const auto change = sale.Totals() - before.Totals();
    back.move = {.cause = LedgerCause::kDisputeWon,
                 .cause_id = dispute.Value(),
                 .change = change,
                 .fees = Without(sale.Fees(), before.Fees())};
    if (sale.state == SaleState::kEarned) {
      back.move.pending_minor = change.Net();
    } else {
      const bool kept = sale.reserve_until && *sale.reserve_until > now;
      back.move.reserve_minor =
          kept ? std::clamp(share.reserve_minor, std::int64_t{0}, std::max(change.Net(), std::int64_t{0}))
               : 0;
      back.move.available_minor = change.Net() - back.move.reserve_minor;
      sale.reserve_minor += back.move.reserve_minor;
    }
  }
  back.sale = std::move(sale);
  back.share = std::move(share);
  return back;
}

}  // namespace market::payment::domain
