// First pages of searches, kept in Redis for a few seconds, which is how stale a list may be. An empty answer
// is never kept: whoever just published a product and looks for it finds it.
//
// Redis is no truth here: whatever goes wrong is a miss. Io thread only.
#pragma once
#include <chrono>
#include <optional>

#include "platform/redis/client.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {

class SearchCache {
 public:
  using Response = api::product::SearchProductsResponse;

  // `redis` may be null, and `keep_for` zero: nothing is kept then.
  SearchCache(redis::Client* redis, std::chrono::milliseconds keep_for)
      : redis_(keep_for.count() > 0 ? redis : nullptr), keep_for_(keep_for) {}

  // `filter` names the list and the size of the page.
  Task<std::optional<Response>> Find(Work work, std::string filter);
  // Gives `response` back.
  Task<Response> Keep(Work work, std::string filter, Response response);

 private:
  redis::Client* const redis_;
  const std::chrono::milliseconds keep_for_;
};

}  // namespace market::product::storage
