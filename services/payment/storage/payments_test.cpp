#include "services/payment/storage/payments.hpp"

#include <gtest/gtest.h>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/events/testing/told.hpp"
#include "platform/runtime/task_group.hpp"
#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;
using domain::Progress;
using domain::State;

TEST(Payments, AWholePayment_IsReadAsItWasWritten) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = ADraft();
    payment.trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    auto twin = payment;
    co_await Done(payments, payment, Operation::kAuthorize);
    twin.id = domain::PaymentId::New();
    auto late = twin;
    EXPECT_FALSE(co_await payments.Write(Soon(), twin, late, {})) << "the order has one of that number";
    co_await Done(payments, payment, Operation::kCapture);
    const auto refund = co_await GivenBack(payments, payment, 1, 500);

    const auto read = co_await payments.OfOrder(Soon(), payment.order, Scope::Buyer(*payment.buyer));
    EXPECT_EQ(read->id, payment.id);
    EXPECT_EQ(read->number, 1);
    EXPECT_EQ(read->state, State::kCaptured);
    EXPECT_EQ(read->trace, payment.trace);
    EXPECT_EQ(read->captured_minor, 3000);
    EXPECT_EQ(read->refunded_minor, 500);
    EXPECT_EQ(read->version, payment.version);
    EXPECT_EQ(read->created_at, payment.created_at);
    EXPECT_EQ(read->splits.at(1).seller, payment.splits[1].seller);
    EXPECT_EQ(read->attempts, payment.attempts);
    EXPECT_EQ(read->refunds.at(0).id, refund);
    EXPECT_EQ(read->refunds.at(0).seller_order, payment.splits[1].seller_order);
    EXPECT_EQ(read->refunds.at(0).reason, "broken");
    EXPECT_EQ(read->refunds.at(0).state, Progress::kSucceeded);

    EXPECT_FALSE(co_await payments.OfOrder(Soon(), payment.order, Scope::Buyer(AccountId::New())));
    EXPECT_TRUE(co_await payments.Get(Soon(), payment.id, Scope::Everything()));
    EXPECT_TRUE(co_await payments.Get(Soon(), payment.id, Scope::Buyer(*payment.buyer)));
    EXPECT_FALSE(co_await payments.Get(Soon(), payment.id, Scope::Buyer(AccountId::New())));
  });
}

TEST(Payments, OfAnOrderWithSeveral_TheNewestCounts) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto first = ADraft();
    auto second = first;
    second.id = domain::PaymentId::New();
    second.number = 2;
    co_await Heard(payments, first, Operation::kAuthorize, {Kind::kDeclined, {}, "no"});
    co_await Done(payments, second, Operation::kAuthorize);
    EXPECT_EQ((co_await payments.Find(Soon(), first.order, std::nullopt))->id, second.id);
    EXPECT_EQ((co_await payments.Find(Soon(), first.order, 1))->state, State::kDeclined);
    EXPECT_EQ((co_await payments.OfOrder(Soon(), first.order, Scope::Everything()))->id, second.id);

    // One that was undone before it was known is not for people to see.
    auto undone = domain::MakeUndone(first.order, 3, Now());
    const auto none = undone;
    EXPECT_TRUE(co_await payments.Write(Soon(), none, undone, {}));
    EXPECT_EQ(Told(undone), "payment.PaymentVoided 1");
    EXPECT_FALSE((co_await payments.Find(Soon(), first.order, std::nullopt))->HasTerms());
    EXPECT_EQ((co_await payments.OfOrder(Soon(), first.order, Scope::Everything()))->id, second.id);
    EXPECT_FALSE(co_await payments.Get(Soon(), undone.id, Scope::Everything()));
  });
}

TEST(Payments, AWriterThatWasOvertaken_WritesNothing) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = ADraft();
    co_await Heard(payments, payment, Operation::kAuthorize, {}, 1h);
    EXPECT_EQ(payment.state, State::kUnknown);
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 5s)).empty());
    const auto stale = payment;
    Disk().Execute("UPDATE payment SET next_run_at = '-infinity' WHERE id = '" + payment.id.ToString() + "'");
    const auto due = co_await payments.TakeDue(Soon(), 100, 1h);
    EXPECT_EQ(due.size(), 1U);
    EXPECT_EQ(due.at(0).asks, 1U);
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 5s)).empty()) << "it is somebody's";

    auto late = stale;
    domain::Learn(late, *stale.Pending(), {Kind::kDone, "auth", {}}, Now());
    EXPECT_FALSE(co_await payments.Write(Soon(), stale, late, {}));
    EXPECT_FALSE(co_await payments.Read(Soon(), {.id = due.at(0).id, .version = stale.version}));
    auto read = co_await payments.Read(Soon(), due.at(0));
    EXPECT_EQ(read.value().order, payment.order);
    EXPECT_EQ(read->state, State::kUnknown);
    auto declined = *read;
    domain::Learn(declined, *read->Pending(), {Kind::kDeclined, {}, "no"}, Now());
    EXPECT_TRUE(co_await payments.Write(Soon(), *read, declined, {}));
    EXPECT_TRUE((co_await payments.TakeDue(Soon(), 100, 5s)).empty());
  });
}

