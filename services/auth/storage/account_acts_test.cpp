#include "services/auth/storage/account_acts.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {
namespace {

using domain::AccountState;
using domain::Role;
using testing::Soon;

// The right password of the first account, whose hash may be outdated.
Proven Right(AccountId ada, std::optional<std::string> new_hash = {}) {
  return {.account = ada, .email_key = "ada@x.test", .guesser = {}, .new_hash = std::move(new_hash)};
}

class AccountActsTest : public ::testing::Test {
 protected:
  // Runs `body(acts)` on an open database, with `accounts_` and `sessions_` beside it.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, {});
      Sessions sessions(database, {});
      accounts_ = &accounts;
      sessions_ = &sessions;
      AccountActs acts(database);
      co_await body(acts);
      co_await database.Close(Soon());
    });
  }

  Task<AccountId> SignUp(std::string email) {
    const NewAccount account{
        .id = AccountId::New(), .email = std::move(email), .password_hash = "$argon2id$x"};
    co_await accounts_->Create(Soon(), account, Session(), Message());
    co_return account.id;
  }
  Task<AccountId> Operator(AccountActs& acts, std::string email, Role role) {
    const auto id = co_await SignUp(std::move(email));
    co_await acts.Grant(Soon(), id, role, SomeAct());
    co_return id;
  }
  NewSession Session() {
    const auto id = Uuid::NewV7();
    return {id, id.ToString().substr(0, 32)};
  }
  // It says nothing of what changed: that is the storage's.
  static audit::Act SomeAct() {
    auto act = audit::SomeAct();
    act.before.clear();
    act.after.clear();
    return act;
  }
  static outbox::NewMessage Message() {
    return {.topic = "profile.create", .key = "", .payload = "p", .trace = ""};
  }
  static Task<Acted> Disable(AccountActs& acts, AccountId id, Target target = Target::kAnybody) {
    return acts.Disable(Soon(), id, "stolen", target, SomeAct());
  }
  static const domain::Account* Done(const Acted& acted) { return std::get_if<domain::Account>(&acted); }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  std::string Told(AccountId id) { return events::Told(temporary_, "account/" + id.ToString()); }
  std::string Versions(AccountId id) {
    return Sql(
        "SELECT version || ' ' || reduced_version || ' ' || (reduced_at IS NOT NULL) FROM account WHERE id = "
        "'" +
        id.ToString() + "'");
  }
  std::string Records(AccountId id) {
    return Sql(
        "SELECT string_agg(before::text || after::text, ' ' ORDER BY at, id) FROM audit_event "
        "WHERE target_type = 'account' AND target_id = '" +
        id.ToString() + "'");
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  Accounts* accounts_ = nullptr;  // while a body runs, like the next
  Sessions* sessions_ = nullptr;
};

TEST_F(AccountActsTest, Disable_EndsEverySessionAndLetsNobodyIn) {
  AccountId ada;
  AccountId bob;
  Run([&](AccountActs& acts) -> Task<> {
    ada = co_await SignUp("ada@x.test");
    bob = co_await SignUp("bob@x.test");
    EXPECT_TRUE(co_await sessions_->Open(Soon(), Right(ada), Session()));
    const auto disabled = co_await Disable(acts, ada);
    EXPECT_EQ(Done(disabled)->state, AccountState::kDisabled);
    EXPECT_EQ(Done(disabled)->disabled_reason, "stolen");
    EXPECT_TRUE(Done(disabled)->disabled_at);
    co_await Disable(acts, ada);
    co_await sessions_->CountTry(Soon(), "ada@x.test");
    EXPECT_FALSE(co_await sessions_->Open(Soon(), Right(ada, "$argon2id$new"), Session()));
    EXPECT_TRUE(std::holds_alternative<NoSuchAccount>(co_await Disable(acts, AccountId::New())));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM session WHERE end_reason = 'DISABLED' AND account_id = '" +
                ada.ToString() + "'"),
            "2");
  EXPECT_EQ(Sql("SELECT count(*) FROM session WHERE ended_at IS NULL"), "1") << "bob's";
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type = 'auth.SessionEnded' AND aggregate_version = 2"),
            "2");
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "1") << "a try that is not let in is not forgotten";
  EXPECT_EQ(Sql("SELECT count(*) FROM account WHERE password_hash = '$argon2id$new'"), "0");
  EXPECT_EQ(Told(ada), "auth.AccountCreated 1, auth.AccountDisabled 2");
  EXPECT_EQ(Versions(ada), "2 2 true");
  EXPECT_EQ(Versions(bob), "1 0 false");
  EXPECT_EQ(Records(ada), R"({"state": "ACTIVE"}{"state": "DISABLED"})");
}

