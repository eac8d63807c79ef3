// Owner of background coroutines: spawns them, counts them, cancels and joins them at shutdown.
//
// An exception that leaves a task is handed to the group's error handler (log it there) and ends that task
// only. Io thread only; must be joined before it is destroyed.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

class TaskGroup {
 public:
  using ErrorHandler = std::function<void(std::string_view task, std::exception_ptr error)>;

  TaskGroup(boost::asio::any_io_executor executor, ErrorHandler on_error);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` in a later turn of the loop. `name` is for the error handler and the log.
  void Spawn(std::string name, Task<> task);
  std::size_t Size() const;

  // Asks every task to stop at its next suspension.
  void Cancel();
  // Waits until all tasks ended; throws Error DEADLINE_EXCEEDED if some are still running then.
  Task<> Join(Deadline deadline = kNoDeadline);
  // As Join; when the waiting is cancelled, so are the tasks.
  Task<> JoinOrCancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace market::runtime
