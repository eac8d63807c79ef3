#include "services/order/domain/return.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "services/order/domain/refused_lines.hpp"

namespace market::order::domain {
namespace {

using enum ReturnState;

constexpr std::array<std::pair<ReturnState, ReturnState>, 10> kReturnMoves = {{
    {kRequested, kApproved},
    {kRequested, kRejected},
    {kApproved, kInTransit},
    {kApproved, kReceived},
    {kApproved, kClosed},
    {kApproved, kRejected},
    {kInTransit, kReceived},
    {kInTransit, kClosed},
    {kReceived, kClosed},
    {kReceived, kRejected},
}};

std::int64_t QuantityOf(std::span<const Units> units, const LineId& line) {
  const auto found = std::ranges::find(units, line, &Units::line);
  return found == units.end() ? 0 : found->quantity;
}

std::string FieldOf(std::string_view list, std::size_t at, std::string_view member) {
  return std::string(list).append("[").append(std::to_string(at)).append("].").append(member);
}

}  // namespace

bool MayMove(ReturnState from, ReturnState to) {
  return std::ranges::find(kReturnMoves, std::pair(from, to)) != kReturnMoves.end();
}

bool MayMove(ReturnState from, ReturnState to, ActorRole actor) {
  if (from == kApproved && to == kRejected && actor != ActorRole::kSystem) return false;
  return MayMove(from, to);
}

void RequireMove(ReturnState from, ReturnState to, ActorRole actor) {
  if (MayMove(from, to, actor)) return;
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "a return that is " + std::string(Name(from)) + " can't become " + std::string(Name(to)))
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

std::vector<Units> Return::UnitsOf() const {
  std::vector<Units> units;
  for (const auto& line : lines) units.push_back({line.line, line.quantity});
  return units;
}

ComingBack WhatGoesBack(std::span<const LineNow> lines, std::span<const Units> units,
                        std::int64_t delivery_minor) {
  ComingBack back{.amount_minor = 0, .delivery_minor = 0, .all = true, .lines = BackOf(lines, units)};
  for (const auto& line : lines) {
    const auto coming = QuantityOf(units, line.line);
    back.amount_minor += CostOf(line, coming);
    back.all &= line.Gone() + coming == line.quantity;
  }
  if (back.all) back.delivery_minor = delivery_minor;
  back.amount_minor += back.delivery_minor;
  return back;
}

bool IsAllBack(const SellerOrderId& part, std::span<const LineNow> lines) {
  bool some_returned = false;
  bool all = true;
  for (const auto& line : lines) {
    if (line.part != part) continue;
    some_returned |= line.returned > 0;
    all &= line.Gone() == line.quantity;
  }
  return all && some_returned;
}

void RequireReturnable(State part, std::span<const LineNow> lines, std::span<const Units> open,
                       std::span<const Units> wanted) {
  RequireLines(lines, wanted);
  Error error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              IsDead(part) ? "nothing of it was sent: it is " + std::string(Name(part))
                           : "fewer units can come back than are to");
  if (IsDead(part)) throw error.WithMetadata("from", std::string(Name(part)));
  RefusedLines told;
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    const auto& line = *std::ranges::find(lines, wanted[at].line, &LineNow::line);
    const auto there = line.shipped - line.returned - QuantityOf(open, line.line);
    if (wanted[at].quantity <= there) continue;
    const auto field = FieldOf("lines", at, "quantity");
    error.WithField(
        field, error.reason,
        std::to_string(there) + " of the line can come back, not " + std::to_string(wanted[at].quantity));
    told.Add(field, line.offer,
             R"("lineId":")" + line.line.ToString() + R"(",)" + UnitsText(wanted[at].quantity, there));
  }
  if (!told.Empty()) throw error.WithMetadata("lines", told.Text());
}

void RequireOfReturn(const Return& coming, std::span<const Units> restocked) {
  for (std::size_t at = 0; at < restocked.size(); ++at) {
    const auto& units = restocked[at];
    if (std::ranges::find(restocked, units.line, &Units::line) - restocked.begin() !=
        static_cast<std::ptrdiff_t>(at)) {
      throw InvalidArgument(FieldOf("restockLines", at, "lineId"), "DUPLICATE", "names a line twice");
    }
    const auto line = std::ranges::find(coming.lines, units.line, &ReturnLine::line);
    if (line == coming.lines.end()) throw NotFound("the line");
    if (units.quantity > line->quantity) {
      throw InvalidArgument(FieldOf("restockLines", at, "quantity"), "OUT_OF_RANGE",
                            std::to_string(line->quantity) + " of the line come back");
    }
  }
}

}  // namespace market::order::domain
