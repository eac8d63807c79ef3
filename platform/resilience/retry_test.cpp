#include "platform/resilience/retry.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace market::resilience {
namespace {

using namespace std::chrono_literals;

TEST(Deadline, Shrink_IsTheSmallerOfRestAndCap) {
  const SteadyTime now{1h};
  struct Case {
    Deadline parent;
    std::chrono::milliseconds cap;
    Deadline expected;
  };
  for (const auto& [parent, cap, expected] : std::vector<Case>{
           {runtime::kNoDeadline, 500ms, now + 500ms},
           {now + 2s, 500ms, now + 500ms},
           {now + 400ms, 500ms, now + 350ms},
           {now + 51ms, 500ms, now + 1ms},
       }) {
    EXPECT_EQ(Shrink(parent, cap, now), expected);
  }
  for (const auto left : {50ms, 10ms, 0ms, -1ms}) {
    try {
      Shrink(now + left, 500ms, now);
      ADD_FAILURE() << left;
    } catch (const Error& error) {
      EXPECT_EQ(error.code, Code::kDeadlineExceeded);
    }
  }
}

TEST(Deadline, Remaining_IsNeverNegative) {
  const SteadyTime now{1h};
  EXPECT_EQ(Remaining(now + 5ms, now), 5ms);
  EXPECT_EQ(Remaining(now - 5ms, now), 0ms);
  EXPECT_EQ(Remaining(runtime::kNoDeadline, now), std::chrono::nanoseconds::max());
}

TEST(RetryBudget, Failures_UseItUpAndSuccessesRefillIt) {
  RetryBudget budget(10, 0.1);
  for (int i = 0; i < 4; ++i) budget.OnFailure();
  EXPECT_TRUE(budget.Allows());
  budget.OnFailure();
  EXPECT_FALSE(budget.Allows());
  for (int i = 0; i < 9; ++i) budget.OnSuccess();
  EXPECT_TRUE(budget.Allows());
  for (int i = 0; i < 1000; ++i) budget.OnSuccess();
  EXPECT_EQ(budget.Tokens(), 10);
  for (int i = 0; i < 1000; ++i) budget.OnFailure();
  EXPECT_EQ(budget.Tokens(), 0);
}

// Fails as told, then succeeds.
struct Script {
  std::vector<Error> failures;
  std::size_t calls = 0;

  Task<int> Next() {
    if (calls < failures.size()) throw failures[calls++];
    ++calls;
    co_return 7;
  }
};

struct Ending {
  std::size_t calls = 0;
  std::optional<int> value;
  std::optional<Code> code;
};

Task<> Drive(Script& script, RetryBudget& budget, Deadline deadline, Ending& outcome) {
  const RetryPolicy fast{.attempts = 3, .backoff = {.initial = 1ms, .max = 2ms}};
  try {
    outcome.value = co_await Retry(fast, budget, deadline, [&script] { return script.Next(); });
  } catch (const Error& error) {
    outcome.code = error.code;
  }
  outcome.calls = script.calls;
}

Ending RunRetry(std::vector<Error> failures, RetryBudget budget = RetryBudget(),
                Deadline deadline = runtime::kNoDeadline) {
  boost::asio::io_context io(1);
  Script script{.failures = std::move(failures)};
  Ending outcome;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, Drive(script, budget, deadline, outcome),
                        [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return outcome;
}

TEST(Retry, Failures_AreRetriedOnlyWhenThatIsSafe) {
  const Error unavailable(Code::kUnavailable, "X", "x");
  const Error exhausted(Code::kResourceExhausted, "X", "x");
  const Error pushed_back = Error(exhausted).WithRetryAfter(1ms);
  struct Case {
    std::vector<Error> failures;
    std::size_t calls;
    std::optional<Code> code;
  };
  for (const auto& [failures, calls, code] : std::vector<Case>{
           {{}, 1, std::nullopt},
           {{unavailable}, 2, std::nullopt},
           {{unavailable, unavailable}, 3, std::nullopt},
           {{unavailable, unavailable, unavailable}, 3, Code::kUnavailable},
           {{pushed_back}, 2, std::nullopt},
           {{exhausted}, 1, Code::kResourceExhausted},
           {{Error(Code::kDeadlineExceeded, "X", "x")}, 1, Code::kDeadlineExceeded},
           {{Error(Code::kInternal, "X", "x")}, 1, Code::kInternal},
           {{Error(Code::kNotFound, "X", "x")}, 1, Code::kNotFound},
           {{unavailable, Error(Code::kAborted, "X", "x")}, 2, Code::kAborted},
       }) {
    const auto outcome = RunRetry(failures);
    EXPECT_EQ(outcome.calls, calls);
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.value.has_value(), !code.has_value());
  }
}

TEST(Retry, NoBudgetOrTime_GivesUp) {
  const Error unavailable(Code::kUnavailable, "X", "x");
  RetryBudget used_up(4, 0.1);
  used_up.OnFailure();
  EXPECT_EQ(RunRetry({unavailable}, used_up).calls, 1u);
  EXPECT_EQ(RunRetry({unavailable}, RetryBudget(), runtime::After(0ms)).calls, 1u);
  EXPECT_EQ(RunRetry({Error(unavailable).WithRetryAfter(1h)}, RetryBudget(), runtime::After(10s)).calls, 1u);
}

}  // namespace
}  // namespace market::resilience