TEST(Payments, AParkedOne_IsLeftAloneUntilItIsLetGoOn) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = ADraft();
    co_await Heard(payments, payment, Operation::kAuthorize, {}, 0ms);
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
    payment = (co_await payments.Find(Soon(), payment.order, 1)).value();
    co_await Heard(payments, payment, *payment.Pending(), {}, 0ms);
    EXPECT_EQ(Disk().Execute("SELECT parked_at IS NULL AND failures = 0" + row), "t");
    EXPECT_EQ((co_await payments.TakeDue(Soon(), 100, 0ms)).size(), 1U);
    Disk().Execute("UPDATE payment SET next_run_at = NULL WHERE id = '" + payment.id.ToString() + "'");
  });
}

TEST(Payments, OfManyThatWrite_OneDoes) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    const auto draft = ADraft();
    int won = 0;
    runtime::TaskGroup rivals(co_await boost::asio::this_coro::executor,
                              [](auto task, auto) { ADD_FAILURE() << task; });
    const auto race = [&](domain::Payment before, Operation operation) -> Task<> {
      if (before.version == 0) before.id = domain::PaymentId::New();
      auto mine = before;
      domain::Learn(mine, domain::NextAttempt(before, operation, Now()), {Kind::kDone, "auth", {}}, Now());
      won += co_await payments.Write(Soon(), before, mine, {});
    };
    for (int i = 0; i < 8; ++i) rivals.Spawn("rival", race(draft, Operation::kAuthorize));
    co_await rivals.Join(Soon());
    EXPECT_EQ(won, 1);
    const auto payment = (co_await payments.Find(Soon(), draft.order, 1)).value();
    for (int i = 0; i < 8; ++i) {
      rivals.Spawn("rival", race(payment, i % 2 == 0 ? Operation::kCapture : Operation::kVoid));
    }
    co_await rivals.Join(Soon());
    EXPECT_EQ(won, 2);
    EXPECT_EQ(Disk().Execute("SELECT count(*) || ' ' || count(DISTINCT number) FROM payment_attempt WHERE "
                             "payment_id = '" +
                             payment.id.ToString() + "'"),
              "2 1");
  });
}

TEST(Payments, ARefundsId_BelongsToOnePayment) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto payment = ADraft();
    auto other = ADraft();
    for (auto* each : {&payment, &other}) {
      co_await Done(payments, *each, Operation::kAuthorize);
      co_await Done(payments, *each, Operation::kCapture);
    }
    const auto refund = co_await GivenBack(payments, payment, 0, 1);
    auto after = other;
    domain::Promise(after,
                    {.id = refund, .seller_order = other.splits[0].seller_order, .amount = {}, .reason = {}},
                    Now());
    std::string reason;
    try {
      co_await payments.Write(Soon(), other, after, 1h);
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "ALREADY_EXISTS");
  });
}

