#include "platform/postgres/connection.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "platform/postgres/errors.hpp"

namespace market::postgres::internal {

using Wait = boost::asio::posix::stream_descriptor::wait_type;

namespace {

void FailSpan(telemetry::Span& span, const PGresult* result) {
  const std::string state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  span.Set("db.response.status_code", state);
  span.Fail("SQLSTATE " + state);
  span.End();
}

}  // namespace

Connection::Connection(boost::asio::io_context& io, ConnectionPtr connection, std::shared_ptr<Shared> shared)
    : io_(io),
      shared_(std::move(shared)),
      connection_(std::move(connection)),
      socket_(io.get_executor(), PQsocket(connection_.get())) {}

Connection::~Connection() = default;

void Connection::Start() {
  if (PQenterPipelineMode(connection_.get()) != 1) throw Unavailable("libpq refuses pipeline mode");
  open_ = true;
  WatchReadable();
}

void Connection::Submit(std::shared_ptr<Request> request) {
  ++in_flight_;
  ++shared_->counters.in_flight;
  if (!open_) {
    FailLost(*request, false);
    return;
  }
  queue_.push_back(std::move(request));
  ScheduleFlush();
}

void Connection::Close() { Lose("closed"); }

void Connection::ScheduleFlush() {
  if (flush_scheduled_ || write_blocked_ || cancelling_) return;
  flush_scheduled_ = true;
  boost::asio::post(io_, [self = shared_from_this()] { self->Flush(); });
}

void Connection::Flush() {
  flush_scheduled_ = false;
  if (!open_ || write_blocked_ || cancelling_) return;
  if (!SendAll()) {
    Lose(ErrorText(connection_.get()));
    return;
  }
  PushOut();
  if (open_ && !expected_.empty() && !Armed()) {
    heard_at_ = std::chrono::steady_clock::now();
    runtime::DeadlineWheel::Of(io_).Add(*this, heard_at_ + shared_->stall_timeout);
  }
}

bool Connection::SendAll() {
  std::size_t reads = 0;
  const auto sync = [&](std::shared_ptr<Request> request) {
    reads = 0;
    if (PQpipelineSync(connection_.get()) != 1) return false;
    expected_.push_back({Expected::Kind::kSync, std::move(request)});
    return true;
  };
  while (!queue_.empty()) {
    const bool read = queue_.front()->effect == Effect::kNone;
    if (reads > 0 && (!read || reads == kReadsPerSync) && !sync(nullptr)) return false;
    auto request = std::move(queue_.front());
    queue_.pop_front();
    if (request->Abandoned()) {
      Complete(*request);
      continue;
    }
    if (!Send(request)) return false;
    if (read) {
      ++reads;
    } else if (!sync(std::move(request))) {
      return false;
    }
  }
  return reads == 0 || sync(nullptr);
}

bool Connection::Send(const std::shared_ptr<Request>& request) {
  request->results.clear();
  for (std::size_t i = 0; i < request->queries.size(); ++i) {
    if (SendQuery(request, i)) continue;
    // Part of it may be on its way: it must be among those whose fate is open.
    expected_.push_back({Expected::Kind::kSync, request});
    return false;
  }
  return true;
}

Connection::Prepared* Connection::PreparedFor(const Statement& statement) {
  const auto found = prepared_.find(statement.sql.data());
  // A text that stands where another one stood is no constant: it is parsed each time.
  if (found != prepared_.end()) return found->second.sql == statement.sql ? &found->second : nullptr;
  if (prepared_.size() >= kMaxPrepared) return nullptr;
  Prepared prepared{std::string(statement.sql), "s" + std::to_string(prepared_.size() + 1)};
  return &prepared_.emplace(statement.sql.data(), std::move(prepared)).first->second;
}

bool Connection::SendQuery(const std::shared_ptr<Request>& request, std::size_t index) {
  const auto& [statement, parameters] = request->queries[index];
  PGconn* connection = connection_.get();
  values_.clear();
  lengths_.clear();
  formats_.clear();
  for (std::size_t i = 0; i < parameters.Size(); ++i) {
    values_.push_back(parameters.Data(i));
    lengths_.push_back(parameters.Length(i));
    formats_.push_back(parameters.IsBinary(i) ? 1 : 0);
  }
  const int count = static_cast<int>(parameters.Size());

  Prepared* prepared = PreparedFor(statement);
  if (prepared != nullptr && prepared->state == Prepared::State::kNone) {
    if (PQsendPrepare(connection, prepared->name.c_str(), std::string(statement.sql).c_str(), 0, nullptr) !=
        1) {
      return false;
    }
    prepared->state = Prepared::State::kAsked;
    expected_.push_back({Expected::Kind::kPrepare, request, index, prepared});
  } else if (prepared == nullptr || prepared->state == Prepared::State::kAsked) {
    // Whether the preparation under way succeeds is not known yet: parsed for this one use.
    if (PQsendQueryParams(connection, std::string(statement.sql).c_str(), count, nullptr, values_.data(),
                          lengths_.data(), formats_.data(), 0) != 1) {
      return false;
    }
    expected_.push_back({Expected::Kind::kQuery, request, index});
    return true;
  }
  if (PQsendQueryPrepared(connection, prepared->name.c_str(), count, values_.data(), lengths_.data(),
                          formats_.data(), 0) != 1) {
    return false;
  }
  expected_.push_back({Expected::Kind::kQuery, request, index});
  return true;
}

void Connection::PushOut() {
  const int left = PQflush(connection_.get());
  if (left < 0) {
    Lose(ErrorText(connection_.get()));
  } else if (left > 0) {
    write_blocked_ = true;
    socket_->async_wait(Wait::wait_write,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || !self->open_) return;
                          self->write_blocked_ = false;
                          self->PushOut();
                          if (!self->queue_.empty()) self->ScheduleFlush();
                        });
  }
}

