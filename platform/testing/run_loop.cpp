#include "platform/testing/run_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
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

}  // namespace market::testing
