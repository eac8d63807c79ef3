#include "services/product/domain/reservation.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace market::product::domain {
namespace {

template <class Named>
bool AnyTwice(std::span<const Named> all, LineId Named::* id) {
  std::set<LineId> seen;
  return !std::ranges::all_of(all, [&](const Named& one) { return seen.insert(one.*id).second; });
}

}  // namespace

bool NamesTwice(std::span<const Line> lines) { return AnyTwice(lines, &Line::id); }
bool NamesTwice(std::span<const Units> units) { return AnyTwice(units, &Units::line); }

Repeat JudgeRepeat(std::span<const ReservedLine> found, std::span<const Line> asked) {
  const auto is_released = [](const ReservedLine& one) { return one.released == one.line.quantity; };
  if (std::ranges::all_of(found, is_released)) return Repeat::kGone;
  const auto line_of = [](const ReservedLine& one) { return one.line; };
  return std::ranges::is_permutation(found, asked, {}, line_of) ? Repeat::kSame : Repeat::kOther;
}

Missing FindMissing(std::span<const Line> asked, std::span<const OfferedUnits> offered) {
  std::map<OfferId, std::int64_t> wanted;
  for (const auto& line : asked) wanted[line.offer] += line.quantity;
  Missing missing;
  for (const auto& [offer, for_sale, available] : offered) {
    if (!for_sale) {
      missing.not_for_sale.push_back(offer);
    } else if (available < wanted[offer]) {
      missing.shortages.push_back({offer, available});
    }
  }
  return missing;
}

}  // namespace market::product::domain
