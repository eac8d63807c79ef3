#include "services/order/domain/explain.hpp"

#include <numeric>
#include <utility>

namespace market::order::domain {
namespace {

std::string FormulaOf(std::string base, const struct Price& price) {
  for (const auto& discount : price.discounts) {
    base += " - " + std::to_string(discount.amount_minor) + " (" + discount.source + ")";
  }
  if (price.tax.mode == TaxMode::kAdded && price.tax.rate_ppm > 0) {
    base += " + " + std::to_string(price.tax.amount_minor) + " (tax)";
  }
  return base;
}

std::string FormulaOf(const Tax& tax, std::int64_t net_minor) {
  const auto rate = std::to_string(tax.rate_ppm);
  const auto of = tax.mode == TaxMode::kAdded ? "1000000" : "(1000000 + " + rate + ')';
  return std::to_string(net_minor) + " x " + rate + " / " + of;
}

std::string Added(const std::vector<std::int64_t>& amounts) {
  std::string text;
  for (const auto amount : amounts) text += (text.empty() ? "" : " + ") + std::to_string(amount);
  return text;
}

struct Explanation {
  std::vector<ExplainedAmount> amounts;
  std::vector<ExplainedAmount> sums;

  // One price, and its tax if it has one; gives what it comes to now.
  std::int64_t Add(std::string_view subject, const Uuid& id, const std::string& base,
                   const struct Price& stored) {
    const auto now = MakePrice(stored.base_minor, stored.discounts, stored.tax.Term(), stored.tax.mode);
    amounts.push_back({subject, id, FormulaOf(base, now), stored.total_minor, now.total_minor});
    if (stored.tax.rate_ppm > 0) {
      amounts.push_back({"tax", id, FormulaOf(stored.tax, stored.base_minor - SumOf(stored.discounts)),
                         stored.tax.amount_minor, now.tax.amount_minor});
    }
    return now.total_minor;
  }
};

}  // namespace

std::vector<ExplainedAmount> Explain(const Order& order) {
  Explanation all;
  std::vector<std::int64_t> parts;
  std::int64_t whole = 0;
  for (const auto& part : order.parts) {
    std::vector<std::int64_t> prices;
    for (const auto& line : part.lines) {
      const struct Price stored{line.unit_price.minor * line.quantity, line.discounts, line.tax,
                                line.total.minor};
      const auto base = std::to_string(line.quantity) + " x " + std::to_string(line.unit_price.minor);
      prices.push_back(all.Add("line", line.id.Value(), base, stored));
    }
    const auto& delivery = part.delivery.price;
    const bool costs =
        delivery.base_minor != 0 || delivery.total_minor != 0 || delivery.tax.amount_minor != 0;
    if (costs) {
      prices.push_back(all.Add("delivery", part.id.Value(), std::to_string(delivery.base_minor), delivery));
    }
    const auto sum = std::accumulate(prices.begin(), prices.end(), std::int64_t{0});
    all.sums.push_back({"sellerOrder", part.id.Value(), Added(prices), part.total.minor, sum});
    parts.push_back(sum);
    whole += sum;
  }
  all.sums.push_back({"order", order.id.Value(), Added(parts), order.total.minor, whole});
  all.amounts.insert(all.amounts.end(), all.sums.begin(), all.sums.end());
  return std::move(all.amounts);
}

}  // namespace market::order::domain
