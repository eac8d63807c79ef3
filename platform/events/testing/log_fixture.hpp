// For the tests of this room: a database with a log, and events of nobody's that say a text.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "marketplace/probe/v1/probe.pb.h"
#include "migrations/events.hpp"
#include "migrations/outbox.hpp"
#include "platform/events/event.hpp"
#include "platform/events/log.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::events {

using namespace std::chrono_literals;
using marketplace::probe::v1::Plain;
using marketplace::probe::v1::ProbeReply;
using marketplace::type::v1::FeedRequest;
using marketplace::type::v1::FeedResponse;
using runtime::After;
using testing::Eventually;
using testing::Soon;

inline void Unexpected(std::string_view task, std::exception_ptr error) {
  if (!runtime::IsCancelled(error)) ADD_FAILURE() << task << ": " << TextOf(error);
}

inline NewEvent Saying(std::string aggregate, std::string text, std::int64_t version = 1) {
  ProbeReply what;
  what.set_text(std::move(text));
  return Of(what, {.aggregate = std::move(aggregate), .version = version});
}

inline std::string TextIn(const Event& event) { return As<ProbeReply>(event).value().text(); }

inline std::vector<std::string> TextsIn(const FeedResponse& page) {
  std::vector<std::string> texts;
  for (const auto& event : page.events()) texts.push_back(TextIn(event));
  return texts;
}

class LogTest : public ::testing::Test {
 protected:
  // Runs body(database, group); what is in `group` is cancelled and joined afterwards.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(6));
      co_await database.Open(Soon());
      runtime::TaskGroup group(io.get_executor(), Unexpected);
      std::exception_ptr failure;
      try {
        co_await body(database, group);
      } catch (...) {
        failure = std::current_exception();
      }
      group.Cancel();
      co_await group.Join(Soon());
      co_await database.Close(Soon());
      if (failure) std::rethrow_exception(failure);
    });
  }

  static Task<> Commit(postgres::Database& database, std::vector<NewEvent> events) {
    postgres::Batch batch;
    Append(batch, Soon(), events);
    co_await database.Write(Soon(), std::move(batch));
  }
  // Until all that is committed is for readers: a transaction of another database of the server may hold it up.
  static Task<> Settled(postgres::Database& database) {
    static constexpr postgres::Statement kHeldUp{
        "test.held_up", "SELECT count(*) FROM event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"};
    while ((co_await database.Read(Soon(), kHeldUp)).One().Int(0) > 0) co_await runtime::SleepFor(1ms);
  }
  static Task<> Happen(postgres::Database& database, std::vector<NewEvent> events) {
    co_await Commit(database, std::move(events));
    co_await Settled(database);
  }
  static Task<> Happen(postgres::Database& database, NewEvent event) {
    return Happen(database, std::vector{std::move(event)});
  }

  // A transaction that has appended and commits when it is let.
  struct Open {
    bool appended = false;
    bool committed = false;
    runtime::OneShot<> commit;
  };
  static Task<> HappenSlowly(postgres::Database& database, NewEvent event, std::shared_ptr<Open> open) {
    const auto body = [&](postgres::Tx& tx) -> Task<> {
      postgres::Batch batch;
      Append(batch, Soon(), event);
      co_await tx.Execute(std::move(batch));
      open->appended = true;
      co_await open->commit.Wait();
    };
    co_await database.Transaction(Soon(), body);
    open->committed = true;
  }

  static Task<FeedResponse> Feed(Log& log, std::string after) {
    FeedRequest request;
    request.set_after(std::move(after));
    return log.Feed(Soon(), std::move(request));
  }

  std::string Sql(const std::string& sql) const { return disk_.Execute(sql); }

  static constexpr std::array kSets{&migrations::kOutbox, &migrations::kEvents};
  testing::TemporaryDatabase disk_{kSets};
};

}  // namespace market::events
