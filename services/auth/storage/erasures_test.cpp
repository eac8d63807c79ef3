#include "services/auth/storage/erasures.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/own_data.hpp"
#include "services/auth/storage/revocations.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {
namespace {

using namespace std::chrono_literals;
using testing::Soon;

constexpr ErasureTimes kAtOnce{.first = 0ms, .last = 0ms, .lease = 0ms};

class ErasuresTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body, ErasureTimes times = kAtOnce) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      database_ = &database;
      Erasures erasures(database, times, {"user", "order"});
      co_await body(erasures);
      co_await database.Close(Soon());
    });
  }

  // With one of everything that auth keeps about a person.
  Task<AccountId> SignUp(std::string email) {
    Accounts accounts(*database_, {});
    const auto session = Uuid::NewV7();
    const NewAccount account{.id = AccountId::New(), .email = email, .password_hash = "$argon2id$x"};
    co_await accounts.Create(Soon(), account,
                             {session, session.ToString().substr(0, 32), {"Ada's Lynx", "203.0.113.77"}},
                             ProfileMessage(account.id, "Ada Lovelace", ""));
    const auto id = "'" + account.id.ToString() + "'";
    Sql("INSERT INTO mailed_token (id, digest, account_id, purpose, address, address_key, expires_at) VALUES "
        "(gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), " +
        id + ", 'CHANGE_EMAIL', 'new-" + email + "', 'new-" + email + "', market_now() + interval '1 hour')");
    Sql("INSERT INTO authenticator (id, account_id, name) VALUES (gen_random_uuid(), " + id +
        ", 'Ada''s telephone')");
    Sql("INSERT INTO recovery_code (digest, account_id) VALUES (sha256(gen_random_uuid()::text::bytea), " +
        id + ")");
    Sql("INSERT INTO sign_in_challenge (id, account_id, address, password_version, expires_at) VALUES "
        "(gen_random_uuid(), " +
        id + ", '', 1, market_now())");
    Sql("INSERT INTO api_key (id, digest, prefix, name, account_id, permissions, expires_at) VALUES "
        "(gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), 'mk_1', 'Ada''s program', " +
        id + ", '{orders.read}', market_now() + interval '1 hour')");
    Sql("INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
        "leased_until, "
        "expires_at, answer) VALUES (" +
        id +
        ", 'm', 'own', '', gen_random_uuid(), 1, market_now(), "
        "market_now() + interval '1 hour', '" +
        email +
        "'), (gen_random_uuid(), 'm', 'other', '', "
        "gen_random_uuid(), 1, market_now(), market_now() + interval '1 hour', 'of " +
        account.id.ToString() + "')");
    Sessions sessions(*database_, {});
    co_await sessions.CountTry(Soon(), email);
    co_await sessions.CountTry(Soon(), email, {.device = session, .address = {}});
    co_return account.id;
  }
  static Task<DueErasure> Take(Erasures& erasures) {
    const auto due = co_await erasures.TakeDue(Soon(), 10);
    co_return due.at(0);
  }
  static Task<ErasureLease> Lease(Erasures& erasures) {
    const auto due = co_await Take(erasures);
    co_return (co_await erasures.Read(Soon(), due)).value();
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  // Everything in the database but the acts, as text.
  std::string Whole() {
    std::string all;
    for (const auto* table :
         {"account", "account_role", "session", "refresh_token", "mailed_token", "authenticator",
          "recovery_code", "sign_in_challenge", "api_key", "sign_in_throttle", "idempotency_key", "outbox",
          "event", "erasure", "audit_event"}) {
      all += Sql("SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM " + std::string(table) + " t");
    }
    return all;
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  postgres::Database* database_ = nullptr;  // while a body runs
};

TEST_F(ErasuresTest, AClosedAccount_IsNobodysAndLeavesNothingPersonal) {
  AccountId ada;
  Run([&](Erasures& erasures) -> Task<> {
    ada = co_await SignUp("ada@x.test");
    const auto closed = co_await erasures.Close(Soon(), ada, 1);
    const auto& account = std::get<domain::Account>(closed);
    EXPECT_EQ(account.state, domain::AccountState::kClosed);
    EXPECT_EQ(account.email, ada.ToString() + "@erased.invalid");
    EXPECT_FALSE(account.guest);
    EXPECT_TRUE(std::holds_alternative<PasswordDiffers>(co_await erasures.Close(Soon(), ada, 2)))
        << "closed already";
    co_await erasures.Erased(Soon(), co_await Lease(erasures), "user");

    Accounts accounts(*database_, {});
    EXPECT_FALSE(co_await accounts.FindHolder(Soon(), "ada@x.test")) << "the e-mail is free";
    Sessions sessions(*database_, {});
    EXPECT_FALSE((co_await sessions.CountTry(Soon(), account.email)).password_hash);
    Sql("DELETE FROM sign_in_throttle");
  });
  const auto left = Whole();
  for (const auto* word : {"ada@x.test", "Ada", "telephone", "program", "203.0.113.77", "Lynx", "argon2id"}) {
    EXPECT_EQ(left.find(word), std::string::npos) << word << " in " << left;
  }
  EXPECT_EQ(Sql("SELECT string_agg(count::text, ' ') FROM (SELECT count(*) FROM mailed_token UNION ALL "
                "SELECT count(*) FROM authenticator UNION ALL SELECT count(*) FROM recovery_code UNION ALL "
                "SELECT count(*) FROM sign_in_challenge UNION ALL SELECT count(*) FROM outbox UNION ALL "
                "SELECT count(*) FROM refresh_token) all_of"),
            "0 0 0 0 0 0");
  EXPECT_EQ(Sql("SELECT string_agg(key || coalesce(answer::text, ''), ' ') FROM idempotency_key"), "other")
      << "their own are gone, what others were answered about them is";
  EXPECT_EQ(Sql("SELECT count(*) FROM session WHERE ended_at IS NULL OR end_reason <> 'ENDED'"), "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM api_key WHERE revoked_at IS NULL"), "0");
  EXPECT_EQ(Sql("SELECT version || ' ' || reduced_version FROM account"), "2 2");
  EXPECT_EQ(events::Told(temporary_, "account/" + ada.ToString()),
            "auth.AccountCreated 1, auth.AccountClosed 2");
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type IN ('auth.SessionEnded', 'auth.ApiKeyRevoked')"), "2");
  EXPECT_EQ(Sql("SELECT concat_ws(' ', account_id = '" + ada.ToString() +
                "', actor, method, target_type, reason) FROM audit_event"),
            "t account marketplace.auth.v1.AuthService/CloseMyAccount account closed by its owner");
}

