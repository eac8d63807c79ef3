#include "services/user/storage/members.hpp"

#include "platform/outbox/outbox.hpp"
#include "services/user/messages.hpp"
#include "services/user/storage/member_rows.hpp"
#include "services/user/storage/seller_rows.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr ComposedStatement kListMembers{"user.list_members", "SELECT " + kMember + R"sql(
FROM seller_member m LEFT JOIN profile p ON p.id = m.account_id
WHERE m.seller_id = $1 AND m.role IS NOT NULL
ORDER BY m.joined_at, m.account_id LIMIT $2)sql"};

constexpr ComposedStatement kCountOwners{
    "user.count_owners",
    "SELECT " + kCounted + " FROM seller_member WHERE seller_id = $1 AND role = 'owner'"};

constexpr Statement kSetRole{"user.set_member_role", R"sql(
UPDATE seller_member SET role = $3, version = version + 1 WHERE seller_id = $1 AND account_id = $2)sql"};

constexpr Statement kEndMembership{"user.end_membership", R"sql(
UPDATE seller_member SET role = NULL, version = version + 1 WHERE seller_id = $1 AND account_id = $2)sql"};

constexpr Statement kUncount{"user.uncount_membership", R"sql(
UPDATE membership_count SET sellers = sellers - 1 WHERE account_id = $1)sql"};

// What is CLOSED needs no owner any more.
Task<bool> IsLastOwner(postgres::Tx& tx, const domain::Seller& seller, domain::Member member) {
  if (member.role != domain::MemberRole::kOwner || seller.state == domain::SellerState::kClosed)
    co_return false;
  co_return kCounted.ReadOne(co_await tx.Execute(kCountOwners, member.seller)).rows == 1;
}

void RecordMember(Batch& batch, const Work& work, audit::Act act, const domain::Member& member) {
  act.target_type = "account";
  act.target_id = member.account.ToString();
  act.seller = member.seller;
  act.before["role"] = Name(member.role);
  audit::Append(batch, work, act);
}

}  // namespace

Task<std::vector<domain::Member>> Members::List(Work work, SellerId seller) {
  co_return kMember.ReadAll(co_await database_.List(work, kListMembers, seller, domain::kMembersMax));
}

Task<Members::Changed> Members::SetRole(Work work, SellerId seller, AccountId account,
                                        domain::MemberRole role, ExpectedVersion expected, std::string trace,
                                        audit::Act act) {
  const auto set = [&](postgres::Tx& tx) -> Task<Changed> {
    const auto shop = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, seller));
    const auto before = kMember.ReadAtMostOne(co_await tx.Execute(kFindMember, seller, account));
    if (!shop || !before) co_return Missing();
    if (expected && *expected != before->version) co_return VersionDiffers();
    if (before->role == role) co_return *before;
    if (co_await IsLastOwner(tx, *shop, *before)) co_return LastOwner();
    auto member = *before;
    member.role = role;
    ++member.version;
    Batch batch("user.member_changed");
    batch.Add(kSetRole, seller, account, role);
    outbox::Append(batch, BindingMessage(member, trace));
    act.after["role"] = Name(role);
    RecordMember(batch, work, act, *before);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return member;
  };
  co_return co_await database_.Transaction(work, set);
}

Task<Members::Removed> Members::Remove(Work work, SellerId seller, AccountId account, Whom whom,
                                       ExpectedVersion expected, std::string trace,
                                       std::optional<audit::Act> act) {
  const auto remove = [&](postgres::Tx& tx) -> Task<Removed> {
    const auto shop = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, seller));
    const auto member = kMember.ReadAtMostOne(co_await tx.Execute(kFindMember, seller, account));
    if (!shop || !member) co_return Missing();
    if (whom == Whom::kStaff && member->role != domain::MemberRole::kStaff) co_return NotStaff();
    if (expected && *expected != member->version) co_return VersionDiffers();
    if (co_await IsLastOwner(tx, *shop, *member)) co_return LastOwner();
    const Ended ended{member->version + 1};
    Batch batch("user.member_removed");
    batch.Add(kEndMembership, seller, account);
    batch.Add(kUncount, account);
    outbox::Append(batch, UnbindingMessage(seller, account, ended.version, trace));
    if (act) RecordMember(batch, work, *act, *member);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return ended;
  };
  co_return co_await database_.Transaction(work, remove);
}

}  // namespace market::user::storage
