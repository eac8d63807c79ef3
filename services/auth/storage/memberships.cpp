#include "services/auth/storage/memberships.hpp"

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/auth/messages.hpp"

namespace market::auth::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Statement kLockMember{"auth.lock_member", "SELECT version FROM account WHERE id = $1 FOR UPDATE"};

struct Known {
  std::optional<domain::MemberRole> role;
  std::int64_t version = 0;
};
constexpr Columns kKnown{Column{"role", &Known::role}, Column{"version", &Known::version}};
constexpr ComposedStatement kFindMember{
    "auth.find_member", "SELECT " + kKnown + " FROM seller_member WHERE account_id = $1 AND seller_id = $2"};

constexpr Statement kSetMember{"auth.set_member", R"sql(
INSERT INTO seller_member (account_id, seller_id, role, version) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, seller_id) DO UPDATE SET role = excluded.role, version = excluded.version)sql"};

struct NewVersion {
  std::int64_t version = 0;
};
constexpr Columns kNewVersion{Column{"version", &NewVersion::version}};
// Of less ($2), whatever tokens say that are out is too much.
constexpr ComposedStatement kRaiseMember{"auth.raise_account", R"sql(
UPDATE account SET version = version + 1, updated_at = market_now(),
  reduced_version = CASE WHEN $2::boolean THEN version + 1 ELSE reduced_version END,
  reduced_at = CASE WHEN $2::boolean THEN market_now() ELSE reduced_at END
WHERE id = $1
RETURNING )sql" + kNewVersion};

constexpr Columns kContact{Column{"id", &Contact::account}, Column{"email", &Contact::email}};
constexpr ComposedStatement kContacts{"auth.contacts", "SELECT " + kContact + R"sql(
FROM account WHERE id = ANY ($1) AND state <> 'CLOSED' ORDER BY id)sql"};

constexpr Columns kSellerMember{Column{"account_id", &SellerMember::account},
                                Column{"role", &SellerMember::role}};
constexpr ComposedStatement kListMembersOf{"auth.list_members", "SELECT " + kSellerMember + R"sql(
FROM seller_member WHERE seller_id = $1 AND role IS NOT NULL ORDER BY account_id)sql"};

bool IsLess(std::optional<domain::MemberRole> now, std::optional<domain::MemberRole> before) {
  return before && (!now || *now > *before);
}

events::NewEvent Told(AccountId account, SellerId seller, std::optional<domain::MemberRole> before,
                      std::optional<domain::MemberRole> now, std::int64_t version) {
  if (!now) return SellerMemberRemovedEvent(account, seller, version);
  return before ? SellerMemberRoleChangedEvent(account, seller, *now, version)
                : SellerMemberAddedEvent(account, seller, *now, version);
}

}  // namespace

Task<Binding> Memberships::Set(Work work, AccountId account, SellerId seller,
                               std::optional<domain::MemberRole> role, std::int64_t version) {
  const auto set = [&](postgres::Tx& tx) -> Task<Binding> {
    if ((co_await tx.Execute(kLockMember, account)).empty()) co_return Binding::kNoSuchAccount;
    const auto known = kKnown.ReadAtMostOne(co_await tx.Execute(kFindMember, account, seller));
    if (known && known->version >= version) co_return Binding::kSettled;
    const auto before = known ? known->role : std::nullopt;
    co_await tx.Execute(kSetMember, account, seller, role, version);
    if (before == role) co_return Binding::kSettled;
    const auto raised = kNewVersion.ReadOne(co_await tx.Execute(kRaiseMember, account, IsLess(role, before)));
    Batch batch("auth.member_set");
    events::Append(batch, work, Told(account, seller, before, role, raised.version));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Binding::kSettled;
  };
  co_return co_await database_.Transaction(work, set);
}

Task<std::vector<SellerMember>> Memberships::List(Work work, SellerId seller) {
  co_return kSellerMember.ReadAll(co_await database_.Read(work, kListMembersOf, seller));
}

Task<std::vector<Contact>> Memberships::Contacts(Work work, std::vector<AccountId> accounts) {
  co_return kContact.ReadAll(co_await database_.Read(work, kContacts, accounts));
}

}  // namespace market::auth::storage
