#include "platform/resilience/admission.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <vector>

#include "platform/runtime/task_group.hpp"

namespace market::resilience {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class AdmissionTest : public testing::Test {
 protected:
  // What happened to one request: its permit, or the reason it was refused.
  struct Request {
    std::optional<Admission::Permit> permit;
    std::string refused;
  };

  static Task<> Enter(Admission& admission, Priority priority, Deadline deadline, Request& request) {
    try {
      request.permit = co_await admission.Enter(priority, deadline);
    } catch (const Error& error) {
      request.refused = error.reason;
      if (error.code == Code::kResourceExhausted) {
        EXPECT_TRUE(error.retry_after);
      }
    }
  }
  std::shared_ptr<Request> Start(Admission& admission, Priority priority,
                                 Deadline deadline = runtime::kNoDeadline) {
    auto request = std::make_shared<Request>();
    asio::co_spawn(io_, Enter(admission, priority, deadline, *request), asio::detached);
    Turn();
    return request;
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

  asio::io_context io_{1};
};

constexpr Admission::Options kSmall{.limit = 5, .queue_limit = 3, .max_wait = 1h};

TEST_F(AdmissionTest, LastPlaces_AreKeptForStartedPurchases) {
  Admission admission(kSmall);
  std::vector<Admission::Permit> permits;
  for (int i = 0; i < 4; ++i) permits.push_back(*admission.TryEnter(Priority::kBrowse));
  EXPECT_FALSE(admission.TryEnter(Priority::kBrowse));
  EXPECT_FALSE(admission.TryEnter(Priority::kSession));
  auto checkout = admission.TryEnter(Priority::kCheckout);
  EXPECT_TRUE(checkout);
  EXPECT_FALSE(admission.TryEnter(Priority::kInProgress));
  EXPECT_EQ(admission.GetStats().running, 5u);
  permits.clear();
  checkout.reset();
  EXPECT_EQ(admission.GetStats().running, 0u);
  EXPECT_EQ(admission.GetStats().admitted, 5u);
}

TEST_F(AdmissionTest, Waiters_EnterByClassThenByArrival) {
  Admission admission({.limit = 1, .queue_limit = 10, .max_wait = 1h});
  auto running = Start(admission, Priority::kBrowse);
  ASSERT_TRUE(running->permit);
  auto browse = Start(admission, Priority::kBrowse);
  auto checkout_1 = Start(admission, Priority::kCheckout);
  auto checkout_2 = Start(admission, Priority::kCheckout);
  auto capture = Start(admission, Priority::kInProgress);
  EXPECT_EQ(admission.GetStats().waiting, 4u);
  EXPECT_FALSE(admission.TryEnter(Priority::kInProgress)) << "others were there first";
  for (auto* next : {&capture, &checkout_1, &checkout_2, &browse}) {
    EXPECT_FALSE((*next)->permit);
    running->permit.reset();
    Turn();
    EXPECT_TRUE((*next)->permit);
    running = *next;
  }
  running->permit.reset();
  EXPECT_EQ(admission.GetStats().running, 0u);
  EXPECT_EQ(admission.GetStats().waiting, 0u);
}

TEST_F(AdmissionTest, FullQueue_RefusesTheLeastImportant) {
  Admission admission({.limit = 1, .queue_limit = 2, .max_wait = 1h});
  auto running = Start(admission, Priority::kCheckout);
  auto browse_1 = Start(admission, Priority::kBrowse);
  auto browse_2 = Start(admission, Priority::kBrowse);
  auto browse_3 = Start(admission, Priority::kBrowse);
  EXPECT_EQ(browse_3->refused, "OVERLOADED");
  auto checkout = Start(admission, Priority::kCheckout);
  EXPECT_EQ(browse_2->refused, "OVERLOADED") << "made room for the checkout";
  EXPECT_TRUE(browse_1->refused.empty());
  auto capture = Start(admission, Priority::kInProgress);
  EXPECT_EQ(browse_1->refused, "OVERLOADED");
  auto late_checkout = Start(admission, Priority::kCheckout);
  EXPECT_EQ(late_checkout->refused, "OVERLOADED");
  running->permit.reset();
  Turn();
  EXPECT_TRUE(capture->permit);
  capture->permit.reset();
  Turn();
  EXPECT_TRUE(checkout->permit);
  const auto refused = admission.GetStats().refused;
  EXPECT_EQ(refused, (std::array<std::uint64_t, 4>{0, 1, 0, 3}));
  checkout->permit.reset();
}

TEST_F(AdmissionTest, WaitedTooLong_IsRefusedAndLeavesTheQueue) {
  Admission admission({.limit = 1, .queue_limit = 2, .max_wait = 20ms});
  auto running = Start(admission, Priority::kCheckout);
  auto late = Start(admission, Priority::kCheckout);
  auto past_deadline = Start(admission, Priority::kCheckout, runtime::After(5ms));
  RunUntil([&] { return !late->refused.empty() && !past_deadline->refused.empty(); });
  EXPECT_EQ(late->refused, "OVERLOADED");
  EXPECT_EQ(past_deadline->refused, "DEADLINE_EXCEEDED");
  EXPECT_EQ(admission.GetStats().waiting, 0u);
  running->permit.reset();
  EXPECT_EQ(admission.GetStats().running, 0u);
  EXPECT_TRUE(admission.TryEnter(Priority::kBrowse));
}

TEST_F(AdmissionTest, CancelledWaiter_LeavesTheQueue) {
  Admission admission(kSmall);
  std::vector<Admission::Permit> permits;
  for (int i = 0; i < 5; ++i) permits.push_back(*admission.TryEnter(Priority::kCheckout));
  Request request;
  {
    runtime::TaskGroup group(io_.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Spawn("waiter", Enter(admission, Priority::kCheckout, runtime::kNoDeadline, request));
    Turn();
    EXPECT_EQ(admission.GetStats().waiting, 1u);
    asio::post(io_, [&] {
      group.Cancel();
      permits.clear();  // in the same turn: the place must not go to the cancelled waiter
    });
    Turn();
    EXPECT_EQ(group.Size(), 0u);
  }
  EXPECT_FALSE(request.permit);
  EXPECT_EQ(admission.GetStats().waiting, 0u);
  EXPECT_EQ(admission.GetStats().running, 0u);
}

}  // namespace
}  // namespace market::resilience
