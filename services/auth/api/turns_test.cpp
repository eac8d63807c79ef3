#include "services/auth/api/turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/testing/run_loop.hpp"

namespace market::auth {
namespace {

using runtime::After;
using testing::kPatience;
using testing::RunLoop;
using testing::Soon;

TEST(Turns, OneAtATime_InOrderAndPastThoseWhoLeft) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Turns turns({.waiting_max = 10, .waiting_of_key_max = 10, .max_wait = kPatience});
    std::vector<int> order;
    int left = 0;
    auto held = std::make_optional(co_await turns.Take("a", Soon()));
    const auto wait = [&](int number, runtime::Deadline deadline) -> Task<> {
      try {
        const auto turn = co_await turns.Take("a", deadline);
        order.push_back(number);
      } catch (const Error& error) {
        EXPECT_EQ(error.code, Code::kDeadlineExceeded);
        ++left;
      }
    };
    for (int i = 0; i < 5; ++i) {
      const auto deadline = i == 2 ? After(std::chrono::milliseconds(1)) : Soon();
      boost::asio::co_spawn(io, wait(i, deadline), boost::asio::detached);
    }
    co_await testing::Eventually([&] { return left == 1; });
    EXPECT_TRUE(order.empty());
    const auto other = co_await turns.Take("b", Soon());
    held.reset();
    co_await testing::Eventually([&] { return order.size() == 4; });
    EXPECT_EQ(order, (std::vector<int>{0, 1, 3, 4}));
    const auto again = co_await turns.Take("a", Soon());
  });
}

TEST(Turns, TooManyWaiting_Refused) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Turns turns({.waiting_max = 3, .waiting_of_key_max = 2, .max_wait = kPatience});
    std::vector<std::string> refused;
    int served = 0;
    auto a = std::make_optional(co_await turns.Take("a", Soon()));
    auto b = std::make_optional(co_await turns.Take("b", Soon()));
    const auto wait = [&](std::string key) -> Task<> {
      try {
        const auto turn = co_await turns.Take(key, Soon());
        ++served;
      } catch (const Error& error) {
        EXPECT_TRUE(error.retry_after);
        refused.push_back(key + " " + error.reason);
      }
    };
    for (const auto* key : {"a", "a", "a", "b", "b"})
      boost::asio::co_spawn(io, wait(key), boost::asio::detached);
    co_await testing::Eventually([&] { return refused.size() == 2; });
    EXPECT_EQ(refused, (std::vector<std::string>{"a RATE_LIMITED", "b OVERLOADED"}));
    a.reset();
    b.reset();
    co_await testing::Eventually([&] { return served == 3; });
  });
}

TEST(Turns, WaitedTooLong_RefusedAndGone) {
  RunLoop([&]() -> Task<> {
    Turns turns({.waiting_max = 1, .waiting_of_key_max = 1, .max_wait = std::chrono::milliseconds(1)});
    const auto held = co_await turns.Take("a", Soon());
    for (int i = 0; i < 3; ++i) {
      try {
        const auto turn = co_await turns.Take("a", Soon());
        ADD_FAILURE() << i;
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "OVERLOADED");
        EXPECT_STREQ(error.message.c_str(), "too many people are signing in right now");
      }
    }
  });
}

}  // namespace
}  // namespace market::auth