void Connection::WatchReadable() {
  socket_->async_wait(Wait::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->open_) self->OnReadable();
  });
}

void Connection::OnReadable() {
  heard_at_ = std::chrono::steady_clock::now();
  const bool alive = PQconsumeInput(connection_.get()) == 1;
  Drain();  // also what came before the end
  if (!open_) return;
  CancelIfAbandoned();
  if (!alive) {
    Lose(ErrorText(connection_.get()));
  } else if (retiring_ && expected_.empty() && queue_.empty()) {
    Lose(why_ended_);
  } else {
    WatchReadable();
  }
}

void Connection::Drain() {
  int silent = 0;
  while (open_ && !expected_.empty() && PQisBusy(connection_.get()) == 0) {
    PGresult* result = PQgetResult(connection_.get());
    if (result != nullptr) {
      silent = 0;
      OnResult(result);
    } else if (++silent > 3) {  // one null parts the results of two statements
      Lose("libpq has no result where one is due");
    }
  }
}

void Connection::OnResult(PGresult* raw) {
  Result result(raw);
  switch (PQresultStatus(raw)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      OnAnswer(std::move(result));
      break;
    case PGRES_PIPELINE_SYNC:
      OnSync();
      break;
    case PGRES_PIPELINE_ABORTED:
      OnSkipped();
      break;
    case PGRES_FATAL_ERROR:
      OnError(raw);
      break;
    default:
      Lose("a statement that this client can't run (COPY)");
  }
}

void Connection::OnAnswer(Result result) {
  const Expected front = std::move(expected_.front());
  if (front.kind == Expected::Kind::kSync) {
    Lose("an answer where a Sync is due");
    return;
  }
  expected_.pop_front();
  if (front.kind == Expected::Kind::kPrepare) {
    front.prepared->state = Prepared::State::kReady;
    return;
  }
  Request& request = *front.request;
  if (!request.spans.empty()) request.spans[front.query].End();
  request.results.push_back(std::move(result));
  if (request.effect == Effect::kNone && request.results.size() == request.queries.size()) Complete(request);
}

// An error of a Sync is one of its commit (a deferred constraint); the Sync itself follows.
void Connection::OnError(const PGresult* result) {
  if (PQresultErrorField(result, PG_DIAG_SQLSTATE) == nullptr) {  // libpq's own: the connection broke
    Lose(PQresultErrorMessage(result));
    return;
  }
  if (RetiresConnection(result)) {
    retiring_ = true;
    why_ended_ = PQresultErrorMessage(result);
  }
  if (expected_.front().kind == Expected::Kind::kSync) {
    if (auto& request = expected_.front().request; request && !request->error) {
      request->error = ToException(result, request->name);
    }
    return;
  }
  const Expected front = std::move(expected_.front());
  expected_.pop_front();
  if (front.kind == Expected::Kind::kPrepare) front.prepared->state = Prepared::State::kNone;
  Request& request = *front.request;
  if (!request.error) request.error = ToException(result, request.queries[front.query].statement.name);
  if (!request.spans.empty()) FailSpan(request.spans[front.query], result);
  const bool last = front.kind == Expected::Kind::kQuery && front.query + 1 == request.queries.size();
  if (request.effect == Effect::kNone && last) Complete(request);
}

