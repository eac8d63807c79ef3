#include "services/user/workers/subscribers.hpp"

#include "marketplace/user/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::user {
namespace {

namespace contract = ::marketplace::user::v1;

// Names its position in the log for ever.
constexpr std::string_view kNotification = "notification";

}  // namespace

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay) {
  return {
      .subscriber = std::string(kNotification),
      .types = events::NamesOf<contract::MemberInvited, contract::SellerApproved, contract::SellerSuspended,
                               contract::SellerReinstated, contract::SellerClosed>(),
      .relay = std::move(relay)};
}

events::Subscription::Deliver TellNotification(api::NotificationApi& notifications) {
  return rpc::Telling(notifications, kNotification);
}

std::vector<std::string> PublicFacts() {
  return events::NamesOf<contract::SellerOpened, contract::SellerApproved, contract::SellerUpdated,
                         contract::SellerSuspended, contract::SellerReinstated, contract::SellerClosed>();
}

}  // namespace market::user
