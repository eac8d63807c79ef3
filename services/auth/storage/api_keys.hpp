// API keys: made, listed, revoked, and looked up by their digest. Making and revoking are one transaction
// each with the event and the row on record. Times are the database's.
//
// Of a shop, and of an account, at most `count` are good at a time, also when they are made side by side.
// Fails as platform/postgres/errors.hpp says. Nothing here takes a key: digests only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/api_key.hpp"

namespace market::auth::storage {

struct ApiKeyLimits {
  std::int64_t count = 20;
  std::chrono::milliseconds lifetime = std::chrono::days(365);
};

struct NewApiKey {
  domain::ApiKeyId id;
  std::string digest;
  std::string prefix;
  std::string name;
  AccountId maker;
  std::optional<SellerId> seller;
  std::vector<std::string> permissions;
  std::optional<Time> expires_at;  // none: the longest lifetime
};

struct TooManyApiKeys {};
// It would end before now, or later than the longest lifetime allows.
struct ExpiryOutOfRange {};
using MadeApiKey = std::variant<domain::ApiKey, TooManyApiKeys, ExpiryOutOfRange>;

struct ResolvedApiKey {
  domain::ApiKey key;
  domain::Account maker;
  bool note_use = false;  // its last use is noted a minute ago or more
};

class ApiKeys {
 public:
  ApiKeys(postgres::Database& database, const ApiKeyLimits& limits) : database_(database), limits_(limits) {}

  const ApiKeyLimits& Limits() const { return limits_; }

  Task<MadeApiKey> Make(Work work, NewApiKey key, audit::Act act);
  // The good ones of a shop or, without one, of the whole marketplace; the newest first, from before `before`
  // on.
  Task<std::vector<domain::ApiKey>> List(Work work, std::optional<SellerId> seller,
                                         std::optional<domain::ApiKeyId> before, int limit);
  // Of this shop or, without one, any. False when there is none that is not revoked.
  Task<bool> Revoke(Work work, domain::ApiKeyId id, std::optional<SellerId> seller, audit::Act act);
  // A good one.
  Task<std::optional<ResolvedApiKey>> Resolve(Work work, std::string digest);
  // At most once a minute, whoever asks.
  Task<> NoteUse(Work work, domain::ApiKeyId id);
  // Deletes what ended `kept` ago or earlier, at most `limit` rows; gives the number deleted.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  postgres::Database& database_;
  const ApiKeyLimits limits_;
};

}  // namespace market::auth::storage
