#include "services/notification/workers/sweeper.hpp"

#include "platform/events/inbox.hpp"

namespace market::notification {
namespace {

constexpr std::int64_t kChunkRows = 500;
constexpr std::chrono::seconds kSweepLimit{10};
constexpr std::chrono::minutes kPause{10};

}  // namespace

Sweeper::Sweeper(postgres::Database& database, storage::Notifications& notifications,
                 storage::Conversations& conversations, Kept kept)
    : database_(database),
      notifications_(notifications),
      conversations_(conversations),
      kept_(kept),
      sweeping_({.name = "notification.sweep", .period = kPause}, [this] { return Sweep(); }) {}

Task<runtime::Every::Next> Sweeper::Sweep() {
  const auto removed =
      co_await notifications_.Sweep(runtime::After(kSweepLimit), kept_.notifications, kChunkRows) +
      co_await conversations_.SweepLimits(runtime::After(kSweepLimit), kChunkRows) +
      co_await events::SweepInbox(database_, runtime::After(kSweepLimit), kept_.events, kChunkRows);
  co_return removed > 0 ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

}  // namespace market::notification
