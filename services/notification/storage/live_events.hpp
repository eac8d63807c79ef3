// What pages that are open are told of at once, in an order that is safe against commits that come late, as
// platform/events/log.hpp has it; kept for a while, so that who lost a stream goes on where it was.
//
// Every query takes who listens. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/notification/domain/live.hpp"

namespace market::notification::storage {

// A place among all live events: what is before it was looked at.
struct LivePosition {
  Uuid incarnation;  // of the log: a restored database has another one
  std::int64_t xid = 0;
  std::int64_t seq = 0;

  std::string ToText() const;
  // Nothing for what is none.
  static std::optional<LivePosition> Parse(std::string_view text);
};

struct LiveEntry {
  LivePosition at;
  domain::LiveEvent event;
};

struct LivePage {
  std::vector<LiveEntry> entries;
  LivePosition next;
  bool expired = false;  // nobody knows any more what came after the position that was asked for
};

class LiveEvents {
 public:
  explicit LiveEvents(postgres::Database& database) : database_(database) {}

  // What came after a position, the oldest first; without one, nothing but where it goes on.
  Task<LivePage> List(Work work, const domain::Listener& listener, std::optional<LivePosition> after,
                      int limit);

  struct News {
    std::vector<Uuid> listeners;  // who has something new
    bool everybody = false;       // there was too much to tell whose it is, or nobody knows since when
    std::int64_t next = 0;        // a transaction: what to ask after
  };
  // Whose something is, since a transaction; without one, from now on.
  Task<News> NewSince(Work work, std::optional<std::int64_t> xid, int limit);

  // Deletes what is older than `kept`, at most `limit` rows; gives how many.
  Task<std::int64_t> Forget(Work work, std::chrono::milliseconds kept, std::int64_t limit);
  // Before anything else in a process: forgets what a dump brought from another server.
  Task<> Settle(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::notification::storage
