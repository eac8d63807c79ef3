#include "services/payment/workers/reconcile.hpp"

#include <gtest/gtest.h>

#include <string>

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

TEST(Reconcile, WhatIsFoundIsMeasuredAndClears) {
  WithService([](Service& service, World& world, boost::asio::io_context& io) -> Task<> {
    storage::Findings findings(world.database);
    storage::Webhooks webhooks(world.database);
    Reconciliation reconciliation(findings, service.ledger, service.provider, {service.stripe, webhooks},
                                  {.pause = 5ms});
    Reconcile reconcile(reconciliation, findings, service.metrics, {.poll = 5ms, .measure_every = 5ms});
    const auto payment = domain::PaymentId::New();
    co_await findings.See(Soon(), {{.kind = domain::FindingKind::kChargeMissing,
                                    .subject = "payment/" + payment.ToString(),
                                    .payment = payment,
                                    .order = {},
                                    .currency = Currency::Parse("EUR"),
                                    .amount_minor = 5,
                                    .changed_at = {}}});
    const auto told = [&](const std::string& open) {
      return service.registry.Exposition().contains("payment_findings_open{kind=\"CHARGE_MISSING\"} " + open +
                                                    "\n");
    };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("findings", reconcile.Measuring().Run());
    co_await Eventually([&] { return told("1"); });
    group.Keep("reconcile", reconcile.Comparing().Run());
    co_await Eventually([&] { return told("0"); });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::payment
