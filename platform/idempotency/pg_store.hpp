// The idempotency store in the service's own database (migration set "idempotency").
//
// Begin is one round trip for a new key and for a takeover, two for a known key. Times are the database's.
#pragma once
#include <chrono>
#include <cstddef>

#include "platform/idempotency/store.hpp"
#include "platform/postgres/database.hpp"

namespace market::idempotency {

class PgStore final : public Store {
 public:
  struct Options {
    std::chrono::milliseconds lease = kLease;
    std::chrono::hours keep = kKeep;
    std::chrono::milliseconds retry_after{1000};  // what a twin is told, at most
    std::size_t sweep_chunk = 1000;
  };

  explicit PgStore(postgres::Database& database) : PgStore(database, Options()) {}
  PgStore(postgres::Database& database, Options options) : database_(database), options_(options) {}

  Task<Decision> Begin(Work work, const Request& request) override;
  Task<> Finish(Work work, const Request& request, std::int64_t fence, std::string answer) override;
  Task<> Abandon(Work work, const Request& request, std::int64_t fence) override;

  // Deletes expired keys, chunk by chunk, until none is left or the deadline is near. Any replica, any time.
  Task<> Sweep(Work work);

 private:
  postgres::Database& database_;
  const Options options_;
};

}  // namespace market::idempotency
