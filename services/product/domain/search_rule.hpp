// What operators tell the search: words that mean the same, or what comes first for a query. A value.
#pragma once
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::domain {

using SearchRuleId = Id<struct SearchRuleTag>;

struct SearchRule {
  SearchRuleId id;
  std::vector<std::string> synonyms;  // none, or at least two
  std::string query;                  // "" where there are synonyms
  std::vector<ProductId> products;    // none where there are synonyms
  Time created_at;
};

}  // namespace market::product::domain
