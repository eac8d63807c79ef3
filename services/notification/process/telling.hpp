// Tells what happened to those whom it concerns: finds out who they are, then keeps what each is told and what is
// to be mailed, once per event.
//
// Owner: the service; io thread only.
#pragma once
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/events/event.hpp"
#include "services/notification/domain/notification.hpp"
#include "services/notification/storage/notifications.hpp"

namespace market::notification {

class Telling {
 public:
  // `notifications` must outlive it.
  explicit Telling(storage::Notifications& notifications) : notifications_(notifications) {}

  // Before the first call. Apart from the constructor since auth and notification know each other.
  void Connect(api::AuthApi& auth) { auth_ = &auth; }

  // Gives how many mails wait since. `news` and `live` are what `event` says.
  Task<std::size_t> Tell(CallContext& call, const events::Event& event, const std::vector<domain::News>& news,
                         std::vector<domain::LiveNews> live = {});

 private:
  Task<std::vector<AccountId>> FindTeam(CallContext& call, const domain::News& news);

  storage::Notifications& notifications_;
  api::AuthApi* auth_ = nullptr;
};

}  // namespace market::notification
