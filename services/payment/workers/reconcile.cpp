#include "services/payment/workers/reconcile.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kCountOpenLimit{5};

Task<runtime::Every::Next> TurnOf(Reconciliation& reconciliation) {
  const auto turn = co_await reconciliation.Advance();
  co_return turn == Reconciliation::Turn::kDone ? runtime::Every::Next::kAtOnce
                                                : runtime::Every::Next::kLater;
}

}  // namespace

Reconcile::Reconcile(Reconciliation& reconciliation, storage::Findings& findings, Metrics& metrics,
                     Options options)
    : findings_(findings),
      metrics_(metrics),
      comparing_({.name = "payment.reconcile", .period = options.poll},
                 [&reconciliation] { return TurnOf(reconciliation); }),
      measuring_({.name = "payment.findings", .period = options.measure_every},
                 [this] { return Measure(); }) {}

Task<> Reconcile::Measure() {
  metrics_.Measured(co_await findings_.CountOpen(runtime::After(kCountOpenLimit)));
}

}  // namespace market::payment
