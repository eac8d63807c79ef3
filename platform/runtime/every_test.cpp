#include "platform/runtime/every.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::runtime {
namespace {

using namespace std::chrono_literals;
using market::testing::Eventually;
using market::testing::RunLoop;
using Next = Every::Next;

constexpr Backoff::Options kQuick{.initial = 1ms, .max = 2ms};

void Unexpected(std::string_view task, std::exception_ptr error) { ADD_FAILURE() << task << TextOf(error); }

// Runs `body(worker, rounds)` beside a worker whose n-th round is `round(n)` and which `listener` hears, then stops it.
template <class Result, class Body>
void With(Every::Options options, std::function<Task<Result>(int)> round, Body body,
          std::function<void(const Every&)> listener = nullptr) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    int rounds = 0;
    Every worker(std::move(options), std::function<Task<Result>()>([&] { return round(++rounds); }));
    worker.OnTurn(std::move(listener));
    TaskGroup group(io.get_executor(), Unexpected);
    group.Keep(worker.Name(), worker.Run());
    co_await body(worker, rounds);
    group.Cancel();
    co_await group.Join(After(5s));
  });
}

Task<> Throw(int round) {
  switch (round % 4) {
    case 0:
      throw Unavailable("not now");
    case 1:
      throw std::runtime_error("relation does not exist");
    case 2:
      throw 7;
    default:
      // What ends a cancelled task, but nobody cancelled this one.
      throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  co_return;
}

TEST(Every, WhateverARoundThrows_TheNextOneComes) {
  std::vector<std::string> told;
  With<void>(
      {.name = "w", .period = 1ms, .backoff = kQuick},
      [](int round) -> Task<> {
        if (round <= 4) co_await Throw(round);
      },
      [&](Every& worker, int& rounds) -> Task<> {
        co_await Eventually([&] { return rounds >= 7; });
        EXPECT_EQ(worker.Now().failures, 4U);
        EXPECT_EQ(worker.Now().failures_in_a_row, 0U);
        EXPECT_GE(worker.Now().runs, 6U);
      },
      [&](const Every& w) { told.push_back(w.Now().failures_in_a_row == 0 ? "well" : w.Now().failure); });
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[0], "relation does not exist");
  EXPECT_EQ(told[1], "an exception of an unknown type");
  EXPECT_EQ(told[3], "UNAVAILABLE: not now");
  EXPECT_EQ(told[4], "well");
}

TEST(Every, FailingRounds_LeaveTheLastSuccessWhereItWas) {
  With<void>(
      {.name = "w", .period = 1ms, .backoff = kQuick},
      [](int round) -> Task<> {
        if (round > 1) throw std::runtime_error("gone");
        co_return;
      },
      [](Every& worker, int& rounds) -> Task<> {
        co_await Eventually([&] { return rounds >= 2; });
        const auto success = worker.Now().last_success;
        co_await Eventually([&] { return rounds >= 5; });
        EXPECT_EQ(worker.Now().last_success, success);
        EXPECT_GE(worker.Now().failures_in_a_row, 3U);
      });
}

TEST(Every, MoreToDo_IsDoneAtOnceAndWakingEndsThePause) {
  With<Next>(
      {.name = "w", .period = 1h},
      [](int round) -> Task<Next> { co_return round % 10 == 0 ? Next::kLater : Next::kAtOnce; },
      [](Every& worker, int& rounds) -> Task<> {
        co_await Eventually([&] { return rounds == 10; });
        co_await SleepFor(2ms);
        EXPECT_EQ(rounds, 10);
        worker.Wake();
        co_await Eventually([&] { return rounds == 20; });
      });
}

TEST(Every, WokenDuringARound_GoesOnAtOnce) {
  OneShot<> first;
  With<void>(
      {.name = "w", .period = 1h},
      [&](int round) -> Task<> {
        if (round == 1) co_await first.Wait();
      },
      [&](Every& worker, int& rounds) -> Task<> {
        co_await Eventually([&] { return rounds == 1; });
        worker.Wake();
        first.Set();
        co_await Eventually([&] { return rounds == 2; });
      });
}

TEST(Every, WakingAFailingOne_DoesNotHurryIt) {
  With<void>(
      {.name = "w", .period = 1ms, .backoff = {.initial = 1h, .max = 1h, .jitter = 0}},
      [](int) -> Task<> {
        throw std::runtime_error("gone");
        co_return;
      },
      [](Every& worker, int& rounds) -> Task<> {
        co_await Eventually([&] { return rounds == 1; });
        worker.Wake();
        co_await SleepFor(2ms);
        EXPECT_EQ(rounds, 1);
      });
}

TEST(Every, Cancelled_TearsTheRound) {
  bool torn = false;
  With<void>(
      {.name = "w", .period = 1h},
      [&](int) -> Task<> {
        try {
          co_await SleepFor(1h);
        } catch (const boost::system::system_error&) {
          torn = true;
          throw;
        }
      },
      [](Every&, int& rounds) -> Task<> { co_await Eventually([&] { return rounds == 1; }); });
  EXPECT_TRUE(torn);
}

TEST(Every, CancelledWithFinishRound_EndsAfterIt) {
  OneShot<> go_on;
  int finished = 0;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Every worker({.name = "w", .period = 1ms, .on_cancel = Every::OnCancel::kFinishRound}, [&]() -> Task<> {
      co_await go_on.Wait();
      ++finished;
    });
    TaskGroup group(io.get_executor(), Unexpected);
    group.Keep(worker.Name(), worker.Run());
    co_await Eventually([&] { return worker.Now().runs == 1; });
    group.Cancel();
    co_await SleepFor(1ms);
    EXPECT_EQ(finished, 0);
    EXPECT_EQ(group.Size(), 1U);
    go_on.Set();
    co_await group.Join(After(5s));
    EXPECT_EQ(finished, 1);
    EXPECT_EQ(worker.Now().runs, 1U);
  });
}

TEST(Every, CancelledInItsPauseWithFinishRound_EndsAtOnce) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Every worker({.name = "w", .period = 1h, .on_cancel = Every::OnCancel::kFinishRound},
                 []() -> Task<> { co_return; });
    TaskGroup group(io.get_executor(), Unexpected);
    group.Keep(worker.Name(), worker.Run());
    co_await Eventually([&] { return worker.Now().runs == 1; });
    group.Cancel();
    co_await group.Join(After(5s));
  });
}

}  // namespace
}  // namespace market::runtime
