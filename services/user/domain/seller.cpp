#include "services/user/domain/seller.hpp"

#include <stdexcept>

#include "platform/core/error.hpp"
#include "services/user/domain/people.hpp"

namespace market::user::domain {
namespace {

template <class T>
void Take(T& value, const std::optional<T>& change) {
  if (change) value = *change;
}

void SettleTrader(Trader& trader) {
  if (trader == Trader()) return;
  if (trader.legal_name.empty()) {
    throw InvalidArgument("seller.trader.legalName", "REQUIRED", "must not be empty");
  }
  if (trader.lines.empty()) throw InvalidArgument("seller.trader.lines", "REQUIRED", "must not be empty");
  Address place;
  place.city = trader.city;
  place.region = trader.region;
  place.postal_code = trader.postal_code;
  place.country_code = trader.country_code;
  SettlePlace(place, "seller.trader");
  trader.postal_code = place.postal_code;
}

}  // namespace

SellerState Target(SellerAct act) {
  switch (act) {
    case SellerAct::kApprove:
    case SellerAct::kReinstate:
      return SellerState::kActive;
    case SellerAct::kSuspend:
      return SellerState::kSuspended;
    case SellerAct::kClose:
      return SellerState::kClosed;
  }
  throw std::logic_error("no such act");
}

bool MayDo(SellerAct act, SellerState state) {
  if (state == Target(act)) return true;
  switch (act) {
    case SellerAct::kApprove:
      return state == SellerState::kPending;
    case SellerAct::kSuspend:
      return state == SellerState::kActive;
    case SellerAct::kReinstate:
      return state == SellerState::kSuspended;
    case SellerAct::kClose:
      return true;
  }
  throw std::logic_error("no such act");
}

Presentation Changed(Presentation presentation, const SellerChange& change) {
  Take(presentation.display_name, change.display_name);
  Take(presentation.description, change.description);
  Take(presentation.logo, change.logo);
  Take(presentation.contact_email, change.contact_email);
  Take(presentation.contact_phone, change.contact_phone);
  Take(presentation.return_policy, change.return_policy);
  Take(presentation.shipping_policy, change.shipping_policy);
  Take(presentation.holiday, change.holiday);
  Take(presentation.trader, change.trader);
  return presentation;
}

void Settle(SellerChange& change) {
  if (change.display_name && change.display_name->empty()) {
    throw InvalidArgument("seller.displayName", "REQUIRED", "must not be empty");
  }
  if (change.trader) SettleTrader(*change.trader);
}

}  // namespace market::user::domain
