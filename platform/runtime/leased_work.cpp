#include "platform/runtime/leased_work.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <utility>

#include "platform/core/error.hpp"

namespace market::runtime {
namespace {

namespace asio = boost::asio;

// Drive leaves nothing to be caught; if something comes through all the same, the loop must not go on.
void Rethrow(std::string_view, std::exception_ptr error) { std::rethrow_exception(error); }

}  // namespace

// What a torn take had leased, nobody would drive until the lease ends: rounds are finished.
LeasedWork::LeasedWork(Options options, Take take)
    : options_(std::move(options)),
      take_(std::move(take)),
      rounds_({.name = options_.name, .period = options_.poll, .on_cancel = Every::OnCancel::kFinishRound},
              [this] { return Round(); }) {}

Task<> LeasedWork::Run() {
  co_await rounds_.Run();
  if (!jobs_) co_return;
  jobs_->Cancel();
  co_await jobs_->Join();
}

Task<std::size_t> LeasedWork::RunOnce() {
  const auto started = co_await Start();
  co_await jobs_->Join();
  co_return started;
}

Task<> LeasedWork::Round() { co_await Start(); }

// With no room left the next job that ends wakes the worker.
Task<std::size_t> LeasedWork::Start() {
  if (!jobs_) jobs_.emplace(co_await asio::this_coro::executor, Rethrow);
  if (busy_ >= options_.concurrency) co_return 0;
  auto jobs = co_await take_(options_.concurrency - busy_);
  for (auto& job : jobs) {
    ++busy_;
    std::string id = job.id;
    jobs_->Spawn(std::move(id), Drive(std::move(job)));
  }
  co_return jobs.size();
}

Task<> LeasedWork::Drive(Job job) {
  std::exception_ptr failure;
  try {
    co_await job.run();
  } catch (...) {  // one row never stops the others
    failure = std::current_exception();
  }
  if (!failure) {
    ++state_.done;
  } else if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await PutBack(job, {.why = "the process stopped", .failures = job.failures});
  } else {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    auto setback = options_.patience.After(failure, job.attempts, job.failures);
    ++state_.setbacks;
    if (listener_) listener_(job, setback);
    co_await PutBack(job, std::move(setback));
  }
  --busy_;
  rounds_.Wake();  // there is room, and a row that waited for this one may be due
}

Task<> LeasedWork::PutBack(const Job& job, Setback setback) {
  std::exception_ptr failure;
  try {
    co_await job.put_back(setback);
  } catch (...) {
    failure = std::current_exception();
  }
  // The row is due again when its lease ends.
  if (failure && listener_) {
    setback.why = "not given back: " + TextOf(failure);
    setback.then = Setback::Then::kDueAgain;
    listener_(job, setback);
  }
}

}  // namespace market::runtime
