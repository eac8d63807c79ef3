// Which ids orders have that were made at a time. Pure.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "platform/core/clock.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::storage {

// An id is not made in the same moment as the time beside it, so what is looked for by its id is looked for a minute around. It
// only spares the database rows; the times are looked at besides.
inline constexpr std::chrono::minutes kIdsApart{1};

// The first one that an order made then may have (UUIDv7, RFC 9562 section 5.7).
inline domain::OrderId FirstIdAt(Time time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
  std::array<std::uint8_t, 16> bytes{};
  for (int i = 5; i >= 0; --i, ms >>= 8)
    bytes.at(static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(ms);
  return domain::OrderId(Uuid(bytes));
}

// No order has a later one.
inline domain::OrderId LastId() {
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(0xff);
  return domain::OrderId(Uuid(bytes));
}

}  // namespace market::order::storage
