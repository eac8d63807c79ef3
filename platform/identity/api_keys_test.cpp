#include "platform/identity/api_keys.hpp"

#include <gtest/gtest.h>

#include <map>

#include "platform/core/error.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::identity {
namespace {

using namespace std::chrono_literals;
using testing::ReasonOf;
using testing::RunLoop;
using testing::Soon;

// An issuer of keys that counts what it is asked.
class ApiKeysTest : public ::testing::Test {
 protected:
  std::string Issue(std::chrono::seconds lifetime = 1h) {
    auto key = MakeApiKey();
    grants_[*DigestOfApiKey(key)] = {
        .principal = {.account = AccountId::New(), .session = Uuid::NewV7(), .bearer = Bearer::kApiKey},
        .expires_at = clock_.Now() + lifetime};
    return key;
  }
  AccountId MakerOf(const std::string& key) { return grants_.at(*DigestOfApiKey(key)).principal.account; }
  void Revoke(const std::string& key) { grants_.erase(*DigestOfApiKey(key)); }

  // As the verifier asks: at once if it can.
  Task<Principal> Verify(std::string key) {
    if (const auto* known = keys_.Find(key)) co_return *known;
    co_return co_await keys_.Ask(key, Soon());
  }

  Task<std::optional<ApiKeyGrant>> Answer(std::string digest) {
    ++asked_;
    if (down_) throw Unavailable("down");
    const auto found = grants_.find(digest);
    co_return found == grants_.end() ? std::nullopt : std::optional(found->second);
  }

  testing::FakeClock clock_;
  std::map<std::string, ApiKeyGrant> grants_;
  bool down_ = false;
  int asked_ = 0;
  Revocations revocations_;
  ApiKeys keys_{clock_, revocations_,
                [this](std::string digest, runtime::Deadline) { return Answer(std::move(digest)); }};
};

TEST(ApiKey, IsNewEachTime_AndKnownByItsDigestAlone) {
  const auto key = MakeApiKey();
  EXPECT_EQ(key.size(), 46u);
  EXPECT_TRUE(IsApiKey(key));
  EXPECT_NE(key, MakeApiKey());
  EXPECT_EQ(DigestOfApiKey(key)->size(), 32u);
  EXPECT_EQ(PrefixOfApiKey(key), key.substr(0, 11));
  EXPECT_FALSE(IsApiKey("eyJhbGciOiJFUzI1NiJ9.e30.c2ln"));
  for (const auto& wrong : {std::string("mk_"), key.substr(1), key + "A", key.substr(0, 45),
                            key.substr(0, 45) + "=", "MK_" + key.substr(3), std::string()}) {
    EXPECT_FALSE(DigestOfApiKey(wrong)) << wrong;
  }
}

TEST_F(ApiKeysTest, AGoodKey_IsAskedForOnceAMinute) {
  RunLoop([&]() -> Task<> {
    const auto key = Issue();
    for (int i = 0; i < 3; ++i) EXPECT_EQ((co_await Verify(key)).account, MakerOf(key));
    EXPECT_EQ(asked_, 1);
    clock_.Advance(59s);
    co_await Verify(key);
    EXPECT_EQ(asked_, 1);
    clock_.Advance(1s);
    Revoke(key);
    EXPECT_EQ(co_await ReasonOf(Verify(key)), "UNAUTHENTICATED");
    EXPECT_EQ(asked_, 2);
  });
}

TEST_F(ApiKeysTest, ItsEnd_IsKeptToTheSecond) {
  RunLoop([&]() -> Task<> {
    const auto key = Issue(20s);
    co_await Verify(key);
    clock_.Advance(20s);
    EXPECT_EQ(co_await ReasonOf(Verify(key)), "UNAUTHENTICATED") << "also where the issuer's clock is behind";
  });
}

TEST_F(ApiKeysTest, ARefusedKey_IsNotAskedForAgainAtOnce) {
  RunLoop([&]() -> Task<> {
    const auto key = MakeApiKey();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await ReasonOf(Verify(key)), "UNAUTHENTICATED");
    for (const auto* none : {"mk_", "mk_AAAA", "mk_!!!!"})
      EXPECT_EQ(co_await ReasonOf(Verify(none)), "UNAUTHENTICATED");
    EXPECT_EQ(asked_, 1);
    clock_.Advance(10s);
    EXPECT_EQ(co_await ReasonOf(Verify(key)), "UNAUTHENTICATED");
    EXPECT_EQ(asked_, 2);
  });
}

TEST_F(ApiKeysTest, ManyAtOnceWithOneKey_AskOnce) {
  RunLoop([&]() -> Task<> {
    const auto key = Issue();
    int good = 0;
    co_await testing::AtOnce(50,
                             [&](int) -> Task<> { good += (co_await Verify(key)).account == MakerOf(key); });
    EXPECT_EQ(good, 50);
    EXPECT_EQ(asked_, 1);
  });
}

// What strangers make up is not passed on for ever, and takes nothing from those whose keys are good.
TEST_F(ApiKeysTest, MadeUpKeys_AreLimited_AndKnownOnesGoOn) {
  RunLoop([&]() -> Task<> {
    const auto key = Issue();
    co_await Verify(key);
    std::map<std::string, int> answers;
    for (int i = 0; i < 1000; ++i) ++answers[co_await ReasonOf(Verify(MakeApiKey()))];
    EXPECT_GE(answers["UNAUTHENTICATED"], 99);
    EXPECT_LE(answers["UNAUTHENTICATED"], 300) << "what came in while they were tried";
    EXPECT_EQ(answers["UNAUTHENTICATED"] + answers["OVERLOADED"], 1000);
    clock_.Advance(61s);
    EXPECT_EQ((co_await Verify(key)).account, MakerOf(key));
  });
}

TEST_F(ApiKeysTest, WhatEndedBeforeItsTime_IsAskedForAtOnce) {
  RunLoop([&]() -> Task<> {
    const auto revoked = Issue();
    const auto reduced = Issue();
    for (const auto& key : {revoked, reduced}) co_await Verify(key);
    EXPECT_EQ(asked_, 2);
    auto& less = grants_[*DigestOfApiKey(reduced)];
    less.account_version = 7;
    less.principal.permissions = {marketplace::options::v1::ORDERS_READ};
    const auto session = grants_[*DigestOfApiKey(revoked)].principal.session;
    revocations_.Apply({.ended = {session}, .outdated = {{MakerOf(reduced), 7}}}, clock_.Now());
    // Also where the issuer's own answer is older than what was told.
    EXPECT_EQ(co_await ReasonOf(Verify(revoked)), "UNAUTHENTICATED");
    EXPECT_TRUE((co_await Verify(reduced)).permissions.Has(marketplace::options::v1::ORDERS_READ));
    EXPECT_EQ(asked_, 4);
    co_await Verify(reduced);
    EXPECT_EQ(asked_, 4);
  });
}

TEST_F(ApiKeysTest, WithTheIssuerDown_WhatIsKnownIsGoodForItsMinute) {
  RunLoop([&]() -> Task<> {
    const auto key = Issue();
    co_await Verify(key);
    down_ = true;
    clock_.Advance(30s);
    EXPECT_EQ((co_await Verify(key)).account, MakerOf(key));
    clock_.Advance(30s);
    EXPECT_EQ(co_await ReasonOf(Verify(key)), "UNAVAILABLE");
    EXPECT_EQ(co_await ReasonOf(Verify(Issue())), "UNAVAILABLE");
    down_ = false;
    EXPECT_EQ((co_await Verify(key)).account, MakerOf(key));
  });
}

}  // namespace
}  // namespace market::identity
