#include "services/product/storage/search_cache.hpp"

#include "platform/core/id.hpp"

namespace market::product::storage {
namespace {

std::string KeyOf(const std::string& filter) { return "search:" + Uuid::FromName(filter).ToString(); }

}  // namespace

Task<std::optional<SearchCache::Response>> SearchCache::Find(Work work, std::string filter) {
  if (!redis_) co_return std::nullopt;
  const auto kept = co_await redis_->Get(work, KeyOf(filter));
  Response response;
  if (!kept || !response.ParseFromString(*kept)) co_return std::nullopt;
  co_return response;
}

Task<SearchCache::Response> SearchCache::Keep(Work work, std::string filter, Response response) {
  if (redis_ && response.products_size() > 0) {
    co_await redis_->Set(work, KeyOf(filter), response.SerializeAsString(), keep_for_);
  }
  co_return response;
}

}  // namespace market::product::storage
