// What may happen to the units an order holds. Pure: storage reads the lines under lock, asks here what to
// do, and writes the answer in the same transaction.
//
//   HELD ------> COMMITTED ------> CONSUMED     (shipped: the units leave the stock)
//     |  \           |
//     |   `-> EXPIRED -> COMMITTED              (a late commit takes the units again, if they are there)
//     `-> RELEASED <-'  <- EXPIRED              (given back)
//
// RELEASED and CONSUMED are final. Only HELD and COMMITTED lines count in `reserved` of the stock.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::domain {

enum class LineState : std::uint8_t { kHeld, kCommitted, kConsumed, kReleased, kExpired };

// Of all that one order asked for.
enum class ReservationState : std::uint8_t { kOpen, kReleased };

inline constexpr Words<LineState, 5> kLineStates{"state of a reserved line",
                                                 {"HELD", "COMMITTED", "CONSUMED", "RELEASED", "EXPIRED"}};
inline constexpr Words<ReservationState, 2> kReservationStates{"state of a reservation",
                                                               {"OPEN", "RELEASED"}};

inline std::string_view Name(LineState state) { return kLineStates.Name(state); }
inline std::string_view Name(ReservationState state) { return kReservationStates.Name(state); }
inline void FromText(std::string_view word, LineState& state) { state = kLineStates.Require(word); }
inline void FromText(std::string_view word, ReservationState& state) {
  state = kReservationStates.Require(word);
}

bool MayBecome(LineState from, LineState to);
// Whether units are set aside for a line in this state.
bool HoldsUnits(LineState state);

struct Line {
  OfferId offer;
  std::int64_t quantity = 0;
  bool operator==(const Line&) const = default;
};

// One line per offer, in the order of the offers' ids, which is the order of locking.
std::vector<Line> SumByOffer(std::span<const Line> lines);

struct ReservedLine {
  OfferId offer;
  std::int64_t quantity = 0;
  LineState state = LineState::kHeld;
};

// Lines that change state, and what that does to the stock, in the order of the offers' ids.
struct Change {
  LineState to = LineState::kHeld;
  std::vector<OfferId> lines;
  struct StockMove {
    OfferId offer;
    std::int64_t on_hand = 0;   // added to
    std::int64_t reserved = 0;  // added to
    bool operator==(const StockMove&) const = default;
  };
  std::vector<StockMove> stock;
};

// Each takes the order's lines sorted by offer. Nothing to do is an empty change;
// nullopt: the reservation is gone.
std::optional<Change> Commit(std::span<const ReservedLine> lines);
// Of the named offers, or of all without names. Always possible: what has ended already stays as it is.
Change Release(std::span<const ReservedLine> lines, std::span<const OfferId> offers);
// What such a release leaves of the whole: RELEASED for ever once nothing of it holds units.
ReservationState AfterRelease(ReservationState state, std::span<const ReservedLine> lines,
                              std::span<const OfferId> offers);
std::optional<Change> Consume(std::span<const ReservedLine> lines, std::span<const OfferId> offers);

}  // namespace market::product::domain
