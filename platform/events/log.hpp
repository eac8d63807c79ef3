// The retained log of one service: pages of it for whoever follows it, and its end.
//
// A page ends at 500 events or 1 MiB of payload. It holds only what no other event can come before any
// more: an event is seen once every transaction older than its own has ended, in any database of the
// server. Owner: the service; `database` must outlive it. Io thread only. Fails as
// platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/events/event.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::events {

// A place in the log: everything before it was read.
struct Position {
  std::int64_t xid = 0;
  std::int64_t seq = 0;
  auto operator<=>(const Position&) const = default;
};

struct Entry {
  Position at;
  Event event;
};

class Log {
 public:
  struct Options {
    std::string name = "events";  // whose: its worker is <name>.events
    std::chrono::milliseconds kept = std::chrono::days(30);
    std::size_t page_events = 500;
    std::size_t page_bytes = 1 << 20;
  };

  Log(postgres::Database& database, Options options);

  // The answer of an internal method `Feed`.
  // Throws Error INVALID_ARGUMENT for an `after` that is none of ours.
  Task<marketplace::type::v1::FeedResponse> Feed(Work work, marketplace::type::v1::FeedRequest request);

  // Deletes what is older than it is kept, at most 1,000 events; gives how many.
  // Nothing that a subscriber has still to be handed.
  Task<std::int64_t> Forget(Work work);
  // Before the first append of a process: makes the positions of a restored dump
  // those of this server. True when it was one.
  Task<bool> Settle(Work work);
  // Forgets, every hour.
  runtime::Every& Forgetting() { return forgetting_; }

 private:
  Task<runtime::Every::Next> ForgetRound();

  postgres::Database& database_;
  const Options options_;
  runtime::Every forgetting_;
};

// What Log and Subscription read by: events after a position ($1, $2), at most $3.
extern const postgres::Statement kReadAfter;
std::vector<Entry> ReadEntries(const postgres::Result& rows);

}  // namespace market::events
