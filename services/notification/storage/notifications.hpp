// What people were told, and what they want to be told. Everything here is somebody's own: every query takes
// the account as its scope.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/events/event.hpp"
#include "platform/postgres/database.hpp"
#include "services/notification/domain/live.hpp"
#include "services/notification/domain/notification.hpp"
#include "services/notification/domain/settings.hpp"

namespace market::notification::storage {

struct Wanted {
  bool unread = false;
  std::optional<SellerId> seller;
};

class Notifications {
 public:
  explicit Notifications(postgres::Database& database) : database_(database) {}

  // What an event tells to these accounts, each as its settings say: rows of the app, and mails in the outbox; and what
  // it tells at once to pages that show what it is about. Once per event, however often it is delivered. Gives how many
  // mails there are now more.
  Task<std::size_t> Tell(Work work, const events::Event& event, std::vector<domain::Told> told,
                         std::vector<domain::LiveNews> live = {});

  // The newest first, below `before`.
  Task<std::vector<domain::Notification>> List(Work work, AccountId account, Wanted wanted,
                                               std::optional<domain::NotificationId> before, int limit);
  // Up to domain::kUnreadCountMax.
  Task<std::int64_t> CountUnread(Work work, AccountId account);
  Task<> MarkRead(Work work, AccountId account, std::vector<domain::NotificationId> ids);
  Task<> MarkAllRead(Work work, AccountId account);

  Task<std::vector<domain::Setting>> Settings(Work work, AccountId account);
  // All that there are after it.
  Task<std::vector<domain::Setting>> Change(Work work, AccountId account,
                                            std::vector<domain::SettingChange> changes);

  // Deletes what is older than `kept`, at most `limit` rows; gives how many.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::notification::storage
