// What the marketplace takes of a line that was sold: which rule a line falls under, and what it comes to. Pure; minor
// units.
//
// A rule names whose lines it is about: one shop's, those of products in a category or below, those whose unit costs so
// much. The one that says most wins: a shop before none, then the category nearest to the product, then a price band,
// then the one that is valid since later. A line keeps the terms that it was sold under.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "services/payment/domain/ids.hpp"

namespace market::payment::domain {

// What a rule takes, as a line keeps it.
struct CommissionTerms {
  CommissionRuleId rule;
  int version = 1;
  std::int64_t percentage_ppm = 0;        // of what the line earns
  std::int64_t fixed_minor = 0;           // of each unit, besides
  std::int64_t floor_minor = 0;           // of the line: at least,
  std::optional<std::int64_t> cap_minor;  // and at most
  bool on_delivery = false;               // whether the percentage is taken of what delivery costs, too
  std::int64_t tax_ppm = 0;               // on the fee, added to it
  bool operator==(const CommissionTerms&) const = default;
};

struct CommissionRule {
  CommissionTerms terms;
  std::optional<SellerId> seller;
  std::optional<CategoryId> category;
  std::optional<Currency> currency;  // of its amounts
  std::optional<std::int64_t> price_from_minor;
  std::optional<std::int64_t> price_below_minor;
  Time valid_from;
  std::optional<Time> valid_until;
};

// A line as the rules look at it.
struct CommissionedLine {
  SellerId seller;
  std::vector<CategoryId> categories;  // the product's own, then those above, nearest first
  Money unit_price;
};

// Which of the rules it falls under at that time; nothing: under none, and nothing is taken.
const CommissionRule* RuleFor(std::span<const CommissionRule> rules, const CommissionedLine& line, Time at);

struct Fee {
  std::int64_t commission_minor = 0;
  std::int64_t tax_minor = 0;  // on it
  bool operator==(const Fee&) const = default;
};

// Of a line of so many units that earns so much; never more than that with its tax. Each is rounded half up.
Fee FeeOf(const CommissionTerms& terms, std::int64_t earned_minor, std::int64_t quantity);

}  // namespace market::payment::domain
