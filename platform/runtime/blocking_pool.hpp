// A small bounded pool for work that would block the io thread (argon2, name resolution).
//
// The queue has a limit; past it Run throws Error RESOURCE_EXHAUSTED at once, which is cheaper than waiting.
// Functions run on pool threads and must not touch io-thread state;
// the result comes back to the awaiting coroutine.
#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "platform/core/error.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

class BlockingPool {
 public:
  BlockingPool(std::size_t threads, std::size_t queue_limit)
      : pool_(threads), limit_(threads + queue_limit) {}
  ~BlockingPool() { pool_.join(); }

  std::size_t Pending() const { return pending_.load(std::memory_order_relaxed); }

  // `kept` is let go on the io thread when the function has ended, though its caller may have left before.
  template <class Function>
  Task<std::invoke_result_t<Function>> Run(Function function, std::shared_ptr<const void> kept = nullptr) {
    using Result = std::invoke_result_t<Function>;
    if (pending_.fetch_add(1) >= limit_) {
      pending_.fetch_sub(1);
      throw Error(Code::kResourceExhausted, "OVERLOADED", "too much work of this kind is waiting already")
          .WithRetryAfter(std::chrono::seconds(1));
    }
    auto executor = co_await boost::asio::this_coro::executor;
    auto done = std::make_shared<OneShot<Result>>();
    boost::asio::post(
        pool_, [this, done, executor, kept = std::move(kept), function = std::move(function)]() mutable {
          std::exception_ptr error;
          std::optional<Result> result;
          try {
            result.emplace(function());
          } catch (...) {
            error = std::current_exception();  // rethrown in the awaiting coroutine
          }
          pending_.fetch_sub(1);
          boost::asio::post(executor,
                            [done, error, kept = std::move(kept), result = std::move(result)]() mutable {
                              if (error) {
                                done->Fail(error);
                              } else {
                                done->Set(std::move(*result));
                              }
                            });
        });
    co_return co_await done->Wait();
  }

 private:
  boost::asio::thread_pool pool_;
  const std::size_t limit_;
  std::atomic<std::size_t> pending_{0};
};

}  // namespace market::runtime
