#include "services/order/domain/parcel.hpp"

#include <algorithm>

namespace market::order::domain {

Packed Pack(const SellerOrderId& part, std::span<const LineNow> lines, std::span<const Units> wanted) {
  if (wanted.empty()) return {.units = CutAll(part, lines).units, .part = State::kShipped};
  RequireLines(lines, wanted);
  RequireLeft(lines, wanted, "sent");
  return {.units = {wanted.begin(), wanted.end()},
          .part = AreAllLeft(lines, wanted) ? State::kShipped : State::kPartiallyShipped};
}

std::size_t CountUnderWay(const SellerOrderId& part, std::span<const Parcel> parcels,
                          const std::optional<ParcelId>& except) {
  return static_cast<std::size_t>(std::ranges::count_if(parcels, [&](const Parcel& parcel) {
    return parcel.part == part && !parcel.delivered_at && parcel.id != except;
  }));
}

std::vector<State> StepsWithoutRest(const SellerOrderId& part, std::span<const Parcel> parcels) {
  if (CountUnderWay(part, parcels) == 0) return {State::kShipped, State::kDelivered};
  return {State::kShipped};
}

}  // namespace market::order::domain
