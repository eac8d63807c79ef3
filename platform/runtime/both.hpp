// Two tasks at once: waits until both have ended, then gives both results or the first one's failure.
//
// Cancelling the waiting coroutine cancels both, and it still waits for their ends, so what they refer to may
// be the waiter's own. Io thread only.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <exception>
#include <utility>

#include "platform/runtime/task.hpp"

namespace market::runtime {

template <class A, class B>
Task<std::pair<A, B>> Both(Task<A> first, Task<B> second) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto [order, first_error, a, second_error, b] =
      co_await boost::asio::experimental::make_parallel_group(
          boost::asio::co_spawn(executor, std::move(first), boost::asio::deferred),
          boost::asio::co_spawn(executor, std::move(second), boost::asio::deferred))
          .async_wait(boost::asio::experimental::wait_for_all(), boost::asio::use_awaitable);
  if (first_error) std::rethrow_exception(first_error);
  if (second_error) std::rethrow_exception(second_error);
  co_return std::pair<A, B>(std::move(a), std::move(b));
}

}  // namespace market::runtime
