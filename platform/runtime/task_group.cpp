#include "platform/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <cassert>
#include <vector>

namespace market::runtime {

struct TaskGroup::State {
  boost::asio::any_io_executor executor;
  ErrorHandler on_error;
  // A signal must outlive its task's completion handler and not just its coroutine: the handler erases it.
  std::list<boost::asio::cancellation_signal> signals;
  std::vector<std::shared_ptr<OneShot<>>> joiners;
};

TaskGroup::TaskGroup(boost::asio::any_io_executor executor, ErrorHandler on_error)
    : state_(std::make_shared<State>()) {
  state_->executor = std::move(executor);
  state_->on_error = std::move(on_error);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::Spawn(std::string name, Task<> task) {
  auto signal = state_->signals.emplace(state_->signals.end());
  auto done = [state = state_, signal, name = std::move(name)](std::exception_ptr error) {
    if (error) state->on_error(name, error);
    state->signals.erase(signal);
    if (!state->signals.empty()) return;
    for (auto& joiner : state->joiners) joiner->Set();
    state->joiners.clear();
  };
  boost::asio::co_spawn(state_->executor, std::move(task),
                        boost::asio::bind_cancellation_slot(signal->slot(), std::move(done)));
}

std::size_t TaskGroup::Size() const { return state_->signals.size(); }

void TaskGroup::Cancel() {
  // A cancelled task may end at once and erase its signal: step first.
  for (auto it = state_->signals.begin(); it != state_->signals.end();) {
    auto current = it++;
    current->emit(boost::asio::cancellation_type::all);
  }
}

Task<> TaskGroup::Join(Deadline deadline) {
  if (state_->signals.empty()) co_return;
  auto joiner = std::make_shared<OneShot<>>();
  state_->joiners.push_back(joiner);
  co_await joiner->Wait(deadline);
}

Task<> TaskGroup::JoinOrCancel() {
  std::exception_ptr stopped;
  try {
    co_await Join();
  } catch (const boost::system::system_error&) {
    stopped = std::current_exception();
  }
  if (!stopped) co_return;
  Cancel();
  std::rethrow_exception(stopped);
}

}  // namespace market::runtime
