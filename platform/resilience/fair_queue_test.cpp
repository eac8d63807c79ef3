#include "platform/resilience/fair_queue.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::resilience {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using enum Standing;

class FairQueueTest : public testing::Test {
 protected:
  // Whoever gets a place writes its name down and keeps the place until the test takes it.
  Task<> Enter(FairQueue& queue, std::string caller, Standing standing, Deadline deadline) {
    try {
      auto place = co_await queue.Enter(caller, standing, deadline);
      served_.push_back(caller);
      places_.push_back(std::move(place));
    } catch (const Error& error) {
      refused_.push_back(caller + " " + error.reason);
      EXPECT_TRUE(error.retry_after);
    }
  }
  void Start(FairQueue& queue, std::string caller, Standing standing = kStranger,
             Deadline deadline = runtime::kNoDeadline) {
    asio::co_spawn(io_, Enter(queue, std::move(caller), standing, deadline), asio::detached);
    Turn();
  }
  void FreeOne() {
    places_.erase(places_.begin());
    Turn();
  }
  // In which order those who wait are served.
  std::vector<std::string> ServeAll() {
    served_.clear();
    while (!places_.empty()) FreeOne();
    return served_;
  }
  // Runs what is ready, and no timer that is not due.
  void Turn() {
    io_.restart();
    while (io_.poll() > 0) {
    }
  }
  void RunUntil(const std::function<bool()>& condition) {
    const auto limit = runtime::After(10s);
    while (!condition() && std::chrono::steady_clock::now() < limit) {
      io_.restart();
      io_.run_one_for(10ms);
    }
    EXPECT_TRUE(condition());
  }

  using Names = std::vector<std::string>;
  asio::io_context io_{1};
  Names served_;
  Names refused_;
  std::vector<FairQueue::Place> places_;
};

constexpr FairQueue::Options kPatient{.max_wait = 1h};

TEST_F(FairQueueTest, Callers_AreServedInTurn) {
  FairQueue queue(kPatient);
  for (const auto* caller : {"first", "a", "a", "a", "a", "b", "c", "b"}) Start(queue, caller);
  EXPECT_EQ(served_, Names{"first"});
  EXPECT_EQ(ServeAll(), (Names{"a", "b", "c", "a", "b", "a", "a"}));
  EXPECT_EQ(queue.GetStats().running, 0U);
  EXPECT_EQ(queue.GetStats().waiting[1], 0U);
}

TEST_F(FairQueueTest, LateComer_WaitsOneRoundHoweverManyWaitOfAnother) {
  FairQueue queue(kPatient);
  for (int i = 0; i < 10; ++i) Start(queue, "flood");
  Start(queue, "honest");
  const auto order = ServeAll();
  EXPECT_EQ(std::ranges::find(order, "honest") - order.begin(), 1);
}

TEST_F(FairQueueTest, Newcomer_GoesBeforeThoseWhoQueueAllTheTime) {
  FairQueue queue(kPatient);
  Start(queue, "first");
  for (int i = 0; i < 3; ++i) {
    for (const auto* flood : {"a", "b", "c"}) Start(queue, flood);
  }
  for (int i = 0; i < 4; ++i) FreeOne();  // each of them was served, the first one twice
  Start(queue, "honest");
  EXPECT_EQ(ServeAll(), (Names{"honest", "b", "c", "a", "b", "c"}));
}

TEST_F(FairQueueTest, Newcomers_LeaveEveryFourthPlaceToTheOthers) {
  FairQueue queue(kPatient);
  Start(queue, "first");
  for (int i = 0; i < 3; ++i) Start(queue, "old");
  FreeOne();
  for (const auto* caller : {"a", "b", "c", "d", "e"}) Start(queue, caller);
  EXPECT_EQ(ServeAll(), (Names{"a", "b", "old", "c", "d", "e", "old"}));
}

TEST_F(FairQueueTest, Known_ComeFirstAndEveryFourthPlaceIsAStrangers) {
  FairQueue queue(kPatient);
  Start(queue, "first");
  for (int i = 0; i < 3; ++i) Start(queue, "stranger");
  for (int i = 0; i < 7; ++i) Start(queue, "known", kKnown);
  EXPECT_EQ(ServeAll(), (Names{"known", "known", "known", "stranger", "known", "known", "known", "stranger",
                               "known", "stranger"}));
}

