// Accounts that their owners close, and the saga rows of what is still to be erased of them elsewhere.
//
// Closing is one transaction: the account can't be signed in to by anything from then on, everything personal in
// this service is gone, and the erasure of the rest begins. A driver holds a lease with a fence, as of a checkout;
// what it writes after somebody else has taken over changes nothing and throws LostErasure. Times are the
// database's. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "platform/core/words.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/storage/account_acts.hpp"
#include "services/auth/storage/mailings.hpp"

namespace market::auth::storage {

enum class Pass : std::uint8_t { kFirst, kLast, kDone };
inline constexpr Words<Pass, 3> kPasses{"pass of an erasure", {"FIRST", "LAST", "DONE"}};
inline std::string_view Name(Pass pass) { return kPasses.Name(pass); }
inline void FromText(std::string_view text, Pass& pass) { pass = kPasses.Require(text); }

// An erasure that is due and leased to the caller, with what is needed to give it back unread.
struct DueErasure {
  AccountId account;
  std::int64_t fence = 0;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

struct ErasureLease {
  AccountId account;
  std::int64_t fence = 0;
  Pass pass = Pass::kFirst;
  std::vector<std::string> waiting;  // services
  std::string email;                 // empty: not known any more
};

class LostErasure : public std::runtime_error {
 public:
  LostErasure() : std::runtime_error("another driver has taken over this erasure") {}
};

struct ErasureTimes {
  // Every process that hears of auth refuses the account's tokens by then (2 s), so nothing personal comes after
  // the first pass.
  std::chrono::milliseconds first = std::chrono::seconds(3);
  // None of them is good any more: what a process that heard of nothing let in is found by the last pass.
  std::chrono::milliseconds last = std::chrono::minutes(11);
  std::chrono::milliseconds lease = std::chrono::seconds(60);
};

class Erasures {
 public:
  // `services` are those that are asked to erase.
  Erasures(postgres::Database& database, ErasureTimes times, std::vector<std::string> services)
      : database_(database), times_(times), services_(std::move(services)) {}

  // PasswordDiffers: it was changed since it was proven, or the account is not ACTIVE any more. Of a guest there is
  // no version of a password.
  using Closed = std::variant<domain::Account, LastAdmin, PasswordDiffers>;
  Task<Closed> Close(Work work, AccountId account, std::optional<std::int64_t> password_version);

  Task<std::vector<DueErasure>> TakeDue(Work work, std::size_t limit);
  Task<std::int64_t> CountParked(Work work);
  // Nothing when somebody else has taken over since.
  Task<std::optional<ErasureLease>> Read(Work work, DueErasure due);
  // `service` has nothing personal of the account any more.
  Task<> Erased(Work work, const ErasureLease& lease, std::string_view service);
  // All have said so: the last pass is due later, or it is done. What came into this service meanwhile goes too.
  Task<> EndPass(Work work, const ErasureLease& lease);
  // Gives the lease back; due again after `delay`.
  Task<> Postpone(Work work, const ErasureLease& lease, std::chrono::milliseconds delay, std::string why);
  // Gives back one whose run broke, unless somebody else has taken over.
  Task<> PutBack(Work work, DueErasure due, runtime::Setback setback);

 private:
  postgres::Database& database_;
  const ErasureTimes times_;
  const std::vector<std::string> services_;
};

}  // namespace market::auth::storage
