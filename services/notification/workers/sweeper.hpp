// Deletes what people were told long ago, counts of what they wrote that hold nobody back any more, and which
// events were acted upon when their log has forgotten them. Hygiene only: nothing depends on it.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "services/notification/storage/conversations.hpp"
#include "services/notification/storage/notifications.hpp"

namespace market::notification {

// Any number of replicas may. What it sweeps must outlive it.
class Sweeper {
 public:
  struct Kept {
    std::chrono::milliseconds notifications = std::chrono::days(90);
    std::chrono::milliseconds events = std::chrono::days(30);
  };

  Sweeper(postgres::Database& database, storage::Notifications& notifications,
          storage::Conversations& conversations, Kept kept);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  postgres::Database& database_;
  storage::Notifications& notifications_;
  storage::Conversations& conversations_;
  const Kept kept_;
  runtime::Every sweeping_;
};

}  // namespace market::notification
