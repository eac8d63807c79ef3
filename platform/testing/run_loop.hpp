// Runs one coroutine to its end on a fresh io_context and gives what it returned or threw.
//
//   RunLoop([&](boost::asio::io_context& io) -> Task<> { … });     // or without the parameter
//
// Throws std::runtime_error past the limit. The loop ends with the coroutine: background tasks it leaves
// behind are destroyed, not joined. The callable lives until the end, so it may be a capturing lambda.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "platform/runtime/task.hpp"

namespace market::testing {

// What RunLoop does, compiled once: `task` on `io`, which nobody else runs.
void RunToEnd(boost::asio::io_context& io, Task<> task, std::chrono::milliseconds limit);

template <class Value>
Task<> Keep(Task<Value> task, std::optional<Value>& value) {
  value.emplace(co_await std::move(task));
}

template <class Function>
auto RunLoop(Function function, std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  boost::asio::io_context io(1);
  auto task = [&] {
    if constexpr (std::invocable<Function&, boost::asio::io_context&>) {
      return function(io);
    } else {
      return function();
    }
  }();
  using Value = typename decltype(task)::value_type;
  if constexpr (std::is_void_v<Value>) {
    RunToEnd(io, std::move(task), limit);
  } else {
    std::optional<Value> value;
    RunToEnd(io, Keep(std::move(task), value), limit);
    return std::move(*value);
  }
}

// Lets the loop turn until `condition()` holds; throws std::runtime_error past the limit. For conditions
// another coroutine or another process brings about.
Task<> Eventually(std::function<bool()> condition,
                  std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace market::testing
