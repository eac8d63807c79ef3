#include "services/payment/storage/payments.hpp"

#include <gtest/gtest.h>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/events/testing/told.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/payment/migrations.hpp"
#include "services/payment/storage/ledger.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;
using domain::Operation;
using domain::Progress;
using domain::State;
using testing::Soon;

testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(kMigrations);
  return disk;
}

// The SQLSTATE-free text of what the server refuses; "" when it does it.
std::string Refusal(const std::string& sql) {
  try {
    Disk().Execute(sql);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

template <class Body>
void WithPayments(Body body) {
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, Disk().Options());
    co_await database.Open(Soon());
    Payments payments(database);
    std::exception_ptr failure;
    try {
      co_await body(payments, database);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

Time Now() { return SystemClock().Now(); }

domain::Payment Begun() {
  auto payment =
      domain::MakePayment(domain::OrderId::New(), AccountId::New(), Money{3000, Currency::Parse("EUR")}, "pm",
                          {{domain::SellerOrderId::New(), SellerId::New(), 1000},
                           {domain::SellerOrderId::New(), SellerId::New(), 2000}},
                          Now());
  domain::Begin(payment, {}, Now());
  return payment;
}

Task<> Do(Payments& payments, domain::Payment& payment, domain::Goal goal) {
  domain::Begin(payment, goal, Now());
  EXPECT_TRUE(co_await payments.Begin(Soon(), payment, 5s));
  domain::Succeed(payment, "auth", Now());
  EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
}

TEST(Payments, AWholePayment_IsReadAsItWasWritten) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = Begun();
    payment.trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 5s));
    auto twin = payment;
    twin.id = domain::PaymentId::New();
    EXPECT_FALSE(co_await payments.Insert(Soon(), twin, 5s));
    domain::Succeed(payment, "auth", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    co_await Do(payments, payment, {Operation::kCapture, {}, ""});
    co_await Do(payments, payment, {Operation::kRefund, payment.splits[1].seller_order, "broken"});

    const auto read = co_await payments.Find(Soon(), payment.order, Scope::Buyer(*payment.buyer));
    EXPECT_EQ(read->id, payment.id);
    EXPECT_EQ(read->state, State::kCaptured);
    EXPECT_EQ(read->trace, payment.trace);
    EXPECT_EQ(read->captured_minor, 3000);
    EXPECT_EQ(read->refunded_minor, 2000);
    EXPECT_EQ(read->version, payment.version);
    EXPECT_EQ(read->created_at, payment.created_at);
    EXPECT_EQ(read->splits.at(1).seller, payment.splits[1].seller);
    EXPECT_EQ(read->attempts.size(), 3u);
    EXPECT_EQ(read->attempts.at(2).seller_order, payment.splits[1].seller_order);
    EXPECT_EQ(read->attempts.at(2).created_at, payment.attempts[2].created_at);
    EXPECT_EQ(read->refunds.at(0).reason, "broken");
    EXPECT_EQ(read->refunds.at(0).state, Progress::kSucceeded);

    EXPECT_FALSE(co_await payments.Find(Soon(), payment.order, Scope::Buyer(AccountId::New())));
    EXPECT_TRUE(co_await payments.Find(Soon(), payment.order, Scope::Everything()));
  });
}

TEST(Payments, AWriterThatWasOvertaken_WritesNothing) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 1h));
    auto rival = payment;
    EXPECT_FALSE(co_await payments.Take(Soon(), rival, 5s));
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 5s)).empty());
    Disk().Execute("UPDATE payment SET lease_until = '-infinity' WHERE id = '" + payment.id.ToString() + "'");
    EXPECT_TRUE(co_await payments.Take(Soon(), rival, 1h));

    domain::Succeed(payment, "auth", Now());
    EXPECT_FALSE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    auto read = co_await payments.Find(Soon(), payment.order, Scope::Everything());
    EXPECT_EQ(read->state, State::kCreated);
    EXPECT_NE(read->Pending(), nullptr);
    domain::StayPending(rival, Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), rival, *rival.Pending(), 0ms));
    const auto due = co_await payments.TakeDue(Soon(), 100, 5s);
    EXPECT_EQ(due.size(), 1u);
    EXPECT_EQ(due.at(0).asks, 1U);
    read = co_await payments.Read(Soon(), due.at(0));
    EXPECT_EQ(read.value().order, payment.order);
    EXPECT_EQ(read->state, State::kUnknown);
    domain::Decline(*read, "no", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), *read, read->attempts.back(), 1s));
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 5s)).empty());
  });
}

