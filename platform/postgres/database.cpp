#include "platform/postgres/database.hpp"

#include <stdexcept>

#include "platform/postgres/canceller.hpp"
#include "platform/postgres/pool.hpp"
#include "platform/postgres/request.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::postgres {
namespace {

using internal::Effect;
using internal::Request;

// In the order of opening.
constexpr std::array kAllShares{Share::kWrites,        Share::kReads, Share::kCheckouts,
                                Share::kCheckoutReads, Share::kLists, Share::kWorkers};

constexpr Statement kBegin{"tx.begin", "BEGIN"};
constexpr Statement kCommit{"tx.commit", "COMMIT"};
constexpr Statement kRollback{"tx.rollback", "ROLLBACK"};

std::vector<Query> OneQuery(Query query) {
  std::vector<Query> queries;
  queries.push_back(std::move(query));
  return queries;
}

// COMMIT in a transaction that has failed is answered with ROLLBACK.
void CheckCommitted(const Result& result) {
  if (result.Tag() == "COMMIT") return;
  throw SqlError(kCommit.name, "25P02", "", "a statement of the transaction had failed");
}

}  // namespace

Tx::Tx(std::shared_ptr<internal::Pool> pool, Work work) : pool_(std::move(pool)), work_(work) {}

Tx::~Tx() { Abandon(); }

Task<> Tx::TakeLease() { lease_ = co_await pool_->Take(work_.deadline); }

Task<std::vector<Result>> Tx::Run(std::vector<Query> queries, std::string_view name) {
  if (state_ != State::kUnbegun && state_ != State::kOpen) {
    throw std::logic_error("a statement after the commit: " + std::string(name));
  }
  const bool begins = std::exchange(state_, State::kOpen) == State::kUnbegun;
  if (begins) queries.insert(queries.begin(), {kBegin, {}});
  const auto request = std::make_shared<Request>(Effect::kStep, name, std::move(queries));
  pool_->Trace(work_, *request);
  auto& connection = lease_->Use();
  connection.Submit(request);
  try {
    co_await request->done.Wait(work_.deadline);
  } catch (...) {
    connection.CallerLeft();
    throw;
  }
  if (begins) request->results.erase(request->results.begin());
  co_return std::move(request->results);
}

Task<Result> Tx::ExecuteOne(Query query) {
  const auto name = query.statement.name;
  auto results = co_await Run(OneQuery(std::move(query)), name);
  co_return std::move(results.front());
}

Task<std::vector<Result>> Tx::Execute(Batch batch) {
  if (batch.Empty()) co_return std::vector<Result>();
  const auto name = batch.Name();
  co_return co_await Run(std::move(batch.Queries()), name);
}

Work Tx::Part() {
  has_parts_ = true;
  Work part = work_;
  part.within = this;
  return part;
}

Task<std::vector<Result>> Tx::ExecuteAndCommit(Batch batch) {
  return has_parts_ ? Execute(std::move(batch)) : ExecuteAndEnd(std::move(batch));
}

Task<std::vector<Result>> Tx::ExecuteAndEnd(Batch batch) {
  if (state_ != State::kUnbegun && state_ != State::kOpen) throw std::logic_error("a second commit");
  const auto name = batch.Name();
  auto queries = std::move(batch.Queries());
  // Nothing open yet: the batch is a transaction by itself.
  const bool explicit_commit = state_ == State::kOpen;
  if (explicit_commit) queries.push_back({kCommit, {}});
  if (queries.empty()) co_return std::vector<Result>();
  state_ = State::kCommitSent;
  const auto request = std::make_shared<Request>(Effect::kCommit, name, std::move(queries));
  pool_->Trace(work_, *request);
  lease_->Use().Submit(request);
  co_await request->done.Wait(work_.deadline);
  if (explicit_commit) {
    CheckCommitted(request->results.back());
    request->results.pop_back();
  }
  state_ = State::kCommitted;
  co_return std::move(request->results);
}

Task<> Tx::Commit() {
  if (state_ != State::kOpen) co_return;
  co_await ExecuteAndEnd(Batch(kCommit.name));
}

void Tx::Abandon() {
  if (!lease_) return;
  if (state_ == State::kUnbegun || state_ == State::kCommitted) {
    lease_.reset();
    return;
  }
  const auto request =
      std::make_shared<Request>(Effect::kRollback, kRollback.name, OneQuery({kRollback, {}}));
  auto& connection = lease_->Use();
  request->hold = std::shared_ptr<internal::Lease>(std::move(lease_));
  connection.Submit(request);
}

std::size_t Database::ConnectionsOf(const Options& options, Share share) {
  switch (share) {
    case Share::kReads:
      return options.read_connections;
    case Share::kCheckoutReads:
      return options.checkout_read_connections;
    case Share::kLists:
      return options.list_connections;
    case Share::kWrites:
      return options.write_connections;
    case Share::kCheckouts:
      return options.checkout_connections;
    case Share::kWorkers:
      return options.worker_connections;
  }
  throw std::logic_error("no such class of connections");
}

