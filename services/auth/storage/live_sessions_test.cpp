#include <gtest/gtest.h>

#include <functional>

#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {
namespace {

using testing::Soon;
using EndedEvent = api::auth::SessionEnded;

std::string LiveDigest(const Uuid& session, std::int64_t sequence) {
  return session.ToString().substr(0, 24) + std::to_string(10'000'000 + sequence);
}

class LiveSessions : public ::testing::Test {
 protected:
  using Body = std::function<Task<>(Accounts&, Sessions&)>;
  // Each body finds ada with one session.
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, lifetimes_);
      Sessions sessions(database, lifetimes_);
      const NewAccount ada{.id = ada_, .email = "ada@example.com", .password_hash = "$argon2id$one"};
      first_ = Next();
      co_await accounts.Create(Soon(), ada, first_, {.topic = "t", .key = "", .payload = "p", .trace = ""});
      co_await body(accounts, sessions);
      co_await database.Close(Soon());
    });
  }
  static NewSession Next(domain::Origin origin = {}) {
    const auto id = Uuid::NewV7();
    return {.id = id, .digest = LiveDigest(id, 1), .origin = std::move(origin)};
  }
  Task<Uuid> Open(Sessions& sessions) {
    const auto session = Next();
    EXPECT_TRUE(co_await sessions.Open(Soon(), proven_, session));
    co_return session.id;
  }
  static Task<std::vector<Uuid>> Ids(Sessions& sessions, AccountId account) {
    std::vector<Uuid> ids;
    for (const auto& session : co_await sessions.ListLive(Soon(), account)) ids.push_back(session.id);
    co_return ids;
  }
  EndedEvent::Reason ReasonTold(const Uuid& session) {
    return events::LastTold<EndedEvent>(temporary_, "session/" + session.ToString()).reason();
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  domain::Lifetimes lifetimes_;
  const AccountId ada_ = AccountId::New();
  Proven proven_{.account = ada_, .email_key = "ada@example.com", .guesser = {}};
  NewSession first_;
};

TEST_F(LiveSessions, List_ShowsWhereEachIsUsedFrom_NewestUseFirst) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto second = Next({.device = "Firefox on Linux", .address = "203.0.113.7"});
    co_await sessions.Open(Soon(), proven_, second);
    EXPECT_EQ(co_await Ids(sessions, ada_), (std::vector{second.id, first_.id}));
    co_await sessions.Refresh(Soon(), first_.digest, LiveDigest, {.device = "curl/8", .address = "::1"});
    const auto live = co_await sessions.ListLive(Soon(), ada_);
    EXPECT_EQ(live.size(), 2U);
    EXPECT_EQ(live.at(0).id, first_.id);
    EXPECT_EQ(live.at(0).origin.device, "curl/8");
    EXPECT_EQ(live.at(0).origin.address, "::1");
    EXPECT_GT(live.at(0).last_used_at, live.at(0).created_at);
    EXPECT_EQ(live.at(1).origin.device, "Firefox on Linux");
    EXPECT_EQ(live.at(1).origin.address, "203.0.113.7");
    EXPECT_TRUE((co_await sessions.ListLive(Soon(), AccountId::New())).empty());
  });
}

TEST_F(LiveSessions, End_OnlyByItsOwner) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto out = domain::EndReason::kSignedOut;
    EXPECT_EQ(co_await sessions.End(Soon(), first_.id, AccountId::New(), out), Ending::kNoneToEnd);
    EXPECT_EQ(co_await Ids(sessions, ada_), std::vector{first_.id});
    EXPECT_EQ(co_await sessions.End(Soon(), first_.id, ada_, out), Ending::kEnded);
    EXPECT_EQ(co_await sessions.End(Soon(), first_.id, ada_, out), Ending::kNoneToEnd);
    const auto outcome = co_await sessions.Refresh(Soon(), first_.digest, LiveDigest);
    EXPECT_TRUE(std::holds_alternative<SessionEnded>(outcome));
    EXPECT_EQ(ReasonTold(first_.id), EndedEvent::SIGNED_OUT);
  });
}

TEST_F(LiveSessions, EndedAndExpired_AreNotListed) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto second = co_await Open(sessions);
    const auto third = co_await Open(sessions);
    EXPECT_EQ(co_await sessions.End(Soon(), second, ada_, domain::EndReason::kEnded), Ending::kEnded);
    temporary_.Execute("UPDATE session SET idle_expires_at = market_now() WHERE id = '" + third.ToString() +
                       "'");
    EXPECT_EQ(co_await Ids(sessions, ada_), std::vector{first_.id});
    EXPECT_EQ(ReasonTold(second), EndedEvent::ENDED);
  });
}

TEST_F(LiveSessions, OneMoreThanThereMayBe_EndsTheOneNotUsedForLongest) {
  lifetimes_.live_max = 3;
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto second = co_await Open(sessions);
    const auto third = co_await Open(sessions);
    co_await sessions.Refresh(Soon(), first_.digest, LiveDigest);
    const auto fourth = co_await Open(sessions);
    EXPECT_EQ(co_await Ids(sessions, ada_), (std::vector{fourth, first_.id, third}));
    EXPECT_EQ(ReasonTold(second), EndedEvent::ENDED);
    co_await testing::AtOnce(10, [&](int) -> Task<> { co_await Open(sessions); });
    EXPECT_EQ((co_await Ids(sessions, ada_)).size(), 3U);
    // Who has ended is told, each once.
    EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM session WHERE ended_at IS NOT NULL"), "11");
    EXPECT_EQ(temporary_.Execute("SELECT count(DISTINCT aggregate) || ' ' || count(*) FROM event "
                                 "WHERE type = 'auth.SessionEnded'"),
              "11 11");
  });
}

