#include "platform/postgres/pool.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/postgres/connect.hpp"

namespace market::postgres::internal {
namespace {

using namespace std::chrono_literals;

constexpr runtime::Backoff::Options kReconnect{.initial = 20ms, .max = 2000ms};
// A connection that lived shorter than this counts as a failed attempt.
constexpr std::chrono::milliseconds kSettled = 5000ms;

Error Overloaded() {
  return Error(Code::kResourceExhausted, "OVERLOADED", "the database is too busy")
      .WithRetryAfter(std::chrono::seconds(1));
}

// The group keeps its tasks; there is nothing else in it.
void Ignore(std::string_view, std::exception_ptr) {}

}  // namespace

Lease::~Lease() { pool_->Return(connection_.get()); }

Pool::Pool(boost::asio::io_context& io, std::shared_ptr<const Options> options,
           std::shared_ptr<Canceller> canceller, Share share, std::size_t size)
    : io_(io),
      options_(std::move(options)),
      share_(share),
      shared_(std::make_shared<Shared>()),
      slots_(size),
      keepers_(io.get_executor(), Ignore) {
  shared_->on_query = options_->on_query;
  shared_->canceller = std::move(canceller);
  // Twice the longest a statement may run: the server has to say something before that.
  const auto longest = StatementTimeout();
  shared_->stall_timeout = longest.count() == 0 ? 10min : 2 * longest + 2000ms;
}

std::chrono::milliseconds Pool::StatementTimeout() const {
  switch (share_) {
    case Share::kReads:
    case Share::kCheckoutReads:
      return options_->read_timeout.value_or(options_->statement_timeout);
    case Share::kWorkers:
      return options_->worker_timeout.value_or(options_->statement_timeout);
    case Share::kLists:
    case Share::kWrites:
    case Share::kCheckouts:
      return options_->statement_timeout;
  }
  throw std::logic_error("no such class of connections");
}

Task<> Pool::Open(runtime::Deadline deadline) {
  all_open_ = std::make_shared<runtime::OneShot<>>();
  // A weak link: the connections hold what holds this function.
  shared_->on_idle = [weak = weak_from_this()] {
    if (const auto pool = weak.lock()) pool->CheckIdle();
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].keeper.emplace(
        runtime::Every::Options{.name = "postgres", .period = kReconnect.initial, .backoff = kReconnect},
        [this, i] { return Serve(i); });
    keepers_.Keep("postgres", Keep(shared_from_this(), i));
  }
  try {
    co_await all_open_->Wait(deadline);
  } catch (const Error&) {
    throw Unavailable("PostgreSQL " + options_->name + ": " +
                      (last_failure_.empty() ? "no answer in time" : last_failure_));
  }
}

Task<> Pool::Keep(std::shared_ptr<Pool> pool, std::size_t slot) { co_await pool->slots_[slot].keeper->Run(); }

// Throws when there was no connection, or only for a moment.
Task<> Pool::Serve(std::size_t index) {
  if (stopping_) co_return;
  Slot& slot = slots_[index];
  const auto started = std::chrono::steady_clock::now();
  std::exception_ptr failure;
  try {
    const SessionOptions session{StatementTimeout(), options_->lock_timeout};
    auto raw = co_await Connect(options_->conninfo, session, runtime::After(options_->connect_timeout));
    auto connection = std::make_shared<Connection>(io_, std::move(raw), shared_);
    connection->Start();
    Install(slot, connection);
    co_await connection->Ended().Wait();
    slot.Vacate();
    if (!stopping_) Report("connection_lost", connection->WhyEnded());
  } catch (const Error& error) {
    failure = std::current_exception();
    last_failure_ = error.message;
  } catch (...) {
    failure = std::current_exception();
    last_failure_ = TextOf(failure);
  }
  if (failure && !stopping_) Report("connect_failed", last_failure_);
  // With the last connection gone nobody's turn will come: they hear it now.
  ServeWaiters();
  if (failure) std::rethrow_exception(failure);
  if (std::chrono::steady_clock::now() - started < kSettled)
    throw Unavailable("the connection was lost at once");
}

void Pool::Install(Slot& slot, std::shared_ptr<Connection> connection) {
  slot.connection = std::move(connection);
  slot.leased = false;
  Report("connected", "");
  ServeWaiters();
  if (CountOpen() == slots_.size()) all_open_->Set();
}

void Pool::Report(std::string_view event, std::string_view detail) const {
  if (options_->on_event) options_->on_event(event, detail);
}

Task<> Pool::Close(runtime::Deadline deadline) {
  stopping_ = true;
  idle_ = std::make_shared<runtime::OneShot<>>();
  CheckIdle();
  try {
    co_await idle_->Wait(deadline);
  } catch (const Error&) {
    Report("close", "callers were still waiting for answers");
  }
  Shutdown();
  co_await keepers_.Join(std::max(deadline, runtime::After(1s)));
}

void Pool::Shutdown() {
  stopping_ = true;
  keepers_.Cancel();
  for (auto& slot : slots_) {
    if (const auto connection = std::exchange(slot.connection, nullptr)) connection->Close();
  }
  ServeWaiters();
}

Pool::Slot* Pool::Pick() {
  Slot* best = nullptr;
  for (auto& slot : slots_) {
    if (slot.leased || !slot.connection || !slot.connection->Open()) continue;
    if (best == nullptr || slot.connection->InFlight() < best->connection->InFlight()) best = &slot;
  }
  return best;
}