TEST_F(AccountActsTest, Enable_OpensItAgainWithoutItsSessions) {
  AccountId ada;
  Run([&](AccountActs& acts) -> Task<> {
    ada = co_await SignUp("ada@x.test");
    co_await Disable(acts, ada);
    const auto enabled = co_await acts.Enable(Soon(), ada, SomeAct());
    EXPECT_EQ(Done(enabled)->state, AccountState::kActive);
    EXPECT_FALSE(Done(enabled)->disabled_at || Done(enabled)->disabled_reason);
    co_await acts.Enable(Soon(), ada, SomeAct());
    EXPECT_TRUE(co_await sessions_->Open(Soon(), Right(ada), Session()));
    EXPECT_TRUE(
        std::holds_alternative<NoSuchAccount>(co_await acts.Enable(Soon(), AccountId::New(), SomeAct())));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM session WHERE ended_at IS NULL"), "1");
  EXPECT_EQ(Told(ada), "auth.AccountCreated 1, auth.AccountDisabled 2, auth.AccountEnabled 3");
  EXPECT_EQ(Versions(ada), "3 2 true");
}

TEST_F(AccountActsTest, Roles_AreGrantedAndRevokedOnce) {
  AccountId ada;
  Run([&](AccountActs& acts) -> Task<> {
    ada = co_await SignUp("ada@x.test");
    for (int i = 0; i < 2; ++i) {
      const auto granted = co_await acts.Grant(Soon(), ada, Role::kSupport, SomeAct());
      EXPECT_EQ(Done(granted)->roles, std::vector{Role::kSupport});
    }
    co_await acts.Grant(Soon(), ada, Role::kFinance, SomeAct());
    for (int i = 0; i < 2; ++i) {
      const auto revoked = co_await acts.Revoke(Soon(), ada, Role::kSupport, SomeAct());
      EXPECT_EQ(Done(revoked)->roles, std::vector{Role::kFinance});
    }
    for (const auto& acted : {co_await acts.Grant(Soon(), AccountId::New(), Role::kAdmin, SomeAct()),
                              co_await acts.Revoke(Soon(), AccountId::New(), Role::kAdmin, SomeAct())}) {
      EXPECT_TRUE(std::holds_alternative<NoSuchAccount>(acted));
    }
  });
  EXPECT_EQ(Told(ada), "auth.AccountCreated 1, auth.RoleGranted 2, auth.RoleGranted 3, auth.RoleRevoked 4");
  EXPECT_EQ(Versions(ada), "4 4 true");
  EXPECT_EQ(Records(ada), R"({}{"role": "support"} {}{"role": "finance"} {"role": "support"}{})");
}

TEST_F(AccountActsTest, TheLastAdmin_StaysOne) {
  Run([&](AccountActs& acts) -> Task<> {
    const auto ada = co_await Operator(acts, "ada@x.test", Role::kAdmin);
    const auto bob = co_await Operator(acts, "bob@x.test", Role::kAdmin);
    co_await Disable(acts, bob);
    EXPECT_TRUE(std::holds_alternative<LastAdmin>(co_await Disable(acts, ada)))
        << "the other one can't sign in";
    EXPECT_TRUE(
        std::holds_alternative<LastAdmin>(co_await acts.Revoke(Soon(), ada, Role::kAdmin, SomeAct())));
    EXPECT_TRUE(Done(co_await acts.Revoke(Soon(), bob, Role::kAdmin, SomeAct()))) << "it is none that counts";
    co_await acts.Enable(Soon(), bob, SomeAct());
    co_await acts.Grant(Soon(), bob, Role::kAdmin, SomeAct());
    EXPECT_TRUE(Done(co_await acts.Revoke(Soon(), ada, Role::kAdmin, SomeAct())));
  });
  EXPECT_EQ(
      Sql("SELECT a.email FROM account_role r JOIN account a ON a.id = r.account_id WHERE r.role = 'admin'"),
      "bob@x.test");
}

// Each takes another one's role or account, all at once: one of them is left.
TEST_F(AccountActsTest, TheLastAdmin_StaysOneAlsoInARace) {
  int refused = 0;
  Run([&](AccountActs& acts) -> Task<> {
    std::vector<AccountId> admins;
    for (int i = 0; i < 6; ++i) {
      admins.push_back(co_await Operator(acts, "a" + std::to_string(i) + "@x.test", Role::kAdmin));
    }
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      const auto acted = i % 2 == 0 ? co_await Disable(acts, admins[i])
                                    : co_await acts.Revoke(Soon(), admins[i], Role::kAdmin, SomeAct());
      refused += std::holds_alternative<LastAdmin>(acted);
    });
  });
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(Sql("SELECT count(*) FROM account a JOIN account_role r ON r.account_id = a.id "
                "WHERE r.role = 'admin' AND a.state = 'ACTIVE'"),
            "1");
}

