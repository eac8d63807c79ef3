#include "platform/runtime/shared_read.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <string>
#include <vector>

namespace market::runtime {
namespace {

using namespace std::chrono_literals;

// A source whose reads end when the test says so.
class SharedReadTest : public ::testing::Test {
 protected:
  // What caller number `answers.size()` gets: the number of the read that served it, or how it failed.
  void Ask(Deadline deadline = kNoDeadline) {
    answers.emplace_back();
    Start(deadline);
    Turn();
  }
  void Cancel(std::size_t caller) {
    signals[caller].emit(boost::asio::cancellation_type::terminal);
    Turn();
  }
  void End(std::size_t read) {
    reads[read]->Set();
    Turn();
  }
  void Fail(std::size_t read) {
    reads[read]->Fail(std::make_exception_ptr(Error(Code::kUnavailable, "AWAY", "the source is away")));
    Turn();
  }
  void Turn() {
    io.restart();
    io.poll();
  }

  boost::asio::io_context io{1};
  SharedRead<int> shared;
  std::deque<std::shared_ptr<OneShot<>>> reads;
  std::deque<boost::asio::cancellation_signal> signals;
  std::vector<std::string> answers;

 private:
  Task<int> Read() {
    const auto number = static_cast<int>(reads.size());
    const auto gate = reads.emplace_back(std::make_shared<OneShot<>>());
    co_await gate->Wait();
    co_return number;
  }
  Task<int> Get(Deadline deadline) {
    co_return *co_await shared.Get(deadline, [this] { return Read(); });
  }
  void Start(Deadline deadline) {
    boost::asio::co_spawn(io, Get(deadline),
                          boost::asio::bind_cancellation_slot(
                              signals.emplace_back().slot(),
                              [this, at = answers.size() - 1](std::exception_ptr error, int read) {
                                answers[at] = error ? "failed" : std::to_string(read);
                              }));
  }
};

TEST_F(SharedReadTest, ManyAtOnce_AreServedByTwoReads) {
  for (int i = 0; i < 5; ++i) Ask();
  ASSERT_EQ(reads.size(), 1);
  End(0);
  ASSERT_EQ(reads.size(), 2);
  End(1);
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "1", "1", "1", "1"}));
}

TEST_F(SharedReadTest, WhoComesDuringARead_GetsALaterOne) {
  Ask();
  Ask();
  End(0);
  Ask();
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "", ""}));
  End(1);
  End(2);
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(SharedReadTest, NobodyElse_EachReads) {
  for (std::size_t i = 0; i < 3; ++i) {
    Ask();
    End(i);
  }
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(SharedReadTest, ReadFails_IsTheFailureOfOneCaller) {
  for (int i = 0; i < 3; ++i) Ask();
  Fail(0);
  Fail(1);
  End(2);
  EXPECT_EQ(answers, (std::vector<std::string>{"failed", "failed", "2"}));
  Ask();
  End(3);
  EXPECT_EQ(answers.back(), "3");
}

TEST_F(SharedReadTest, ReaderGoes_TheNextOneReads) {
  for (int i = 0; i < 3; ++i) Ask();
  Cancel(0);
  ASSERT_EQ(reads.size(), 2);
  End(1);
  EXPECT_EQ(answers, (std::vector<std::string>{"failed", "1", "1"}));
}

TEST_F(SharedReadTest, WaiterGoes_TheOthersAreServed) {
  for (int i = 0; i < 3; ++i) Ask();
  Cancel(1);
  End(0);
  End(1);
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "failed", "1"}));
}

TEST_F(SharedReadTest, AllWaitersGo_TheNextCallerReads) {
  Ask();
  Ask();
  Cancel(1);
  End(0);
  Ask();
  ASSERT_EQ(reads.size(), 2);
  End(1);
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "failed", "1"}));
}

TEST_F(SharedReadTest, DeadlinePasses_WhileAnotherReads) {
  Ask();
  answers.emplace_back();
  const auto start = std::chrono::steady_clock::now();
  boost::asio::co_spawn(io, shared.Get(After(5ms), []() -> Task<int> { co_return 9; }),
                        [this](std::exception_ptr error, const SharedRead<int>::Answer&) {
                          answers[1] = error ? "failed" : "read";
                        });
  io.restart();
  while (answers[1].empty()) io.run_one_for(1s);
  EXPECT_EQ(answers[1], "failed");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
  End(0);
  EXPECT_EQ(answers[0], "0");
}

}  // namespace
}  // namespace market::runtime
