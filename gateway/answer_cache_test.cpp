#include "gateway/answer_cache.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::gateway {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::RunLoop;

Name NameOf(std::string_view id) {
  Names names;
  names.AddId(id);
  return std::move(names).Sorted().front();
}

// A cache whose reads answer what the test says, when it says so.
class AnswerCacheTest : public ::testing::Test {
 protected:
  AnswerCache::Fill Reading(std::string body, std::vector<Name> shows = {NameOf("p")}) {
    return [this, body = std::move(body), shows = std::move(shows)] { return Read(body, shows); };
  }
  // The same, which waits until it is told to go on.
  AnswerCache::Fill Waiting(std::string body, std::shared_ptr<runtime::OneShot<>> go) {
    return [this, body = std::move(body), go = std::move(go)] { return ReadLater(body, go); };
  }
  Task<AnswerCache::Filled> Read(std::string body, std::vector<Name> shows) {
    ++reads_;
    now_ += takes_;
    auto answer = std::make_shared<KeptAnswer>();
    answer->response.body = std::move(body);
    co_return AnswerCache::Filled{.answer = std::move(answer), .shows = std::move(shows)};
  }
  Task<AnswerCache::Filled> ReadLater(std::string body, std::shared_ptr<runtime::OneShot<>> go) {
    co_await go->Wait();
    co_return co_await Read(std::move(body), {NameOf("p")});
  }
  Task<> Ask(std::string key, AnswerCache::Fill fill, std::optional<std::string>& body) {
    body = (co_await cache_.Get(std::move(key), testing::Soon(), std::move(fill))).answer->response.body;
  }
  Task<std::string> Told(std::string key, AnswerCache::Fill fill) {
    std::optional<std::string> body;
    co_await Ask(std::move(key), std::move(fill), body);
    co_return *body;
  }
  std::string Kept(std::string_view key) {
    const auto answer = cache_.Find(key);
    return answer ? answer->response.body : "nothing";
  }
  void Touch(std::string_view id) {
    const Name name = NameOf(id);
    cache_.Touch({&name, 1});
  }
  runtime::TaskGroup GroupOf(boost::asio::io_context& io) {
    return {io.get_executor(), [](std::string_view, std::exception_ptr) {}};
  }

  telemetry::Metrics metrics_;
  AnswerCache::Moment now_{1h};
  std::chrono::milliseconds takes_{0};
  int reads_ = 0;
  AnswerCache cache_{{.age = 800ms, .bytes = 64 << 10, .entries = 4}, metrics_, [this] { return now_; }};
};

TEST_F(AnswerCacheTest, IsGivenUntilItIsOld) {
  RunLoop([&]() -> Task<> {
    EXPECT_EQ(Kept("a"), "nothing");
    EXPECT_EQ(co_await Told("a", Reading("one")), "one");
    now_ += 699ms;
    EXPECT_EQ(Kept("a"), "one");
    EXPECT_EQ(Kept("b"), "nothing");
    now_ += 101ms;
    EXPECT_EQ(Kept("a"), "nothing");
  });
}

TEST_F(AnswerCacheTest, AgeCountsFromBeforeTheRead) {
  RunLoop([&]() -> Task<> {
    takes_ = 500ms;
    co_await Told("a", Reading("one"));
    EXPECT_EQ(Kept("a"), "one");
    now_ += 300ms;
    EXPECT_EQ(Kept("a"), "nothing");
    takes_ = 800ms;
    EXPECT_EQ(co_await Told("b", Reading("late")), "late");
    EXPECT_EQ(Kept("b"), "nothing");
  });
}

TEST_F(AnswerCacheTest, ManyWhoAskAtOnce_AreOneRead) {
  RunLoop([&]() -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    std::vector<std::optional<std::string>> bodies(20);
    std::vector<Task<>> tasks;
    for (auto& body : bodies) tasks.push_back(Ask("a", Waiting("one", go), body));
    tasks.push_back([](std::shared_ptr<runtime::OneShot<>> to_set) -> Task<> {
      to_set->Set();
      co_return;
    }(go));
    co_await testing::AtOnce(std::move(tasks));
    for (const auto& body : bodies) EXPECT_EQ(body, "one");
    EXPECT_EQ(reads_, 1);
  });
}

