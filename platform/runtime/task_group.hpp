// Owner of background coroutines: spawns them, counts them, cancels and joins them at shutdown.
//
// Spawn is for work that ends by itself: an exception that leaves it is handed to the group's error handler
// (log it there) and ends that task only. Keep is for what must run until the group cancels it: when it ends
// before, however it ends, the process is of no more use and says so (lost_task.hpp). Io thread only; must be
// joined before it is destroyed.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/runtime/task.hpp"

namespace market::runtime {

class TaskGroup {
 public:
  using ErrorHandler = std::function<void(std::string_view task, std::exception_ptr error)>;

  TaskGroup(boost::asio::any_io_executor executor, ErrorHandler on_error);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Both start `task` in a later turn of the loop. `name` is for the error handler and the log.
  void Spawn(std::string name, Task<> task);
  void Keep(std::string name, Task<> task);
  std::size_t Size() const;

  // Asks every task to stop at its next suspension.
  void Cancel();
  // Waits until all tasks ended; throws Error DEADLINE_EXCEEDED if some are still running then.
  Task<> Join(Deadline deadline = kNoDeadline);

 private:
  struct State;
  enum class End { kByItself, kCancelled };
  void Start(Task<> task, std::function<void(End, std::exception_ptr)> ended);

  std::shared_ptr<State> state_;
};

}  // namespace market::runtime
