#include "platform/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <list>
#include <stdexcept>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/runtime/lost_task.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::runtime {

struct TaskGroup::State {
  struct Running {
    boost::asio::cancellation_signal signal;
    End end = End::kByItself;
  };

  boost::asio::any_io_executor executor;
  ErrorHandler on_error;
  // A signal must outlive its task's completion handler and not just its coroutine: the handler erases it.
  std::list<Running> tasks;
  std::vector<std::shared_ptr<OneShot<>>> joiners;

  void Erase(std::list<Running>::iterator task) {
    tasks.erase(task);
    if (!tasks.empty()) return;
    for (auto& joiner : joiners) joiner->Set();
    joiners.clear();
  }
};

void LostTask::Tell(const std::string& what) const {
  if (!handler_) throw std::runtime_error(what);
  handler_(what);
}

TaskGroup::TaskGroup(boost::asio::any_io_executor executor, ErrorHandler on_error)
    : state_(std::make_shared<State>()) {
  state_->executor = std::move(executor);
  state_->on_error = std::move(on_error);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::Start(Task<> task, std::function<void(End, std::exception_ptr)> ended) {
  auto running = state_->tasks.emplace(state_->tasks.end());
  auto done = [state = state_, running, ended = std::move(ended)](std::exception_ptr error) {
    const End end = running->end;
    state->Erase(running);
    ended(end, error);
  };
  boost::asio::co_spawn(state_->executor, std::move(task),
                        boost::asio::bind_cancellation_slot(running->signal.slot(), std::move(done)));
}

void TaskGroup::Spawn(std::string name, Task<> task) {
  Start(std::move(task), [state = state_.get(), name = std::move(name)](End, std::exception_ptr error) {
    if (error) state->on_error(name, error);
  });
}

void TaskGroup::Keep(std::string name, Task<> task) {
  Start(std::move(task), [state = state_.get(), name = std::move(name)](End end, std::exception_ptr error) {
    if (end == End::kCancelled) return;
    auto& context = boost::asio::query(state->executor, boost::asio::execution::context);
    LostTask::Of(context).Tell(name + " ended: " + (error ? TextOf(error) : "it returned"));
  });
}

std::size_t TaskGroup::Size() const { return state_->tasks.size(); }

void TaskGroup::Cancel() {
  // A cancelled task may end at once and erase its entry: step first.
  for (auto it = state_->tasks.begin(); it != state_->tasks.end();) {
    auto current = it++;
    current->end = End::kCancelled;
    current->signal.emit(boost::asio::cancellation_type::all);
  }
}

Task<> TaskGroup::Join(Deadline deadline) {
  if (state_->tasks.empty()) co_return;
  auto joiner = std::make_shared<OneShot<>>();
  state_->joiners.push_back(joiner);
  co_await joiner->Wait(deadline);
}

}  // namespace market::runtime
