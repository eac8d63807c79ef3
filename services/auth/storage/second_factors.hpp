// Authenticators, recovery codes, and sign-ins that wait for a code. Nothing here takes a secret or a code:
// steps and digests only.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

inline constexpr int kAuthenticatorsMax = 5;  // of an account
inline constexpr int kChallengeTriesMax = 5;
inline constexpr std::chrono::minutes kChallengeLifetime{5};

struct Authenticator {
  Uuid id;
  std::string name;
  Time created_at;
  std::optional<Time> confirmed_at;
};

struct TooManyAuthenticators {};

// What a code proves.
struct UsedStep {
  Uuid authenticator;
  std::int64_t step = 0;
};
struct UsedRecoveryCode {
  std::string digest;
};
using Proof = std::variant<UsedStep, UsedRecoveryCode>;

// A sign-in that waits for a code.
struct Challenge {
  AccountId account;
  std::vector<Uuid> authenticators;  // confirmed ones
};

class SecondFactors {
 public:
  SecondFactors(postgres::Database& database, const domain::Lifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // Not asked for until it is confirmed; those that never were make room for it.
  Task<std::variant<Authenticator, TooManyAuthenticators>> Add(Work work, AccountId account, const Uuid& id,
                                                               std::string name);
  Task<std::vector<Authenticator>> List(Work work, AccountId account);
  // With the code of `step`. Nothing when there is no such authenticator, or its code was used before.
  // `recovery_digests` take the place of those the account has when this is its first.
  struct Confirmed {
    Authenticator authenticator;
    bool first = false;
  };
  Task<std::optional<Confirmed>> Confirm(Work work, AccountId account, const UsedStep& proof,
                                         const std::vector<std::string>& recovery_digests);
  // False when there is none. With the last one its recovery codes go.
  Task<bool> Remove(Work work, AccountId account, const Uuid& id);
  // False when the proof was used before.
  Task<bool> RenewRecoveryCodes(Work work, AccountId account, const UsedStep& proof,
                                const std::vector<std::string>& recovery_digests);

  // After the right password. False when it was changed since it was checked.
  Task<bool> OpenChallenge(Work work, const Uuid& id, const Proven& proven);
  // Counts a try; nothing when it is over or has had its tries.
  Task<std::optional<Challenge>> CountTry(Work work, const Uuid& challenge);
  // Uses up proof and challenge and opens the session; nothing when either was used up before, or the
  // password is another one by now.
  Task<std::optional<domain::Account>> Answer(Work work, const Uuid& challenge, AccountId account,
                                              const Proof& proof, const NewSession& session);

  // Deletes challenges that are over, at most `limit`; gives the number deleted.
  Task<std::int64_t> Sweep(Work work, std::int64_t limit);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
};

}  // namespace market::auth::storage
