#include "services/auth/storage/memberships.hpp"

#include <gtest/gtest.h>

#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"

namespace market::auth::storage {
namespace {

using enum domain::MemberRole;
using testing::RunLoop;
using testing::Soon;

class AuthMemberships : public ::testing::Test {
 protected:
  // Runs body(memberships, account) with one account.
  template <class Body>
  void Run(Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, {});
      accounts_ = &accounts;
      Memberships memberships(database);
      const NewSession session{Uuid::NewV7(), std::string(32, 'd')};
      co_await accounts.Create(Soon(), {account_, "Ada@Example.com", "$argon2id$x"}, session,
                               {.topic = "profile.create", .key = "", .payload = "p", .trace = ""});
      co_await body(memberships);
      sellers_ = (co_await accounts.Find(Soon(), account_))->sellers;
      co_await database.Close(Soon());
    });
  }
  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  std::string Told() { return events::Told(temporary_, "account/" + account_.ToString()); }
  std::string Versions() {
    return Sql("SELECT version || ' ' || reduced_version || ' ' || (reduced_at IS NOT NULL) FROM account");
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  const AccountId account_ = AccountId::New();
  const SellerId seller_ = SellerId::New();
  Accounts* accounts_ = nullptr;  // while a body runs
  std::vector<domain::Membership> sellers_;
};

TEST_F(AuthMemberships, OneThatIsToldAgain_ChangesNothing) {
  Run([&](Memberships& memberships) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(co_await memberships.Set(Soon(), account_, seller_, kOwner, 1), Binding::kSettled);
    }
    EXPECT_EQ(co_await memberships.Set(Soon(), AccountId::New(), seller_, kOwner, 1),
              Binding::kNoSuchAccount);
  });
  EXPECT_EQ(sellers_, (std::vector<domain::Membership>{{seller_, kOwner}}));
  EXPECT_EQ(Told(), "auth.AccountCreated 1, auth.SellerMemberAdded 2");
  EXPECT_EQ(Sql("SELECT seller_id FROM event WHERE type = 'auth.SellerMemberAdded'"), seller_.ToString());
  EXPECT_EQ(Versions(), "2 0 false");
}

TEST_F(AuthMemberships, MoreIsGiven_TokensStayGood_LessMakesThemInvalid) {
  Run([&](Memberships& memberships) -> Task<> {
    co_await memberships.Set(Soon(), account_, seller_, kStaff, 1);
    co_await memberships.Set(Soon(), account_, seller_, kManager, 2);
    EXPECT_EQ(Versions(), "3 0 false");
    co_await memberships.Set(Soon(), account_, seller_, kStaff, 3);
    EXPECT_EQ(Versions(), "4 4 true");
    co_await memberships.Set(Soon(), account_, seller_, kStaff, 4);  // nothing changed but its version
    EXPECT_EQ(Versions(), "4 4 true");
    co_await memberships.Set(Soon(), account_, seller_, std::nullopt, 5);
    EXPECT_EQ(Versions(), "5 5 true");
  });
  EXPECT_TRUE(sellers_.empty());
  EXPECT_EQ(Told(),
            "auth.AccountCreated 1, auth.SellerMemberAdded 2, auth.SellerMemberRoleChanged 3, "
            "auth.SellerMemberRoleChanged 4, auth.SellerMemberRemoved 5");
  const auto changed =
      events::LastTold<api::auth::SellerMemberRoleChanged>(temporary_, "account/" + account_.ToString());
  EXPECT_EQ(changed.role(), "staff");
  EXPECT_EQ(changed.seller_id(), seller_.ToString());
}

// The outbox of user delivers late and twice.
TEST_F(AuthMemberships, WhatIsOlder_BringsNothingBack) {
  Run([&](Memberships& memberships) -> Task<> {
    co_await memberships.Set(Soon(), account_, seller_, std::nullopt, 3);
    co_await memberships.Set(Soon(), account_, seller_, kOwner, 1);
    co_await memberships.Set(Soon(), account_, seller_, kStaff, 2);
  });
  EXPECT_TRUE(sellers_.empty());
  EXPECT_EQ(Told(), "auth.AccountCreated 1");
  EXPECT_EQ(Versions(), "1 0 false");
}

TEST_F(AuthMemberships, OneThatEnded_MayBeginAgain) {
  Run([&](Memberships& memberships) -> Task<> {
    co_await memberships.Set(Soon(), account_, seller_, kOwner, 1);
    co_await memberships.Set(Soon(), account_, seller_, std::nullopt, 2);
    co_await memberships.Set(Soon(), account_, seller_, kStaff, 3);
  });
  EXPECT_EQ(sellers_, (std::vector<domain::Membership>{{seller_, kStaff}}));
}

TEST_F(AuthMemberships, ToldSideBySide_TheNewestStays) {
  Run([&](Memberships& memberships) -> Task<> {
    co_await testing::AtOnce(20, [&](int at) -> Task<> {
      const auto role = at % 3 == 0 ? std::nullopt : std::optional(at % 3 == 1 ? kOwner : kStaff);
      co_await memberships.Set(Soon(), account_, seller_, at == 19 ? std::optional(kManager) : role, at + 1);
    });
  });
  EXPECT_EQ(sellers_, (std::vector<domain::Membership>{{seller_, kManager}}));
}

TEST_F(AuthMemberships, ContactsAndEmails_NameAccounts) {
  Run([&](Memberships& memberships) -> Task<> {
    const auto contacts = co_await memberships.Contacts(Soon(), {account_, AccountId::New()});
    EXPECT_EQ(contacts.size(), 1u);
    EXPECT_EQ(contacts[0].account, account_);
    EXPECT_EQ(contacts[0].email, "Ada@Example.com");
    EXPECT_EQ(co_await accounts_->FindId(Soon(), "ada@example.com"), account_);
    EXPECT_EQ(co_await accounts_->FindId(Soon(), "Ada@Example.com"), std::nullopt);
  });
}

}  // namespace
}  // namespace market::auth::storage
