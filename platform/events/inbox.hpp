// How a subscriber acts once per event, however often it is delivered.
//
//   const auto act = [&](postgres::Tx& tx) -> Task<> {
//     if (!co_await events::IsNew(tx, "notification", event)) co_return;
//     … what the event asks for, in this transaction …
//   };
//   co_await database.Transaction(work, act);
//
// Two deliveries at once: the second waits for the first one's end. Kept as long as the log it comes from.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

#include "platform/events/event.hpp"
#include "platform/postgres/database.hpp"

namespace market::events {

// Whether `subscriber` has not acted on it yet; with the commit it has.
Task<bool> IsNew(postgres::Tx& tx, std::string_view subscriber, const Event& event);

// Deletes what is older than it is kept, at most `limit` rows; gives how many.
Task<std::int64_t> SweepInbox(postgres::Database& database, Work work, std::chrono::milliseconds kept,
                              std::int64_t limit);

}  // namespace market::events
