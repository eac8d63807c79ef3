#include "tools/marketctl/parked.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/migrations.hpp"

namespace market::marketctl {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The tables that can be parked in one database that is at its newest.
class ParkedOf {
 public:
  ParkedOf(std::string_view kind, std::string_view name)
      : disk_(FindMigrations(name)->sets),
        tables_(ParkedTables(kind, {{"", {.conninfo = disk_.Conninfo(), .file = "", .ca = ""}}},
                             std::string(name))) {}

  std::string Sql(const std::string& sql) { return disk_.Execute(sql); }
  std::vector<std::string> List(std::size_t table = 0) {
    std::vector<std::string> lines;
    for (const auto& row : testing::RunLoop([&](auto& io) { return ListParked(io, tables_.at(table)); }))
      lines.push_back(LineOf(row));
    return lines;
  }
  std::int64_t Retry(std::vector<Uuid> ids, std::size_t table = 0) {
    return testing::RunLoop(
        [&](boost::asio::io_context& io) { return RetryParked(io, tables_.at(table), ids); });
  }
  std::int64_t Drop(std::vector<Uuid> ids) {
    return testing::RunLoop([&](boost::asio::io_context& io) { return DropParked(io, tables_.at(0), ids); });
  }

 private:
  testing::TemporaryDatabase disk_;
  std::vector<ParkedTable> tables_;
};

TEST(Parked_Outbox, IsListedRetriedAndDropped) {
  ParkedOf outbox("outbox", "order");
  EXPECT_THAT(outbox.List(), IsEmpty());
  std::vector<Uuid> ids;
  for (const char* parked : {"NULL", "market_now()", "market_now()", "market_now()", "NULL"}) {
    ids.push_back(Uuid::NewV7());
    outbox.Sql(
        "INSERT INTO outbox (id, topic, key, payload, trace, failures, last_error, next_attempt_at, "
        "parked_at)"
        " VALUES ('" +
        ids.back().ToString() +
        "', 'order.payment', 'k', '', '', 50, 'NOT_FOUND: the order',"
        " 'infinity', " +
        parked + ")");
  }
  const auto lines = outbox.List();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("order  " + ids[1].ToString() + "  order.payment k  parked 2"),
                              HasSubstr(" after 50 broken runs: NOT_FOUND: the order")));
  EXPECT_EQ(outbox.Drop({ids[0], ids[1]}), 1) << "what is not parked is never dropped";
  EXPECT_EQ(outbox.Sql("SELECT id FROM outbox WHERE next_attempt_at <= market_now()"), ids[4].ToString())
      << "what has waited behind it is due";
  EXPECT_EQ(
      outbox.Sql("SELECT string_agg(concat_ws('|', target_type, target_id, before), ',') FROM audit_event"
                 " WHERE method = 'marketctl outbox drop' AND actor LIKE 'marketctl by _%'"),
      "message|" + ids[1].ToString() +
          R"(|{"key": "k", "topic": "order.payment", "lastError": "NOT_FOUND: the order"})");
  EXPECT_EQ(outbox.Retry({ids[2]}), 1);
  EXPECT_EQ(outbox.Retry({ids[2]}), 0);
  EXPECT_EQ(outbox.Retry({}), 1);
  EXPECT_THAT(outbox.List(), IsEmpty());
  EXPECT_EQ(outbox.Sql("SELECT count(*) FROM outbox WHERE failures = 0 AND next_attempt_at <= market_now()"),
            "2");
  EXPECT_THROW(outbox.Drop({}), BadArguments);
}

TEST(Parked_Work, OfAuth_IsListedAndLetGoOn) {
  ParkedOf erasures("work", "auth");
  erasures.Sql("ALTER TABLE erasure DROP CONSTRAINT erasure_account_id_fkey");
  erasures.Sql(
      "INSERT INTO erasure (account_id, waiting, next_run_at, failures, last_error, parked_at) VALUES "
      "(gen_random_uuid(), '{order}', market_now(), 3, 'INTERNAL: broken', market_now())");
  EXPECT_THAT(erasures.List(), ElementsAre(AllOf(HasSubstr("erasure FIRST of order  parked "),
                                                 HasSubstr("after 3 broken runs: INTERNAL: broken"))));
  EXPECT_EQ(erasures.Retry({}), 1);
  EXPECT_EQ(erasures.Sql("SELECT failures || ' ' || (next_run_at <= market_now()) FROM erasure"), "0 true");
}

