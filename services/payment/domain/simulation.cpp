#include "services/payment/domain/simulation.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace market::payment::domain {
namespace {

std::int64_t ChangeOf(const Simulation::Changed& line) {
  return std::abs(line.after_minor - line.before_minor);
}
std::int64_t ChangeOf(const Simulation::OfSeller& seller) {
  return std::abs(seller.amounts.after_minor - seller.amounts.before_minor);
}

// The largest changes first.
template <class Row, class Key>
void KeepLargest(std::vector<Row>& rows, Key key) {
  const auto shown = std::min(rows.size(), Simulation::kShown);
  std::ranges::partial_sort(rows, rows.begin() + static_cast<std::ptrdiff_t>(shown), {},
                            [&](const Row& row) { return std::tuple(-ChangeOf(row), key(row)); });
  rows.resize(shown);
}

void AddTo(Simulation::Amounts& amounts, const SimulatedLine& sold, std::int64_t after) {
  amounts.lines += 1;
  amounts.changed_lines += after == sold.commission_minor ? 0 : 1;
  amounts.earned_minor += sold.earned_minor;
  amounts.before_minor += sold.commission_minor;
  amounts.after_minor += after;
}

}  // namespace

Simulation::Simulation(std::span<const CommissionRule> published, CommissionRule version)
    : published_(published.begin(), published.end()), rule_(version.terms.rule) {
  for (const auto& rule : published_) {
    if (rule.terms.rule != rule_) with_.push_back(rule);
  }
  version.valid_until = std::nullopt;
  with_.push_back(std::move(version));
}

std::int64_t Simulation::After(const SimulatedLine& sold) {
  // In force since later than all others that are.
  with_.back().valid_from = sold.placed_at;
  const auto* then = RuleFor(with_, sold.line, sold.placed_at);
  if (then == nullptr || then->terms.rule != rule_) {
    const auto* now = RuleFor(published_, sold.line, sold.placed_at);
    if (now == nullptr || now->terms.rule != rule_) return sold.commission_minor;
  }
  if (then == nullptr) return 0;
  const auto delivery = then->terms.on_delivery ? sold.delivery_share_minor : 0;
  return FeeOf(then->terms, sold.earned_minor + delivery, sold.quantity).commission_minor;
}

void Simulation::Add(const SimulatedLine& sold) {
  const auto after = After(sold);
  const auto currency = sold.line.unit_price.currency;
  AddTo(totals_[currency], sold, after);
  AddTo(sellers_[{sold.line.seller, currency}], sold, after);
  if (after == sold.commission_minor) return;
  lines_.push_back({sold.id, sold.line.seller, currency, sold.commission_minor, after});
  if (lines_.size() == 2 * kShown) KeepLargest(lines_, [](const Changed& line) { return line.id; });
}

std::vector<Simulation::OfSeller> Simulation::Sellers() const {
  std::vector<OfSeller> sellers;
  for (const auto& [who, amounts] : sellers_) {
    if (amounts.changed_lines > 0) sellers.push_back({who.first, who.second, amounts});
  }
  KeepLargest(sellers, [](const OfSeller& one) { return std::pair(one.seller, one.currency); });
  return sellers;
}

std::vector<Simulation::Changed> Simulation::Lines() const {
  auto lines = lines_;
  KeepLargest(lines, [](const Changed& line) { return line.id; });
  return lines;
}

}  // namespace market::payment::domain
