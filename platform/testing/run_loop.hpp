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
#include <vector>

#include "platform/runtime/task.hpp"

namespace market::testing {

// How long a test waits for what must come. A net that ends a hung test, not a measure: under a sanitizer on a
// busy machine everything takes its time, and a test that expects lateness names a time of its own.
inline constexpr std::chrono::seconds kPatience{240};

inline runtime::Deadline Soon() { return runtime::After(kPatience); }

// What RunLoop does, compiled once: `task` on `io`, which nobody else runs.
void RunToEnd(boost::asio::io_context& io, Task<> task, std::chrono::milliseconds limit);

template <class Value>
Task<> Keep(Task<Value> task, std::optional<Value>& value) {
  value.emplace(co_await std::move(task));
}

template <class Function>
auto RunLoop(Function function, std::chrono::milliseconds limit = kPatience) {
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
Task<> Eventually(std::function<bool()> condition, std::chrono::milliseconds limit = kPatience);

// Runs all tasks side by side and waits for every one; then throws the first failure, if any.
Task<> AtOnce(std::vector<Task<>> tasks);

// The same for one(0) … one(count - 1); the callable lives until the end, so it may be a capturing lambda.
template <std::invocable<int> One>
Task<> AtOnce(int count, One one) {
  std::vector<Task<>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(one(i));
  co_await AtOnce(std::move(tasks));
}

}  // namespace market::testing
