#include "platform/runtime/every.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/core/random.hpp"

namespace market::runtime {
namespace {

namespace asio = boost::asio;

Task<Every::Next> Later(Task<> round) {
  co_await std::move(round);
  co_return Every::Next::kLater;
}

std::chrono::nanoseconds Stretched(std::chrono::nanoseconds period, double jitter) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(period * (1 + jitter * RandomShare()));
}

}  // namespace

Every::Every(Options options, Round round) : options_(std::move(options)), round_(std::move(round)) {}

Every::Every(Options options, std::function<Task<>()> round)
    : Every(std::move(options), Round([round = std::move(round)] { return Later(round()); })) {}

void Every::Wake() {
  woken_ = true;
  if (pause_ && state_.failures_in_a_row == 0) pause_->Set();
}

void Every::LimitPauses(std::chrono::milliseconds longest) {
  options_.period = std::min<std::chrono::nanoseconds>(options_.period, longest);
  options_.backoff.initial = std::min(options_.backoff.initial, longest);
  options_.backoff.max = std::min(options_.backoff.max, longest);
}

// The cancellation goes no further than here: what is awaited does not see it.
Task<> Every::FinishRoundsWhenCancelled() {
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    stopping_ = true;
  }
  co_await asio::this_coro::reset_cancellation_state([this](asio::cancellation_type) {
    stopping_ = true;
    if (pause_) pause_->Set();
    return asio::cancellation_type::none;
  });
}

Task<> Every::Run() {
  if (options_.on_cancel == OnCancel::kFinishRound) co_await FinishRoundsWhenCancelled();
  state_.last_success = std::chrono::steady_clock::now();
  Backoff backoff(options_.backoff);
  while (!stopping_) {
    woken_ = false;
    const auto next = co_await OneRound();
    if (!next) {
      co_await Pause(backoff.Next());
      continue;
    }
    backoff.Reset();
    if (*next == Next::kAtOnce || woken_) {
      // The others get their turn, also when no round ever waits.
      co_await asio::post(asio::use_awaitable);
    } else {
      co_await Pause(Stretched(options_.period, options_.jitter));
    }
  }
}

Task<std::optional<Every::Next>> Every::OneRound() {
  std::exception_ptr failure;
  std::optional<Next> next;
  ++state_.runs;
  try {
    next = co_await round_();
  } catch (...) {  // a worker ends for nothing but its cancellation
    failure = std::current_exception();
  }
  if (!failure) {
    WentWell();
    co_return next;
  }
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    std::rethrow_exception(failure);
  }
  Failed(failure);
  co_return std::nullopt;
}

void Every::Failed(const std::exception_ptr& error) {
  ++state_.failures;
  ++state_.failures_in_a_row;
  state_.failure = TextOf(error);
  if (listener_) listener_(*this);
}

void Every::WentWell() {
  state_.last_success = std::chrono::steady_clock::now();
  if (std::exchange(state_.failures_in_a_row, 0) > 0 && listener_) listener_(*this);
}

Task<> Every::Pause(std::chrono::nanoseconds time) {
  if (stopping_) co_return;
  pause_ = std::make_shared<OneShot<>>();
  try {
    co_await pause_->Wait(After(time));
  } catch (const Error&) {
    // It is over.
  }
  pause_ = nullptr;
}

}  // namespace market::runtime
