// Task<T>: a coroutine on the process's one io thread. It starts when awaited and is owned by its awaiter.
//
// Rules of the house: everything a Task touches lives on the io thread, so no locks; a detached Task goes
// through a TaskGroup that shutdown joins;
// a capturing lambda is never a detached coroutine (its captures die first).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>

namespace market {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace market

namespace market::runtime {

using Deadline = std::chrono::steady_clock::time_point;

inline constexpr Deadline kNoDeadline = Deadline::max();

inline Deadline After(std::chrono::nanoseconds delay) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(delay);
}

// Whether a task ended because it was cancelled, which is how a process stops.
bool IsCancelled(const std::exception_ptr& error);

// Sleeps on the io thread; throws boost::system::system_error(operation_aborted) when cancelled.
Task<> SleepFor(std::chrono::nanoseconds delay);

}  // namespace market::runtime
