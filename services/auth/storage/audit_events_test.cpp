#include "services/auth/storage/audit_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/accounts.hpp"

namespace market::auth::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Soon;

constexpr Time kDay = std::chrono::sys_days(std::chrono::year(2026) / 5 / 4);

class AuditEventsTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      AuditEvents events(database);
      co_await body(events, database);
      co_await database.Close(Soon());
    });
  }

  static AuditEvent Event(int hour, audit::Act act = audit::SomeAct()) {
    return {.id = Uuid::NewV7(),
            .at = kDay + std::chrono::hours(hour),
            .act = std::move(act),
            .email = std::nullopt};
  }
  // The hours of the acts that are found.
  static Task<std::vector<int>> Found(AuditEvents& events, WantedActs wanted,
                                      std::optional<ActPosition> before = {}, int limit = 10) {
    std::vector<int> hours;
    for (const auto& event : co_await events.List(Soon(), wanted, before, limit)) {
      hours.push_back(static_cast<int>(std::chrono::floor<std::chrono::hours>(event.at - kDay).count()));
    }
    co_return hours;
  }

  std::string Sql(const std::string& sql) const { return temporary_.Execute(sql); }
  testing::TemporaryDatabase temporary_{kMigrations};
};

TEST_F(AuditEventsTest, AnAct_IsGivenAsItWasTold_AndKeptOnce) {
  Run([&](AuditEvents& events, postgres::Database& database) -> Task<> {
    auto act = audit::SomeAct();
    act.api_key = Uuid::NewV7();
    const NewAccount account{.id = *act.account, .email = "root@x.test", .password_hash = "$argon2id$x"};
    const auto session = Uuid::NewV7();
    Accounts accounts(database, {});
    co_await accounts.Create(Soon(), account, {session, session.ToString().substr(0, 32)},
                             {.topic = "profile.create", .key = "", .payload = "p", .trace = ""});
    const auto told = Event(3, act);
    for (int i = 0; i < 3; ++i) co_await events.Keep(Soon(), told);
    const auto found = co_await events.List(Soon(), {}, std::nullopt, 10);
    EXPECT_EQ(found.size(), 1u);
    const auto& kept = found.front();
    EXPECT_EQ(kept.id, told.id);
    EXPECT_EQ(kept.at, told.at);
    EXPECT_EQ(kept.email, "root@x.test");
    EXPECT_EQ(kept.act.service, act.service);
    EXPECT_EQ(kept.act.account, act.account);
    EXPECT_EQ(kept.act.actor, act.actor);
    EXPECT_EQ(kept.act.api_key, act.api_key);
    EXPECT_EQ(kept.act.permission, act.permission);
    EXPECT_EQ(kept.act.method, act.method);
    EXPECT_EQ(kept.act.target_type, act.target_type);
    EXPECT_EQ(kept.act.target_id, act.target_id);
    EXPECT_EQ(kept.act.seller, act.seller);
    EXPECT_EQ(kept.act.reason, act.reason);
    EXPECT_EQ(kept.act.address, act.address);
    EXPECT_EQ(kept.act.request_id, act.request_id);
    EXPECT_EQ(kept.act.trace_id, act.trace_id);
    EXPECT_EQ(kept.act.before, act.before);
    EXPECT_EQ(kept.act.after, act.after);
  });
}

// Somebody at the machine has no account, no address and changed nothing that has a name.
TEST_F(AuditEventsTest, WhatIsNotKnown_IsNotMadeUp) {
  Run([&](AuditEvents& events, postgres::Database&) -> Task<> {
    audit::Act act;
    act.actor = "marketctl by root";
    co_await events.Keep(Soon(), Event(1, act));
    co_await events.Keep(Soon(), Event(2));
    const auto found = co_await events.List(Soon(), {}, std::nullopt, 10);
    EXPECT_EQ(found[0].email, std::nullopt) << "no such account";
    const auto& machine = found[1].act;
    EXPECT_FALSE(machine.account || machine.api_key || machine.seller);
    EXPECT_THAT(machine.before, IsEmpty());
    EXPECT_THAT(machine.after, IsEmpty());
  });
}

TEST_F(AuditEventsTest, EachFilter_FindsItsOwn_AndTogetherWhatAllSay) {
  Run([&](AuditEvents& events, postgres::Database&) -> Task<> {
    auto one = audit::SomeAct();
    one.api_key = Uuid::NewV7();
    auto other = audit::SomeAct();
    other.service = "user";
    other.method = "marketplace.user.v1.UserService/SuspendSeller";
    other.target_type = "seller";
    other.target_id = "s-1";
    co_await events.Keep(Soon(), Event(1, one));
    co_await events.Keep(Soon(), Event(2, other));
    co_await events.Keep(Soon(), Event(3, one));
    for (const WantedActs& wanted :
         {WantedActs{.account = one.account}, WantedActs{.api_key = one.api_key},
          WantedActs{.target_id = "o-1"}, WantedActs{.target_type = "order"},
          WantedActs{.method = one.method}, WantedActs{.service = "order"}, WantedActs{.seller = one.seller},
          WantedActs{.account = one.account, .target_id = "o-1", .target_type = "order"}}) {
      EXPECT_THAT(co_await Found(events, wanted), ElementsAre(3, 1)) << ActsStatement(wanted).name;
    }
    EXPECT_THAT(co_await Found(events, {.account = one.account, .service = "user"}), IsEmpty());
    EXPECT_THAT(co_await Found(events, {.target_id = "o-1", .target_type = "seller"}), IsEmpty());
    EXPECT_THAT(
        co_await Found(events, {.from = kDay + std::chrono::hours(2), .to = kDay + std::chrono::hours(3)}),
        ElementsAre(2));
  });
}

