// Page tokens of keyset paging: where a list goes on, bound to the list it came from.
//
//   const auto after = page_token::Decode<Time, OrderId>(filter, request.page_token());
//   response.set_next_page_token(page_token::Encode(filter, last.created_at, last.id));
//
// `filter` is any text that names the list and everything that selects its rows or their order
// ("orders|PLACED"), the caller's scope included. A token carries a position, never a right: the query
// applies the scope again. The checksum catches damaged tokens and tokens of another list;
// it is no secret. Pure; any thread.
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

std::string EncodeParts(std::string_view filter, std::span<const std::string> parts);
// Throws Error INVALID_PAGE_TOKEN unless the token was made for `filter` with `count` parts.
std::vector<std::string> DecodeParts(std::string_view filter, std::string_view token, std::size_t count);
[[noreturn]] void ThrowInvalid();

// Keys are text, std::int64_t, Time, Uuid or Id<…>: the columns the list is ordered by.
template <class... Keys>
std::string Encode(std::string_view filter, const Keys&... keys) {
  const std::string parts[] = {ToPart(keys)...};
  return EncodeParts(filter, parts);
}

// nullopt for the empty token; throws Error INVALID_PAGE_TOKEN for one that does not belong to this list.
template <class... Keys>
std::optional<std::tuple<Keys...>> Decode(std::string_view filter, std::string_view token) {
  if (token.empty()) return std::nullopt;
  const auto parts = DecodeParts(filter, token, sizeof...(Keys));
  std::tuple<Keys...> keys;
  const bool typed = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (FromPart(parts[I], std::get<I>(keys)) && ...);
  }(std::index_sequence_for<Keys...>());
  if (!typed) ThrowInvalid();
  return keys;
}

}  // namespace market::rpc::page_token
