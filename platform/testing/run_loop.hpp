// Runs one coroutine to its end on a fresh io_context and gives what it returned or threw.
//
//   RunLoop([&](boost::asio::io_context& io) -> Task<> { … });     // or without the parameter
//
// Throws std::runtime_error past the limit. The loop ends with the coroutine: background tasks it leaves
// behind are destroyed, not joined. The callable lives until the end, so it may be a capturing lambda.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "platform/runtime/task.hpp"

namespace market::testing {

template <class Function>
auto RunLoop(Function function, std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  boost::asio::io_context io(1);
  auto start = [&] {
    if constexpr (std::invocable<Function&, boost::asio::io_context&>) {
      return function(io);
    } else {
      return function();
    }
  };
  using Value = typename std::invoke_result_t<decltype(start)&>::value_type;
  std::exception_ptr failure;
  bool done = false;
  const auto finish = [&](std::exception_ptr error) {
    failure = error;
    done = true;
    io.stop();
  };
  const auto run = [&] {
    io.run_for(limit);
    if (!done) throw std::runtime_error("the coroutine did not end within its limit");
    if (failure) std::rethrow_exception(failure);
  };
  if constexpr (std::is_void_v<Value>) {
    boost::asio::co_spawn(io, start(), finish);
    run();
  } else {
    std::optional<Value> value;
    boost::asio::co_spawn(io, start(), [&](std::exception_ptr error, Value result) {
      if (!error) value.emplace(std::move(result));
      finish(error);
    });
    run();
    return std::move(*value);
  }
}

// Lets the loop turn until `condition()` holds; throws std::runtime_error past the limit. For conditions
// another coroutine or another process brings about.
template <class Condition>
Task<> Eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto deadline = runtime::After(limit);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the condition did not come about");
    co_await runtime::SleepFor(std::chrono::milliseconds(1));
  }
}

}  // namespace market::testing
