#include "platform/identity/token_verifier.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "platform/core/error.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::identity {
namespace {

using testing::RunLoop;

constexpr const char* kOurIssuer = "https://market.test";

// auth, as the verifier sees it.
struct Keys {
  std::vector<PublicKey> keys;
  std::optional<Error> failure;
  std::shared_ptr<runtime::OneShot<>> gate;  // an answer waits for it
  bool gate_is_the_firsts = false;           // the others are answered at once
  int fetches = 0;
  Revoked revoked = {.next = "1"};
  std::optional<Error> revoked_failure;
  std::vector<std::string> asked_after;

  Task<Revoked> Feed(std::string after) {
    asked_after.push_back(std::move(after));
    if (revoked_failure) throw *revoked_failure;
    co_return revoked;
  }

  Task<std::vector<PublicKey>> Fetch(runtime::Deadline deadline) {
    ++fetches;
    const auto wait = gate_is_the_firsts ? std::exchange(gate, nullptr) : gate;
    if (wait) co_await wait->Wait(deadline);
    if (failure) throw *failure;
    co_return keys;
  }
};

class Verifier : public ::testing::Test {
 protected:
  std::string Token(const SigningKey& key) const {
    return "Bearer " + key.Sign({.principal = {.account = account_, .session = session_},
                                 .account_version = 4,
                                 .issuer = kOurIssuer,
                                 .issued_at = clock_.Now(),
                                 .expires_at = clock_.Now() + std::chrono::minutes(10)});
  }

  // The code of the answer; kOk for a principal.
  Code Ask(const std::string& authorization) {
    return RunLoop([&]() -> Task<Code> {
      try {
        const auto* known = verifier_.TryVerify(authorization);
        const auto principal =
            known ? *known
                  : co_await verifier_.Verify(authorization, runtime::After(std::chrono::seconds(5)));
        co_return principal.account == account_ ? Code::kOk : Code::kUnknown;
      } catch (const Error& error) {
        co_return error.code;
      }
    });
  }

  void CatchUp() {
    RunLoop([&]() -> Task<> { co_await verifier_.CatchUp(runtime::After(std::chrono::seconds(5))); });
  }

  AccountId account_ = AccountId::New();
  Uuid session_ = Uuid::NewV7();
  testing::FakeClock clock_;
  SigningKey key_ = SigningKey::Generate();
  SigningKey next_key_ = SigningKey::Generate();
  Keys auth_{.keys = {key_.Public()}};
  TokenVerifier verifier_{
      kOurIssuer,
      clock_,
      {.keys = [this](runtime::Deadline deadline) { return auth_.Fetch(deadline); },
       .revoked = [this](std::string after, runtime::Deadline) { return auth_.Feed(std::move(after)); }}};
};

TEST_F(Verifier, GoodToken_NeedsOneFetch) {
  const auto token = Token(key_);
  EXPECT_EQ(Ask(token), Code::kOk);
  EXPECT_EQ(Ask(token), Code::kOk);
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  EXPECT_EQ(auth_.fetches, 1);
}

TEST_F(Verifier, CachedToken_EndsWithItsTime) {
  const auto token = Token(key_);
  EXPECT_EQ(Ask(token), Code::kOk);
  clock_.Advance(std::chrono::minutes(10) + kTokenSkew - std::chrono::seconds(1));
  EXPECT_EQ(Ask(token), Code::kOk);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);
}

TEST_F(Verifier, EndedSession_IsRefusedOnceItIsRead) {
  const auto token = Token(key_);
  EXPECT_EQ(Ask(token), Code::kOk);
  auth_.revoked = {.ended = {session_}, .next = "2"};
  EXPECT_EQ(Ask(token), Code::kOk);
  CatchUp();
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);        // the cached one
  EXPECT_EQ(Ask(Token(key_)), Code::kUnauthenticated);  // and one that nobody has seen
  auth_.failure = auth_.revoked_failure = Unavailable("away");
  clock_.Advance(std::chrono::minutes(9));
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);
  EXPECT_EQ(auth_.asked_after, (std::vector<std::string>{"", "1"}));
}

