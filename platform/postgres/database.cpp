#include "platform/postgres/database.hpp"

#include <stdexcept>

#include "platform/postgres/pool.hpp"
#include "platform/postgres/request.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::postgres {
namespace {

using internal::Effect;
using internal::Request;

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
  lease_->Use().Submit(request);
  co_await request->done.Wait(work_.deadline);
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

Task<std::vector<Result>> Tx::ExecuteAndCommit(Batch batch) {
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
  co_await ExecuteAndCommit(Batch(kCommit.name));
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

Database::Database(boost::asio::io_context& io, Options options) {
  if (options.read_connections == 0 || options.write_connections == 0) {
    throw std::invalid_argument("a database needs at least one connection of each kind");
  }
  const auto shared = std::make_shared<const Options>(std::move(options));
  readers_ = std::make_shared<internal::Pool>(io, shared, shared->read_connections);
  writers_ = std::make_shared<internal::Pool>(io, shared, shared->write_connections);
}

Database::~Database() {
  readers_->Shutdown();
  writers_->Shutdown();
}

Task<> Database::Open(runtime::Deadline deadline) {
  co_await writers_->Open(deadline);
  co_await readers_->Open(deadline);
}

Task<> Database::Close(runtime::Deadline deadline) {
  co_await writers_->Close(deadline);
  co_await readers_->Close(deadline);
}

Task<Result> Database::ReadOne(Work work, Query query) {
  const auto name = query.statement.name;
  const auto request = std::make_shared<Request>(Effect::kNone, name, OneQuery(std::move(query)));
  co_await readers_->Run(work, request);
  co_return std::move(request->results.front());
}

Task<std::vector<Result>> Database::Read(Work work, Batch batch) {
  if (batch.Empty()) co_return std::vector<Result>();
  const auto name = batch.Name();
  const auto request = std::make_shared<Request>(Effect::kNone, name, std::move(batch.Queries()));
  co_await readers_->Run(work, request);
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
  const auto name = batch.Name();
  auto queries = std::move(batch.Queries());
  for (int attempt = 1;; ++attempt) {
    const auto request = std::make_shared<Request>(Effect::kCommit, name, std::move(queries));
    try {
      co_await writers_->Run(work, request);
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
  readers_->AddTo(stats);
  writers_->AddTo(stats);
  return stats;
}

const Options& Database::Settings() const { return writers_->Settings(); }

}  // namespace market::postgres
