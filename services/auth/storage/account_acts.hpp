// Accounts in the hands of operators: found, disabled, enabled, given roles and rid of them. Each act is one
// transaction with its version, its event, its row on record, and the end of the sessions where they end.
//
// What takes something away raises `reduced_version`: access tokens of an older version are refused
// everywhere. There is always an admin who may sign in: whoever would take the last one away is refused, also
// when two do so at once. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"

namespace market::auth::storage {

struct NoSuchAccount {};
// It is the last admin who may sign in.
struct LastAdmin {};
// By its owner, for good.
struct AccountIsClosed {};
// It has roles, which whoever asks may not take away.
struct IsOperator {};
// It has no password yet, and so no roles.
struct IsGuest {};
using Acted = std::variant<domain::Account, NoSuchAccount, LastAdmin, IsOperator, IsGuest, AccountIsClosed>;

// Whose accounts may be disabled.
enum class Target : std::uint8_t { kAnybody, kNoOperator };

// Which accounts a list is of: all where nothing is chosen.
struct AccountFilter {
  std::optional<domain::AccountState> state;
  std::optional<bool> guest;
};

class AccountActs {
 public:
  explicit AccountActs(postgres::Database& database) : database_(database) {}

  // The newest first, from before `before` on.
  Task<std::vector<domain::Account>> List(Work work, const AccountFilter& filter,
                                          std::optional<AccountId> before, int limit);
  // Those that have this normal e-mail: who signs in with it, and guests. The newest first as well.
  Task<std::vector<domain::Account>> ListOfEmail(Work work, std::string_view email_key,
                                                 const AccountFilter& filter, std::optional<AccountId> before,
                                                 int limit);
  // By the beginning of their normal e-mail and in its order, from behind `after` on.
  struct Position {
    std::string email_key;
    AccountId id;
  };
  Task<std::vector<domain::Account>> ListByEmail(Work work, std::string_view prefix,
                                                 const AccountFilter& filter,
                                                 const std::optional<Position>& after, int limit);

  // Repeating any of these changes nothing and leaves no row.
  Task<Acted> Disable(Work work, AccountId id, std::string reason, Target target, audit::Act act);
  Task<Acted> Enable(Work work, AccountId id, audit::Act act);
  Task<Acted> Grant(Work work, AccountId id, domain::Role role, audit::Act act);
  Task<Acted> Revoke(Work work, AccountId id, domain::Role role, audit::Act act);

  // Holds up whoever else would take an admin away until this transaction has ended.
  static Task<bool> IsLastAdmin(postgres::Tx& tx, const domain::Account& account);

 private:
  static Task<std::optional<domain::Account>> Lock(postgres::Tx& tx, AccountId id);

  postgres::Database& database_;
};

}  // namespace market::auth::storage