TEST(Payments, WhatTheProviderHasDone_IsTold) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    namespace contract = ::marketplace::payment::v1;
    auto payment = ADraft();
    const auto aggregate = "payment/" + payment.id.ToString();
    co_await Heard(payments, payment, Operation::kAuthorize, {}, 1h);
    EXPECT_EQ(Told(payment), "") << "nobody knows yet";
    co_await Heard(payments, payment, *payment.Pending(), {Kind::kDone, "auth", {}});
    co_await Heard(payments, payment, Operation::kCapture, {Kind::kFailed, {}, "provider_error"});
    co_await Done(payments, payment, Operation::kCapture);
    const auto id = co_await GivenBack(payments, payment, 1, 2000);
    EXPECT_EQ(Told(payment),
              "payment.PaymentAuthorized 2, payment.PaymentAttemptFailed 3, payment.PaymentCaptured 4, "
              "payment.PaymentRefunded 6");
    EXPECT_EQ(payment.version, 6);
    EXPECT_EQ(events::LastTold<contract::PaymentAuthorized>(Disk(), aggregate).amount().amount(), 3000);
    EXPECT_EQ(events::LastTold<contract::PaymentAttemptFailed>(Disk(), aggregate).code(), "provider_error");
    EXPECT_EQ(events::LastTold<contract::PaymentCaptured>(Disk(), aggregate).amount().currency(), "EUR");
    const auto refund = events::LastTold<contract::PaymentRefunded>(Disk(), aggregate);
    EXPECT_EQ(refund.amount().amount(), 2000);
    EXPECT_EQ(refund.refund_id(), id.ToString());
    EXPECT_EQ(refund.seller_order_id(), payment.splits[1].seller_order.ToString());
    EXPECT_EQ(refund.order_id(), payment.order.ToString());
    EXPECT_EQ(refund.reason(), "broken");
    EXPECT_EQ(Disk().Execute("SELECT type FROM event WHERE seller_id = '" +
                             payment.splits[1].seller.ToString() + "'"),
              "payment.PaymentRefunded");
  });
}

TEST(Payments, WhatWillNeverBeCharged_IsTold) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    auto declined = ADraft();
    co_await Heard(payments, declined, Operation::kAuthorize, {Kind::kDeclined, {}, "insufficient_funds"});
    EXPECT_EQ(Told(declined), "payment.PaymentDeclined 1");

    auto closed = ADraft();
    co_await Heard(payments, closed, Operation::kAuthorize, {Kind::kFailed, {}, "provider_error"});
    const auto before = closed;
    domain::Settle(closed, {Operation::kVoid, {}}, Now());
    EXPECT_TRUE(co_await payments.Write(Soon(), before, closed, {}));
    EXPECT_EQ(Told(closed), "payment.PaymentAttemptFailed 1, payment.PaymentVoided 2");

    auto lost = ADraft();
    co_await Done(payments, lost, Operation::kAuthorize);
    co_await Heard(payments, lost, Operation::kCapture, {Kind::kRefused, {}, "hold_lost"});
    co_await Done(payments, lost, Operation::kVoid);
    EXPECT_EQ(Told(lost),
              "payment.PaymentAuthorized 1, payment.PaymentCaptureFailed 2, payment.PaymentVoided 3");
    EXPECT_EQ((co_await payments.Find(Soon(), lost.order, 1))->failure_code, "hold_lost");
  });
}

std::string Ids(const std::vector<domain::Payment>& payments) {
  std::string ids;
  for (const auto& payment : payments) ids += payment.id.ToString() + ' ';
  return ids;
}

TEST(Payments_List, IsNewestFirstWithinWhatIsAskedFor) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    const auto begin = Now();
    std::vector<domain::Payment> made;
    for (const auto kind : {Kind::kDone, Kind::kDeclined, Kind::kDone}) {
      made.push_back(ADraft());
      co_await Heard(payments, made.back(), Operation::kAuthorize, {kind, "auth", "no"});
    }
    auto undone = domain::MakeUndone(domain::OrderId::New(), 1, Now());
    const auto none = undone;
    EXPECT_TRUE(co_await payments.Write(Soon(), none, undone, {}));
    const Span since{.from = begin, .to = {}};
    const auto all = co_await payments.List(Soon(), {.order = {}, .state = {}, .created = since}, {}, 10);
    EXPECT_EQ(Ids(all), Ids({made[2], made[1], made[0]})) << "what nobody knows the amount of is not listed";
    const auto next =
        co_await payments.List(Soon(), {.order = {}, .state = {}, .created = since}, all[0].id, 1);
    EXPECT_EQ(Ids(next), Ids({made[1]}));
    EXPECT_EQ(Ids(co_await payments.List(Soon(), {.order = {}, .state = State::kDeclined, .created = since},
                                         {}, 10)),
              Ids({made[1]}));
    EXPECT_EQ(
        Ids(co_await payments.List(Soon(), {.order = made[0].order, .state = {}, .created = {}}, {}, 10)),
        Ids({made[0]}));
    const Span until{.from = begin, .to = made[1].created_at};
    EXPECT_EQ(Ids(co_await payments.List(Soon(), {.order = {}, .state = {}, .created = until}, {}, 10)),
              Ids({made[0]}));
    const Span before_all{.from = {}, .to = Time()};
    EXPECT_TRUE(
        (co_await payments.List(Soon(), {.order = {}, .state = {}, .created = before_all}, {}, 10)).empty());
  });
}

}  // namespace
}  // namespace market::payment::storage