TEST_F(ErasuresTest, EveryProcess_HearsOfIt) {
  Run([&](Erasures& erasures) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    events::Log log(*database_, {});
    Revocations revocations(*database_, log, {.token_lifetime_max = std::chrono::hours(1)});
    auto feed = co_await revocations.Feed(Soon(), {});
    marketplace::type::v1::FeedRequest request;
    request.set_after(feed.next());
    co_await erasures.Close(Soon(), ada, 1);
    for (const auto& told :
         {co_await revocations.Feed(Soon(), request), co_await revocations.Feed(Soon(), {})}) {
      EXPECT_EQ(told.outdated_size(), 1);
      EXPECT_EQ(told.outdated(0).account_id(), ada.ToString());
      EXPECT_EQ(told.outdated(0).version(), 2);
      EXPECT_EQ(told.ended_size(), 2) << "the session and the key";
    }
  });
}

TEST_F(ErasuresTest, AChangedPassword_AndTheLastAdmin_StayOpen) {
  Run([&](Erasures& erasures) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    const auto before = Whole();
    EXPECT_TRUE(std::holds_alternative<PasswordDiffers>(co_await erasures.Close(Soon(), ada, 2)));
    EXPECT_EQ(Whole(), before);
    AccountActs acts(*database_);
    auto act = audit::SomeAct();
    co_await acts.Grant(Soon(), ada, domain::Role::kAdmin, act);
    EXPECT_TRUE(std::holds_alternative<LastAdmin>(co_await erasures.Close(Soon(), ada, 1)));
    const auto bob = co_await SignUp("bob@x.test");
    co_await acts.Grant(Soon(), bob, domain::Role::kAdmin, act);
    EXPECT_TRUE(std::holds_alternative<domain::Account>(co_await erasures.Close(Soon(), ada, 1)));
    EXPECT_EQ(Sql("SELECT count(*) FROM account_role"), "1") << "bob's";
    // Whatever an operator means to do with it.
    EXPECT_TRUE(std::holds_alternative<AccountIsClosed>(co_await acts.Enable(Soon(), ada, act)));
    EXPECT_TRUE(std::holds_alternative<AccountIsClosed>(
        co_await acts.Disable(Soon(), ada, "why", Target::kAnybody, act)));
    EXPECT_TRUE(std::holds_alternative<AccountIsClosed>(
        co_await acts.Grant(Soon(), ada, domain::Role::kSupport, act)));
  });
}

