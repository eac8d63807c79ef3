#include "services/payment/domain/commission.hpp"

#include <algorithm>
#include <tuple>

#include "platform/core/shares.hpp"

namespace market::payment::domain {
namespace {

// How near to the product; nothing: it is of another one.
std::optional<std::size_t> Nearness(const CommissionRule& rule, const CommissionedLine& line) {
  if (!rule.category) return 0;
  const auto found = std::ranges::find(line.categories, *rule.category);
  if (found == line.categories.end()) return std::nullopt;
  return line.categories.size() - static_cast<std::size_t>(found - line.categories.begin());
}

bool Applies(const CommissionRule& rule, const CommissionedLine& line, Time at) {
  const auto price = line.unit_price.minor;
  return at >= rule.valid_from && (!rule.valid_until || at < *rule.valid_until) &&
         (!rule.seller || *rule.seller == line.seller) &&
         (!rule.currency || *rule.currency == line.unit_price.currency) &&
         (!rule.price_from_minor || price >= *rule.price_from_minor) &&
         (!rule.price_below_minor || price < *rule.price_below_minor) && Nearness(rule, line).has_value();
}

}  // namespace

const CommissionRule* RuleFor(std::span<const CommissionRule> rules, const CommissionedLine& line, Time at) {
  const auto rank = [&](const CommissionRule& rule) {
    return std::tuple(rule.seller.has_value(), *Nearness(rule, line),
                      rule.price_from_minor || rule.price_below_minor, rule.valid_from, rule.terms.rule);
  };
  const CommissionRule* best = nullptr;
  for (const auto& rule : rules) {
    if (Applies(rule, line, at) && (best == nullptr || rank(*best) < rank(rule))) best = &rule;
  }
  return best;
}

Fee FeeOf(const CommissionTerms& terms, std::int64_t earned_minor, std::int64_t quantity) {
  auto commission = Portion(earned_minor, terms.percentage_ppm, kMillion) + terms.fixed_minor * quantity;
  commission = std::max(commission, terms.floor_minor);
  if (terms.cap_minor) commission = std::min(commission, *terms.cap_minor);
  commission = std::clamp(commission, std::int64_t{0}, earned_minor);
  const auto tax = std::min(Portion(commission, terms.tax_ppm, kMillion), earned_minor - commission);
  return {.commission_minor = commission, .tax_minor = tax};
}

}  // namespace market::payment::domain
