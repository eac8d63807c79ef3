// How often callers may come, counted for all replicas together: by the generic cell rate algorithm (ITU-T
// I.371), one time a caller. Times are the database's.
//
// A caller is named by any text (an address, an e-mail, a device); only its SHA-256 is kept. Fails as
// platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/throttle.hpp"

namespace market::auth::storage {

class CallerLimits {
 public:
  explicit CallerLimits(postgres::Database& database) : database_(database) {}

  // Counts one more of this caller. Past the limit nothing is counted: the time until the next one.
  Task<std::optional<std::chrono::milliseconds>> Take(Work work, std::string_view caller,
                                                      const domain::RateLimit& limit);
  // One more guess at the password of an e-mail by any stranger. Forgotten by a sign-in (OpenSession) or a new
  // password (Mailings::Reset).
  Task<std::optional<std::chrono::milliseconds>> TakeGuess(Work work, std::string_view email_key,
                                                           const domain::RateLimit& limit);

  // Deletes who may come as if never seen, at most `limit` rows; gives the number deleted.
  Task<std::int64_t> Sweep(Work work, std::int64_t limit);

 private:
  Task<std::optional<std::chrono::milliseconds>> TakeDigest(Work work, std::string digest,
                                                            const domain::RateLimit& limit);

  postgres::Database& database_;
};

}  // namespace market::auth::storage
