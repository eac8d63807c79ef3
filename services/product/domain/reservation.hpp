// What an order asks of the stock, and how it is judged. Pure.
//
// The units of a line are, each,
//
//   held ------> committed ------> consumed     (shipped: they leave the stock)
//       \            \
//        `------------`-> released              (given back)
//
// released and consumed are final, but that a consumed one may come back and be restocked; held and committed count in `reserved`
// of the stock. What moves them is
// migrations/0002_stock.sql, where the sums are CHECKs.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "services/product/domain/ids.hpp"

namespace market::product::domain {

// What one line asks for. One offer may have several lines.
struct Line {
  LineId id;
  OfferId offer;
  std::int64_t quantity = 0;
  bool operator==(const Line&) const = default;
};

// Some units of a reserved line.
struct Units {
  LineId line;
  std::int64_t quantity = 0;
};

// Whether an id stands twice.
bool NamesTwice(std::span<const Line> lines);
bool NamesTwice(std::span<const Units> units);

struct ReservedLine {
  Line line;
  std::int64_t released = 0;
};

enum class Repeat : std::uint8_t {
  kSame,
  kOther,  // the order asked for other lines
  kGone    // all was released, perhaps before it was asked for
};

// What an order that asks again finds.
Repeat JudgeRepeat(std::span<const ReservedLine> found, std::span<const Line> asked);

struct OfferedUnits {
  OfferId offer;
  bool for_sale = false;
  std::int64_t available = 0;
};
struct Shortage {
  OfferId offer;
  std::int64_t available = 0;
  bool operator==(const Shortage&) const = default;
};
// What stands against a reservation.
struct Missing {
  std::vector<OfferId> not_for_sale;
  std::vector<Shortage> shortages;  // of the others; an offer once, for all its lines
};

Missing FindMissing(std::span<const Line> asked, std::span<const OfferedUnits> offered);

}  // namespace market::product::domain