Database::Database(boost::asio::io_context& io, Options options)
    : options_(std::make_shared<const Options>(std::move(options))),
      canceller_(std::make_shared<internal::Canceller>(io)) {
  if (options_->read_connections == 0 || options_->write_connections == 0) {
    throw std::invalid_argument("a database needs at least one connection of each kind");
  }
  const auto pool = [&](Share share) -> std::shared_ptr<internal::Pool>& {
    return pools_[static_cast<std::size_t>(share)];
  };
  for (const auto share : kAllShares) {
    if (const auto connections = ConnectionsOf(*options_, share); connections > 0)
      pool(share) = std::make_shared<internal::Pool>(io, options_, canceller_, share, connections);
  }
  for (const auto share : kAllShares) {
    if (!pool(share)) pool(share) = pool(share == Share::kCheckoutReads ? Share::kReads : Share::kWrites);
  }
}

Database::~Database() {
  for (const auto& pool : pools_) pool->Shutdown();
  canceller_->Join();
}

Task<> Database::Open(runtime::Deadline deadline) {
  for (const auto share : kAllShares) {
    if (Has(share)) co_await PoolOf(share).Open(deadline);
  }
}

Task<> Database::Close(runtime::Deadline deadline) {
  for (const auto share : kAllShares) {
    if (Has(share)) co_await PoolOf(share).Close(deadline);
  }
}

internal::Pool& Database::ReadersFor(const Work& work) const {
  return PoolOf(work.lane == Lane::kCheckout ? Share::kCheckoutReads : Share::kReads);
}

internal::Pool& Database::ListersFor(const Work& work) const {
  return PoolOf(work.lane == Lane::kWorker ? Share::kWorkers : Share::kLists);
}

const std::shared_ptr<internal::Pool>& Database::WritersFor(const Work& work) const {
  const auto share = work.lane == Lane::kCheckout ? Share::kCheckouts
                     : work.lane == Lane::kWorker ? Share::kWorkers
                                                  : Share::kWrites;
  return pools_[static_cast<std::size_t>(share)];
}

Task<Result> Database::ReadOne(Work work, Query query) {
  if (work.within != nullptr) co_return co_await work.within->ExecuteOne(std::move(query));
  const auto name = query.statement.name;
  const auto request = std::make_shared<Request>(Effect::kNone, name, OneQuery(std::move(query)));
  co_await ReadersFor(work).Run(work, request);
  co_return std::move(request->results.front());
}

Task<std::vector<Result>> Database::Read(Work work, Batch batch) {
  if (batch.Empty()) co_return std::vector<Result>();
  if (work.within != nullptr) co_return co_await work.within->Execute(std::move(batch));
  const auto name = batch.Name();
  const auto request = std::make_shared<Request>(Effect::kNone, name, std::move(batch.Queries()));
  co_await ReadersFor(work).Run(work, request);
  co_return std::move(request->results);
}

Task<Result> Database::ListOne(Work work, Query query) {
  Batch batch(query.statement.name);
  batch.Queries() = OneQuery(std::move(query));
  auto results = co_await List(work, std::move(batch));
  co_return std::move(results.front());
}

Task<std::vector<Result>> Database::List(Work work, Batch batch) {
  if (batch.Empty()) co_return std::vector<Result>();
  if (work.within != nullptr) co_return co_await work.within->Execute(std::move(batch));
  const auto name = batch.Name();
  const auto request = std::make_shared<Request>(Effect::kNone, name, std::move(batch.Queries()));
  co_await ListersFor(work).RunAlone(work, request);
  co_return std::move(request->results);
}

Task<Result> Database::WriteOne(Work work, Query query) {
  Batch batch(query.statement.name);
  batch.Queries() = OneQuery(std::move(query));
  auto results = co_await Write(work, std::move(batch));
  co_return std::move(results.front());
}

Task<std::vector<Result>> Database::Write(Work work, Batch batch) {
  if (batch.Empty()) co_return std::vector<Result>();
  if (work.within != nullptr) co_return co_await work.within->Execute(std::move(batch));
  const auto name = batch.Name();
  auto queries = std::move(batch.Queries());
  for (int attempt = 1;; ++attempt) {
    const auto request = std::make_shared<Request>(Effect::kCommit, name, std::move(queries));
    try {
      co_await WritersFor(work)->Run(work, request);
      co_return std::move(request->results);
    } catch (const SqlError& error) {
      if (!error.MayRunAgain()) throw;
      if (attempt == kAttempts) throw Conflict(error);
    }
    queries = std::move(request->queries);
    co_await PauseBefore(attempt + 1);
  }
}

Task<> Database::PauseBefore(int attempt) {
  constexpr runtime::Backoff::Options kBetweenRuns{.initial = std::chrono::milliseconds(20),
                                                   .max = std::chrono::milliseconds(40)};
  co_await runtime::SleepFor(runtime::Backoff::After(static_cast<std::uint32_t>(attempt - 1), kBetweenRuns));
}

Stats Database::Snapshot() const {
  Stats stats;
  for (const auto share : kAllShares) {
    if (Has(share)) PoolOf(share).AddTo(stats);
  }
  return stats;
}

Stats Database::Snapshot(Share share) const {
  Stats stats;
  PoolOf(share).AddTo(stats);
  return stats;
}

bool Database::Has(Share share) const { return ConnectionsOf(*options_, share) > 0; }

}  // namespace market::postgres
