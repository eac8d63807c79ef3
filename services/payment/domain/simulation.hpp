// What a version of a commission rule would have made of what was sold. Pure; minor units.
//
// A line changes where the version would have been the rule for it, or where it fell under another version of the same rule, which
// the version replaces; what is taken of every other line stays. The version counts as if it had come into force just before each
// line was sold.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "services/payment/domain/commission.hpp"

namespace market::payment::domain {

using LineId = Id<struct LineTag>;

// A line that was sold.
struct SimulatedLine {
  LineId id;
  CommissionedLine line;
  Time placed_at;
  std::int64_t quantity = 1;
  std::int64_t earned_minor = 0;          // without its share of the delivery
  std::int64_t delivery_share_minor = 0;  // of what sending its part costs
  std::int64_t commission_minor = 0;      // what is taken of it, without tax
};

class Simulation {
 public:
  static constexpr std::size_t kShown = 20;

  struct Amounts {
    std::int64_t lines = 0;
    std::int64_t changed_lines = 0;
    std::int64_t earned_minor = 0;
    std::int64_t before_minor = 0;
    std::int64_t after_minor = 0;
    bool operator==(const Amounts&) const = default;
  };
  struct OfSeller {
    SellerId seller;
    Currency currency;
    Amounts amounts;
  };
  struct Changed {
    LineId id;
    SellerId seller;
    Currency currency;
    std::int64_t before_minor = 0;
    std::int64_t after_minor = 0;
  };

  // `published`: all that were in force since the first line was placed.
  Simulation(std::span<const CommissionRule> published, CommissionRule version);

  void Add(const SimulatedLine& sold);

  const std::map<Currency, Amounts>& Totals() const { return totals_; }
  // Those whose commission changes most, at most kShown, that one first; of the same change the one with the smaller id.
  std::vector<OfSeller> Sellers() const;
  std::vector<Changed> Lines() const;

 private:
  std::int64_t After(const SimulatedLine& sold);

  std::vector<CommissionRule> published_;
  std::vector<CommissionRule> with_;  // the version, the last one, in the place of its rule's others
  CommissionRuleId rule_;
  std::map<Currency, Amounts> totals_;
  std::map<std::pair<SellerId, Currency>, Amounts> sellers_;
  std::vector<Changed> lines_;  // at most twice as many as are shown
};

}  // namespace market::payment::domain
