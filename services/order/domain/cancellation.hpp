// What of a part is cancelled before it is sent, and how much of its money goes back. Pure.
//
// Of a line the portion of the units that are gone by now, cancelled or returned (return.hpp), has gone back, so that it does
// not matter in how many steps they were, and the last one leaves nothing. With the last unit of a part of which nothing was sent all that
// is left of it goes back: its delivery, and what was rounded. Of what was sent in part the delivery is earned.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/order/domain/ids.hpp"

namespace market::order::domain {

// So many units of one line.
struct Units {
  LineId line;
  std::int64_t quantity = 0;

  bool operator==(const Units&) const = default;
};

// A line of a part as it is now.
struct LineNow {
  SellerOrderId part;
  LineId line;
  OfferId offer;
  std::int64_t quantity = 0;
  std::int64_t cancelled = 0;
  std::int64_t shipped = 0;
  std::int64_t returned = 0;  // of those that are shipped
  std::int64_t total_minor = 0;

  std::int64_t Left() const { return quantity - cancelled - shipped; }
  // Its buyer keeps none of them.
  std::int64_t Gone() const { return cancelled + returned; }
};

// Units that are the buyer's no more, and what they cost together.
struct UnitsBack {
  LineId line;
  std::int64_t quantity = 0;
  std::int64_t amount_minor = 0;

  bool operator==(const UnitsBack&) const = default;
};

// What ends of one part.
struct Cut {
  SellerOrderId part;
  std::vector<Units> units;
  // What they cost together; nothing when every unit of the part is cancelled by it, and all its money goes back.
  std::optional<std::int64_t> cost_minor;

  bool EndsPart() const { return !cost_minor; }
};

// What further units of a line cost: in however many steps, together the portion of all that are gone.
std::int64_t CostOf(const LineNow& line, std::int64_t units);
// What the units of a part that are gone by now cost together; `lines` may be those of others, too.
std::int64_t CostOfGone(const SellerOrderId& part, std::span<const LineNow> lines);
// The same by line, of those of which some are; and of further units.
std::vector<UnitsBack> GoneOf(const SellerOrderId& part, std::span<const LineNow> lines);
std::vector<UnitsBack> BackOf(std::span<const LineNow> lines, std::span<const Units> units);

// All that is left of a part; `lines` may be those of others, too.
Cut CutAll(const SellerOrderId& part, std::span<const LineNow> lines);

// Whether nothing of the part is left to send after it.
bool LeavesNothing(const Cut& cut, std::span<const LineNow> lines);

// The wanted units of a part; those of lines that are not its own are none of it. Throws Error: ILLEGAL_TRANSITION
// naming each line of which fewer are left.
Cut CutUnits(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted);

// Throws Error: INVALID_ARGUMENT for a line that is named twice, NOT_FOUND for one that is not among `lines`.
void RequireLines(std::span<const LineNow> lines, std::span<const Units> wanted);
// Throws Error ILLEGAL_TRANSITION that names each line of which fewer are left than are `to_be` done with ("cancelled").
void RequireLeft(std::span<const LineNow> lines, std::span<const Units> wanted, const std::string& to_be);
// Whether they are all units that are left.
bool AreAllLeft(std::span<const LineNow> lines, std::span<const Units> wanted);
// Whether some of them are the part's.
bool AreOf(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted);

}  // namespace market::order::domain