// The server skipped it because something before it, under the same Sync, failed.
void Connection::OnSkipped() {
  const Expected front = std::move(expected_.front());
  if (front.kind == Expected::Kind::kSync) {
    Lose("a skipped statement where a Sync is due");
    return;
  }
  expected_.pop_front();
  if (front.kind == Expected::Kind::kPrepare) {
    front.prepared->state = Prepared::State::kNone;
    return;
  }
  Request& request = *front.request;
  if (request.effect != Effect::kNone || front.query + 1 != request.queries.size()) return;
  if (request.error) {
    Complete(request);
  } else {
    queue_.push_back(front.request);
    ScheduleFlush();
  }
}

void Connection::OnSync() {
  const Expected front = std::move(expected_.front());
  if (front.kind != Expected::Kind::kSync) {
    Lose("a Sync where an answer is due");
    return;
  }
  expected_.pop_front();
  if (!front.request) return;
  Complete(*front.request);
  // Who uses the connection next must not find itself inside the transaction of the last one.
  if (front.request->effect == Effect::kRollback && front.request->error) Lose("the rollback failed");
}

void Connection::CancelIfAbandoned() {
  if (!open_ || cancelling_ || expected_.empty()) return;
  const auto& head = expected_.front();
  if (head.kind == Expected::Kind::kSync || head.request->cancelled) return;
  if (!head.request->MayBeCancelled() || !head.request->Abandoned()) return;
  head.request->cancelled = true;
  cancelling_ = true;
  ++shared_->counters.cancelled;
  shared_->canceller->Send(connection_.get(), [self = shared_from_this()] { self->OnCancelHeard(); });
}

void Connection::OnCancelHeard() {
  cancelling_ = false;
  if (open_ && !queue_.empty()) ScheduleFlush();
}

void Connection::Complete(Request& request) {
  --in_flight_;
  --shared_->counters.in_flight;
  ++shared_->counters.queries;
  if (request.error) ++shared_->counters.errors;
  request.spans.clear();  // ends those that had no answer
  const auto elapsed = std::chrono::steady_clock::now() - request.since;
  shared_->counters.busy += elapsed;
  if (shared_->on_query) shared_->on_query(request.name, elapsed, request.error == nullptr);
  if (request.error) {
    request.done.Fail(request.error);
  } else {
    request.done.Set();
  }
  request.hold.reset();
  if (shared_->counters.in_flight == 0 && shared_->on_idle) shared_->on_idle();
}

void Connection::FailLost(Request& request, bool sent) {
  if (!request.error) {
    if (sent && request.effect == Effect::kCommit) {
      request.error = std::make_exception_ptr(CommitUnknown(request.name));
    } else {
      request.error = std::make_exception_ptr(Unavailable("the connection to PostgreSQL was lost"));
    }
  }
  Complete(request);
}

void Connection::Lose(std::string why) {
  if (!open_) return;
  const auto self = shared_from_this();
  open_ = false;
  why_ended_ = std::move(why);
  if (Armed()) runtime::DeadlineWheel::Of(io_).Remove(*this);
  socket_.Release();
  connection_.reset();
  // A request has several entries; its last one ends it.
  const auto expected = std::exchange(expected_, {});
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& entry = expected[i];
    if (!entry.request || (i + 1 < expected.size() && expected[i + 1].request == entry.request)) continue;
    FailLost(*entry.request, true);
  }
  for (const auto& request : std::exchange(queue_, {})) FailLost(*request, false);
  ended_.Set();
}

void Connection::OnDeadline() {
  if (expected_.empty()) return;
  const auto due = heard_at_ + shared_->stall_timeout;
  if (std::chrono::steady_clock::now() < due) {
    runtime::DeadlineWheel::Of(io_).Add(*this, due);
  } else {
    Lose("PostgreSQL is silent");
  }
}

}  // namespace market::postgres::internal