TEST(Payments, AParkedOne_IsLeftAloneUntilItIsLetGoOn) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 0ms));
    const auto due = co_await payments.TakeDue(Soon(), 100, 0ms);
    EXPECT_EQ(due.size(), 1U);
    const auto before = co_await payments.CountUnresolved(Soon());
    co_await payments.PutBack(
        Soon(), due.at(0),
        {.why = "a null in a column", .failures = 3, .then = runtime::Setback::Then::kParked});
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 0ms)).empty());
    EXPECT_FALSE(co_await payments.Read(Soon(), due.at(0)));
    EXPECT_EQ((co_await payments.CountUnresolved(Soon())).parked, before.parked + 1);
    const auto row = " FROM payment WHERE id = '" + payment.id.ToString() + "'";
    EXPECT_EQ(Disk().Execute("SELECT failures || ' ' || last_error" + row), "3 a null in a column");

    // Whoever reaches it all the same and writes a result, as a request may, ends that.
    auto read = co_await payments.Find(Soon(), payment.order, Scope::Everything());
    EXPECT_TRUE(co_await payments.Take(Soon(), read.value(), 5s));
    domain::StayPending(*read, Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), *read, *read->Pending(), 0ms));
    EXPECT_EQ(Disk().Execute("SELECT parked_at IS NULL AND failures = 0" + row), "t");
    EXPECT_EQ((co_await payments.TakeDue(Soon(), 100, 0ms)).size(), 1U);
    Disk().Execute("UPDATE payment SET next_run_at = NULL WHERE id = '" + payment.id.ToString() + "'");
  });
}

TEST(Payments, OfManyThatBegin_OneDoes) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 5s));
    domain::Succeed(payment, "auth", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    int won = 0;
    runtime::TaskGroup rivals(co_await boost::asio::this_coro::executor,
                              [](auto task, auto) { ADD_FAILURE() << task; });
    auto run = [&](Operation operation) -> Task<> {
      auto mine = payment;
      domain::Begin(mine, {operation, {}, ""}, Now());
      won += co_await payments.Begin(Soon(), mine, 5s);
    };
    for (int i = 0; i < 8; ++i)
      rivals.Spawn("rival", run(i % 2 == 0 ? Operation::kCapture : Operation::kVoid));
    co_await rivals.Join(Soon());
    EXPECT_EQ(won, 1);
    EXPECT_EQ(Disk().Execute("SELECT count(*) FROM payment_attempt WHERE payment_id = '" +
                             payment.id.ToString() + "'"),
              "2");
  });
}

std::string Told(const domain::Payment& payment) {
  return events::Told(Disk(), "payment/" + payment.id.ToString());
}

TEST(Payments, WhatTheProviderHasDone_IsTold) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    namespace contract = ::marketplace::payment::v1;
    auto payment = Begun();
    const auto aggregate = "payment/" + payment.id.ToString();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 5s));
    domain::StayPending(payment, Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, *payment.Pending(), 1s));
    EXPECT_EQ(Told(payment), "") << "nobody knows yet";
    auto overtaken = payment;
    --overtaken.version;
    domain::Succeed(overtaken, "auth", Now());
    EXPECT_FALSE(co_await payments.Record(Soon(), overtaken, overtaken.attempts.back(), 1s));
    domain::Succeed(payment, "auth", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    domain::Begin(payment, {Operation::kCapture, {}, ""}, Now());
    EXPECT_TRUE(co_await payments.Begin(Soon(), payment, 5s));
    domain::Fail(payment, "provider_error", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    co_await Do(payments, payment, {Operation::kCapture, {}, ""});
    const auto& part = payment.splits[1];
    co_await Do(payments, payment, {Operation::kRefund, part.seller_order, "broken"});
    EXPECT_EQ(Told(payment),
              "payment.PaymentAuthorized 3, payment.PaymentAttemptFailed 5, payment.PaymentCaptured 7, "
              "payment.PaymentRefunded 9");
    EXPECT_EQ(payment.version, 9);
    EXPECT_EQ(events::LastTold<contract::PaymentAuthorized>(Disk(), aggregate).amount().amount(), 3000);
    EXPECT_EQ(events::LastTold<contract::PaymentAttemptFailed>(Disk(), aggregate).code(), "provider_error");
    EXPECT_EQ(events::LastTold<contract::PaymentCaptured>(Disk(), aggregate).amount().currency(), "EUR");
    const auto refund = events::LastTold<contract::PaymentRefunded>(Disk(), aggregate);
    EXPECT_EQ(refund.amount().amount(), 2000);
    EXPECT_EQ(refund.seller_order_id(), part.seller_order.ToString());
    EXPECT_EQ(refund.order_id(), payment.order.ToString());
    EXPECT_EQ(refund.reason(), "broken");
    EXPECT_EQ(Disk().Execute("SELECT type FROM event WHERE seller_id = '" + part.seller.ToString() + "'"),
              "payment.PaymentRefunded");
  });
}

