#include "services/product/domain/reservation.hpp"

#include <algorithm>
#include <map>

namespace market::product::domain {
namespace {

bool Contains(std::span<const OfferId> offers, const OfferId& offer) {
  return std::ranges::find(offers, offer) != offers.end();
}

void Move(Change& change, const ReservedLine& line) {
  const int before = HoldsUnits(line.state) ? 1 : 0;
  const int after = HoldsUnits(change.to) ? 1 : 0;
  change.lines.push_back(line.offer);
  const std::int64_t reserved = (after - before) * line.quantity;
  const std::int64_t on_hand = change.to == LineState::kConsumed ? -line.quantity : 0;
  if (reserved != 0 || on_hand != 0) change.stock.push_back({line.offer, on_hand, reserved});
}

}  // namespace

bool MayBecome(LineState from, LineState to) {
  switch (from) {
    case LineState::kHeld:
      return to == LineState::kCommitted || to == LineState::kReleased || to == LineState::kExpired;
    case LineState::kCommitted:
      return to == LineState::kConsumed || to == LineState::kReleased;
    case LineState::kExpired:
      return to == LineState::kCommitted || to == LineState::kReleased;
    case LineState::kConsumed:
    case LineState::kReleased:
      return false;
  }
  return false;
}

bool HoldsUnits(LineState state) { return state == LineState::kHeld || state == LineState::kCommitted; }

std::vector<Line> SumByOffer(std::span<const Line> lines) {
  std::map<OfferId, std::int64_t> quantities;
  for (const auto& line : lines) quantities[line.offer] += line.quantity;
  std::vector<Line> sums;
  sums.reserve(quantities.size());
  for (const auto& [offer, quantity] : quantities) sums.push_back({offer, quantity});
  return sums;
}

std::optional<Change> Commit(std::span<const ReservedLine> lines) {
  const auto released = [](const ReservedLine& line) { return line.state == LineState::kReleased; };
  if (std::ranges::all_of(lines, released)) return std::nullopt;
  Change change{.to = LineState::kCommitted};
  for (const auto& line : lines) {
    if (MayBecome(line.state, change.to)) Move(change, line);
  }
  return change;
}

Change Release(std::span<const ReservedLine> lines, std::span<const OfferId> offers) {
  Change change{.to = LineState::kReleased};
  for (const auto& line : lines) {
    if (!offers.empty() && !Contains(offers, line.offer)) continue;
    if (MayBecome(line.state, change.to)) Move(change, line);
  }
  return change;
}

ReservationState AfterRelease(ReservationState state, std::span<const ReservedLine> lines,
                              std::span<const OfferId> offers) {
  const auto ended = [&](const ReservedLine& line) {
    return !HoldsUnits(line.state) || Contains(offers, line.offer);
  };
  const bool whole = offers.empty() || std::ranges::all_of(lines, ended);
  return whole ? ReservationState::kReleased : state;
}

std::optional<Change> Consume(std::span<const ReservedLine> lines, std::span<const OfferId> offers) {
  const auto known = [&](const OfferId& offer) {
    return std::ranges::any_of(lines, [&](const ReservedLine& line) { return line.offer == offer; });
  };
  if (!std::ranges::all_of(offers, known)) return std::nullopt;
  Change change{.to = LineState::kConsumed};
  for (const auto& line : lines) {
    if (!Contains(offers, line.offer) || line.state == LineState::kConsumed) continue;
    if (!MayBecome(line.state, change.to)) return std::nullopt;
    Move(change, line);
  }
  return change;
}

}  // namespace market::product::domain
