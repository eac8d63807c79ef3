#include <gtest/gtest.h>

#include <map>

#include "platform/audit/testing/some_act.hpp"
#include "platform/core/error.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {
namespace {

using std::chrono::seconds;
using testing::RunLoop;
using testing::Soon;

constexpr auto kAdmin = domain::Role::kAdmin;
constexpr std::string_view kHash = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$dGFn";

std::string DigestAt(const Uuid& session, std::int64_t sequence) {
  std::string digest = session.ToString().substr(0, 32);
  digest.replace(24, 8, std::to_string(10'000'000 + sequence));
  return digest;
}

outbox::NewMessage Message() { return {.topic = "profile.create", .key = "", .payload = "p", .trace = ""}; }

class AuthStorage : public ::testing::Test {
 protected:
  // Runs `body(accounts, sessions)` on an open database.
  template <class Body>
  void Run(Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, lifetimes_);
      Sessions sessions(database, lifetimes_);
      co_await body(accounts, sessions);
      co_await database.Close(Soon());
    });
  }

  static NewAccount Account(std::string email) {
    return {.id = AccountId::New(), .email = std::move(email), .password_hash = std::string(kHash)};
  }
  static NewSession Session() {
    const auto id = Uuid::NewV7();
    return {.id = id, .digest = DigestAt(id, 1), .origin = {}};
  }

  // After its password was right.
  static Proven Right(const NewAccount& account, std::optional<std::string> new_hash = std::nullopt) {
    return {.account = account.id,
            .email_key = domain::NormalizeEmail(account.email),
            .guesser = {},
            .new_hash = std::move(new_hash)};
  }

  void Join(AccountId account, SellerId seller) {
    Sql("INSERT INTO seller_member (account_id, seller_id, role, version) VALUES ('" + account.ToString() +
        "', '" + seller.ToString() + "', 'owner', 1)");
  }
  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  // A1: every family has at most one live token,
  // and none when it has ended by sign-out or reuse is ever accepted.
  void ExpectOneLiveTokenAtMost() {
    EXPECT_EQ(Sql("SELECT count(*) FROM (SELECT session_id FROM refresh_token WHERE used_at IS NULL "
                  "GROUP BY session_id HAVING count(*) > 1) x"),
              "0");
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  domain::Lifetimes lifetimes_;
};

TEST_F(AuthStorage, Create_StoresAccountSessionAndMessageTogether) {
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    const auto account = Account("Ada@Example.com");
    const auto created = co_await accounts.Create(Soon(), account, Session(), Message());
    const auto* stored = std::get_if<domain::Account>(&created);
    EXPECT_TRUE(stored != nullptr && stored->id == account.id && stored->email == "Ada@Example.com");
    EXPECT_TRUE(co_await accounts.FindId(Soon(), "ada@example.com"));
    EXPECT_FALSE(co_await accounts.FindId(Soon(), "ada@example.org"));
    const auto found = co_await accounts.Find(Soon(), account.id);
    EXPECT_TRUE(found && found->created_at == stored->created_at && found->roles.empty());
    EXPECT_FALSE(co_await accounts.Find(Soon(), AccountId::New()));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM refresh_token"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(AuthStorage, Create_SameEmailInOtherCase_TakesNothing) {
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    co_await accounts.Create(Soon(), Account("ada@example.com"), Session(), Message());
    const auto second = co_await accounts.Create(Soon(), Account("ADA@example.COM"), Session(), Message());
    EXPECT_TRUE(std::holds_alternative<EmailTaken>(second));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM account"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(AuthStorage, Create_SideBySideWithOneEmail_HasOneWinner) {
  int created = 0;
  int taken = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, temporary_.Options());
    co_await database.Open(Soon());
    Accounts accounts(database, lifetimes_);
    co_await testing::AtOnce(20, [&](int) -> Task<> {
      const auto outcome = co_await accounts.Create(Soon(), Account("ada@example.com"), Session(), Message());
      ++(std::holds_alternative<EmailTaken>(outcome) ? taken : created);
    });
    co_await database.Close(Soon());
  });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(taken, 19);
}

