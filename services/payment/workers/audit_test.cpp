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
    const auto before = co_await service.payments.CountUnresolved(Soon());
    const auto draft = ADraft();
    const auto attempt =
        domain::NextAttempt(draft, domain::Operation::kAuthorize, service.clock.Now() - 1min);
    auto unknown = draft;
    domain::Learn(unknown, attempt, {}, service.clock.Now());
    EXPECT_TRUE(co_await service.payments.Write(Soon(), draft, unknown, 1h));
    const auto open = co_await service.payments.CountUnresolved(Soon());
    EXPECT_EQ(open.payments, before.payments + 1);
    EXPECT_GE(open.oldest_age, 1min);
    auto declined = unknown;
    domain::Learn(declined, attempt, {domain::Outcome::Kind::kDeclined, {}, "insufficient_funds"},
                  service.clock.Now());
    EXPECT_TRUE(co_await service.payments.Write(Soon(), unknown, declined, {}));
    co_await service.charges.Void(Soon(), domain::OrderId::New(), 1);
    EXPECT_EQ((co_await service.payments.CountUnresolved(Soon())).payments, before.payments)
        << "an undone order is looked after, and nobody waits for it";
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

TEST(Metrics, ACaptureThatIsRefusedForGood_IsCountedOnce) {
  telemetry::Metrics registry;
  Metrics metrics(registry);
  const domain::Payment before;
  domain::Payment payment;
  payment.state = domain::State::kCaptureFailed;
  metrics.Written(before, payment);
  metrics.Written(payment, payment);
  EXPECT_THAT(registry.Exposition(), HasSubstr("payment_captures_failed_total 1\n"));
}

TEST(Metrics, DeclineCodes_AreABoundedLabel) {
  telemetry::Metrics registry;
  Metrics metrics(registry);
  const domain::Payment before;
  domain::Payment payment;
  payment.state = domain::State::kDeclined;
  for (const auto* code : {"insufficient_funds", "a word of the provider's", "another"}) {
    payment.decline_code = code;
    metrics.Written(before, payment);
  }
  const auto text = registry.Exposition();
  EXPECT_THAT(text, HasSubstr("payment_declined_total{reason=\"insufficient_funds\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("payment_declined_total{reason=\"other\"} 2\n"));
}

}  // namespace
}  // namespace market::payment
