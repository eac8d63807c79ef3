#include "platform/runtime/one_shot.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "platform/runtime/both.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::runtime {
namespace {

using namespace std::chrono_literals;

// Runs one coroutine to its end on a fresh loop and rethrows what it threw.
template <class Function>
void RunAlone(Function function) {
  boost::asio::io_context io(1);
  std::exception_ptr failure;
  boost::asio::co_spawn(io, function(), [&](std::exception_ptr error) { failure = error; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

Task<> SetLater(std::shared_ptr<OneShot<int>> shot, int value) {
  co_await SleepFor(1ms);
  shot->Set(value);
}

Task<> ExpectValue() {
  auto shot = std::make_shared<OneShot<int>>();
  boost::asio::co_spawn(co_await boost::asio::this_coro::executor, SetLater(shot, 7), boost::asio::detached);
  EXPECT_EQ(co_await shot->Wait(After(5s)), 7);
}
TEST(OneShot, SetAfterWait_GivesTheValue) { RunAlone(ExpectValue); }

Task<> ExpectReady() {
  OneShot<int> shot;
  shot.Set(1);
  shot.Set(2);
  EXPECT_EQ(co_await shot.Wait(), 1);
}
TEST(OneShot, SecondSet_IsIgnored) { RunAlone(ExpectReady); }

Task<> ExpectDeadline() {
  OneShot<int> shot;
  const auto start = std::chrono::steady_clock::now();
  try {
    co_await shot.Wait(After(12ms));
    ADD_FAILURE() << "no deadline";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kDeadlineExceeded);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, 12ms);
}
TEST(OneShot, DeadlinePasses_Throws) { RunAlone(ExpectDeadline); }

Task<> WaitForEver(bool& aborted) {
  OneShot<int> shot;
  try {
    co_await shot.Wait();
  } catch (const boost::system::system_error& error) {
    aborted = error.code() == boost::asio::error::operation_aborted;
    throw;
  }
}
Task<> ExpectCancel(bool& aborted) {
  TaskGroup group(co_await boost::asio::this_coro::executor, [](std::string_view, std::exception_ptr) {});
  group.Spawn("waiter", WaitForEver(aborted));
  co_await SleepFor(1ms);
  group.Cancel();
  co_await group.Join(After(5s));
  EXPECT_EQ(group.Size(), 0u);
}
TEST(OneShot, CancelledWaiter_IsResumedWithAbort) {
  bool aborted = false;
  RunAlone([&] { return ExpectCancel(aborted); });
  EXPECT_TRUE(aborted);
}

Task<int> Later(int value, std::chrono::milliseconds delay) {
  co_await SleepFor(delay);
  co_return value;
}
Task<int> Refuse() {
  co_await SleepFor(1ms);
  throw NotFound("it");
}
Task<> ExpectBoth() {
  const auto [a, b] = co_await Both(Later(1, 5ms), Later(2, 1ms));
  EXPECT_EQ(a + b, 3);
  for (const bool first : {true, false}) {
    std::string reason;
    try {
      co_await Both(first ? Refuse() : Later(1, 5ms), first ? Later(1, 5ms) : Refuse());
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "NOT_FOUND");
  }
}
TEST(Both, OneFailure_IsThatFailure) { RunAlone(ExpectBoth); }

class Counter final : public DeadlineWheel::Entry {
 public:
  explicit Counter(int& fired) : fired_(fired) {}

 private:
  void OnDeadline() override { ++fired_; }
  int& fired_;
};

TEST(DeadlineWheel, BeyondOneTurn_FiresOnceAndNeverEarly) {
  boost::asio::io_context io(1);
  auto& wheel = DeadlineWheel::Of(io);
  int fired = 0;
  Counter near(fired);
  Counter far(fired);
  Counter removed(fired);
  const auto start = std::chrono::steady_clock::now();
  wheel.Add(near, start + 10ms);
  wheel.Add(far, start + DeadlineWheel::kSlot * 1024 + 20ms);
  wheel.Add(removed, start + 10ms);
  wheel.Remove(removed);
  io.run();
  EXPECT_EQ(fired, 2);
  EXPECT_GE(std::chrono::steady_clock::now() - start, DeadlineWheel::kSlot * 1024 + 20ms);
}

}  // namespace
}  // namespace market::runtime
