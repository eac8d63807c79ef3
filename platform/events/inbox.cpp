#include "platform/events/inbox.hpp"

#include <string>

namespace market::events {
namespace {

constexpr postgres::Statement kTake{
    "events.take",
    "INSERT INTO event_inbox (subscriber, event_id) VALUES ($1, $2::uuid) ON CONFLICT DO NOTHING"};
constexpr postgres::Statement kSweep{"events.sweep_inbox", R"sql(
  DELETE FROM event_inbox WHERE (subscriber, event_id) IN (
    SELECT subscriber, event_id FROM event_inbox WHERE at < market_now() - $1::interval
    ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

Task<bool> IsNew(postgres::Tx& tx, std::string_view subscriber, const Event& event) {
  const auto taken = co_await tx.Execute(kTake, subscriber, event.id());
  co_return taken.AffectedRows() == 1;
}

Task<std::int64_t> SweepInbox(postgres::Database& database, Work work, std::chrono::milliseconds kept,
                              std::int64_t limit) {
  const auto gone = co_await database.Write(work, kSweep, kept, limit);
  co_return gone.AffectedRows();
}

}  // namespace market::events
