#include "services/product/storage/search_cache.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "platform/core/id.hpp"

namespace market::product::storage {
namespace {

std::string KeyOf(const std::string& filter) { return "search:" + Uuid::FromName(filter).ToString(); }

// Microseconds since 1970, in as many digits for each moment to come.
constexpr std::size_t kStampBytes = 20;

std::string StampOf(Time moment) {
  return fmt::format("{:0{}}", moment.time_since_epoch().count(), kStampBytes);
}

Time StampIn(std::string_view text) {
  std::int64_t microseconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), microseconds);
  return Time(Time::duration(microseconds));
}

}  // namespace

Task<std::optional<SearchCache::Response>> SearchCache::Find(Work work, std::string filter) {
  if (!redis_) co_return std::nullopt;
  const auto kept = co_await redis_->Get(work, KeyOf(filter));
  if (!kept || kept->size() < kStampBytes) co_return std::nullopt;
  const std::string_view value = *kept;
  // One from the future was written by a clock that is not ours to compare with.
  const auto age = clock_.Now() - StampIn(value.substr(0, kStampBytes));
  if (age < Time::duration(0) || age >= keep_for_) co_return std::nullopt;
  Response response;
  if (!response.ParseFromString(std::string(value.substr(kStampBytes)))) co_return std::nullopt;
  co_return response;
}

Task<SearchCache::Response> SearchCache::Keep(Work work, std::string filter, Time began, Response response) {
  if (redis_ && response.products_size() > 0) {
    co_await redis_->Set(work, KeyOf(filter), StampOf(began) + response.SerializeAsString(), keep_for_);
  }
  co_return response;
}

}  // namespace market::product::storage
