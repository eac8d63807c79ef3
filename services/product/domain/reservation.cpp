#include "services/product/domain/reservation.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>

namespace market::product::domain {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"HELD", "COMMITTED", "CONSUMED", "RELEASED", "EXPIRED"};

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

std::string_view Name(LineState state) { return kNames[static_cast<std::size_t>(state)]; }

LineState LineStateFrom(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) throw std::invalid_argument("no such reservation state: " + std::string(name));
  return static_cast<LineState>(found - kNames.begin());
}

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