TEST_F(AccountActsTest, AnOperator_IsNotDisabledByWhoMayNotGrantRoles) {
  Run([&](AccountActs& acts) -> Task<> {
    co_await Operator(acts, "root@x.test", Role::kAdmin);
    const auto support = co_await Operator(acts, "sue@x.test", Role::kSupport);
    EXPECT_TRUE(std::holds_alternative<IsOperator>(co_await Disable(acts, support, Target::kNoOperator)));
    EXPECT_TRUE(Done(co_await Disable(acts, support)));
    EXPECT_TRUE(Done(co_await Disable(acts, co_await SignUp("ada@x.test"), Target::kNoOperator)));
  });
}

// Whoever comes in while the account is disabled has a session that ended, or none.
TEST_F(AccountActsTest, Disable_BesideSignIns_LeavesNoSession) {
  int opened = 0;
  Run([&](AccountActs& acts) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    co_await testing::AtOnce(30, [&](int i) -> Task<> {
      if (i == 15) {
        co_await Disable(acts, ada);
      } else if (co_await sessions_->Open(Soon(), Right(ada), Session())) {
        ++opened;
      }
    });
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM session WHERE ended_at IS NULL"), "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), std::to_string(opened + 1));
}

TEST_F(AccountActsTest, List_GivesPagesByAgeAndByEmail) {
  Run([&](AccountActs& acts) -> Task<> {
    std::vector<AccountId> ids;
    for (const std::string email :
         {"Eva@x.test", "ada@x.test", "adam@x.test", "b@x.test", "a\u00e9@x.test"}) {
      ids.push_back(co_await SignUp(email));
    }
    co_await Disable(acts, ids[2]);
    const auto emails = [](const std::vector<domain::Account>& accounts) {
      std::string all;
      for (const auto& account : accounts) all += account.email.substr(0, account.email.find('@')) + ' ';
      return all;
    };
    EXPECT_EQ(emails(co_await acts.List(Soon(), {}, {}, 3)), "a\u00e9 b adam ");
    EXPECT_EQ(emails(co_await acts.List(Soon(), {}, ids[2], 3)), "ada Eva ");
    EXPECT_EQ(emails(co_await acts.List(Soon(), {.state = AccountState::kDisabled}, {}, 3)), "adam ");
    EXPECT_EQ(emails(co_await acts.List(Soon(), {.state = AccountState::kActive}, ids[3], 3)), "ada Eva ");
    EXPECT_EQ(emails(co_await acts.ListByEmail(Soon(), "a", {}, {}, 2)), "ada adam ");
    EXPECT_EQ(
        emails(co_await acts.ListByEmail(Soon(), "a", {}, AccountActs::Position{"adam@x.test", ids[2]}, 2)),
        "a\u00e9 ");
    EXPECT_EQ(emails(co_await acts.ListByEmail(Soon(), "a", {.state = AccountState::kActive}, {}, 9)),
              "ada a\u00e9 ");
    EXPECT_EQ(emails(co_await acts.ListByEmail(Soon(), "%", {}, {}, 9)), "");
    const AccountFilter who_sign_in{.state = std::nullopt, .guest = false};
    EXPECT_EQ((co_await acts.ListOfEmail(Soon(), "eva@x.test", who_sign_in, {}, 9)).at(0).id, ids[0]);
    EXPECT_TRUE((co_await acts.ListOfEmail(Soon(), "eva@x.tes", who_sign_in, {}, 9)).empty());
  });
}

}  // namespace
}  // namespace market::auth::storage
