#include "platform/runtime/task.hpp"

#include <boost/asio/steady_timer.hpp>

namespace market::runtime {

Task<> SleepFor(std::chrono::nanoseconds delay) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(delay));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace market::runtime
