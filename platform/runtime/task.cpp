#include "platform/runtime/task.hpp"

#include <boost/asio/steady_timer.hpp>

namespace market::runtime {

bool IsCancelled(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& failure) {
    return failure.code() == boost::asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

Task<> SleepFor(std::chrono::nanoseconds delay) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                  std::chrono::duration_cast<std::chrono::steady_clock::duration>(delay));
  co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace market::runtime
