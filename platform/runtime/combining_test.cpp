#include "platform/runtime/combining.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <stdexcept>

#include "platform/testing/run_loop.hpp"

namespace market::runtime {
namespace {

using ::testing::ElementsAre;
using Asks = std::vector<int>;

// Each answer is its ask times ten; what was settled together is kept.
struct Till {
  explicit Till(std::size_t at_once) : line(at_once) {}

  Task<int> Ask(int ask, Deadline deadline = kNoDeadline) {
    co_return co_await line.Get(deadline, ask,
                                [this, ask](Asks asks) { return Settle(ask, std::move(asks)); });
  }
  Task<Asks> Settle(int who, Asks asks) {
    settled.push_back(asks);
    co_await SleepFor(std::chrono::milliseconds(1));
    if (until) co_await testing::Eventually(until);
    if (who == fails) throw std::runtime_error("broken");
    for (auto& ask : asks) ask *= 10;
    co_return asks;
  }

  Combining<int, int> line;
  std::vector<Asks> settled;
  int fails = -1;
  std::function<bool()> until;  // no settling ends before
};

TEST(Combining, WhoeverComesMeanwhileIsSettledTogether_InOrder) {
  Till till(3);
  std::vector<int> answers(6);
  testing::RunLoop([&]() -> Task<> {
    co_await testing::AtOnce(
        6, [&](int i) -> Task<> { answers[static_cast<std::size_t>(i)] = co_await till.Ask(i); });
  });
  EXPECT_THAT(till.settled, ElementsAre(Asks{0}, Asks{1, 2, 3}, Asks{4, 5}));
  EXPECT_THAT(answers, ElementsAre(0, 10, 20, 30, 40, 50));
  EXPECT_TRUE(till.line.IsIdle());
}

TEST(Combining, AFailureIsThatOfWhoSettles_TheOthersAreSettledByTheNext) {
  Till till(10);
  till.fails = 1;
  int failed = 0;
  std::vector<int> answers(4);
  testing::RunLoop([&]() -> Task<> {
    co_await testing::AtOnce(4, [&](int i) -> Task<> {
      try {
        answers[static_cast<std::size_t>(i)] = co_await till.Ask(i);
      } catch (const std::runtime_error&) {
        ++failed;
      }
    });
  });
  EXPECT_EQ(failed, 1);
  EXPECT_THAT(answers, ElementsAre(0, 0, 20, 30));
  EXPECT_THAT(till.settled, ElementsAre(Asks{0}, Asks{1, 2, 3}, Asks{2, 3}));
}

TEST(Combining, WhoIsOutOfTimeIsLeftOut) {
  Till till(10);
  bool late = false;
  till.until = [&] { return late; };
  testing::RunLoop([&]() -> Task<> {
    co_await testing::AtOnce(3, [&](int i) -> Task<> {
      try {
        co_await till.Ask(i, i == 1 ? std::chrono::steady_clock::now() : kNoDeadline);
      } catch (const Error& error) {
        late = error.reason == "DEADLINE_EXCEEDED";
      }
    });
  });
  EXPECT_TRUE(late);
  EXPECT_TRUE(till.line.IsIdle());
  EXPECT_THAT(till.settled.back(), ElementsAre(2));
}

}  // namespace
}  // namespace market::runtime
