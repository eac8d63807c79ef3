#include "platform/runtime/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/runtime/task_group.hpp"

namespace market::runtime {
namespace {

using ::testing::ElementsAre;

// Runs a process whose start is `start(process)`; what it reports, and its exit code last.
template <class Start>
std::vector<std::string> Life(Start start) {
  std::vector<std::string> life;
  Process process([&](std::string_view event, std::string_view detail) {
    life.push_back(std::string(event) + (detail.empty() ? "" : " ") + std::string(detail));
  });
  const int exit_code = process.Run([&] { return start(process); });
  life.push_back("exit " + std::to_string(exit_code));
  return life;
}

Task<> Nothing(Deadline) { co_return; }
Task<> Vanish() { co_return; }

TEST(Process, Signal_RunsTheStepsInReverseOrder) {
  const auto life = Life([](Process& process) -> Task<> {
    process.OnStop("first", std::chrono::seconds(1), Nothing);
    process.OnStop("second", std::chrono::seconds(1), Nothing);
    boost::asio::post(process.Io(), [] { std::raise(SIGTERM); });
    co_return;
  });
  EXPECT_THAT(life, ElementsAre("serving", "stopping signal", "stopped second", "stopped first", "exit 0"));
}

TEST(Process, SignalWhileStarting_EndsTheStart) {
  const auto life = Life([](Process& process) -> Task<> {
    process.OnStop("first", std::chrono::seconds(1), Nothing);
    boost::asio::post(process.Io(), [] { std::raise(SIGTERM); });
    co_await SleepFor(std::chrono::hours(1));
  });
  EXPECT_THAT(life, ElementsAre("stopping signal", "stopped first", "exit 0"));
}

TEST(Process, FailedStart_UndoesWhatHadStarted) {
  const auto life = Life([](Process& process) -> Task<> {
    process.OnStop("first", std::chrono::seconds(1), Nothing);
    throw std::runtime_error("no database");
    co_return;
  });
  EXPECT_THAT(life, ElementsAre("start_failed no database", "stopped first", "exit 1"));
}

TEST(Process, ATaskThatMustRunForEverAndEnds_StopsItWithAFailure) {
  std::optional<TaskGroup> group;
  const auto life = Life([&](Process& process) -> Task<> {
    process.OnStop("first", std::chrono::seconds(1), Nothing);
    group.emplace(process.Executor(), [](std::string_view, std::exception_ptr) {});
    group->Keep("worker", Vanish());
    co_return;
  });
  EXPECT_THAT(life,
              ElementsAre("serving", "task_failed worker ended: it returned", "stopped first", "exit 1"));
}

}  // namespace
}  // namespace market::runtime
