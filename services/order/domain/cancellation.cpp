#include "services/order/domain/cancellation.hpp"

#include <algorithm>
#include <string>

#include "platform/core/error.hpp"
#include "platform/core/shares.hpp"
#include "services/order/domain/price.hpp"
#include "services/order/domain/refused_lines.hpp"

namespace market::order::domain {
namespace {

const Units* FindUnits(std::span<const Units> wanted, const LineId& line) {
  const auto found = std::ranges::find(wanted, line, &Units::line);
  return found == wanted.end() ? nullptr : &*found;
}

std::string LineFieldOf(std::span<const Units> wanted, const Units& units) {
  return "lines[" + std::to_string(&units - wanted.data()) + ']';
}

}  // namespace

std::int64_t CostOf(const LineNow& line, std::int64_t units) {
  return Portion(line.total_minor, line.Gone() + units, line.quantity) -
         Portion(line.total_minor, line.Gone(), line.quantity);
}

std::int64_t CostOfGone(const SellerOrderId& part, std::span<const LineNow> lines) {
  std::int64_t cost = 0;
  for (const auto& line : lines) {
    if (line.part == part) cost += Portion(line.total_minor, line.Gone(), line.quantity);
  }
  return cost;
}

std::vector<UnitsBack> GoneOf(const SellerOrderId& part, std::span<const LineNow> lines) {
  std::vector<UnitsBack> back;
  for (const auto& line : lines) {
    if (line.part != part || line.Gone() == 0) continue;
    back.push_back({line.line, line.Gone(), Portion(line.total_minor, line.Gone(), line.quantity)});
  }
  return back;
}

std::vector<UnitsBack> BackOf(std::span<const LineNow> lines, std::span<const Units> units) {
  std::vector<UnitsBack> back;
  for (const auto& line : lines) {
    const auto* some = FindUnits(units, line.line);
    if (some != nullptr) back.push_back({line.line, some->quantity, CostOf(line, some->quantity)});
  }
  return back;
}

Cut CutAll(const SellerOrderId& part, std::span<const LineNow> lines) {
  Cut cut{.part = part, .units = {}, .cost_minor = {}};
  bool some_sent = false;
  std::int64_t cost = 0;
  for (const auto& line : lines) {
    if (line.part != part) continue;
    some_sent |= line.shipped > 0;
    if (line.Left() <= 0) continue;
    cut.units.push_back({line.line, line.Left()});
    cost += CostOf(line, line.Left());
  }
  if (some_sent) cut.cost_minor = cost;
  return cut;
}

Cut CutUnits(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted) {
  RequireLeft(lines, wanted, "cancelled");
  Cut cut{.part = part, .units = {}, .cost_minor = {}};
  std::int64_t cost = 0;
  bool some_stay = false;
  for (const auto& line : lines) {
    if (line.part != part) continue;
    const auto* units = FindUnits(wanted, line.line);
    const auto gone = line.cancelled + (units == nullptr ? 0 : units->quantity);
    some_stay |= gone < line.quantity;
    if (units == nullptr) continue;
    cut.units.push_back(*units);
    cost += CostOf(line, units->quantity);
  }
  if (some_stay) cut.cost_minor = cost;
  return cut;
}

bool LeavesNothing(const Cut& cut, std::span<const LineNow> lines) {
  return std::ranges::all_of(lines, [&](const LineNow& line) {
    if (line.part != cut.part) return true;
    const auto* units = FindUnits(cut.units, line.line);
    return line.Left() == (units == nullptr ? 0 : units->quantity);
  });
}

void RequireLeft(std::span<const LineNow> lines, std::span<const Units> wanted, const std::string& to_be) {
  Error error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "fewer units are left than are to be " + to_be);
  RefusedLines told;
  for (const auto& line : lines) {
    const auto* units = FindUnits(wanted, line.line);
    if (units == nullptr || units->quantity <= line.Left()) continue;
    const auto field = LineFieldOf(wanted, *units) + ".quantity";
    error.WithField(
        field, error.reason,
        std::to_string(line.Left()) + " of the line are left, not " + std::to_string(units->quantity));
    told.Add(field, line.offer,
             R"("lineId":")" + line.line.ToString() + R"(",)" + UnitsText(units->quantity, line.Left()));
  }
  if (!told.Empty()) throw error.WithMetadata("lines", told.Text());
}

void RequireLines(std::span<const LineNow> lines, std::span<const Units> wanted) {
  for (const auto& units : wanted) {
    if (FindUnits(wanted, units.line) != &units) {
      throw InvalidArgument(LineFieldOf(wanted, units) + ".lineId", "DUPLICATE", "names a line twice");
    }
    if (std::ranges::find(lines, units.line, &LineNow::line) == lines.end()) throw NotFound("the line");
  }
}

bool AreAllLeft(std::span<const LineNow> lines, std::span<const Units> wanted) {
  return std::ranges::all_of(lines, [&](const LineNow& line) {
    const auto* units = FindUnits(wanted, line.line);
    return line.Left() == (units == nullptr ? 0 : units->quantity);
  });
}

bool AreOf(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted) {
  return std::ranges::any_of(lines, [&](const LineNow& line) {
    return line.part == part && FindUnits(wanted, line.line) != nullptr;
  });
}

}  // namespace market::order::domain
