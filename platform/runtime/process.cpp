#include "platform/runtime/process.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <memory>

#include "platform/runtime/lost_task.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::runtime {
namespace {

Task<> Tell(Task<> start, std::shared_ptr<OneShot<>> started) {
  co_await std::move(start);
  started->Set();
}

}  // namespace

Process::Process(Report report) : report_(std::move(report)) {
  std::signal(SIGPIPE,
              SIG_IGN);  // a peer that left is an error code at the write, not the end of the process
  LostTask::Of(io_).Handle([this](const std::string& what) {
    report_("task_failed", what);
    exit_code_ = 1;
    RequestStop();
  });
}

void Process::OnStop(std::string name, std::chrono::milliseconds limit, Step step) {
  steps_.push_back({std::move(name), limit, std::move(step)});
}

void Process::RequestStop() {
  stopping_ = true;
  if (wake_) wake_();
}

Task<> Process::Stop() {
  while (!steps_.empty()) {
    const Named step = std::move(steps_.back());
    steps_.pop_back();
    try {
      co_await step.step(After(step.limit));
      report_("stopped", step.name);
    } catch (const std::exception& error) {
      report_("stop_failed", step.name + ": " + error.what());
    }
  }
}

Task<> Process::Main(std::function<Task<>()> start) {
  auto stop = std::make_shared<OneShot<>>();
  auto started = std::make_shared<OneShot<>>();
  // A start that waits (for a database, say) ends at the signal.
  TaskGroup starting(io_.get_executor(),
                     [started](std::string_view, std::exception_ptr error) { started->Fail(error); });
  wake_ = [stop, &starting] {
    stop->Set();
    starting.Cancel();
  };
  starting.Spawn("start", Tell(start(), started));
  try {
    co_await started->Wait();
    report_("serving", "");
    if (!stopping_) co_await stop->Wait();
  } catch (const std::exception& error) {
    if (!stopping_) {
      report_("start_failed", error.what());
      exit_code_ = 1;
    }
  }
  stopping_ = true;
  wake_ = nullptr;
  co_await Stop();
  io_.stop();
}

int Process::Run(std::function<Task<>()> start) {
  boost::asio::signal_set signals(io_, SIGTERM, SIGINT);
  std::function<void(const boost::system::error_code&, int)> on_signal =
      [&](const boost::system::error_code& error, int) {
        if (error) return;
        if (stopping_) ::_exit(1);
        report_("stopping", "signal");
        RequestStop();
        signals.async_wait(on_signal);
      };
  signals.async_wait(on_signal);
  boost::asio::co_spawn(io_, Main(std::move(start)), boost::asio::detached);
  io_.run();
  return exit_code_;
}

}  // namespace market::runtime