TEST(Parked_Work, OfOrderAndPayment_IsListedAndLetGoOn) {
  ParkedOf orders("work", "order");
  orders.Sql("ALTER TABLE checkout DROP CONSTRAINT checkout_order_id_fkey");
  orders.Sql(
      "INSERT INTO checkout (order_id, buyer_id, step, undo_reason, lease_until, deadline_at, failures, "
      "last_error, "
      "parked_at)"
      " VALUES (gen_random_uuid(), gen_random_uuid(), 'UNDO', 'OUT_OF_STOCK', market_now(), market_now(), 3, "
      "'a null in a "
      "column', "
      "market_now())");
  EXPECT_THAT(orders.List(),
              ElementsAre(AllOf(HasSubstr(" UNDO  parked "), HasSubstr("after 3 broken runs: a null"))));
  EXPECT_EQ(orders.Retry({}), 1);
  EXPECT_EQ(orders.Sql("SELECT failures || ' ' || (next_run_at <= market_now()) FROM checkout"), "0 true");
  EXPECT_THROW(orders.Drop({Uuid::NewV7()}), BadArguments);

  ParkedOf payments("work", "payment");
  payments.Sql(
      "INSERT INTO payment (id, order_id, number, amount_minor, authorized_minor, payment_method, "
      "authorization_id,"
      " state, decline_code, undone_at, asks, trace, created_at, updated_at, failures, last_error, parked_at)"
      " VALUES (gen_random_uuid(), gen_random_uuid(), 1, 0, 0, '', '', 'VOIDED', '', market_now(), 1, '',"
      " market_now(), market_now(), 3, 'a null in a column', market_now())");
  EXPECT_THAT(payments.List(), ElementsAre(HasSubstr("VOIDED")));
  EXPECT_EQ(payments.Retry({Uuid::NewV7()}), 0);
  EXPECT_EQ(payments.Retry({}), 1);
  EXPECT_THAT(payments.List(), IsEmpty());
  payments.Sql(
      "INSERT INTO sale (seller_order_id, order_id, seller_id, number, currency, delivery_minor, "
      "delivery_funded_minor,"
      " delivery_funded_left_minor, placed_at, trace, failures, last_error, parked_at)"
      " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '261130-ABCDEFGH-1', 'EUR', 0, 0, 0,"
      " market_now(), '', 3, 'sold for something else', market_now())");
  EXPECT_THAT(payments.List(1),
              ElementsAre(AllOf(HasSubstr("261130-ABCDEFGH-1"), HasSubstr("something else"))));
  EXPECT_EQ(payments.Retry({}, 1), 1);
  EXPECT_EQ(payments.Sql("SELECT failures || ' ' || (next_run_at <= market_now()) FROM sale"), "0 true");
}

// Of a service that has nothing else to tell, too: every one tells of its acts.
TEST(Parked, EveryServiceHasAnOutbox) {
  const Conninfos named = {{"", {.conninfo = "dbname=x", .file = "", .ca = ""}}};
  for (const char* service : {"product", "payment"}) {
    EXPECT_EQ(ParkedTables("outbox", named, service).size(), 1u) << service;
  }
}

TEST(Parked, OfADatabaseWithoutAny_IsABadArgument) {
  const Conninfos named = {{"", {.conninfo = "dbname=x", .file = "", .ca = ""}}};
  EXPECT_THROW(ParkedTables("outbox", named, "sandbox"), BadArguments);
  EXPECT_THROW(ParkedTables("work", named, "user"), BadArguments);
}

}  // namespace
}  // namespace market::marketctl
