// What a task was refused for.
#pragma once
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/runtime/task.hpp"

namespace market::testing {

// The reason of the Error that the task throws; "" when none.
template <class T>
Task<std::string> ReasonOf(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.reason;
  }
  co_return "";
}

}  // namespace market::testing
