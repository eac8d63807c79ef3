#include <algorithm>
#include <array>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "services/payment/api/convert.hpp"

namespace market::payment {

using conversions::ToProto;

namespace {

using SaleProto = api::payment::Sale;

constexpr std::array<std::pair<domain::SaleState, SaleProto::State>, 3> kSaleStateNames = {{
    {domain::SaleState::kPlaced, SaleProto::PLACED},
    {domain::SaleState::kEarned, SaleProto::EARNED},
    {domain::SaleState::kReleased, SaleProto::RELEASED},
}};

void AddLine(SaleProto& out, const domain::SaleLine& line, const Currency& currency) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, currency}); };
  auto& to = *out.add_lines();
  to.set_line_id(line.id.ToString());
  to.set_product_id(line.product.ToString());
  to.set_quantity(line.quantity);
  *to.mutable_paid() = money(line.paid_minor);
  *to.mutable_funded() = money(line.funded_minor);
  *to.mutable_refunded() = money(line.refunded_minor);
  *to.mutable_commission() = money(line.fee.commission_minor);
  *to.mutable_commission_tax() = money(line.fee.tax_minor);
  if (line.terms) {
    to.set_commission_rule_id(line.terms->rule.ToString());
    to.set_commission_rule_version(line.terms->version);
  }
}

}  // namespace

std::optional<domain::SaleState> SaleStateFrom(SaleProto::State state) {
  const auto found =
      std::ranges::find(kSaleStateNames, state, &std::pair<domain::SaleState, SaleProto::State>::second);
  return found == kSaleStateNames.end() ? std::nullopt : std::optional(found->first);
}

SaleProto ToProto(const domain::Sale& sale) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, sale.currency}); };
  const auto totals = sale.Totals();
  SaleProto out;
  out.set_seller_order_id(sale.id.ToString());
  out.set_order_id(sale.order.ToString());
  out.set_number(sale.number);
  out.set_state(kSaleStateNames.at(static_cast<std::size_t>(sale.state)).second);
  *out.mutable_gross() = money(sale.Paid());
  *out.mutable_funded() = money(totals.funded_minor);
  *out.mutable_refunded() = money(sale.Paid() - totals.paid_minor);
  *out.mutable_commission() = money(totals.commission_minor);
  *out.mutable_commission_tax() = money(totals.tax_minor);
  *out.mutable_net() = money(totals.Net());
  *out.mutable_reserve() = money(sale.reserve_minor);
  *out.mutable_delivery() = money(sale.delivery.paid_minor);
  *out.mutable_delivery_refunded() = money(sale.delivery.refunded_minor);
  *out.mutable_place_time() = ToProto(sale.placed_at);
  if (sale.earned_at) *out.mutable_earn_time() = ToProto(*sale.earned_at);
  if (sale.released_at) *out.mutable_available_time() = ToProto(*sale.released_at);
  if (sale.reserve_until) *out.mutable_reserve_time() = ToProto(*sale.reserve_until);
  for (const auto& line : sale.lines) AddLine(out, line, sale.currency);
  return out;
}

api::payment::SellerBalance::InCurrency ToProto(const storage::SellerBalance& balance) {
  const auto money = [&](std::int64_t minor) { return ToProto(Money{minor, balance.currency}); };
  api::payment::SellerBalance::InCurrency out;
  out.set_currency(std::string(balance.currency.Code()));
  *out.mutable_pending() = money(balance.pending_minor);
  *out.mutable_available() = money(balance.available_minor);
  *out.mutable_reserve() = money(balance.reserve_minor);
  *out.mutable_on_its_way() = money(balance.on_its_way_minor);
  return out;
}

api::payment::SellerLedgerEntry ToSellerProto(const storage::Booked& entry) {
  api::payment::SellerLedgerEntry out;
  out.set_id(entry.id.ToString());
  out.set_cause(std::string(domain::Name(entry.cause)));
  out.set_cause_id(entry.cause_id.ToString());
  if (entry.seller_order) out.set_seller_order_id(entry.seller_order->ToString());
  *out.mutable_create_time() = ToProto(entry.created_at);
  for (const auto& posting : entry.postings) {
    auto& to = *out.add_changes();
    to.set_account(std::string(domain::Name(posting.account)));
    // What the marketplace owes is a credit, and credits are negative.
    *to.mutable_amount() = ToProto(Money{-posting.amount_minor, posting.currency});
  }
  return out;
}

}  // namespace market::payment