TEST_F(AuthStorage, EnsureOperator_MakesPromotesAndRepeats) {
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    EXPECT_EQ(
        co_await accounts.EnsureOperator(Soon(), Account("root@x.test"), kAdmin, Message(), audit::SomeAct()),
        Promotion::kCreated);
    EXPECT_EQ(
        co_await accounts.EnsureOperator(Soon(), Account("Root@x.test"), kAdmin, Message(), audit::SomeAct()),
        Promotion::kHadRole);
    const auto ada = Account("ada@example.com");
    co_await accounts.Create(Soon(), ada, Session(), Message());
    EXPECT_EQ(co_await accounts.EnsureOperator(Soon(), Account("ada@example.com"), kAdmin, Message(),
                                               audit::SomeAct()),
              Promotion::kPromoted);
    EXPECT_EQ((co_await accounts.Find(Soon(), ada.id))->roles, std::vector{kAdmin});
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "2");
  EXPECT_EQ(Sql("SELECT string_agg(a.email, ' ' ORDER BY e.id) FROM audit_event e JOIN account a ON "
                "a.id::text = e.target_id"),
            "root@x.test ada@example.com");
}

TEST_F(AuthStorage, EnsureOperator_SideBySide_MakesOne) {
  std::map<Promotion, int> outcomes;
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    co_await testing::AtOnce(10, [&](int) -> Task<> {
      ++outcomes[co_await accounts.EnsureOperator(Soon(), Account("root@x.test"), kAdmin, Message(),
                                                  audit::SomeAct())];
    });
  });
  EXPECT_EQ(outcomes, (std::map<Promotion, int>{{Promotion::kCreated, 1}, {Promotion::kHadRole, 9}}));
  EXPECT_EQ(Sql("SELECT string_agg(type, ' ' ORDER BY seq) FROM event"),
            "auth.AccountCreated auth.RoleGranted type.ActRecorded");
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox"), "1");
}

TEST_F(AuthStorage, Memberships_AreReadEachWithItsRole) {
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    const auto ada = Account("ada@example.com");
    const auto bob = Account("bob@example.com");
    for (const auto& account : {ada, bob}) co_await accounts.Create(Soon(), account, Session(), Message());
    std::vector<domain::Membership> expected;
    for (int i = 0; i < 3; ++i) expected.push_back({SellerId::New(), domain::MemberRole::kOwner});
    for (const auto index : {2, 0, 1}) Join(ada.id, expected[index].seller);
    EXPECT_EQ((co_await accounts.Find(Soon(), ada.id))->sellers, expected);
    EXPECT_TRUE((co_await accounts.Find(Soon(), bob.id))->sellers.empty());
  });
}

// A newer auth gave it, before it was rolled back: this one can't know what it allows.
TEST_F(AuthStorage, RolesOfANewerProgram_AreLeftOut) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto ada = Account("ada@example.com");
    const auto session = Session();
    co_await accounts.Create(Soon(), ada, session, Message());
    co_await accounts.EnsureOperator(Soon(), ada, kAdmin, Message(), audit::SomeAct());
    const auto seller = SellerId::New();
    Join(ada.id, SellerId::New());
    Join(ada.id, seller);
    Sql("ALTER TABLE account_role DROP CONSTRAINT account_role_role_check; "
        "ALTER TABLE seller_member DROP CONSTRAINT seller_member_role_check; "
        "INSERT INTO account_role (account_id, role) VALUES ('" +
        ada.id.ToString() +
        "', 'auditor'); "
        "UPDATE seller_member SET role = 'clerk' WHERE seller_id <> '" +
        seller.ToString() + "'");
    const auto outcome = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    const auto& account = std::get<Refreshed>(outcome).account;
    EXPECT_EQ(account.roles, std::vector{kAdmin});
    EXPECT_EQ(account.sellers, (std::vector<domain::Membership>{{seller, domain::MemberRole::kOwner}}));
  });
}

TEST_F(AuthStorage, Schema_RefusesASecondLiveTokenAndAnUnknownEnd) {
  const auto session = Session();
  Run([&](Accounts& accounts, Sessions&) -> Task<> {
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
  });
  EXPECT_THROW(Sql("INSERT INTO refresh_token (digest, session_id, sequence) "
                   "SELECT sha256('x'), id, 2 FROM session"),
               std::exception);
  EXPECT_THROW(Sql("UPDATE session SET ended_at = market_now(), end_reason = 'TIRED'"), std::exception);
  EXPECT_THROW(Sql("UPDATE session SET ended_at = market_now()"), std::exception);
  for (const auto reason : domain::kEndReasons.words)
    Sql("UPDATE session SET ended_at = market_now(), end_reason = '" + std::string(reason) + "'");
}

