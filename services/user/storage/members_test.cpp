#include "services/user/storage/members.hpp"

#include "services/user/storage/invitations.hpp"
#include "services/user/storage/profiles.hpp"
#include "services/user/testing/store_fixture.hpp"

namespace market::user::storage {
namespace {

using enum domain::MemberRole;
using Whom = Members::Whom;

class MemberStorage : public StoreFixture {
 protected:
  // As an invitation would.
  void Join(SellerId seller, AccountId account, std::string_view role) {
    Sql("INSERT INTO membership_count VALUES ('" + account.ToString() + "', 1); " +
        "INSERT INTO seller_member (seller_id, account_id, role) VALUES ('" + seller.ToString() + "', '" +
        account.ToString() + "', '" + std::string(role) + "')");
  }
  std::string Topics() { return Sql("SELECT string_agg(topic, ' ' ORDER BY seq) FROM outbox"); }

  const AccountId ada_ = AccountId::New();
  const AccountId bob_ = AccountId::New();
};

TEST_F(MemberStorage, AreListedWithTheirNames) {
  Run([&](postgres::Database& database) -> Task<> {
    Members members(database);
    const auto seller = co_await Open(database, ada_);
    Join(seller, bob_, "staff");
    co_await Profiles(database).Create(Soon(), bob_, "Bob");
    const auto list = co_await members.List(Soon(), seller);
    EXPECT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].account, ada_);
    EXPECT_EQ(list[0].role, kOwner);
    EXPECT_EQ(list[0].display_name, "");
    EXPECT_EQ(list[1].account, bob_);
    EXPECT_EQ(list[1].role, kStaff);
    EXPECT_EQ(list[1].display_name, "Bob");
    EXPECT_TRUE((co_await members.List(Soon(), SellerId::New())).empty());
  });
}

TEST_F(MemberStorage, SetRole_IsOnRecordAndToldToAuth) {
  Run([&](postgres::Database& database) -> Task<> {
    Members members(database);
    const auto seller = co_await Open(database, ada_);
    Join(seller, bob_, "staff");
    for (int i = 0; i < 2; ++i) {
      const auto changed = co_await members.SetRole(Soon(), seller, bob_, kManager, {}, "", audit::SomeAct());
      EXPECT_EQ(std::get<domain::Member>(changed).role, kManager);
      EXPECT_EQ(std::get<domain::Member>(changed).version, 2);
    }
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(
        co_await members.SetRole(Soon(), seller, bob_, kStaff, 1, "", audit::SomeAct())));
    EXPECT_TRUE(std::holds_alternative<Missing>(
        co_await members.SetRole(Soon(), seller, AccountId::New(), kStaff, {}, "", audit::SomeAct())));
    EXPECT_TRUE(std::holds_alternative<LastOwner>(
        co_await members.SetRole(Soon(), seller, ada_, kManager, {}, "", audit::SomeAct())));
    co_await members.SetRole(Soon(), seller, bob_, kOwner, 2, "", audit::SomeAct());
    EXPECT_TRUE(std::holds_alternative<domain::Member>(
        co_await members.SetRole(Soon(), seller, ada_, kManager, {}, "", audit::SomeAct())));
  });
  EXPECT_EQ(Topics(), "seller.bind seller.bind seller.bind seller.bind");
  EXPECT_EQ(Sql("SELECT string_agg((before ->> 'role') || ' ' || (after ->> 'role'), ', ' ORDER BY at, id) "
                "FROM audit_event"),
            "staff manager, manager owner, owner manager");
}

TEST_F(MemberStorage, Remove_EndsTheMembershipAndItsRowStays) {
  Run([&](postgres::Database& database) -> Task<> {
    Members members(database);
    const auto seller = co_await Open(database, ada_);
    Join(seller, bob_, "manager");
    const auto remove = [&](AccountId account, Whom whom, ExpectedVersion expected = {}) {
      return members.Remove(Soon(), seller, account, whom, expected, "", audit::SomeAct());
    };
    EXPECT_TRUE(std::holds_alternative<NotStaff>(co_await remove(bob_, Whom::kStaff)));
    EXPECT_TRUE(std::holds_alternative<VersionDiffers>(co_await remove(bob_, Whom::kAnybody, 7)));
    EXPECT_TRUE(std::holds_alternative<LastOwner>(co_await remove(ada_, Whom::kAnybody)));
    EXPECT_EQ(std::get<Ended>(co_await remove(bob_, Whom::kAnybody, 1)).version, 2);
    EXPECT_TRUE(std::holds_alternative<Missing>(co_await remove(bob_, Whom::kAnybody)));
    EXPECT_EQ((co_await members.List(Soon(), seller)).size(), 1u);
  });
  EXPECT_EQ(Topics(), "seller.bind seller.unbind");
  EXPECT_EQ(Sql("SELECT version FROM seller_member WHERE role IS NULL"), "2");
  EXPECT_EQ(Sql("SELECT sellers FROM membership_count WHERE account_id = '" + bob_.ToString() + "'"), "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "1");
}

TEST_F(MemberStorage, WhoGoes_IsNoAct) {
  Run([&](postgres::Database& database) -> Task<> {
    const auto seller = co_await Open(database, ada_);
    Join(seller, bob_, "staff");
    co_await Members(database).Remove(Soon(), seller, bob_, Whom::kAnybody, {}, "", std::nullopt);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "0");
}

// Two owners who remove each other, or step back: one stays.
TEST_F(MemberStorage, OwnersWhoGoSideBySide_LeaveOne) {
  Run([&](postgres::Database& database) -> Task<> {
    Members members(database);
    const auto seller = co_await Open(database, ada_);
    std::vector<AccountId> owners{ada_};
    for (int i = 0; i < 9; ++i) {
      owners.push_back(AccountId::New());
      Join(seller, owners.back(), "owner");
    }
    co_await testing::AtOnce(10, [&](int at) -> Task<> {
      if (at % 2 == 0) {
        co_await members.Remove(Soon(), seller, owners[at], Whom::kAnybody, {}, "", audit::SomeAct());
      } else {
        co_await members.SetRole(Soon(), seller, owners[at], kStaff, {}, "", audit::SomeAct());
      }
    });
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM seller_member WHERE role = 'owner'"), "1");
}

}  // namespace
}  // namespace market::user::storage
