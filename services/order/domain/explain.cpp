#include "services/order/domain/explain.hpp"

namespace market::order::domain {
namespace {

std::string FormulaOf(const Line& line, const Price& price) {
  std::string text = std::to_string(line.quantity) + " x " + std::to_string(line.unit_price.minor);
  for (const auto& discount : line.discounts) {
    text += " - " + std::to_string(discount.amount_minor) + " (" + discount.source + ")";
  }
  if (line.tax.mode == TaxMode::kAdded && line.tax.rate_ppm > 0) {
    text += " + " + std::to_string(price.tax.amount_minor) + " (tax)";
  }
  return text;
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

}  // namespace

std::vector<ExplainedAmount> Explain(const Order& order) {
  std::vector<ExplainedAmount> explained;
  std::vector<ExplainedAmount> sums;
  std::vector<std::int64_t> parts;
  std::int64_t whole = 0;
  for (const auto& part : order.parts) {
    std::vector<std::int64_t> lines;
    std::int64_t sum = 0;
    for (const auto& line : part.lines) {
      const auto base = line.unit_price.minor * line.quantity;
      const auto price = MakePrice(base, line.discounts, line.tax.rate_ppm, line.tax.mode);
      explained.push_back(
          {"line", line.id.Value(), FormulaOf(line, price), line.total.minor, price.total_minor});
      if (line.tax.rate_ppm > 0) {
        explained.push_back({"tax", line.id.Value(), FormulaOf(line.tax, base - SumOf(line.discounts)),
                             line.tax.amount_minor, price.tax.amount_minor});
      }
      lines.push_back(price.total_minor);
      sum += price.total_minor;
    }
    sums.push_back({"sellerOrder", part.id.Value(), Added(lines), part.total.minor, sum});
    parts.push_back(sum);
    whole += sum;
  }
  sums.push_back({"order", order.id.Value(), Added(parts), order.total.minor, whole});
  explained.insert(explained.end(), sums.begin(), sums.end());
  return explained;
}

}  // namespace market::order::domain
