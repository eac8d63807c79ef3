#include "services/user/storage/invitations.hpp"

#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/user/messages.hpp"
#include "services/user/storage/member_rows.hpp"
#include "services/user/storage/seller_rows.hpp"

namespace market::user::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

constexpr Columns kInvitation{Column{"id", &domain::Invitation::id},
                              Column{"seller_id", &domain::Invitation::seller},
                              Column{"email", &domain::Invitation::email},
                              Column{"role", &domain::Invitation::role},
                              Column{"invited_by", &domain::Invitation::invited_by},
                              Column{"created_at", &domain::Invitation::created_at},
                              Column{"expires_at", &domain::Invitation::expires_at}};

constexpr Statement kForgetOfSeller{
    "user.forget_invitations_of_seller",
    "DELETE FROM invitation WHERE seller_id = $1 AND expires_at <= market_now()"};
constexpr Statement kForget{"user.forget_invitations", R"sql(
DELETE FROM invitation WHERE id IN (
  SELECT id FROM invitation WHERE expires_at <= market_now()
  ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED))sql"};

constexpr ComposedStatement kCountOpen{"user.count_invitations",
                                       "SELECT " + kCounted + " FROM invitation WHERE seller_id = $1"};

constexpr ComposedStatement kInvite{"user.insert_invitation", R"sql(
INSERT INTO invitation (id, seller_id, email, role, invited_by, digest, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, market_now() + $7::interval)
RETURNING )sql" + kInvitation};

constexpr ComposedStatement kListOpen{"user.list_invitations", "SELECT " + kInvitation + R"sql(
FROM invitation WHERE seller_id = $1 AND expires_at > market_now()
ORDER BY created_at DESC, id DESC LIMIT $2)sql"};

constexpr ComposedStatement kFindOpen{
    "user.find_invitation",
    "SELECT " + kInvitation + " FROM invitation WHERE id = $1 AND expires_at > market_now()"};
constexpr ComposedStatement kFindByDigest{
    "user.find_invitation_by_digest",
    "SELECT " + kInvitation + " FROM invitation WHERE digest = $1 AND expires_at > market_now()"};
// E-mails are compared as auth does: case of ASCII letters does not matter.
constexpr ComposedStatement kFindOfEmail{"user.find_invitation_of_email", "SELECT " + kInvitation + R"sql(
FROM invitation WHERE seller_id = $1 AND lower(email COLLATE "C") = lower($2::text COLLATE "C"))sql"};

constexpr ComposedStatement kEndInvitation{"user.delete_invitation", R"sql(
DELETE FROM invitation WHERE id = $1 AND seller_id = $2
RETURNING )sql" + kInvitation};

constexpr ComposedStatement kCountMembers{
    "user.count_members",
    "SELECT " + kCounted + " FROM seller_member WHERE seller_id = $1 AND role IS NOT NULL"};
constexpr Statement kJoin{"user.join_seller", R"sql(
INSERT INTO seller_member (seller_id, account_id, role) VALUES ($1, $2, $3)
ON CONFLICT (seller_id, account_id) DO UPDATE
SET role = excluded.role, version = seller_member.version + 1, joined_at = excluded.joined_at)sql"};

void RecordInvitation(Batch& batch, const Work& work, audit::Act act, const domain::Invitation& invitation) {
  act.target_type = "invitation";
  act.target_id = invitation.id.ToString();
  act.seller = invitation.seller;
  audit::Append(batch, work, act);
}

}  // namespace