TEST_F(LiveSessions, EndAll_EndsOnlyOnesOwn) {
  Run([this](Accounts& accounts, Sessions& sessions) -> Task<> {
    const auto second = co_await Open(sessions);
    const NewAccount bob{
        .id = AccountId::New(), .email = "bob@example.com", .password_hash = "$argon2id$one"};
    co_await accounts.Create(Soon(), bob, Next(), {.topic = "t", .key = "", .payload = "p", .trace = ""});
    co_await sessions.EndAll(Soon(), ada_);
    co_await sessions.EndAll(Soon(), ada_);
    EXPECT_TRUE((co_await Ids(sessions, ada_)).empty());
    EXPECT_EQ((co_await Ids(sessions, bob.id)).size(), 1U);
    for (const auto& session : {first_.id, second}) {
      EXPECT_EQ(events::Told(temporary_, "session/" + session.ToString()),
                "auth.SessionOpened 1, auth.SessionEnded 2");
      EXPECT_EQ(ReasonTold(session), EndedEvent::ENDED);
    }
  });
}

TEST_F(LiveSessions, ChangePassword_EndsAllOthersAndIsTold) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto second = co_await Open(sessions);
    co_await sessions.CountTry(Soon(), proven_.email_key);
    const auto changed = co_await sessions.ChangePassword(Soon(), proven_, "$argon2id$two", second);
    EXPECT_TRUE(changed && changed->id == ada_);
    EXPECT_EQ(co_await Ids(sessions, ada_), std::vector{second});
    EXPECT_EQ(ReasonTold(first_.id), EndedEvent::PASSWORD_CHANGED);
    EXPECT_EQ(events::Told(temporary_, "account/" + ada_.ToString()),
              "auth.AccountCreated 1, auth.PasswordChanged 2");
    EXPECT_EQ(temporary_.Execute("SELECT password_hash FROM account"), "$argon2id$two");
    EXPECT_EQ(temporary_.Execute("SELECT count(*) FROM sign_in_throttle"), "0");
  });
}

// A sign-in that was under way with the old password comes to nothing, and so does a second change.
TEST_F(LiveSessions, AfterAChangeOfThePassword_TheOldOneOpensNothing) {
  lifetimes_.live_max = 1;
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    EXPECT_TRUE(co_await sessions.ChangePassword(Soon(), proven_, "$argon2id$two", first_.id));
    EXPECT_FALSE(co_await sessions.Open(Soon(), proven_, Next()));
    EXPECT_FALSE(co_await sessions.ChangePassword(Soon(), proven_, "$argon2id$three", first_.id));
    EXPECT_EQ(co_await Ids(sessions, ada_), std::vector{first_.id});
    EXPECT_EQ(temporary_.Execute("SELECT password_hash FROM account"), "$argon2id$two");
  });
}

// Another hash of the same password is no other password.
TEST_F(LiveSessions, ARehashBesideASignIn_RefusesNeither) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    proven_.new_hash = "$argon2id$stronger";
    EXPECT_TRUE(co_await sessions.Open(Soon(), proven_, Next()));
    EXPECT_TRUE(co_await sessions.Open(Soon(), proven_, Next()));
  });
}

TEST_F(LiveSessions, SignInsBesideAChangeOfThePassword_LeaveNoSessionOfTheOldOne) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    int changed = 0;
    co_await testing::AtOnce(10, [&](int i) -> Task<> {
      if (i % 5 != 2) {
        co_await sessions.Open(Soon(), proven_, Next());
        co_return;
      }
      const auto hash = "$argon2id$" + std::to_string(i);
      changed += (co_await sessions.ChangePassword(Soon(), proven_, hash, first_.id)).has_value();
    });
    EXPECT_EQ(changed, 1);
    EXPECT_EQ(co_await Ids(sessions, ada_), std::vector{first_.id});
  });
}

// By its token, or by program and address: those of ended sessions too.
TEST_F(LiveSessions, ADeviceIsNew_UntilItHadASession) {
  Run([this](Accounts&, Sessions& sessions) -> Task<> {
    const auto is_new = [&](domain::Origin origin, domain::Guesser guesser) -> Task<bool> {
      const auto session = Next(std::move(origin));
      auto proven = proven_;
      proven.guesser = std::move(guesser);
      EXPECT_TRUE(co_await sessions.Open(Soon(), proven, session));
      const auto opened =
          events::LastTold<api::auth::SessionOpened>(temporary_, "session/" + session.id.ToString());
      co_return opened.new_device();
    };
    EXPECT_FALSE(events::LastTold<api::auth::SessionOpened>(temporary_, "session/" + first_.id.ToString())
                     .new_device())
        << "who signs up need not be told";
    EXPECT_TRUE(co_await is_new({"Firefox", "203.0.113.1"}, {}));
    EXPECT_FALSE(co_await is_new({"Firefox", "203.0.113.1"}, {}));
    EXPECT_TRUE(co_await is_new({"Firefox", "203.0.113.2"}, {}));
    EXPECT_TRUE(co_await is_new({"Safari", "203.0.113.1"}, {}));
    EXPECT_FALSE(co_await is_new({"Lynx", "203.0.113.9"}, {.device = first_.id, .address = {}}))
        << "by its token";
  });
}

}  // namespace
}  // namespace market::auth::storage