TEST_F(AuthStorage, Tries_PastTheFreeOnes_Wait) {
  Run([&](Accounts&, Sessions& sessions) -> Task<> {
    for (int i = 1; i <= 5; ++i) {
      const auto attempt = co_await sessions.CountTry(Soon(), "nobody@x.test");
      EXPECT_FALSE(attempt.wait) << i;
      EXPECT_FALSE(attempt.account);
    }
    const auto blocked = co_await sessions.CountTry(Soon(), "nobody@x.test");
    EXPECT_TRUE(blocked.wait && *blocked.wait > seconds(0) && *blocked.wait <= seconds(1));
    EXPECT_FALSE((co_await sessions.CountTry(Soon(), "other@x.test")).wait);
  });
  EXPECT_EQ(Sql("SELECT tries FROM sign_in_throttle ORDER BY tries DESC LIMIT 1"), "5");
}

TEST_F(AuthStorage, Tries_OfAKnownDevice_CountApart) {
  const auto device = Uuid::NewV7();
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto account = Account("ada@example.com");
    co_await accounts.Create(Soon(), account, Session(), Message());
    for (int i = 1; i <= 6; ++i) co_await sessions.CountTry(Soon(), "ada@example.com");
    for (int i = 1; i <= 5; ++i) {
      const auto attempt =
          co_await sessions.CountTry(Soon(), "ada@example.com", {.device = device, .address = {}});
      EXPECT_FALSE(attempt.wait) << i;
      EXPECT_EQ(attempt.account, account.id);
    }
    EXPECT_TRUE(
        (co_await sessions.CountTry(Soon(), "ada@example.com", {.device = device, .address = {}})).wait);
    EXPECT_FALSE(
        (co_await sessions.CountTry(Soon(), "ada@example.com", {.device = Uuid::NewV7(), .address = {}}))
            .wait);
    auto right = Right(account);
    right.guesser.device = device;
    co_await sessions.Open(Soon(), right, Session());
    EXPECT_FALSE(
        (co_await sessions.CountTry(Soon(), "ada@example.com", {.device = device, .address = {}})).wait);
    EXPECT_TRUE((co_await sessions.CountTry(Soon(), "ada@example.com")).wait) << "strangers still wait";
  });
}

TEST_F(AuthStorage, Tries_WaitDoublesUpToAQuarterOfAnHour) {
  Run([&](Accounts&, Sessions& sessions) -> Task<> {
    for (int i = 1; i <= 4; ++i) co_await sessions.CountTry(Soon(), "x@x.test");
    for (const int wait_s : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
      EXPECT_FALSE((co_await sessions.CountTry(Soon(), "x@x.test")).wait) << wait_s;
      EXPECT_EQ(Sql("SELECT extract(epoch FROM blocked_until - last_try_at)::int FROM sign_in_throttle"),
                std::to_string(wait_s));
      const auto blocked = co_await sessions.CountTry(Soon(), "x@x.test");
      EXPECT_TRUE(blocked.wait && *blocked.wait > seconds(wait_s - 1) && *blocked.wait <= seconds(wait_s))
          << wait_s;
      Sql("UPDATE sign_in_throttle SET blocked_until = market_now() - interval '1 second'");
    }
  });
}

TEST_F(AuthStorage, Tries_AfterTwelveQuietHours_StartAgain) {
  Run([&](Accounts&, Sessions& sessions) -> Task<> {
    for (int i = 1; i <= 6; ++i) co_await sessions.CountTry(Soon(), "x@x.test");
    Sql("UPDATE sign_in_throttle SET last_try_at = market_now() - interval '12 hours 1 second', "
        "blocked_until = "
        "market_now()");
    EXPECT_FALSE((co_await sessions.CountTry(Soon(), "x@x.test")).wait);
  });
  EXPECT_EQ(Sql("SELECT tries FROM sign_in_throttle"), "1");
}

TEST_F(AuthStorage, Tries_SideBySide_NeverExceedTheFreeOnes) {
  int counted = 0;
  int refused = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, temporary_.Options());
    co_await database.Open(Soon());
    Sessions sessions(database, lifetimes_);
    co_await testing::AtOnce(50, [&](int) -> Task<> {
      const auto attempt = co_await sessions.CountTry(Soon(), "x@x.test");
      ++(attempt.wait ? refused : counted);
    });
    co_await database.Close(Soon());
  });
  EXPECT_EQ(counted, 5);
}

