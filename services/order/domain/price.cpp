#include "services/order/domain/price.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/core/shares.hpp"

namespace market::order::domain {
namespace {

std::int64_t TaxOn(std::int64_t net_minor, std::int64_t rate_ppm, TaxMode mode) {
  return Portion(net_minor, rate_ppm, mode == TaxMode::kIncluded ? kMillion + rate_ppm : kMillion);
}

}  // namespace

std::int64_t SumOf(std::span<const Discount> discounts) {
  std::int64_t sum = 0;
  for (const auto& discount : discounts) sum += discount.amount_minor;
  return sum;
}

std::int64_t SumOf(std::span<const Discount> discounts, Funder funder) {
  std::int64_t sum = 0;
  for (const auto& discount : discounts) sum += discount.funder == funder ? discount.amount_minor : 0;
  return sum;
}

struct Price MakePrice(std::int64_t base_minor, std::vector<Discount> discounts, const TaxTerm& term,
                       TaxMode mode) {
  std::int64_t net = base_minor;
  for (const auto& discount : discounts) {
    if (discount.amount_minor < 0) throw std::invalid_argument("a discount is not negative");
    net -= discount.amount_minor;
  }
  if (base_minor < 0 || net < 0 || term.rate_ppm < 0) {
    throw std::invalid_argument("a price, what is left of it and the rate of its tax are not negative");
  }
  const Tax tax{.rate_ppm = term.rate_ppm,
                .mode = mode,
                .amount_minor = TaxOn(net, term.rate_ppm, mode),
                .rate = term.rate,
                .none = term.none};
  return {.base_minor = base_minor,
          .discounts = std::move(discounts),
          .tax = tax,
          .total_minor = net + (mode == TaxMode::kAdded ? tax.amount_minor : 0)};
}

std::vector<TaxSum> SumByRate(std::span<const struct Price> prices) {
  std::vector<TaxSum> sums;
  for (const auto& price : prices) {
    const auto& tax = price.tax;
    const auto net = price.total_minor - tax.amount_minor;
    if (price.total_minor == 0 && tax.rate_ppm == 0) continue;  // says nothing
    auto sum = std::ranges::find_if(
        sums, [&](const TaxSum& one) { return one.rate_ppm == tax.rate_ppm && one.mode == tax.mode; });
    if (sum == sums.end()) sum = sums.insert(sum, {.rate_ppm = tax.rate_ppm, .mode = tax.mode});
    sum->net_minor += net;
    sum->amount_minor += tax.amount_minor;
  }
  std::ranges::sort(sums, [](const TaxSum& a, const TaxSum& b) {
    return a.rate_ppm != b.rate_ppm ? a.rate_ppm > b.rate_ppm : a.mode < b.mode;
  });
  return sums;
}

}  // namespace market::order::domain