TEST_F(AnswerCacheTest, WhoBeganTheReadLeaves_TheOthersAreAnswered) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    auto first = GroupOf(io), others = GroupOf(io);
    std::optional<std::string> never, body;
    first.Spawn("first", Ask("a", Waiting("one", go), never));
    co_await Eventually([&] { return first.Size() == 1; });
    others.Spawn("other", Ask("a", Waiting("another", go), body));
    first.Cancel();
    co_await first.Join();
    go->Set();
    co_await others.Join();
    EXPECT_EQ(never, std::nullopt);
    EXPECT_EQ(body, "one");
    EXPECT_EQ(Kept("a"), "one");
  });
}

TEST_F(AnswerCacheTest, WhoRunsOutOfTime_IsToldSo) {
  RunLoop([&]() -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    EXPECT_EQ(co_await testing::ReasonOf(
                  [&]() -> Task<> { co_await cache_.Get("a", runtime::After(1ms), Waiting("one", go)); }()),
              "DEADLINE_EXCEEDED");
    go->Set();
    co_await cache_.Drain(testing::Soon());
    EXPECT_EQ(Kept("a"), "one");
  });
}

TEST_F(AnswerCacheTest, Failure_IsEverybodysAndNotKept) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    const AnswerCache::Fill failing = [&]() -> Task<AnswerCache::Filled> {
      co_await go->Wait();
      throw Unavailable("away");
    };
    int failures = 0;
    runtime::TaskGroup asking(io.get_executor(), [&](std::string_view, std::exception_ptr) { ++failures; });
    std::optional<std::string> never;
    for (int i = 0; i < 3; ++i) asking.Spawn("ask", Ask("a", failing, never));
    go->Set();
    co_await asking.Join();
    EXPECT_EQ(failures, 3);
    EXPECT_EQ(co_await Told("a", Reading("one")), "one");
  });
}

TEST_F(AnswerCacheTest, WhatWasTouched_IsNotGiven) {
  RunLoop([&]() -> Task<> {
    co_await Told("a", Reading("a", {NameOf("p")}));
    co_await Told("b", Reading("b", {NameOf("q")}));
    Touch("P");
    EXPECT_EQ(Kept("a"), "nothing");
    EXPECT_EQ(Kept("b"), "b");
    co_await Told("a", Reading("newer", {NameOf("p")}));
    EXPECT_EQ(Kept("a"), "newer");
  });
}

TEST_F(AnswerCacheTest, TouchedWhileItIsRead_IsNotKept) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    auto asking = GroupOf(io);
    std::optional<std::string> before, after;
    asking.Spawn("before", Ask("a", Waiting("old", go), before));
    co_await Eventually([&] { return asking.Size() == 1; });
    Touch("p");
    // It knows of the change, and must not be told what was before.
    asking.Spawn("after", Ask("a", Reading("new"), after));
    go->Set();
    co_await asking.Join();
    EXPECT_EQ(before, "old");
    EXPECT_EQ(after, "new");
    EXPECT_EQ(Kept("a"), "new");
    EXPECT_EQ(reads_, 2);
  });
}

TEST_F(AnswerCacheTest, SomethingElseTouchedWhileItIsRead_IsKept) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    auto asking = GroupOf(io);
    std::optional<std::string> body;
    asking.Spawn("ask", Ask("a", Waiting("one", go), body));
    co_await Eventually([&] { return asking.Size() == 1; });
    Touch("q");
    go->Set();
    co_await asking.Join();
    EXPECT_EQ(Kept("a"), "one");
  });
}

