#include "platform/runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <string>

#include "platform/core/error.hpp"

namespace market::runtime {
namespace {

using namespace std::chrono_literals;

Task<> Return() { co_return; }
Task<> Fail() {
  throw std::runtime_error("no such table");
  co_return;
}
// As when something it waited for was closed.
Task<> Abort() {
  throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_return;
}
Task<> GoOn() { co_await SleepFor(1h); }
Task<> ReturnWhenCancelled() {
  try {
    co_await SleepFor(1h);
  } catch (const boost::system::system_error&) {  // it ends here
  }
}

// What the loop throws when `task` is kept in a group; empty: nothing.
std::string Lost(Task<> task) {
  boost::asio::io_context io(1);
  TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
  group.Keep("worker", std::move(task));
  try {
    io.run();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(TaskGroup_Keep, ATaskThatEnds_IsNeverSilent) {
  EXPECT_EQ(Lost(Return()), "worker ended: it returned");
  EXPECT_EQ(Lost(Fail()), "worker ended: no such table");
  EXPECT_TRUE(Lost(Abort()).starts_with("worker ended: "));
}

TEST(TaskGroup_Keep, ATaskThatTheGroupCancels_Ends) {
  for (auto* task : {&GoOn, &ReturnWhenCancelled}) {
    boost::asio::io_context io(1);
    TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    group.Keep("worker", task());
    io.run_for(1ms);
    group.Cancel();
    io.run();
    EXPECT_EQ(group.Size(), 0U);
  }
}

TEST(TaskGroup_Spawn, AFailure_IsForTheHandler) {
  boost::asio::io_context io(1);
  std::string told;
  TaskGroup group(io.get_executor(), [&](std::string_view task, std::exception_ptr error) {
    told = std::string(task) + ": " + TextOf(error);
  });
  group.Spawn("job", Fail());
  group.Spawn("other", Return());
  io.run();
  EXPECT_EQ(told, "job: no such table");
}

}  // namespace
}  // namespace market::runtime
