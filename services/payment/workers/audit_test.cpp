#include "services/payment/workers/audit.hpp"

#include <gmock/gmock.h>

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using ::testing::HasSubstr;

TEST(Audit, BalancedBooksAndNoOpenQuestion_AreZero) {
  WithService([](Service& service, World&, boost::asio::io_context& io) -> Task<> {
    auto payment = co_await service.Authorize(After(8s), ADraft());
    co_await service.charges.Capture(After(8s), payment.order);
    Audit audit(service.payments, service.ledger, service.metrics, service.recovery.Driving(),
                {.unresolved_every = 5ms, .ledger_every = 5ms});
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("unresolved", audit.Unresolved().Run());
    group.Keep("ledger", audit.Books().Run());
    co_await Eventually([&] {
      return service.registry.Exposition().contains("payment_ledger_imbalance_minor{currency=\"EUR\"} 0\n");
    });
    EXPECT_THAT(service.registry.Exposition(),
                HasSubstr("payment_captured_value_minor_total{currency=\"EUR\"} 3000\n"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST(Audit, AnAttemptWithoutAnAnswer_IsUnresolvedUntilItIsAnswered) {
  WithService([](Service& service, World&, boost::asio::io_context&) -> Task<> {
    Sql("UPDATE payment SET lease_until = '-infinity' WHERE next_run_at IS NOT NULL");  // of other tests
    const auto before = co_await service.payments.CountUnresolved(Soon());
    auto payment = ADraft();
    domain::Begin(payment, {}, SystemClock().Now() - 1min);
    EXPECT_TRUE(co_await service.payments.Insert(Soon(), payment, 1h));
    EXPECT_EQ((co_await service.payments.CountUnresolved(Soon())).payments, before.payments)
        << "somebody drives it";
    domain::StayPending(payment, SystemClock().Now());
    EXPECT_TRUE(co_await service.payments.Record(Soon(), payment, *payment.Pending(), 1h));
    const auto open = co_await service.payments.CountUnresolved(Soon());
    EXPECT_EQ(open.payments, before.payments + 1);
    EXPECT_GE(open.oldest_age, 1min);
    domain::Decline(payment, "insufficient_funds", SystemClock().Now());
    EXPECT_TRUE(co_await service.payments.Record(Soon(), payment, payment.attempts.back(), 1s));
    EXPECT_EQ((co_await service.payments.CountUnresolved(Soon())).payments, before.payments);
  });
}

TEST(Metrics, ABookThatDoesNotBalance_ShowsByHowMuch) {
  telemetry::Metrics registry;
  Metrics metrics(registry);
  using enum domain::LedgerAccount;
  const auto eur = Currency::Parse("EUR");
  const auto usd = Currency::Parse("USD");
  metrics.Measured(std::vector<storage::Balance>{
      {kPspClearing, eur, 500}, {kOrderEscrow, eur, -499}, {kPspClearing, usd, 7}, {kOrderEscrow, usd, -7}});
  const auto text = registry.Exposition();
  EXPECT_THAT(text, HasSubstr("payment_ledger_imbalance_minor{currency=\"EUR\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("payment_ledger_imbalance_minor{currency=\"USD\"} 0\n"));
}

TEST(Metrics, DeclineCodes_AreABoundedLabel) {
  telemetry::Metrics registry;
  Metrics metrics(registry);
  domain::Payment payment;
  payment.state = domain::State::kDeclined;
  for (const auto* code : {"insufficient_funds", "a word of the provider's", "another"}) {
    payment.decline_code = code;
    metrics.Settled(payment, {.code = {}, .created_at = {}});
  }
  const auto text = registry.Exposition();
  EXPECT_THAT(text, HasSubstr("payment_declined_total{reason=\"insufficient_funds\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("payment_declined_total{reason=\"other\"} 2\n"));
}

}  // namespace
}  // namespace market::payment
