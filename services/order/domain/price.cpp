#include "services/order/domain/price.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace market::order::domain {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// Products of an amount and a rate, or of two amounts, do not fit 64 bits.
using Wide = __int128;

std::int64_t DividedHalfUp(Wide dividend, Wide divisor) {
  return static_cast<std::int64_t>((2 * dividend + divisor) / (2 * divisor));
}

std::int64_t TaxOn(std::int64_t net_minor, std::int64_t rate_ppm, TaxMode mode) {
  const Wide product = static_cast<Wide>(net_minor) * rate_ppm;
  return DividedHalfUp(product, mode == TaxMode::kIncluded ? kMillion + rate_ppm : kMillion);
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

std::int64_t Portion(std::int64_t total_minor, std::int64_t units, std::int64_t quantity) {
  return DividedHalfUp(static_cast<Wide>(total_minor) * units, quantity);
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

std::vector<std::int64_t> Share(std::int64_t total_minor, std::span<const std::int64_t> weights) {
  if (weights.empty() || std::ranges::any_of(weights, [](std::int64_t weight) { return weight < 0; })) {
    throw std::invalid_argument("an amount is shared among somebody, by weights that are not negative");
  }
  const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
  std::vector<std::int64_t> shares(weights.size(), 0);
  if (sum == 0) {
    shares.front() = total_minor;
    return shares;
  }
  std::vector<Wide> remainders(weights.size());
  std::int64_t left = total_minor;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide exact = static_cast<Wide>(total_minor) * weights[i];
    shares[i] = static_cast<std::int64_t>(exact / sum);
    remainders[i] = exact % sum;
    left -= shares[i];
  }
  std::vector<std::size_t> by_remainder(weights.size());
  std::iota(by_remainder.begin(), by_remainder.end(), std::size_t{0});
  std::ranges::sort(by_remainder, [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  });
  for (std::size_t i = 0; left > 0; ++i, --left) ++shares[by_remainder[i]];
  return shares;
}

}  // namespace market::order::domain
