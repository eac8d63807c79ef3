#include "platform/testing/run_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <memory>
#include <stdexcept>

namespace market::testing {

void RunToEnd(boost::asio::io_context& io, Task<> task, std::chrono::milliseconds limit) {
  std::exception_ptr failure;
  bool done = false;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
    failure = error;
    done = true;
    io.stop();
  });
  io.run_for(limit);
  if (!done) throw std::runtime_error("the coroutine did not end within its limit");
  if (failure) std::rethrow_exception(failure);
}

Task<> Eventually(std::function<bool()> condition, std::chrono::milliseconds limit) {
  const auto deadline = runtime::After(limit);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the condition did not come about");
    }
    co_await runtime::SleepFor(std::chrono::milliseconds(1));
  }
}

Task<> AtOnce(std::vector<Task<>> tasks) {
  struct State {
    std::size_t running;
    std::exception_ptr failure;
  };
  // Shared: when patience ends the tasks outlive this coroutine.
  const auto state = std::make_shared<State>(tasks.size());
  const auto executor = co_await boost::asio::this_coro::executor;
  for (auto& task : tasks) {
    boost::asio::co_spawn(executor, std::move(task), [state](std::exception_ptr error) {
      if (error && !state->failure) state->failure = error;
      --state->running;
    });
  }
  co_await Eventually([&] { return state->running == 0; });
  if (state->failure) std::rethrow_exception(state->failure);
}

}  // namespace market::testing
