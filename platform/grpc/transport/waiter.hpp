// Internal to platform/grpc. The place where one coroutine waits for the transport.
//
// Unlike runtime::OneShot it is used again and again, and a wake during a session's turn resumes the
// coroutine at the end of that turn, so that what it sends leaves with the same system call. nghttp2's
// callbacks never resume anything themselves: a resumed coroutine may submit on the very session that is
// calling back. Io thread only.
#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "platform/runtime/task.hpp"

namespace market::grpc {

class ResumeQueue {
 public:
  using Handler = std::move_only_function<void(boost::system::error_code)>;

  void Add(Handler handler) { handlers_.push_back(std::move(handler)); }
  bool Empty() const { return handlers_.empty(); }
  // Runs what is queued now; what that queues stays for the next Run.
  void Run() {
    running_.swap(handlers_);
    for (auto& handler : running_) handler({});
    running_.clear();
  }

 private:
  std::vector<Handler> handlers_;
  std::vector<Handler> running_;
};

class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  bool Waiting() const { return static_cast<bool>(handler_); }

  // At most one waiting coroutine, which keeps this object alive. Throws
  // boost::system::system_error(operation_aborted) when it is cancelled. A wake says only that something
  // changed: the caller looks again.
  Task<> Wait() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(boost::system::error_code)>(
        [this](auto handler) {
          slot_ = boost::asio::get_associated_cancellation_slot(handler);
          executor_ = boost::asio::get_associated_executor(handler);
          handler_ = [inner = std::move(handler)](boost::system::error_code error) mutable {
            std::move(inner)(error);
          };
          if (!slot_.is_connected()) return;
          slot_.assign(
              [this](boost::asio::cancellation_type) { Post(boost::asio::error::operation_aborted); });
        },
        boost::asio::use_awaitable);
  }

  // Resumes the waiting coroutine, if any: at the end of the turn that owns `queue`, or in a later turn of
  // the loop without one.
  void Wake(ResumeQueue* queue) {
    if (!handler_) return;
    if (queue == nullptr) return Post({});
    if (slot_.is_connected()) slot_.clear();
    queue->Add(std::exchange(handler_, nullptr));
  }

 private:
  void Post(boost::system::error_code error) {
    // Clearing the slot ends the life of the function object that may be calling this:
    // nothing of it is used after.
    auto resume = [handler = std::exchange(handler_, nullptr), error]() mutable { handler(error); };
    auto executor = executor_;
    if (slot_.is_connected()) slot_.clear();
    boost::asio::post(executor, std::move(resume));
  }

  ResumeQueue::Handler handler_;
  boost::asio::cancellation_slot slot_;
  boost::asio::any_io_executor executor_;
};

}  // namespace market::grpc
