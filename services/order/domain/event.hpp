// One step of an order's history, and who took it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::domain {

enum class ActorRole : std::uint8_t { kBuyer, kSeller, kOperator, kSystem };

// As in the contract and the database.
inline constexpr Words<ActorRole, 4> kActorRoles{"role of an actor",
                                                 {"buyer", "seller", "operator", "system"}};
inline std::string_view Name(ActorRole role) { return kActorRoles.Name(role); }
inline void FromText(std::string_view text, ActorRole& role) { role = kActorRoles.Require(text); }

struct Event {
  Time at;
  SellerOrderId part;
  std::optional<State> from;  // nothing at the beginning
  State to = State::kPendingPayment;
  ActorRole actor = ActorRole::kSystem;
  std::string reason;              // of a failure its name, of a cancellation what a person wrote
  std::vector<Units> cancelled;    // with it
  std::optional<ParcelId> parcel;  // that was sent or delivered with it
  bool address_changed = false;    // it goes elsewhere since
};

}  // namespace market::order::domain
