#include "platform/audit/audit.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "marketplace/type/v1/act.pb.h"
#include "migrations/audit.hpp"
#include "migrations/events.hpp"
#include "migrations/outbox.hpp"
#include "platform/audit/sealer.hpp"
#include "platform/audit/telling.hpp"
#include "platform/audit/testing/some_act.hpp"
#include "platform/core/error.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::audit {
namespace {

using namespace std::chrono_literals;
using testing::RunLoop;
using testing::Soon;

constexpr postgres::Statement kFail{"test.fail", "SELECT 1 / 0"};

// What the chain should be and is not: positions whose digest is not that of its act after the one before.
constexpr const char* kBroken = R"sql(
  SELECT count(*) FROM (
    SELECT s.digest, audit_digest(coalesce(lag(s.digest) OVER (ORDER BY s.position), ''), e) AS wanted
    FROM audit_seal s JOIN audit_event e ON e.id = s.event_id) AS chain WHERE digest <> chain.wanted)sql";

class AuditTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(4));
      co_await database.Open(Soon());
      co_await body(database, io);
      co_await database.Close(Soon());
    });
  }

  static Task<> SealOften(Sealer& sealer) {
    for (int round = 0; round < 20; ++round) co_await sealer.Seal();
  }

  static Task<> Commit(postgres::Database& database, int acts) {
    postgres::Batch batch("test.acts");
    for (int i = 0; i < acts; ++i) Append(batch, Soon(), SomeAct());
    co_await database.Write(Soon(), std::move(batch));
  }

  const testing::TemporaryDatabase disk_{
      std::array{&migrations::kOutbox, &migrations::kEvents, &migrations::kAudit}};
};

TEST_F(AuditTest, Act_IsThereAsItWasGiven) {
  const auto act = SomeAct();
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    postgres::Batch batch("test.act");
    Append(batch, Soon(), act);
    co_await database.Write(Soon(), std::move(batch));
  });
  EXPECT_EQ(disk_.Execute("SELECT account_id FROM audit_event"), act.account->ToString());
  EXPECT_EQ(disk_.Execute(
                "SELECT concat_ws('|', actor, permission, method, target_type, target_id, reason, address,"
                " request_id, trace_id, before, after) FROM audit_event"),
            "operator|orders.cancel|marketplace.order.v1.OrderService/CancelOrder|order|o-1|the buyer "
            "\"asked\"|198.51.100.7|req-1|"
            "4bf92f3577b34da6a3ce929d0e0e4736|{\"state\": \"PLACED\"}|{\"note\": \"a, b\", \"state\": "
            "\"CANCELLED\"}");
}

TEST_F(AuditTest, Act_IsToldAsItsRowIs) {
  auto act = SomeAct();
  act.actor = "api_key";
  act.api_key = Uuid::NewV7();
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    postgres::Batch batch("test.act");
    Append(batch, Soon(), act);
    co_await database.Write(Soon(), std::move(batch));
  });
  const auto id = disk_.Execute("SELECT id FROM audit_event");
  EXPECT_EQ(disk_.Execute(
                "SELECT aggregate || '|' || seller_id FROM event e WHERE at = (SELECT at FROM audit_event)"),
            "act/" + id + "|" + act.seller->ToString());
  const auto told = events::LastTold<marketplace::type::v1::ActRecorded>(disk_, "act/" + id);
  EXPECT_EQ(told.act_id(), id);
  EXPECT_EQ(told.service(), "order");
  EXPECT_EQ(
      disk_.Execute("SELECT concat_ws('|', account_id, actor, api_key_id, permission, method, target_type,"
                    " target_id, seller_id, reason, address, request_id, trace_id) FROM audit_event"),
      told.account_id() + '|' + told.actor() + '|' + told.api_key_id() + '|' + told.permission() + '|' +
          told.method() + '|' + told.target_type() + '|' + told.target_id() + '|' + told.seller_id() + '|' +
          told.reason() + '|' + told.address() + '|' + told.request_id() + '|' + told.trace_id());
  EXPECT_EQ(std::map(told.before().begin(), told.before().end()), act.before);
  EXPECT_EQ(std::map(told.after().begin(), told.after().end()), act.after);
}

// What was done before anybody listened too: marketctl acts before a service has ever run.
TEST_F(AuditTest, WhoKeepsTheList_HearsOfEveryActFromTheFirstOn) {
  Run([&](postgres::Database& database, boost::asio::io_context& io) -> Task<> {
    co_await Commit(database, 2);
    telemetry::Tracer tracer;
    std::vector<std::string> heard;
    const auto hear = [&](const events::Event& event, const telemetry::Span&) -> Task<> {
      heard.push_back(events::As<marketplace::type::v1::ActRecorded>(event).value().act_id());
      co_return;
    };
    auto options = ActsSubscription({.name = "test"});
    options.poll = options.relay.poll = 5ms;
    events::Subscription subscription(database, tracer, hear, options);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr error) {
      if (!runtime::IsCancelled(error)) ADD_FAILURE() << TextOf(error);
    });
    group.Keep("hand on", subscription.HandingOn().Run());
    group.Keep("relay", subscription.Relay().Deliveries().Run());
    co_await testing::Eventually([&] { return heard.size() == 2; });
    co_await Commit(database, 1);
    co_await testing::Eventually([&] { return heard.size() == 3; });
    group.Cancel();
    co_await group.Join(Soon());
    EXPECT_EQ(std::set(heard.begin(), heard.end()).size(), 3u);
  });
}