// A planned rotation: the next key was published long before it signs, the old one stays as long as its tokens.
TEST_F(Verifier, RotatedKeys_RefuseNoToken) {
  auth_.keys = {key_.Public(), next_key_.Public()};
  const auto before = Token(key_);
  EXPECT_EQ(Ask(before), Code::kOk);
  auth_.failure = Unavailable("away");  // not even then
  EXPECT_EQ(Ask(Token(next_key_)), Code::kOk);
  EXPECT_EQ(Ask(before), Code::kOk);
  EXPECT_EQ(auth_.fetches, 1);
}

// The key itself is still in the cache, and auth can't be asked for what there is now.
TEST_F(Verifier, RemovedKey_IsRefusedOnceItIsRead) {
  auth_.keys = {key_.Public(), next_key_.Public()};
  const auto token = Token(key_);
  EXPECT_EQ(Ask(token), Code::kOk);
  auth_.revoked = {.removed_keys = {key_.Kid()}, .next = "2"};
  auth_.failure = Unavailable("away");
  CatchUp();
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);
  EXPECT_EQ(Ask(Token(key_)), Code::kUnauthenticated);
  EXPECT_EQ(Ask(Token(next_key_)), Code::kOk);
  auth_.failure.reset();  // and who has a place of before is not believed
  clock_.Advance(std::chrono::seconds(70));
  EXPECT_EQ(Ask(Token(key_)), Code::kUnauthenticated);
}

// What is in its place may be new to all: it is asked for at once, not at the next turn.
TEST_F(Verifier, AfterARemoval_KeysAreFetchedAnew) {
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  EXPECT_EQ(auth_.fetches, 1);
  auth_.keys = {next_key_.Public()};
  EXPECT_EQ(Ask(Token(next_key_)), Code::kUnauthenticated) << "fetched just now";
  auth_.revoked = {.removed_keys = {key_.Kid()}, .next = "2"};
  CatchUp();
  EXPECT_EQ(Ask(Token(next_key_)), Code::kOk);
  EXPECT_EQ(Ask(Token(next_key_)), Code::kOk);
  EXPECT_EQ(auth_.fetches, 2);
}

TEST_F(Verifier, TokenOfBeforeAnAccountsReduction_IsRefused) {
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  auth_.revoked = {.outdated = {{account_, 4}}, .next = "2"};
  CatchUp();
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  auth_.revoked = {.outdated = {{account_, 5}}, .next = "3"};
  CatchUp();
  EXPECT_EQ(Ask(Token(key_)), Code::kUnauthenticated);
}

TEST_F(Verifier, WhatEndedIsUnknown_NothingIsVerified) {
  auth_.revoked_failure = Unavailable("away");
  EXPECT_EQ(Ask(Token(key_)), Code::kUnavailable);
  auth_.revoked_failure.reset();
  auth_.revoked.ended = {session_};
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Ask(Token(key_)), Code::kUnauthenticated);
}

TEST_F(Verifier, OtherSchemes_AreRefused) {
  for (const char* header : {"", "Bearer", "Bearer ", "Basic abc", "bearer x", "Token abc"}) {
    EXPECT_EQ(Ask(header), Code::kUnauthenticated) << header;
  }
  EXPECT_EQ(auth_.fetches, 0);
}

TEST_F(Verifier, UnknownKid_IsFetchedAtMostEveryTenSeconds) {
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  const auto token = Token(next_key_);
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);
  EXPECT_EQ(auth_.fetches, 1);
  auth_.keys.push_back(next_key_.Public());
  clock_.Advance(std::chrono::seconds(10));
  EXPECT_EQ(Ask(token), Code::kOk);
  EXPECT_EQ(auth_.fetches, 2);
}