TEST_F(AuthStorage, Open_ForgetsTriesAndKeepsTheNewHash) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto account = Account("ada@example.com");
    co_await accounts.Create(Soon(), account, Session(), Message());
    const auto attempt = co_await sessions.CountTry(Soon(), "ada@example.com");
    EXPECT_EQ(attempt.account, account.id);
    EXPECT_EQ(attempt.password_hash, kHash);
    const auto opened = co_await sessions.Open(Soon(), Right(account, "$argon2id$new"), Session());
    EXPECT_TRUE(opened && opened->id == account.id);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "0");
  EXPECT_EQ(Sql("SELECT password_hash FROM account"), "$argon2id$new");
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), "2");
}

TEST_F(AuthStorage, Refresh_RotatesAndReadsRolesAgain) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto account = Account("ada@example.com");
    const auto session = Session();
    co_await accounts.Create(Soon(), account, session, Message());
    const auto seller = SellerId::New();
    Join(account.id, seller);
    for (std::int64_t sequence = 1; sequence <= 5; ++sequence) {
      const auto outcome = co_await sessions.Refresh(Soon(), DigestAt(session.id, sequence), DigestAt);
      const auto* good = std::get_if<Refreshed>(&outcome);
      EXPECT_TRUE(good != nullptr) << sequence;
      if (good == nullptr) co_return;
      EXPECT_EQ(good->session, session.id);
      EXPECT_EQ(good->successor, sequence + 1);
      EXPECT_EQ(good->account.sellers.size(), 1U);
    }
    const auto unknown = co_await sessions.Refresh(Soon(), std::string(32, 'x'), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionEnded>(unknown));
  });
  ExpectOneLiveTokenAtMost();
}

TEST_F(AuthStorage, Refresh_RetryOfThePredecessor_GivesTheSameSuccessor) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto session = Session();
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
    for (int i = 0; i < 3; ++i) {
      const auto outcome = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
      EXPECT_EQ(std::get<Refreshed>(outcome).successor, 2);
    }
    co_await sessions.Refresh(Soon(), DigestAt(session.id, 2), DigestAt);
    const auto replay = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionReused>(replay));
    const auto live = co_await sessions.Refresh(Soon(), DigestAt(session.id, 3), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionEnded>(live));
  });
  EXPECT_EQ(Sql("SELECT end_reason FROM session"), "REUSED");
  ExpectOneLiveTokenAtMost();
}

TEST_F(AuthStorage, Refresh_RetryTooLate_EndsTheFamily) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto session = Session();
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
    co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    Sql("UPDATE refresh_token SET used_at = used_at - interval '11 seconds' WHERE sequence = 1");
    const auto late = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionReused>(late));
    const auto again = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionEnded>(again));
  });
}

TEST_F(AuthStorage, Refresh_ExpiredEitherWay_Ended) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto session = Session();
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
    EXPECT_EQ(
        Sql("SELECT idle_expires_at - created_at || ' ' || (absolute_expires_at - created_at) FROM session"),
        "14 days 30 days");
    Sql("UPDATE session SET idle_expires_at = market_now()");
    const auto idle = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionEnded>(idle));
    Sql("UPDATE session SET idle_expires_at = market_now() + interval '1 hour', absolute_expires_at = "
        "market_now() + "
        "interval '1 hour'");
    co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_EQ(Sql("SELECT idle_expires_at = absolute_expires_at FROM session"), "t");
  });
}

// Many clients with the same token at once: one rotation, the others are its retries; nobody is stranded.
TEST_F(AuthStorage, Refresh_StormOfOneToken_HasOneSuccessor) {
  std::map<std::int64_t, int> successors;
  int others = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database first(io, temporary_.Options(4));
    postgres::Database second(io, temporary_.Options(4));
    co_await first.Open(Soon());
    co_await second.Open(Soon());
    Accounts accounts(first, lifetimes_);
    Sessions sessions[] = {Sessions(first, lifetimes_), Sessions(second, lifetimes_)};
    const auto session = Session();
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
    co_await testing::AtOnce(60, [&](int i) -> Task<> {
      const auto outcome = co_await sessions[i % 2].Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
      if (const auto* good = std::get_if<Refreshed>(&outcome)) {
        ++successors[good->successor];
      } else {
        ++others;
      }
    });
    co_await first.Close(Soon());
    co_await second.Close(Soon());
  });
  EXPECT_EQ(successors[2], 60);
  EXPECT_EQ(others, 0);
  EXPECT_EQ(Sql("SELECT count(*) FROM refresh_token"), "2");
  ExpectOneLiveTokenAtMost();
}

