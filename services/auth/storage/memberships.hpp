// Who is a member of which seller, as user says, for access tokens; and what user asks of accounts.
//
// User keeps the memberships and counts their changes; what comes here late or twice is known by that count.
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"

namespace market::auth::storage {

enum class Binding { kSettled, kNoSuchAccount };

struct Contact {
  AccountId account;
  std::string email;
};

struct SellerMember {
  AccountId account;
  domain::MemberRole role = domain::MemberRole::kStaff;
};

class Memberships {
 public:
  explicit Memberships(postgres::Database& database) : database_(database) {}

  // The membership becomes `role`, or ends without one, unless a newer `version` of it is known. One that
  // comes to be less makes access tokens of the account that are out invalid.
  Task<Binding> Set(Work work, AccountId account, SellerId seller, std::optional<domain::MemberRole> role,
                    std::int64_t version);

  // Of one seller, as they are now.
  Task<std::vector<SellerMember>> List(Work work, SellerId seller);

  // Those that exist.
  Task<std::vector<Contact>> Contacts(Work work, std::vector<AccountId> accounts);

 private:
  postgres::Database& database_;
};

}  // namespace market::auth::storage