TEST_F(AnswerCacheTest, WhoComesLate_DoesNotWaitForAnOldRead) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    auto asking = GroupOf(io);
    std::optional<std::string> body;
    asking.Spawn("ask", Ask("a", Waiting("old", go), body));
    co_await Eventually([&] { return asking.Size() == 1; });
    now_ += 800ms;
    EXPECT_EQ(co_await Told("a", Reading("new")), "new");
    go->Set();
    co_await asking.Join();
    EXPECT_EQ(body, "old");
    EXPECT_EQ(Kept("a"), "new");
  });
}

TEST_F(AnswerCacheTest, ReadsThatAreOvertaken_DoNotTakeTheNewerOnesPlace) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    auto go = std::make_shared<runtime::OneShot<>>();
    auto asking = GroupOf(io);
    std::optional<std::string> body;
    asking.Spawn("ask", Ask("a", Waiting("old", go), body));
    co_await Eventually([&] { return asking.Size() == 1; });
    now_ += 800ms;
    co_await Told("a", Reading("new"));
    now_ -= 400ms;  // as if the first had begun late enough to be kept
    go->Set();
    co_await asking.Join();
    EXPECT_EQ(Kept("a"), "new");
  });
}

TEST_F(AnswerCacheTest, RoomIsMadeByWhatWasReadFirst) {
  RunLoop([&]() -> Task<> {
    for (const char* key : {"a", "b", "c", "d", "e"}) co_await Told(key, Reading(key));
    EXPECT_EQ(Kept("a"), "nothing");
    EXPECT_EQ(Kept("b"), "b");
    EXPECT_EQ(Kept("e"), "e");
  });
  const auto text = metrics_.Exposition();
  EXPECT_TRUE(text.contains(R"(http_cache_removed_total{why="room"} 1)")) << text;
  EXPECT_TRUE(text.contains("http_cache_entries 4")) << text;
}

TEST_F(AnswerCacheTest, BytesAreBounded) {
  AnswerCache small({.age = 800ms, .bytes = 64 << 10, .entries = 1000}, metrics_, [this] { return now_; });
  RunLoop([&]() -> Task<> {
    const std::string body(2000, 'x');
    for (int i = 0; i < 100; ++i) {
      co_await small.Get(std::to_string(i), testing::Soon(), Reading(body));
    }
    int kept = 0;
    for (int i = 0; i < 100; ++i) kept += small.Find(std::to_string(i)) ? 1 : 0;
    EXPECT_GT(kept, 10);
    EXPECT_LT(kept, 32);
    EXPECT_TRUE(small.Find("99"));
    // Far larger than its share.
    co_await small.Get("large", testing::Soon(), Reading(std::string(5000, 'x')));
    EXPECT_FALSE(small.Find("large"));
  });
}

TEST(Touches, WhatIsForgotten_CountsAsTouched) {
  Touches touches(100ms);
  const Touches::Moment now{1h};
  const Name p = NameOf("p"), q = NameOf("q");
  const auto before = touches.Now();
  touches.Add({&p, 1}, now);
  const auto between = touches.Now();
  touches.Add({&q, 1}, now + 50ms);
  EXPECT_TRUE(touches.Any({&p, 1}, before, touches.Now()));
  EXPECT_FALSE(touches.Any({&p, 1}, between, touches.Now()));
  EXPECT_FALSE(touches.Any({&q, 1}, before, between));
  touches.Add({&q, 1}, now + 101ms);
  EXPECT_TRUE(touches.Any({&q, 1}, before, between)) << "nobody knows any more";
  EXPECT_FALSE(touches.Any({&p, 1}, between, touches.Now()));
  const auto last = touches.Now();
  touches.Add(std::vector<Name>(Touches::kTouchesMax + 1, q), now + 101ms);
  EXPECT_TRUE(touches.Any({&p, 1}, last, touches.Now()));
  EXPECT_FALSE(touches.Any({&p, 1}, touches.Now(), touches.Now()));
}

}  // namespace
}  // namespace market::gateway
