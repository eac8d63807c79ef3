// Units of a part that its shop sends together. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::domain {

// Of one part: an answer has all of them. The last one takes all that is left.
inline constexpr std::size_t kParcelsMax = 30;

struct Parcel {
  ParcelId id;
  SellerOrderId part;
  std::int64_t number = 1;  // among its part's, as they were sent
  std::vector<Units> units;
  std::string carrier;
  std::string tracking_number;  // "": its buyer was forgotten
  std::int64_t version = 1;
  Time sent_at;
  std::optional<Time> delivered_at;
};

// What goes into one parcel, and what the part is when it is sent.
struct Packed {
  std::vector<Units> units;
  State part = State::kShipped;  // or PARTIALLY_SHIPPED

  bool IsLast() const { return part == State::kShipped; }
};

// The wanted units of a part, or all that it has left where none are wanted; `lines` are the part's. Throws Error:
// INVALID_ARGUMENT, NOT_FOUND (RequireLines), ILLEGAL_TRANSITION naming each line of which fewer are left.
Packed Pack(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted);

// Of the part's parcels but `except`, those that are under way; `parcels` may be those of others, too.
std::size_t CountUnderWay(const SellerOrderId& part, std::span<const Parcel> parcels,
                          const std::optional<ParcelId>& except = {});

// What a part that was sent in part becomes when nothing of it is left to send, one after the other.
std::vector<State> StepsWithoutRest(const SellerOrderId& part, std::span<const Parcel> parcels);

}  // namespace market::order::domain