TEST_F(Verifier, AuthAway_KeysStayGoodForADay) {
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  auth_.failure = Unavailable("away");
  clock_.Advance(std::chrono::hours(23));
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Ask(Token(key_)), Code::kUnavailable);
}

TEST_F(Verifier, AuthAwayFromTheStart_IsUnavailableAndThenFound) {
  auth_.failure = Unavailable("away");
  EXPECT_EQ(Ask(Token(key_)), Code::kUnavailable);
  auth_.failure.reset();
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Ask(Token(key_)), Code::kOk);
}

TEST_F(Verifier, WithdrawnKey_EndsItsTokensWithinAMinute) {
  const auto token = Token(key_);
  EXPECT_EQ(Ask(token), Code::kOk);
  auth_.keys = {next_key_.Public()};
  clock_.Advance(std::chrono::seconds(60));
  EXPECT_EQ(Ask(token), Code::kUnauthenticated);
}

TEST_F(Verifier, TokensBeyondTheCache_AreStillVerified) {
  const auto first = Token(key_);
  EXPECT_EQ(Ask(first), Code::kOk);
  RunLoop([&]() -> Task<> {
    for (int i = 0; i < 10'100; ++i) co_await verifier_.Verify(Token(key_), runtime::kNoDeadline);
  });
  EXPECT_EQ(Ask(first), Code::kOk);
}

Task<> VerifyInto(TokenVerifier& verifier, std::string token, int& good) {
  co_await verifier.Verify(token, runtime::After(std::chrono::seconds(5)));
  ++good;
}

TEST_F(Verifier, ManyAtOnce_ShareOneFetch) {
  auth_.gate = std::make_shared<runtime::OneShot<>>();
  int good = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (int i = 0; i < 50; ++i) group.Spawn("verify", VerifyInto(verifier_, Token(key_), good));
    co_await testing::Eventually([&] { return auth_.fetches == 1; });
    auth_.gate->Set();
    co_await group.Join(runtime::After(std::chrono::seconds(5)));
  });
  EXPECT_EQ(good, 50);
  EXPECT_EQ(auth_.fetches, 1);
}

// The first call after a start may have waited for it so long that nothing of its time is left.
TEST_F(Verifier, FetchOfOneWhoseTimeIsUp_FailsNobodyElse) {
  RunLoop([&]() -> Task<> {
    auth_.gate = std::make_shared<runtime::OneShot<>>();
    auth_.gate_is_the_firsts = true;
    std::vector<Code> codes;
    const auto token = Token(key_);
    const auto ask = [&](runtime::Deadline deadline) -> Task<Code> {
      try {
        co_await verifier_.Verify(token, deadline);
      } catch (const Error& error) {
        co_return error.code;
      }
      co_return Code::kOk;
    };
    co_await testing::AtOnce(5, [&](int i) -> Task<> {
      const auto code = co_await ask(i == 0 ? runtime::After(std::chrono::milliseconds(5)) : testing::Soon());
      codes.push_back(code);
    });
    EXPECT_EQ(codes,
              (std::vector<Code>{Code::kDeadlineExceeded, Code::kOk, Code::kOk, Code::kOk, Code::kOk}));
    EXPECT_EQ(auth_.fetches, 2);
  });
}

TEST_F(Verifier, CancelledFetch_LeavesTheNextOneToItsWaiter) {
  auth_.gate = std::make_shared<runtime::OneShot<>>();
  int good = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup leaving(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    leaving.Spawn("verify", VerifyInto(verifier_, Token(key_), good));
    co_await testing::Eventually([&] { return auth_.fetches == 1; });
    leaving.Cancel();
    co_await leaving.Join();
    auth_.gate.reset();
    co_await VerifyInto(verifier_, Token(key_), good);
  });
  EXPECT_EQ(good, 1);
  EXPECT_EQ(auth_.fetches, 2);
}

}  // namespace
}  // namespace market::identity