TEST_F(FairQueueTest, TooManyOfOneCaller_AreLimited) {
  FairQueue queue({.waiting_max = 10, .waiting_of_caller_max = 2, .max_wait = 1h});
  for (int i = 0; i < 5; ++i) Start(queue, "a");
  EXPECT_EQ(refused_, (Names{"a RATE_LIMITED", "a RATE_LIMITED"}));
  Start(queue, "a", kKnown);
  Start(queue, "b");
  EXPECT_EQ(refused_.size(), 2U);
  EXPECT_EQ(queue.GetStats().refused_caller, 2U);
  EXPECT_EQ(queue.GetStats().waiting, (std::array<std::size_t, 2>{1, 3}));
  ServeAll();
}

TEST_F(FairQueueTest, FullQueue_LongestLineMakesRoom) {
  FairQueue queue({.waiting_max = 4, .waiting_of_caller_max = 4, .max_wait = 1h});
  Start(queue, "first");
  for (int i = 0; i < 3; ++i) Start(queue, "a");
  Start(queue, "b");
  Start(queue, "c");
  EXPECT_EQ(refused_, Names{"a OVERLOADED"}) << "made room for c";
  Start(queue, "a");
  EXPECT_EQ(refused_.back(), "a OVERLOADED");
  Start(queue, "d");
  EXPECT_EQ(refused_.size(), 3U) << "made room for d";
  Start(queue, "e");
  EXPECT_EQ(refused_.back(), "e OVERLOADED") << "no line is longer than another";
  EXPECT_EQ(queue.GetStats().refused_full, 4U);
  // The other class has a bound of its own.
  Start(queue, "f", kKnown);
  EXPECT_EQ(ServeAll(), (Names{"f", "a", "b", "c", "d"}));
}

TEST_F(FairQueueTest, WaitedTooLong_LeavesWithoutAPlace) {
  FairQueue queue({.max_wait = 20ms});
  Start(queue, "first");
  Start(queue, "slow");
  Start(queue, "hurried", kKnown, runtime::After(5ms));
  RunUntil([&] { return refused_.size() == 2; });
  EXPECT_EQ(refused_, (Names{"hurried OVERLOADED", "slow OVERLOADED"}));
  EXPECT_EQ(queue.GetStats().refused_late, 2U);
  EXPECT_EQ(queue.GetStats().waiting, (std::array<std::size_t, 2>{}));
  EXPECT_TRUE(ServeAll().empty());
  EXPECT_EQ(queue.GetStats().running, 0U);
}

TEST_F(FairQueueTest, Cancelled_LeavesItsLineAndKeepsNoPlace) {
  FairQueue queue(kPatient);
  Start(queue, "first");
  {
    runtime::TaskGroup group(io_.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Spawn("waiter", Enter(queue, "gone", kStranger, runtime::kNoDeadline));
    Turn();
    EXPECT_EQ(queue.GetStats().waiting[1], 1U);
    asio::post(io_, [&] {
      group.Cancel();
      places_.clear();  // in the same turn: the place must not go to the cancelled waiter
    });
    Turn();
    EXPECT_EQ(group.Size(), 0U);
  }
  EXPECT_EQ(served_, Names{"first"});
  EXPECT_EQ(queue.GetStats().waiting[1], 0U);
  EXPECT_EQ(queue.GetStats().running, 0U);
}

TEST_F(FairQueueTest, SeveralPlaces_AreAllUsed) {
  FairQueue queue({.places = 2, .max_wait = 1h});
  for (const auto* caller : {"a", "b", "c", "d"}) Start(queue, caller);
  EXPECT_EQ(served_, (Names{"a", "b"}));
  EXPECT_EQ(queue.GetStats().running, 2U);
  FreeOne();
  EXPECT_EQ(served_, (Names{"a", "b", "c"}));
  ServeAll();
}

TEST_F(FairQueueTest, Place_MayOutliveItsQueue) {
  {
    FairQueue queue(kPatient);
    Start(queue, "a");
  }
  EXPECT_EQ(places_.size(), 1U);
  places_.clear();
}

}  // namespace
}  // namespace market::resilience
