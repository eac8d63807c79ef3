#include "services/order/domain/invoice.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "platform/core/shares.hpp"

namespace market::order::domain {
namespace {

// Of discounts, the rule that gave them (coupon.cpp).
constexpr std::string_view kOfCoupon = "coupon/";

// What a line costs whose other units are cancelled: what its cancellation left of each amount.
struct Price BilledPriceOf(const Line& line, std::int64_t quantity) {
  const auto gone = line.quantity - quantity;
  struct Price price{.base_minor = quantity * line.unit_price.minor,
                     .discounts = line.discounts,
                     .tax = line.tax,
                     .total_minor = line.total.minor - Portion(line.total.minor, gone, line.quantity)};
  price.tax.amount_minor -= Portion(line.tax.amount_minor, gone, line.quantity);
  const auto asked = price.total_minor - (line.tax.mode == TaxMode::kAdded ? price.tax.amount_minor : 0);
  std::vector<std::int64_t> weights;
  for (const auto& discount : line.discounts) weights.push_back(discount.amount_minor);
  if (weights.empty()) return price;
  const auto shares = Share(price.base_minor - asked, weights);
  for (std::size_t i = 0; i < shares.size(); ++i) price.discounts[i].amount_minor = shares[i];
  return price;
}

Party BuyerOf(const Address& address) {
  return {.name = address.recipient,
          .lines = address.lines,
          .city = address.city,
          .region = address.region,
          .postal_code = address.postal_code,
          .country_code = address.country_code};
}

void AddCoupons(std::vector<BilledCoupon>& coupons, const std::vector<Discount>& discounts) {
  for (const auto& discount : discounts) {
    if (!discount.source.starts_with(kOfCoupon)) continue;
    const auto code = discount.source.substr(kOfCoupon.size());
    auto coupon = std::ranges::find(coupons, code, &BilledCoupon::code);
    if (coupon == coupons.end()) coupon = coupons.insert(coupon, {.code = code});
    coupon->amount_minor += discount.amount_minor;
  }
}

// Both modes of a tax, if there ever were two on one document, are one rate to it.
std::vector<TaxAmount> AmountsOf(std::span<const struct Price> prices) {
  std::vector<TaxAmount> amounts;
  for (const auto& sum : SumByRate(prices)) {
    if (amounts.empty() || amounts.back().rate_ppm != sum.rate_ppm)
      amounts.push_back({.rate_ppm = sum.rate_ppm});
    amounts.back().net_minor += sum.net_minor;
    amounts.back().tax_minor += sum.amount_minor;
  }
  return amounts;
}

}  // namespace

TaxAmount SumOf(std::span<const TaxAmount> taxes) {
  TaxAmount sum;
  for (const auto& tax : taxes) {
    sum.net_minor += tax.net_minor;
    sum.tax_minor += tax.tax_minor;
  }
  return sum;
}

std::vector<Units> BilledUnits(const SellerOrderId& part, std::span<const LineNow> lines) {
  std::vector<Units> billed;
  for (const auto& line : lines) {
    if (line.part == part && line.cancelled < line.quantity)
      billed.push_back({line.line, line.quantity - line.cancelled});
  }
  return billed;
}

InvoiceContent MakeInvoice(const Order& order, const SellerOrder& part, std::span<const Units> billed,
                           Party seller, Time supplied_at) {
  if (billed.empty()) throw std::invalid_argument("an invoice bills something");
  InvoiceContent content{.seller = std::move(seller),
                         .buyer = BuyerOf(order.address),
                         .order_number = part.number,
                         .ordered_at = order.created_at,
                         .supplied_at = supplied_at};
  std::vector<struct Price> prices;
  for (const auto& [id, quantity] : billed) {
    const auto line = std::ranges::find(part.lines, id, &Line::id);
    if (line == part.lines.end() || quantity < 1 || quantity > line->quantity)
      throw std::invalid_argument("an invoice bills units that its part has");
    prices.push_back(BilledPriceOf(*line, quantity));
    content.lines.push_back({.line = id,
                             .title = line->title,
                             .sku = line->sku,
                             .options = line->options,
                             .quantity = quantity,
                             .unit_price_minor = line->unit_price.minor,
                             .price = prices.back()});
  }
  prices.push_back(part.delivery.price);
  content.delivery = {.name = part.delivery.way.name, .price = part.delivery.price};
  content.taxes = AmountsOf(prices);
  for (const auto& price : prices) {
    AddCoupons(content.coupons, price.discounts);
    const bool told = std::ranges::find(content.untaxed, price.tax.none) != content.untaxed.end();
    if (price.total_minor > 0 && price.tax.none != NoTax::kNone && !told)
      content.untaxed.push_back(price.tax.none);
  }
  return content;
}

std::vector<Credit> CreditsDue(std::span<const HeardRefund> refunds, std::int64_t cancelled_minor,
                               std::int64_t credited_minor) {
  std::int64_t due = -cancelled_minor - credited_minor;
  for (const auto& refund : refunds) due += refund.amount_minor;
  std::vector<Credit> credits;
  for (auto at = refunds.rbegin(); at != refunds.rend() && due > 0; ++at) {
    if (at->credited) continue;
    const auto amount = std::min(due, at->amount_minor);
    credits.push_back({at->id, amount});
    due -= amount;
  }
  std::ranges::reverse(credits);
  return credits;
}

std::vector<TaxAmount> SplitCredit(std::span<const TaxAmount> left, std::int64_t amount_minor) {
  std::vector<std::int64_t> weights;
  for (const auto& tax : left) weights.push_back(tax.Gross());
  if (amount_minor < 0 || amount_minor > SumOf(left).Gross())
    throw std::invalid_argument("a credit note takes back what is left of its invoice");
  std::vector<TaxAmount> split;
  const auto shares = Share(amount_minor, weights);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] == 0) continue;
    const auto tax = Portion(left[i].tax_minor, shares[i], weights[i]);
    split.push_back({.rate_ppm = left[i].rate_ppm, .net_minor = shares[i] - tax, .tax_minor = tax});
  }
  return split;
}

std::vector<TaxAmount> LeftOf(std::span<const TaxAmount> invoiced, std::span<const TaxAmount> credited) {
  std::vector<TaxAmount> left(invoiced.begin(), invoiced.end());
  for (const auto& tax : credited) {
    const auto of_rate = std::ranges::find(left, tax.rate_ppm, &TaxAmount::rate_ppm);
    if (of_rate == left.end()) throw std::invalid_argument("a credit note has the rates of its invoice");
    of_rate->net_minor -= tax.net_minor;
    of_rate->tax_minor -= tax.tax_minor;
  }
  return left;
}

}  // namespace market::order::domain