TEST_F(AuthStorage, EveryAct_IsTold) {
  const auto ada = Account("ada@example.com");
  const auto bob = Account("bob@example.com");
  const auto first = Session();
  const auto second = Session();
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    co_await accounts.Create(Soon(), ada, first, Message());
    co_await accounts.Create(Soon(), Account("ADA@example.com"), Session(), Message());  // taken
    co_await accounts.EnsureOperator(Soon(), ada, kAdmin, Message(), audit::SomeAct());
    co_await accounts.EnsureOperator(Soon(), ada, kAdmin, Message(), audit::SomeAct());
    co_await accounts.EnsureOperator(Soon(), bob, kAdmin, Message(), audit::SomeAct());
    co_await sessions.Open(Soon(), Right(ada), second);
    for (const auto& owner : {bob.id, ada.id, ada.id})  // not his
      co_await sessions.End(Soon(), first.id, owner, domain::EndReason::kSignedOut);
  });
  const auto told = [&](const std::string& aggregate) { return events::Told(temporary_, aggregate); };
  EXPECT_EQ(told("account/" + ada.id.ToString()), "auth.AccountCreated 1, auth.RoleGranted 2");
  EXPECT_EQ(told("account/" + bob.id.ToString()), "auth.AccountCreated 1, auth.RoleGranted 2");
  EXPECT_EQ(told("session/" + first.id.ToString()), "auth.SessionOpened 1, auth.SessionEnded 2");
  EXPECT_EQ(told("session/" + second.id.ToString()), "auth.SessionOpened 1");
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type <> 'type.ActRecorded'"), "7");
  const auto ended = events::LastTold<api::auth::SessionEnded>(temporary_, "session/" + first.id.ToString());
  EXPECT_EQ(ended.session_id(), first.id.ToString());
  EXPECT_EQ(ended.account_id(), ada.id.ToString());
  EXPECT_EQ(ended.reason(), api::auth::SessionEnded::SIGNED_OUT);
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE payload::text LIKE '%' || encode('example', 'hex') || '%'"),
            "0")
      << "no address leaves auth";
}

TEST_F(AuthStorage, AReusedToken_EndsTheSessionAndIsTold) {
  const auto session = Session();
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    co_await accounts.Create(Soon(), Account("ada@example.com"), session, Message());
    for (const std::int64_t sequence : {1, 2}) {
      co_await sessions.Refresh(Soon(), DigestAt(session.id, sequence), DigestAt);
    }
    const auto outcome = co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
    EXPECT_TRUE(std::holds_alternative<SessionReused>(outcome));
    co_await sessions.Refresh(Soon(), DigestAt(session.id, 1), DigestAt);
  });
  const auto aggregate = "session/" + session.id.ToString();
  EXPECT_EQ(events::Told(temporary_, aggregate), "auth.SessionOpened 1, auth.SessionEnded 2");
  EXPECT_EQ(events::LastTold<api::auth::SessionEnded>(temporary_, aggregate).reason(),
            api::auth::SessionEnded::REUSED);
}

TEST_F(AuthStorage, Sweep_RemovesOnlyWhatNobodyReads) {
  Run([&](Accounts& accounts, Sessions& sessions) -> Task<> {
    co_await accounts.Create(Soon(), Account("a@x.test"), Session(), Message());
    co_await accounts.Create(Soon(), Account("b@x.test"), Session(), Message());
    Sql("UPDATE session SET idle_expires_at = market_now() - interval '1 day', absolute_expires_at = "
        "market_now() - "
        "interval '1 day' "
        "WHERE id = (SELECT id FROM session LIMIT 1)");
    co_await sessions.CountTry(Soon(), "a@x.test");
    co_await sessions.CountTry(Soon(), "b@x.test");
    Sql("UPDATE sign_in_throttle SET last_try_at = market_now() - interval '13 hours' "
        "WHERE digest = (SELECT digest FROM sign_in_throttle LIMIT 1)");
    EXPECT_EQ(co_await sessions.Sweep(Soon(), std::chrono::hours(24), 100), 2);
    EXPECT_EQ(co_await sessions.Sweep(Soon(), std::chrono::hours(24), 100), 0);
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM session"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM refresh_token"), "1");
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "1");
}

}  // namespace
}  // namespace market::auth::storage