TEST_F(ErasuresTest, TwoPasses_ByWhoeverHasTheLease) {
  Run([&](Erasures& erasures) -> Task<> {
    co_await erasures.Close(Soon(), co_await SignUp("ada@x.test"), 1);
    const auto lost = co_await Lease(erasures);
    EXPECT_EQ(lost.email, "ada@x.test");
    EXPECT_EQ(lost.waiting, (std::vector<std::string>{"user", "order"}));
    const auto lease = co_await Lease(erasures);
    EXPECT_THROW(co_await erasures.Erased(Soon(), lost, "order"), LostErasure);
    EXPECT_THROW(co_await erasures.EndPass(Soon(), lost), LostErasure);
    EXPECT_THROW(co_await erasures.Postpone(Soon(), lost, 0ms, ""), LostErasure);
    co_await erasures.Erased(Soon(), lease, "user");
    co_await erasures.Postpone(Soon(), lease, 0ms, "order: orders are open");
    EXPECT_EQ(Sql("SELECT concat_ws(' ', waiting, last_error, attempts) FROM erasure"),
              "{order} order: orders are open 1");
    const auto next = co_await Lease(erasures);
    EXPECT_EQ(next.email, "") << "what it was known by is gone";
    EXPECT_EQ(next.waiting, std::vector<std::string>{"order"});
    co_await erasures.EndPass(Soon(), next);
    const auto last = co_await Lease(erasures);
    EXPECT_EQ(last.pass, Pass::kLast);
    EXPECT_EQ(last.waiting.size(), 2u) << "everybody is asked again";
    co_await erasures.EndPass(Soon(), last);
    EXPECT_TRUE((co_await erasures.TakeDue(Soon(), 10)).empty());
    EXPECT_EQ(Sql("SELECT pass FROM erasure"), "DONE");
  });
}

TEST_F(ErasuresTest, WhatBreaks_IsParked_WhatIsLeased_StaysWithItsDriver) {
  Run(
      [&](Erasures& erasures) -> Task<> {
        co_await erasures.Close(Soon(), co_await SignUp("ada@x.test"), 1);
        const auto due = co_await Take(erasures);
        EXPECT_TRUE((co_await erasures.TakeDue(Soon(), 10)).empty());
        co_await erasures.PutBack(Soon(), due, {.why = "INTERNAL: broken", .failures = 3});
        const auto again = co_await Take(erasures);
        EXPECT_EQ(again.attempts, 1u);
        EXPECT_EQ(again.failures, 3u);
        co_await erasures.PutBack(Soon(), due, {.why = "late", .failures = 9});
        co_await erasures.PutBack(
            Soon(), again, {.why = "given up", .failures = 4, .then = runtime::Setback::Then::kParked});
        EXPECT_TRUE((co_await erasures.TakeDue(Soon(), 10)).empty());
      },
      {.first = 0ms, .last = 0ms, .lease = 60s});
  EXPECT_EQ(Sql("SELECT failures || ' ' || last_error FROM erasure WHERE parked_at IS NOT NULL"),
            "4 given up");
}

TEST_F(ErasuresTest, TheExport_TellsAllButSecrets) {
  Run([&](Erasures&) -> Task<> {
    const auto ada = co_await SignUp("ada@x.test");
    OwnData own(*database_);
    market::personal_data::Request request;
    request.set_account_id(ada.ToString());
    request.set_email("ada@x.test");
    std::string kinds;
    std::string all;
    for (const auto& record : co_await own.Export(Soon(), request)) {
      kinds += record.kind + ", ";
      for (const auto& value : record.values) all += value + '\n';
    }
    EXPECT_EQ(kinds, "API key, account, authenticator, mail with a token, session, ");
    for (const auto* word :
         {"ada@x.test", "Ada's telephone", "Ada's program", "203.0.113.77", "Ada's Lynx"}) {
      EXPECT_NE(all.find(word), std::string::npos) << word;
    }
    EXPECT_EQ(all.find("argon2id"), std::string::npos);
  });
}

}  // namespace
}  // namespace market::auth::storage
