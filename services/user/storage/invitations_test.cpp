#include "services/user/storage/invitations.hpp"

#include "platform/events/testing/told.hpp"
#include "services/user/messages.hpp"
#include "services/user/storage/members.hpp"
#include "services/user/testing/store_fixture.hpp"

namespace market::user::storage {
namespace {

using namespace std::chrono_literals;
using enum domain::MemberRole;

std::string DigestOf(const domain::Invitation& invitation) {
  return invitation.id.ToString().substr(0, 32);  // any 32 bytes
}

class InvitationStorage : public StoreFixture {
 protected:
  domain::Invitation Invitation(SellerId seller, std::string email, domain::MemberRole role = kStaff) {
    return {.id = domain::InvitationId::New(),
            .seller = seller,
            .email = std::move(email),
            .role = role,
            .invited_by = ada_,
            .created_at = {},
            .expires_at = {}};
  }
  static Task<Invitations::Invited> Create(Invitations& invitations, const domain::Invitation& invitation) {
    return invitations.Create(Soon(), invitation, 24h, DigestOf(invitation), audit::SomeAct());
  }
  static Task<Invitations::Accepted> Accept(Invitations& invitations, const domain::Invitation& invitation,
                                            AccountId account, std::string email) {
    return invitations.Accept(Soon(), DigestOf(invitation), account, std::move(email), "");
  }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
};

TEST_F(InvitationStorage, Created_IsOpenOnRecordAndTold) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto draft = Invitation(seller, "Bob@x.test", kManager);
    for (int run = 0; run < 2; ++run) {
      const auto made = std::get<domain::Invitation>(co_await Create(invitations, draft));
      EXPECT_EQ(made.id, draft.id);
      EXPECT_EQ(made.email, "Bob@x.test");
      EXPECT_EQ(made.role, kManager);
      EXPECT_EQ(made.invited_by, ada_);
      EXPECT_EQ(made.expires_at - made.created_at, 24h);
    }
    EXPECT_TRUE(
        std::holds_alternative<Exists>(co_await Create(invitations, Invitation(seller, "bob@X.test"))));
    EXPECT_TRUE(std::holds_alternative<Missing>(
        co_await Create(invitations, Invitation(SellerId::New(), "bob@x.test"))));
    EXPECT_EQ((co_await invitations.List(Soon(), seller)).size(), 1u);
    EXPECT_EQ((co_await invitations.Find(Soon(), draft.id))->email, "Bob@x.test");
    EXPECT_EQ(events::Told(temporary_, "invitation/" + draft.id.ToString()), "user.MemberInvited 1");
    EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE payload LIKE '%ob@%'::bytea"), "0");
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "1");
  });
}

TEST_F(InvitationStorage, OfAClosedSeller_ThereAreNone) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto open = Invitation(seller, "bob@x.test");
    co_await Create(invitations, open);
    co_await Sellers(database).Do(Soon(), domain::SellerAct::kClose, seller, audit::SomeAct());
    EXPECT_TRUE(
        std::holds_alternative<NotAllowed>(co_await Create(invitations, Invitation(seller, "c@x.test"))));
    EXPECT_TRUE(std::holds_alternative<NotOpen>(co_await Accept(invitations, open, bob_, "bob@x.test")));
  });
}

TEST_F(InvitationStorage, Accepted_MakesAMemberOnce) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto draft = Invitation(seller, "Bob@x.test");
    co_await Create(invitations, draft);
    EXPECT_TRUE(std::holds_alternative<NotYours>(co_await Accept(invitations, draft, bob_, "eve@x.test")));
    EXPECT_TRUE(std::holds_alternative<NotYours>(co_await Accept(invitations, draft, bob_, "")));
    EXPECT_TRUE(std::holds_alternative<Exists>(co_await Accept(invitations, draft, ada_, "bob@x.test")));
    const auto member = std::get<domain::Member>(co_await Accept(invitations, draft, bob_, "bob@X.test"));
    EXPECT_EQ(member.seller, seller);
    EXPECT_EQ(member.account, bob_);
    EXPECT_EQ(member.role, kStaff);
    EXPECT_EQ(member.version, 1);
    EXPECT_TRUE(std::holds_alternative<NotOpen>(co_await Accept(invitations, draft, bob_, "bob@x.test")));
    EXPECT_TRUE((co_await invitations.List(Soon(), seller)).empty());
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE topic = 'seller.bind'"), "2");

    // Whoever was a member before goes on counting where the membership ended.
    co_await Members(database).Remove(Soon(), seller, bob_, Members::Whom::kAnybody, {}, "", std::nullopt);
    const auto again = Invitation(seller, "bob@x.test", kManager);
    co_await Create(invitations, again);
    const auto back = std::get<domain::Member>(co_await Accept(invitations, again, bob_, "bob@x.test"));
    EXPECT_EQ(back.version, 3);
    EXPECT_EQ(back.role, kManager);
  });
  EXPECT_EQ(Sql("SELECT sellers FROM membership_count WHERE account_id = '" + bob_.ToString() + "'"), "1");
}