TEST(Payments, WhatWillNeverBeCharged_IsTold) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto declined = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), declined, 5s));
    domain::Decline(declined, "insufficient_funds", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), declined, declined.attempts.back(), 1s));
    EXPECT_EQ(Told(declined), "payment.PaymentDeclined 2");

    auto closed = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), closed, 5s));
    domain::Fail(closed, "not_sent", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), closed, closed.attempts.back(), 1s));
    domain::Close(closed, Now());
    EXPECT_TRUE(co_await payments.Close(Soon(), closed));
    EXPECT_EQ(Told(closed), "payment.PaymentAttemptFailed 2, payment.PaymentVoided 3");

    auto voided = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), voided, 5s));
    domain::Succeed(voided, "auth", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), voided, voided.attempts.back(), 1s));
    co_await Do(payments, voided, {Operation::kVoid, {}, ""});
    EXPECT_EQ(Told(voided), "payment.PaymentAuthorized 2, payment.PaymentVoided 4");
  });
}

TEST(Payments, ATombstone_IsOnePerOrder) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    const auto tombstone = domain::MakeTombstone(domain::OrderId::New(), Now());
    EXPECT_TRUE(co_await payments.InsertTombstone(Soon(), tombstone));
    EXPECT_FALSE(co_await payments.InsertTombstone(Soon(), domain::MakeTombstone(tombstone.order, Now())));
    EXPECT_EQ(Told(tombstone), "payment.PaymentVoided 1");
    const auto read = co_await payments.Find(Soon(), tombstone.order, Scope::Everything());
    EXPECT_TRUE(read->IsTombstone());
    EXPECT_EQ(read->state, State::kVoided);
    EXPECT_FALSE(co_await payments.Find(Soon(), tombstone.order, Scope::Buyer(AccountId::New())));
  });
}

TEST(Ledger, Movements_BalanceAndAreNeverChanged) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    Ledger ledger(database);
    auto payment = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 5s));
    domain::Succeed(payment, "auth", Now());
    EXPECT_TRUE(co_await payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    co_await Do(payments, payment, {Operation::kCapture, {}, ""});
    const auto before = co_await ledger.TrialBalance(Soon());
    co_await Do(payments, payment, {Operation::kRefund, payment.splits[0].seller_order, ""});
    const auto after = co_await ledger.TrialBalance(Soon());
    EXPECT_EQ(after.size(), 2u);
    EXPECT_EQ(after.at(0).amount_minor + after.at(1).amount_minor, 0);
    EXPECT_EQ(before.at(0).account, domain::LedgerAccount::kOrderEscrow);
    EXPECT_EQ(after.at(0).amount_minor - before.at(0).amount_minor, 1000);

    const std::string entry =
        Disk().Execute("SELECT id FROM ledger_entry WHERE kind = 'capture' AND payment_id = '" +
                       payment.id.ToString() + "'");
    EXPECT_NE(Refusal("UPDATE ledger_posting SET amount_minor = 1 WHERE entry_id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("DELETE FROM ledger_posting WHERE entry_id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("UPDATE ledger_entry SET kind = 'refund' WHERE id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("TRUNCATE ledger_entry CASCADE"), "");
    EXPECT_NE(Refusal("INSERT INTO ledger_posting VALUES ('" + entry + "', 'psp_clearing', 'USD', 5)"), "");
  });
}

TEST(Ledger, AnEntryThatDoesNotBalance_IsRefusedAtCommit) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    auto payment = Begun();
    EXPECT_TRUE(co_await payments.Insert(Soon(), payment, 5s));
    using enum domain::LedgerAccount;
    const std::vector<std::vector<domain::Posting>> wrong = {
        {}, {{kPspClearing, 10}}, {{kPspClearing, 10}, {kOrderEscrow, -9}}};
    for (const auto& postings : wrong) {
      postgres::Batch batch;
      AddEntry(batch, payment, {domain::EntryKind::kCapture, payment.id.Value(), postings});
      std::string state;
      try {
        co_await database.Write(Soon(), std::move(batch));
      } catch (const postgres::SqlError& error) {
        state = error.sqlstate;
      }
      EXPECT_EQ(state, "23514");
    }
    EXPECT_EQ(Disk().Execute("SELECT count(*) FROM ledger_entry WHERE payment_id = '" +
                             payment.id.ToString() + "'"),
              "0");
  });
}

}  // namespace
}  // namespace market::payment::storage
