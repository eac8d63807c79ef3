// The life of a process: start in construction order, serve until SIGTERM or SIGINT,
// stop in reverse order, exit 0.
//
// Each part that needs an orderly end registers a step. Steps run one after the other, last registered first,
// each with its own time limit; a step that fails or is late is logged and the next one runs. A second signal
// exits at once: no step is needed for correctness (kill -9 is safe at any point).
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "platform/runtime/task.hpp"

namespace market::runtime {

class Process {
 public:
  using Step = std::function<Task<>(Deadline)>;
  // `report(event, detail)` is called on start, at each step and on failures; wire it to the log.
  using Report = std::function<void(std::string_view event, std::string_view detail)>;

  explicit Process(Report report);

  boost::asio::io_context& Io() { return io_; }
  boost::asio::any_io_executor Executor() { return io_.get_executor(); }

  void OnStop(std::string name, std::chrono::milliseconds limit, Step step);
  bool Stopping() const { return stopping_; }
  // Asks the process to stop as a signal would.
  void RequestStop();

  // Runs `start` on the io thread, then serves; a stop that comes earlier cancels `start`. Returns the exit
  // code: 0 after an orderly stop; 1 when `start` threw, after the steps registered so far have run, or when
  // a task was lost.
  int Run(std::function<Task<>()> start);

 private:
  struct Named {
    std::string name;
    std::chrono::milliseconds limit;
    Step step;
  };
  Task<> Stop();
  Task<> Main(std::function<Task<>()> start);

  boost::asio::io_context io_{1};
  Report report_;
  std::vector<Named> steps_;
  bool stopping_ = false;
  int exit_code_ = 0;
  std::function<void()> wake_;
};

}  // namespace market::runtime
