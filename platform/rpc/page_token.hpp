// Page tokens of keyset paging: where a list goes on, bound to the list it came from.
//
//   const auto after = pages.Decode<Time, OrderId>(filter, request.page_token());
//   response.set_next_page_token(pages.Encode(filter, last.created_at, last.id));
//
// `filter` is any text that names the list and everything that selects its rows or their order
// ("orders|PLACED"), the caller's scope included. A token carries a position, never a right: the query
// applies the scope again. A message authentication code (HMAC-SHA-256, its first 16 bytes) covers both, so
// that nobody makes a position of his own. Its key is derived from the secret of the service's database: all
// replicas have the same, and a new secret ends the pages under way and nothing else.
// Owner: the service; io thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::rpc {

inline constexpr int kPageSizeDefault = 20;
inline constexpr int kPageSizeMax = 100;

// What the caller asked for within the contract's limits; 0 (absent) is the default.
int PageSize(int requested);

}  // namespace market::rpc

namespace market::rpc::page_token {

inline std::string ToPart(std::string_view value) { return std::string(value); }
inline std::string ToPart(std::int64_t value) { return std::to_string(value); }
inline std::string ToPart(Time value) { return std::to_string(value.time_since_epoch().count()); }
inline std::string ToPart(const Uuid& value) { return value.ToString(); }
template <class Tag>
std::string ToPart(const Id<Tag>& value) {
  return value.ToString();
}

// Each returns whether `part` is of that type.
bool FromPart(std::string_view part, std::string& value);
bool FromPart(std::string_view part, std::int64_t& value);
bool FromPart(std::string_view part, Time& value);
bool FromPart(std::string_view part, Uuid& value);
template <class Tag>
bool FromPart(std::string_view part, Id<Tag>& value) {
  Uuid raw;
  if (!FromPart(part, raw)) return false;
  value = Id<Tag>(raw);
  return true;
}

}  // namespace market::rpc::page_token

namespace market::rpc {

class PageTokens {
 public:
  // Without a secret there are no tokens: Encode and Decode throw std::logic_error.
  PageTokens() = default;
  explicit PageTokens(std::string_view secret) { Use(secret); }

  // At the start, once the database is open.
  void Use(std::string_view secret);

  // Keys are text, std::int64_t, Time, Uuid or Id<…>: the columns the list is ordered by.
  template <class... Keys>
  std::string Encode(std::string_view filter, const Keys&... keys) const {
    const std::string parts[] = {page_token::ToPart(keys)...};
    return EncodeParts(filter, parts);
  }

  // nullopt for the empty token; throws Error INVALID_PAGE_TOKEN for one that does not belong to this list.
  template <class... Keys>
  std::optional<std::tuple<Keys...>> Decode(std::string_view filter, std::string_view token) const {
    if (token.empty()) return std::nullopt;
    const auto parts = DecodeParts(filter, token, sizeof...(Keys));
    std::tuple<Keys...> keys;
    const bool typed = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (page_token::FromPart(parts[I], std::get<I>(keys)) && ...);
    }(std::index_sequence_for<Keys...>());
    if (!typed) ThrowInvalid();
    return keys;
  }

 private:
  std::string EncodeParts(std::string_view filter, std::span<const std::string> parts) const;
  std::vector<std::string> DecodeParts(std::string_view filter, std::string_view token,
                                       std::size_t count) const;
  std::string CodeOf(std::string_view filter, std::string_view payload) const;
  [[noreturn]] static void ThrowInvalid();

  std::string key_;
};

}  // namespace market::rpc
