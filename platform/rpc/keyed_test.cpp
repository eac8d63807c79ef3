#include "platform/rpc/keyed.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"
#include "platform/rpc/kept_answer.hpp"
#include "platform/rpc/testing/probe_fixture.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::rpc {
namespace {

// A method that claims its key with its first effect.
class ClaimedWithEffect : public ProbeFixture {
 protected:
  struct Answer {
    std::string reason;  // empty: it was done
    std::string text;
    bool replayed = false;
  };

  Answer Settle(std::string text = "a", std::string key = "k1") {
    return Call("Settle", std::move(text), std::move(key));
  }
  Answer Call(std::string method, std::string text, std::string key) {
    Answer answer;
    market::testing::RunLoop([&](boost::asio::io_context&) -> Task<> {
      answer = co_await Run(std::move(method), std::move(text), std::move(key));
    });
    return answer;
  }

  // The effect happens once for each claim.
  void HaveEffect() {
    probe_.effect = [this](idempotency::RequestKey& key) {
      if (!key.Claimed()) store_.ClaimWithEffect(key);
      ++effects_;
    };
  }

  int effects_ = 0;

 private:
  Task<Answer> Run(std::string name, std::string text, std::string key) {
    CallContext caller(market::testing::Soon());
    const auto& method = Find(name);
    CallContextBuilder(caller).Caller(buyer_).Method(method).IdempotencyKey(std::move(key));
    auto binding = api::Bind(probe_);
    const auto bound = std::ranges::find(binding, &method, &Bound::method);
    KeyedCall keyed(*bound, store_, caller);
    auto request = std::make_unique<probe::ProbeRequest>();
    request->set_text(std::move(text));
    keyed.request = std::move(request);
    keyed.response = std::make_unique<probe::ProbeReply>();
    Answer answer;
    try {
      co_await RunKeyed(keyed);
      answer.text = static_cast<const probe::ProbeReply&>(*keyed.response).text();
    } catch (const Error& error) {
      answer.reason = error.reason;
    }
    answer.replayed = keyed.replayed;
    co_return answer;
  }

  const identity::Principal buyer_ = Buyer();
};

Task<> Throw(Error error) {
  throw error;
  co_return;
}

TEST_F(ClaimedWithEffect, ARepetition_IsAnsweredAndHasNoEffect) {
  HaveEffect();
  EXPECT_FALSE(Settle().replayed);
  const auto again = Settle();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.text, "a");
  EXPECT_EQ(Settle("b").reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(effects_, 1);
  EXPECT_EQ(store_.finished, 1);
}

TEST_F(ClaimedWithEffect, AnAnswerKeptWithTheEffect_IsNotKeptAgain) {
  probe_.effect = [this](idempotency::RequestKey& key) {
    store_.ClaimWithEffect(key);
    probe::ProbeReply reply;
    reply.set_text("kept");
    auto& row = store_.rows.begin()->second;
    row.answer = KeptAnswerOf(reply);
    row.running = false;
    key.answered = true;
  };
  EXPECT_EQ(Settle().text, "a");
  EXPECT_EQ(Settle().text, "kept");
  EXPECT_EQ(store_.finished, 0);
  EXPECT_EQ(store_.abandoned, 0);
}

// A price that changed after the order was placed must not turn its replay into a refusal.
TEST_F(ClaimedWithEffect, ARefusalBeforeTheEffect_GivesWayToAnAnswer) {
  HaveEffect();
  Settle();
  probe_.before_effect = [](CallContext&) { return Throw(Error(Code::kAborted, "PRICE_CHANGED", "")); };
  EXPECT_TRUE(Settle().replayed);
  EXPECT_EQ(Settle("b").reason, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(Settle("a", "k2").reason, "PRICE_CHANGED");
  probe_.before_effect = {};
  EXPECT_EQ(Settle("a", "k2").reason, "PRICE_CHANGED") << "it was kept";
  EXPECT_EQ(effects_, 1);
}

TEST_F(ClaimedWithEffect, AnOutageBeforeTheEffect_LeavesTheKeyFree) {
  HaveEffect();
  probe_.before_effect = [](CallContext&) { return Throw(Unavailable("away")); };
  EXPECT_EQ(Settle().reason, "UNAVAILABLE");
  probe_.before_effect = {};
  const auto after = Settle();
  EXPECT_EQ(after.text, "a") << after.reason;
  EXPECT_EQ(effects_, 1);
}

TEST_F(ClaimedWithEffect, ATwin_IsToldThatTheOtherRuns) {
  HaveEffect();
  Answer twin;
  probe_.before_effect = [this, first = true](CallContext& call) mutable -> Task<> {
    if (!std::exchange(first, false)) co_return;
    idempotency::RequestKey other = *call.RequestKey();
    other.operation_id = Uuid::NewV7();
    store_.ClaimWithEffect(other);
  };
  EXPECT_EQ(Settle().reason, "IDEMPOTENCY_KEY_IN_FLIGHT");
  EXPECT_EQ(effects_, 0);
}

// The claim of a run that died: the next one has its operation id, and finds what it did.
TEST_F(ClaimedWithEffect, AClaimWithoutAnAnswer_IsTakenOver) {
  probe_.effect = [this](idempotency::RequestKey& key) {
    store_.ClaimWithEffect(key);
    throw std::runtime_error("killed");
  };
  EXPECT_THROW(Settle(), std::runtime_error);
  store_.rows.begin()->second.running = false;  // its lease has ended
  std::int64_t fence = 0;
  probe_.effect = [&](idempotency::RequestKey& key) {
    if (!key.Claimed()) store_.ClaimWithEffect(key);
    fence = key.fence;
  };
  EXPECT_EQ(Settle().text, "a");
  EXPECT_EQ(fence, 2);
  EXPECT_EQ(probe_.operation_ids.front(), probe_.operation_ids.back());
}

// The same, when what is asked for would be refused by now.
TEST_F(ClaimedWithEffect, ARefusalBeforeTheEffect_IsNotTheAnswerOfAnOpenKey) {
  probe_.effect = [this](idempotency::RequestKey& key) {
    store_.ClaimWithEffect(key);
    throw std::runtime_error("killed");
  };
  EXPECT_THROW(Settle(), std::runtime_error);
  store_.rows.begin()->second.running = false;
  HaveEffect();
  probe_.before_effect = [](CallContext& call) -> Task<> {
    if (!call.RequestKey()->Claimed()) throw Error(Code::kAborted, "PRICE_CHANGED", "");
    co_return;
  };
  EXPECT_EQ(Settle().text, "a");
  EXPECT_EQ(probe_.operation_ids.front(), probe_.operation_ids.back());
  EXPECT_TRUE(Settle().replayed);
}

// Its storage could keep an answer that is not the method's.
TEST_F(ClaimedWithEffect, TheKeyOfAnotherMethod_IsNotInItsHands) {
  bool seen = true;
  probe_.act = [&](CallContext& call) -> Task<> {
    seen = call.RequestKey() != nullptr;
    co_return;
  };
  EXPECT_EQ(Call("Place", "a", "k1").text, "a");
  EXPECT_FALSE(seen);
}

TEST_F(ClaimedWithEffect, AnAnswerWithoutAClaim_IsABug) { EXPECT_THROW(Settle(), std::logic_error); }

}  // namespace
}  // namespace market::rpc
