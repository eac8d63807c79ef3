// First pages of searches, kept in Redis for a part of a second, which is how stale a list may be, counted from before it was
// searched for: that moment stands beside each, by the clock of the machine that searched, since Redis may do late what it
// was told in time. An empty answer is never kept: whoever just published a product and looks for it finds it.
//
// Redis is no truth here: whatever goes wrong is a miss. Io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/redis/client.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {

class SearchCache {
 public:
  using Response = api::product::SearchProductsResponse;

  // `redis` may be null, and `keep_for` zero: nothing is kept then.
  // `clock` must outlive it.
  SearchCache(redis::Client* redis, std::chrono::milliseconds keep_for, const Clock& clock)
      : redis_(keep_for.count() > 0 ? redis : nullptr), keep_for_(keep_for), clock_(clock) {}

  Time Now() const { return clock_.Now(); }

  // `filter` names the list and the size of the page.
  Task<std::optional<Response>> Find(Work work, std::string filter);
  // Gives `response` back. `began`: before it was searched for.
  Task<Response> Keep(Work work, std::string filter, Time began, Response response);

 private:
  redis::Client* const redis_;
  const std::chrono::milliseconds keep_for_;
  const Clock& clock_;
};

}  // namespace market::product::storage