TEST_F(AuditTest, ActThatFails_LeavesNoRow) {
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    postgres::Batch batch("test.fails");
    Append(batch, Soon(), SomeAct());
    batch.Add(kFail);
    try {
      co_await database.Write(Soon(), std::move(batch));
      ADD_FAILURE();
    } catch (const postgres::SqlError&) {
      co_return;
    }
  });
  EXPECT_EQ(disk_.Execute("SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM event)"), "0");
}

TEST_F(AuditTest, Sealer_ChainsWhatIsCommittedAndNothingTwice) {
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    Sealer sealer(database, "test");
    co_await sealer.Seal();
    EXPECT_EQ(sealer.Now().position, 0);
    co_await Commit(database, 2);
    co_await sealer.Seal();
    EXPECT_EQ(sealer.Now().position, 2);
    const auto head = sealer.Now().digest;
    EXPECT_EQ(head.size(), 64u);
    co_await sealer.Seal();
    EXPECT_EQ(sealer.Now().digest, head);
    co_await Commit(database, 1);
    co_await sealer.Seal();
    EXPECT_EQ(sealer.Now().position, 3);
    EXPECT_NE(sealer.Now().digest, head);
    EXPECT_EQ(sealer.Now().sealed, 3u);
  });
  EXPECT_EQ(disk_.Execute("SELECT count(*) FROM audit_unsealed"), "0");
  EXPECT_EQ(disk_.Execute(kBroken), "0");
}

TEST_F(AuditTest, ActThatCommitsLate_IsSealedLate) {
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    Sealer sealer(database, "test");
    co_await database.Transaction(Soon(), [&](postgres::Tx& tx) -> Task<> {
      postgres::Batch early("test.early");
      Append(early, Soon(), SomeAct());
      co_await tx.Execute(std::move(early));
      co_await Commit(database, 1);
      co_await sealer.Seal();
      EXPECT_EQ(sealer.Now().position, 1);
    });
    co_await sealer.Seal();
    EXPECT_EQ(sealer.Now().position, 2);
  });
  EXPECT_EQ(disk_.Execute(kBroken), "0");
}

TEST_F(AuditTest, SeveralSealersAndActs_MakeOneChain) {
  Run([&](postgres::Database& database, boost::asio::io_context& io) -> Task<> {
    std::deque<Sealer> sealers;
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (int i = 0; i < 8; ++i) {
      for (int acts = 0; acts < 5; ++acts) group.Spawn("act", Commit(database, 5));
      group.Spawn("seal", SealOften(sealers.emplace_back(database, "test")));
    }
    co_await group.Join(Soon());
    co_await sealers.front().Seal();
    EXPECT_EQ(sealers.front().Now().position, 200);
  });
  EXPECT_EQ(disk_.Execute("SELECT count(*) FROM audit_seal WHERE position BETWEEN 1 AND 200"), "200");
  EXPECT_EQ(disk_.Execute(kBroken), "0");
}

TEST_F(AuditTest, WhatTheOwnerChangesOrTakesOut_Shows) {
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    co_await Commit(database, 4);
    co_await Sealer(database, "test").Seal();
  });
  disk_.Execute(
      "UPDATE audit_event SET reason = 'another' WHERE id = (SELECT event_id FROM audit_seal WHERE position "
      "= 2)");
  EXPECT_EQ(disk_.Execute(kBroken), "1");
  disk_.Execute("DELETE FROM audit_seal WHERE position = 3");
  EXPECT_EQ(disk_.Execute(kBroken), "2");
}

TEST_F(AuditTest, Program_CanNeitherChangeNorHideAnAct) {
  Run([&](postgres::Database& database, boost::asio::io_context&) -> Task<> {
    co_await Commit(database, 1);
    for (const char* sql :
         {"UPDATE audit_event SET reason = ''", "DELETE FROM audit_event", "DELETE FROM audit_unsealed",
          "INSERT INTO audit_seal (position, event_id, digest) SELECT 1, id, sha256('') FROM audit_event",
          "UPDATE audit_seal SET position = 7", "DELETE FROM audit_seal", "TRUNCATE audit_unsealed"}) {
      try {
        co_await database.Write(Soon(), postgres::Statement{"test.refused", sql});
        ADD_FAILURE() << sql;
      } catch (const postgres::SqlError& error) {
        EXPECT_TRUE(error.Is("42501")) << sql;
      }
    }
  });
}

}  // namespace
}  // namespace market::audit