Task<Invitations::Invited> Invitations::Create(Work work, domain::Invitation invitation,
                                               std::chrono::milliseconds lifetime, std::string digest,
                                               audit::Act act) {
  const auto create = [&](postgres::Tx& tx) -> Task<Invited> {
    const auto seller = kSeller.ReadAtMostOne(co_await tx.Execute(kLockSeller, invitation.seller));
    if (!seller) co_return Missing();
    if (seller->state == domain::SellerState::kClosed) co_return NotAllowed{seller->state};
    co_await tx.Execute(kForgetOfSeller, invitation.seller);
    const auto open =
        kInvitation.ReadAtMostOne(co_await tx.Execute(kFindOfEmail, invitation.seller, invitation.email));
    if (open && open->id == invitation.id) co_return *open;
    if (open) co_return Exists();
    const auto count = kCounted.ReadOne(co_await tx.Execute(kCountOpen, invitation.seller)).rows;
    if (count >= domain::kInvitationsMax) co_return LimitReached{domain::kInvitationsMax};

    Batch batch("user.invite");
    batch.Add(kInvite, invitation.id, invitation.seller, invitation.email, invitation.role,
              invitation.invited_by, postgres::Bytes{digest}, lifetime);
    batch.Add(kForget);
    events::Append(batch, work, MemberInvitedEvent(invitation));
    act.after["role"] = Name(invitation.role);
    RecordInvitation(batch, work, act, invitation);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kInvitation.ReadOne(results.front());
  };
  co_return co_await database_.Transaction(work, create);
}

Task<std::vector<domain::Invitation>> Invitations::List(Work work, SellerId seller) {
  co_return kInvitation.ReadAll(co_await database_.List(work, kListOpen, seller, domain::kInvitationsMax));
}

Task<std::optional<domain::Invitation>> Invitations::Find(Work work, domain::InvitationId id) {
  co_return kInvitation.ReadAtMostOne(co_await database_.Read(work, kFindOpen, id));
}

Task<bool> Invitations::Withdraw(Work work, SellerId seller, domain::InvitationId id, audit::Act act) {
  const auto withdraw = [&](postgres::Tx& tx) -> Task<bool> {
    co_await tx.Execute(kLockSeller, seller);
    const auto invitation = kInvitation.ReadAtMostOne(co_await tx.Execute(kEndInvitation, id, seller));
    if (!invitation) co_return false;
    Batch batch("user.invitation_withdrawn");
    act.before["role"] = Name(invitation->role);
    RecordInvitation(batch, work, act, *invitation);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, withdraw);
}

Task<Invitations::Accepted> Invitations::Accept(Work work, std::string digest, AccountId account,
                                                std::string email, std::string trace) {
  const auto accept = [&](postgres::Tx& tx) -> Task<Accepted> {
    const postgres::Bytes token{digest};
    const auto named = kInvitation.ReadAtMostOne(co_await tx.Execute(kFindByDigest, token));
    if (!named) co_return NotOpen();
    const auto seller = kSeller.ReadOne(co_await tx.Execute(kLockSeller, named->seller));
    const auto mine = kInvitation.ReadAtMostOne(co_await tx.Execute(kFindOfEmail, seller.id, email));
    if (!mine || mine->id != named->id) {
      // Gone meanwhile, or somebody else's.
      const bool open = !(co_await tx.Execute(kFindByDigest, token)).empty();
      if (open) co_return NotYours();
      co_return NotOpen();
    }
    if (seller.state == domain::SellerState::kClosed) co_return NotOpen();
    if (!(co_await tx.Execute(kFindMember, seller.id, account)).empty()) co_return Exists();
    const auto members = kCounted.ReadOne(co_await tx.Execute(kCountMembers, seller.id)).rows;
    if (members >= domain::kMembersMax) co_return LimitReached{domain::kMembersMax};

    Batch batch("user.join");
    batch.Add(kCountMembership, account);
    batch.Add(kJoin, seller.id, account, mine->role);
    batch.Add(kEndInvitation, mine->id, seller.id);
    batch.Add(kFindMember, seller.id, account);
    const auto member = kMember.ReadOne((co_await tx.Execute(std::move(batch))).back());
    Batch told("user.joined");
    outbox::Append(told, BindingMessage(member, trace));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return member;
  };
  try {
    co_return co_await database_.Transaction(work, accept);
  } catch (const SqlError& error) {
    if (error.constraint != "membership_limit") throw;
  }
  co_return LimitReached{domain::kMembershipsMax};
}

}  // namespace market::user::storage