TEST_F(AuditEventsTest, Pages_AreWithoutGapOrRepetition_AlsoWithinOneMoment) {
  Run([&](AuditEvents& events, postgres::Database&) -> Task<> {
    for (int i = 0; i < 7; ++i) co_await events.Keep(Soon(), Event(i / 3));
    std::vector<Uuid> seen;
    std::optional<ActPosition> before;
    for (int page = 0; page < 4; ++page) {
      for (const auto& event : co_await events.List(Soon(), {}, before, 2)) {
        seen.push_back(event.id);
        before = ActPosition{event.at, event.id};
      }
    }
    EXPECT_EQ(seen.size(), 7u);
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 7u);
    EXPECT_THAT(co_await Found(events, {}, before), IsEmpty());
  });
}

TEST_F(AuditEventsTest, Program_CanNeitherChangeNorRemoveAny) {
  Run([&](AuditEvents& events, postgres::Database& database) -> Task<> {
    co_await events.Keep(Soon(), Event(1));
    for (const char* sql : {"UPDATE recorded_act SET reason = ''", "DELETE FROM recorded_act"}) {
      try {
        co_await database.Write(Soon(), postgres::Statement{"test.refused", sql});
        ADD_FAILURE() << sql;
      } catch (const postgres::SqlError& error) {
        EXPECT_TRUE(error.Is("42501")) << sql;
      }
    }
  });
}

// As a connection runs it that has been asked before, so with whichever plan PostgreSQL has settled on.
TEST_F(AuditEventsTest, EachFilter_HasAnIndex_OverAHundredThousandActs) {
  Sql("INSERT INTO recorded_act SELECT gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 minute',"
      " CASE WHEN n % 100 = 0 THEN 'user' ELSE 'order' END, md5('a' || n % 5000)::uuid, 'operator',"
      " CASE WHEN n % 10 = 0 THEN md5('k' || n % 5000)::uuid END, 'p', 'method' || n % 50, 'type' || n % 20,"
      " 'target' || n % 40000, CASE WHEN n % 3 = 0 THEN md5('s' || n % 5000)::uuid END, '', '', '', '', "
      "'{}', '{}'"
      " FROM generate_series(1, 100000) AS n");
  Sql("ANALYZE recorded_act");
  struct Plan {
    WantedActs wanted;
    std::string index;
    std::string values;  // of $5 to $11
  };
  const std::vector<Plan> plans = {
      {{}, "newest", "NULL, NULL, NULL, NULL, NULL, NULL, NULL"},
      {{.account = AccountId::New()}, "of_account", "md5('a1')::uuid, NULL, NULL, NULL, NULL, NULL, NULL"},
      {{.api_key = Uuid::NewV7()}, "of_api_key", "NULL, md5('k10')::uuid, NULL, NULL, NULL, NULL, NULL"},
      {{.target_id = "x"}, "on_target", "NULL, NULL, 'target1', NULL, NULL, NULL, NULL"},
      {{.target_type = "x"}, "on_type", "NULL, NULL, NULL, 'type1', NULL, NULL, NULL"},
      {{.method = "x"}, "by_method", "NULL, NULL, NULL, NULL, 'method1', NULL, NULL"},
      {{.service = "x"}, "in_service", "NULL, NULL, NULL, NULL, NULL, 'user', NULL"},
      {{.seller = SellerId::New()}, "of_seller", "NULL, NULL, NULL, NULL, NULL, NULL, md5('s3')::uuid"}};
  for (const auto& [wanted, index, values] : plans) {
    const auto statement = ActsStatement(wanted);
    const auto run =
        "EXECUTE listed (21, '9999-12-31', '" + Uuid().ToString() + "', '1970-01-01', " + values + "); ";
    std::string sql = "PREPARE listed AS " + std::string(statement.sql) + "; ";
    for (int times = 0; times < 8; ++times) sql += run;
    const auto plan = Sql(sql + "EXPLAIN (FORMAT JSON) " + run);
    EXPECT_THAT(plan, HasSubstr("\"recorded_act_" + index + '"')) << statement.name;
    EXPECT_THAT(plan, Not(HasSubstr("\"Sort\""))) << statement.name;
  }
}

}  // namespace
}  // namespace market::auth::storage
