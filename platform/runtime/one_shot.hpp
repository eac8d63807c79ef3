// A value that one coroutine waits for and another part of the io thread provides, once.
//
// The provider (a reply reader, a timer, a pool) and the waiter both hold it, usually by shared_ptr, since
// either may go first: a waiter that is cancelled or out of time leaves,
// and a later Set is then ignored. Io thread only.
#pragma once
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "platform/core/error.hpp"
#include "platform/runtime/deadline_wheel.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

template <class T = std::monostate>
class OneShot final : DeadlineWheel::Entry {
 public:
  OneShot() = default;
  ~OneShot() = default;

  // Sets the value and resumes the waiter in a later turn of the loop, never inline: the provider may be deep
  // inside a library callback. The second Set or Fail is ignored.
  void Set(T value = T()) {
    if (Done()) return;
    result_.template emplace<1>(std::move(value));
    Resume();
  }
  void Fail(std::exception_ptr error) {
    if (Done()) return;
    result_.template emplace<2>(std::move(error));
    Resume();
  }
  bool Done() const { return result_.index() != 0; }

  // At most one waiter. Throws what Fail gave, Error DEADLINE_EXCEEDED at the deadline, or
  // boost::system::system_error(operation_aborted) when the waiting coroutine is cancelled.
  Task<T> Wait(Deadline deadline = kNoDeadline) {
    if (!Done()) {
      auto executor = co_await boost::asio::this_coro::executor;
      executor_ = executor;
      if (deadline != kNoDeadline) {
        DeadlineWheel::Of(boost::asio::query(executor, boost::asio::execution::context)).Add(*this, deadline);
      }
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
          [this](auto handler) {
            slot_ = boost::asio::get_associated_cancellation_slot(handler);
            resume_ = [handler = std::move(handler)]() mutable { std::move(handler)(); };
            if (slot_.is_connected()) {
              slot_.assign([this](boost::asio::cancellation_type) {
                Fail(std::make_exception_ptr(
                    boost::system::system_error(boost::asio::error::operation_aborted)));
              });
            }
          },
          boost::asio::use_awaitable);
    }
    if (auto* error = std::get_if<2>(&result_)) std::rethrow_exception(*error);
    co_return std::move(std::get<1>(result_));
  }

 private:
  void OnDeadline() override { Fail(std::make_exception_ptr(DeadlineExceeded("the deadline passed"))); }

  void Resume() {
    if (Armed())
      DeadlineWheel::Of(boost::asio::query(executor_, boost::asio::execution::context)).Remove(*this);
    if (!resume_) return;
    // A cancellation that arrives after this point finds nothing to cancel: the value is on its way.
    if (slot_.is_connected()) slot_.clear();
    boost::asio::post(executor_, std::move(resume_));
  }

  std::variant<std::monostate, T, std::exception_ptr> result_;
  std::move_only_function<void()> resume_;
  boost::asio::cancellation_slot slot_;
  boost::asio::any_io_executor executor_;
};

}  // namespace market::runtime
