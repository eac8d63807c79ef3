#include "services/auth/storage/revocations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/sessions.hpp"
#include "services/auth/storage/signing_keys.hpp"

namespace market::auth::storage {
namespace {

using market::testing::Soon;
using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::RevocationFeed;
using ::testing::ElementsAre;

constexpr std::int64_t kEntriesMax = 3;

class RevocationsTest : public ::testing::Test {
 protected:
  struct Stores {
    Accounts accounts;
    Sessions sessions;
    Revocations revocations;
    SigningKeys signing_keys;
  };

  template <class Body>
  void Run(Body body) {
    market::testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      events::Log log(database, {});
      Stores stores{
          Accounts(database, {}),
          Sessions(database, {}),
          {database, log, {.token_lifetime_max = std::chrono::hours(1), .entries_max = kEntriesMax}},
          SigningKeys(database, {.published_before = {}, .published_after = std::chrono::hours(1)})};
      co_await body(stores);
      co_await database.Close(Soon());
    });
  }

  struct SignedUp {
    AccountId account;
    Uuid session;
  };
  Task<SignedUp> SignUp(Stores& stores) {
    const SignedUp made{AccountId::New(), Uuid::NewV7()};
    const NewAccount account{.id = made.account,
                             .email = made.account.ToString() + "@example.com",
                             .password_hash = "$argon2id$x"};
    const NewSession session{made.session, made.session.ToString().substr(0, 32)};
    co_await stores.accounts.Create(Soon(), account, session,
                                    {.topic = "profile.create", .key = "", .payload = "p", .trace = ""});
    co_return made;
  }
  // An act that takes a right away, as its storage writes it.
  void Reduce(const AccountId& account) {
    temporary_.Execute(
        "UPDATE account SET version = version + 1, reduced_version = version + 1, reduced_at = market_now() "
        "WHERE id = '" +
        account.ToString() + "'");
  }
  Task<RevocationFeed> Feed(Stores& stores, std::string after = "") {
    FeedRequest request;
    request.set_after(std::move(after));
    co_return co_await stores.revocations.Feed(Soon(), std::move(request));
  }

  testing::TemporaryDatabase temporary_{kMigrations};
};

TEST_F(RevocationsTest, WhoFollows_HearsOfWhatEnds) {
  Run([&](Stores& stores) -> Task<> {
    const auto one = co_await SignUp(stores);
    auto feed = co_await Feed(stores);
    EXPECT_EQ(feed.ended_size() + feed.outdated_size(), 0);
    co_await stores.sessions.End(Soon(), one.session, one.account, domain::EndReason::kSignedOut);
    std::vector<std::string> ended;
    while (ended.empty()) {  // older transactions may be under way
      feed = co_await Feed(stores, feed.next());
      ended.assign(feed.ended().begin(), feed.ended().end());
    }
    EXPECT_THAT(ended, ElementsAre(one.session.ToString()));
  });
}

TEST_F(RevocationsTest, WhoBegins_IsToldWhatTokensCanStillName) {
  Run([&](Stores& stores) -> Task<> {
    const auto live = co_await SignUp(stores);
    const auto lately = co_await SignUp(stores);
    const auto long_ago = co_await SignUp(stores);
    co_await stores.sessions.End(Soon(), lately.session, lately.account, domain::EndReason::kSignedOut);
    co_await stores.sessions.End(Soon(), long_ago.session, long_ago.account, domain::EndReason::kSignedOut);
    temporary_.Execute("UPDATE session SET ended_at = ended_at - interval '2 hours' WHERE id = '" +
                       long_ago.session.ToString() + "'");
    Reduce(live.account);
    for (const auto* after : {"", "00000000-0000-0000-0000-000000000000.1.1"}) {
      const auto feed = co_await Feed(stores, after);
      EXPECT_THAT(feed.ended(), ElementsAre(lately.session.ToString()));
      EXPECT_EQ(feed.outdated_size(), 1);
      EXPECT_EQ(feed.outdated(0).account_id(), live.account.ToString());
      EXPECT_EQ(feed.outdated(0).version(), 2);
      EXPECT_FALSE(feed.has_all_before());
    }
  });
}

TEST_F(RevocationsTest, RemovedSigningKey_IsToldToWhoFollowsAndToWhoBeginsHoweverLate) {
  Run([&](Stores& stores) -> Task<> {
    auto feed = co_await Feed(stores);
    co_await stores.signing_keys.Begin(Soon(), {"a", "x", "y", "s"}, {"b", "x", "y", "s"});
    co_await stores.signing_keys.Remove(Soon(), "a", {"c", "x", "y", "s"}, audit::SomeAct());
    std::vector<std::string> removed;
    while (removed.empty()) {  // older transactions may be under way
      feed = co_await Feed(stores, feed.next());
      removed.assign(feed.removed_keys().begin(), feed.removed_keys().end());
    }
    EXPECT_THAT(removed, ElementsAre("a"));
    temporary_.Execute(
        "UPDATE signing_key SET removed_at = removed_at - interval '2 days' WHERE state = 'REMOVED'");
    EXPECT_THAT((co_await Feed(stores)).removed_keys(), ElementsAre("a"));
  });
}

TEST_F(RevocationsTest, MoreThanCanBeTold_RefusesAllFromBefore) {
  Run([&](Stores& stores) -> Task<> {
    for (int i = 0; i <= kEntriesMax; ++i) {
      const auto one = co_await SignUp(stores);
      co_await stores.sessions.End(Soon(), one.session, one.account, domain::EndReason::kSignedOut);
    }
    const auto feed = co_await Feed(stores);
    EXPECT_EQ(feed.ended_size(), 0);
    // The second after that of the answer, which is none before the last of them ended.
    EXPECT_EQ(temporary_.Execute("SELECT max(ended_at) < to_timestamp(" +
                                 std::to_string(feed.all_before().seconds()) + ") AND to_timestamp(" +
                                 std::to_string(feed.all_before().seconds()) +
                                 ") <= market_now() + interval '1 s' FROM session"),
              "t");
  });
}

}  // namespace
}  // namespace market::auth::storage