bool Pool::AnyOpen() const { return CountOpen() > 0; }

std::size_t Pool::CountOpen() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      slots_, [](const Slot& slot) { return slot.connection && slot.connection->Open(); }));
}

std::size_t Pool::CountLeased() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(slots_, [](const Slot& slot) { return slot.leased; }));
}

// The slot is for use before the next suspension: the caller submits to it or leases it at once.
Task<Pool::Slot*> Pool::PickOrWait(runtime::Deadline deadline, std::chrono::milliseconds longest) {
  const auto since = std::chrono::steady_clock::now();
  const auto patience = std::min(deadline, since + longest);
  bool waited = false;
  while (true) {
    if (stopping_) throw Unavailable("the database is closing");
    // Newcomers queue behind those who wait.
    if (Slot* slot = waited || waiters_.empty() ? Pick() : nullptr) {
      if (waited && options_->on_wait) options_->on_wait(std::chrono::steady_clock::now() - since);
      co_return slot;
    }
    if (!AnyOpen()) throw Unavailable("no connection to PostgreSQL " + options_->name);
    auto turn = std::make_shared<Turn>();
    waited ? waiters_.push_front(turn) : waiters_.push_back(turn);
    try {
      co_await turn->Wait(patience);
    } catch (const Error&) {
      std::erase(waiters_, turn);
      if (patience == deadline) throw;
      throw Overloaded();
    } catch (...) {  // cancelled
      std::erase(waiters_, turn);
      throw;
    }
    waited = true;
  }
}

// One free connection serves one waiter, who passes the turn on if it only shares it.
void Pool::ServeWaiters() {
  while (!waiters_.empty() && waiters_.front()->Done()) waiters_.pop_front();
  if (waiters_.empty()) return;
  if (!AnyOpen() || stopping_) {
    for (const auto& turn : std::exchange(waiters_, {})) turn->Set();
  } else if (Pick() != nullptr) {
    waiters_.front()->Set();
    waiters_.pop_front();
  }
}

void Pool::Trace(const Work& work, Request& request) const {
  if (work.span == nullptr || !work.span->Recording()) return;
  request.spans.clear();
  for (const auto& [statement, parameters] : request.queries) {
    auto& span = request.spans.emplace_back(work.Child(statement.name, telemetry::SpanKind::kClient));
    span.Set("db.system.name", "postgresql");
    span.Set("db.system", "postgresql");  // for stores that know the older name only
    span.Set("db.namespace", options_->name);
    span.Set("server.address", options_->name + "-db");
    span.Set("db.query.summary", statement.name);
    span.Set("db.query.text", statement.sql);
  }
}

Task<> Pool::Run(Work work, std::shared_ptr<Request> request) {
  const auto deadline = work.deadline;
  if (request->since >= deadline) throw DeadlineExceeded("no time left for the database");
  if (shared_->counters.in_flight + waiters_.size() >= options_->max_queued) throw Overloaded();
  Slot* slot = stopping_ || !waiters_.empty() ? nullptr : Pick();
  if (slot == nullptr) slot = co_await PickOrWait(deadline, options_->pool_wait);
  Trace(work, *request);
  slot->connection->Submit(request);
  ServeWaiters();
  co_await request->done.Wait(deadline);
}

Task<> Pool::RunAlone(Work work, std::shared_ptr<Request> request) {
  if (waiters_.size() >= options_->max_queued_lists) throw Overloaded();
  auto lease = co_await Take(work.deadline, options_->list_wait);
  const auto connection = lease->Share();
  request->hold = std::move(lease);
  request->since = std::chrono::steady_clock::now();
  Trace(work, *request);
  connection->Submit(request);
  try {
    co_await request->done.Wait(work.deadline);
  } catch (...) {
    connection->CallerLeft();
    throw;
  }
}

Task<std::unique_ptr<Lease>> Pool::Take(runtime::Deadline deadline) {
  return Take(deadline, options_->pool_wait);
}

Task<std::unique_ptr<Lease>> Pool::Take(runtime::Deadline deadline, std::chrono::milliseconds patience) {
  if (std::chrono::steady_clock::now() >= deadline) throw DeadlineExceeded("no time left for the database");
  if (waiters_.size() >= options_->max_queued) throw Overloaded();
  Slot* slot = co_await PickOrWait(deadline, patience);
  slot->leased = true;
  auto lease = std::make_unique<Lease>(shared_from_this(), slot->connection);
  ServeWaiters();
  co_return lease;
}

void Pool::Return(const Connection* connection) {
  for (auto& slot : slots_) {
    if (slot.connection.get() == connection) slot.leased = false;
  }
  ServeWaiters();
  CheckIdle();
}

void Pool::CheckIdle() {
  if (idle_ && shared_->counters.in_flight == 0 && CountLeased() == 0) idle_->Set();
}

void Pool::AddTo(Stats& stats) const {
  stats.connections += CountOpen();
  stats.leased += CountLeased();
  stats.waiting += waiters_.size();
  stats.in_flight += shared_->counters.in_flight;
  stats.queries += shared_->counters.queries;
  stats.errors += shared_->counters.errors;
  stats.cancelled += shared_->counters.cancelled;
  stats.busy += shared_->counters.busy;
}

}  // namespace market::postgres::internal
