// The rules of the search in PostgreSQL. Owner: the service; io thread only. Fails as platform/postgres does, plus the
// refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/search_rule.hpp"

namespace market::product::storage {

class SearchRules {
 public:
  static constexpr std::int64_t kMax = 1'000;

  explicit SearchRules(postgres::Database& database, std::int64_t max = kMax)
      : database_(database), max_(max) {}

  // Whoever creates names the id: the same id twice is the same rule. LIMIT_REACHED.
  Task<domain::SearchRule> Create(Work work, domain::SearchRule rule, audit::Act act);
  // NOT_FOUND.
  Task<> Delete(Work work, domain::SearchRuleId id, audit::Act act);
  // The newest first; after this one.
  using Position = std::pair<Time, domain::SearchRuleId>;
  Task<std::vector<domain::SearchRule>> List(Work work, std::optional<Position> after, int limit);
  Task<std::vector<domain::SearchRule>> All(Work work) {
    return List(work, std::nullopt, static_cast<int>(max_));
  }

 private:
  postgres::Database& database_;
  const std::int64_t max_;
};

}  // namespace market::product::storage