TEST_F(InvitationStorage, OneThatRanOut_IsGone) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto draft = Invitation(seller, "bob@x.test");
    co_await Create(invitations, draft);
    Sql("UPDATE invitation SET expires_at = market_now() - interval '1 s'");
    EXPECT_TRUE(std::holds_alternative<NotOpen>(co_await Accept(invitations, draft, bob_, "bob@x.test")));
    EXPECT_FALSE(co_await invitations.Find(Soon(), draft.id));
    EXPECT_TRUE((co_await invitations.List(Soon(), seller)).empty());
    const auto next = co_await Create(invitations, Invitation(seller, "bob@x.test"));
    EXPECT_TRUE(std::holds_alternative<domain::Invitation>(next));
    EXPECT_EQ(Sql("SELECT count(*) FROM invitation"), "1");
    // Those of other shops go with the next one that is made anywhere.
    Sql("UPDATE invitation SET expires_at = market_now() - interval '1 s'");
    const auto other = co_await Open(database, bob_, "looms");
    co_await Create(invitations, Invitation(other, "eve@x.test"));
    EXPECT_EQ(Sql("SELECT string_agg(email, ' ') FROM invitation"), "eve@x.test");
  });
}

TEST_F(InvitationStorage, Withdrawn_CantBeAccepted) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto other = co_await Open(database, bob_, "looms");
    const auto draft = Invitation(seller, "bob@x.test");
    co_await Create(invitations, draft);
    EXPECT_FALSE(co_await invitations.Withdraw(Soon(), other, draft.id, audit::SomeAct()));
    EXPECT_TRUE(co_await invitations.Withdraw(Soon(), seller, draft.id, audit::SomeAct()));
    EXPECT_FALSE(co_await invitations.Withdraw(Soon(), seller, draft.id, audit::SomeAct()));
    EXPECT_TRUE(std::holds_alternative<NotOpen>(co_await Accept(invitations, draft, bob_, "bob@x.test")));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "2");
}

TEST_F(InvitationStorage, Limits_OfInvitationsMembersAndMemberships) {
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    for (int i = 0; i < domain::kInvitationsMax; ++i) {
      const auto made = co_await Create(invitations, Invitation(seller, "b" + std::to_string(i) + "@x.test"));
      EXPECT_TRUE(std::holds_alternative<domain::Invitation>(made)) << i;
    }
    const auto more = co_await Create(invitations, Invitation(seller, "more@x.test"));
    EXPECT_EQ(std::get<LimitReached>(more).limit, 50);

    Sql("DELETE FROM invitation");
    const auto draft = Invitation(seller, "bob@x.test");
    co_await Create(invitations, draft);
    Sql("INSERT INTO membership_count VALUES ('" + bob_.ToString() + "', 20)");
    EXPECT_EQ(std::get<LimitReached>(co_await Accept(invitations, draft, bob_, "bob@x.test")).limit, 20);
    Sql("UPDATE membership_count SET sellers = 0 WHERE account_id = '" + bob_.ToString() + "'");
    Sql("WITH account AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 49)), "
        "counted AS (INSERT INTO membership_count SELECT id, 1 FROM account RETURNING account_id) "
        "INSERT INTO seller_member (seller_id, account_id, role) SELECT '" +
        seller.ToString() + "', account_id, 'staff' FROM counted");
    EXPECT_EQ(std::get<LimitReached>(co_await Accept(invitations, draft, bob_, "bob@x.test")).limit, 50);
    EXPECT_EQ((co_await invitations.List(Soon(), seller)).size(), 1u) << "it stays open";
  });
}

TEST_F(InvitationStorage, AcceptedByManyAtOnce_IsUsedOnce) {
  int joined = 0;
  Run([&](postgres::Database& database) -> Task<> {
    Invitations invitations(database);
    const auto seller = co_await Open(database, ada_);
    const auto draft = Invitation(seller, "bob@x.test");
    co_await Create(invitations, draft);
    co_await testing::AtOnce(10, [&](int) -> Task<> {
      const auto outcome = co_await Accept(invitations, draft, bob_, "bob@x.test");
      joined += std::holds_alternative<domain::Member>(outcome);
    });
  });
  EXPECT_EQ(joined, 1);
  EXPECT_EQ(Sql("SELECT count(*) FROM seller_member WHERE account_id = '" + bob_.ToString() + "'"), "1");
}

}  // namespace
}  // namespace market::user::storage
