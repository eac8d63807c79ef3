// What ended before its time, for whoever verifies tokens: sessions, API keys, what accounts were allowed, and
// keys that signed tokens.
//
// Told from the log of events. A reader that begins, or whose place the log does not know any more, is told
// the state instead: what ended within the life of a token; and where that is more than entries_max of a
// kind, that no token from before is good. Telling twice does no harm.
//
// Owner: the auth service. Io thread only. Fails as platform/events/log.hpp says.
#pragma once
#include <chrono>
#include <cstdint>

#include "marketplace/type/v1/revocation_feed.pb.h"
#include "platform/events/log.hpp"
#include "platform/postgres/database.hpp"

namespace market::auth::storage {

class Revocations {
 public:
  struct Options {
    std::chrono::milliseconds token_lifetime_max;
    std::int64_t entries_max = 20'000;
  };

  Revocations(postgres::Database& database, events::Log& log, const Options& options)
      : database_(database), log_(log), options_(options) {}

  Task<marketplace::type::v1::RevocationFeed> Feed(Work work, marketplace::type::v1::FeedRequest request);

 private:
  Task<> AddState(Work work, marketplace::type::v1::RevocationFeed& feed);

  postgres::Database& database_;
  events::Log& log_;
  const Options options_;
};

}  // namespace market::auth::storage
