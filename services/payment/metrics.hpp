// What the payment service tells of the provider and of money, counted by whoever committed it.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <chrono>
#include <string_view>
#include <vector>

#include "platform/telemetry/metrics.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/domain/payout.hpp"
#include "services/payment/storage/disputes.hpp"
#include "services/payment/storage/findings.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/payments.hpp"
#include "services/payment/storage/webhooks.hpp"

namespace market::payment {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry);

  // The provider answered one request.
  void Answered(std::string_view operation, std::string_view answer);
  // A request was not sent to the provider: "quota", "breaker".
  void TurnedAway(std::string_view why);
  void BreakerIs(int state);
  // A payment that was `before` was written as `after`.
  void Written(const domain::Payment& before, const domain::Payment& after);
  // A payout came to that state.
  void PayoutIs(domain::PayoutState state);
  void Measured(const storage::Unresolved& unresolved);
  void Measured(const storage::WaitingWebhooks& webhooks);
  void Measured(const std::vector<storage::Balance>& balances);
  void Measured(const storage::OpenFindings& open);
  void Measured(const storage::DisputesOpen& disputes);

 private:
  telemetry::CounterFamily& answers_;
  telemetry::CounterFamily& turned_away_;
  telemetry::Gauge& breaker_;
  telemetry::CounterFamily& declined_;
  telemetry::Counter& captures_failed_;
  telemetry::CounterFamily& captured_value_minor_;
  telemetry::CounterFamily& payouts_;
  telemetry::GaugeFamily& imbalance_minor_;
  telemetry::Gauge& unresolved_;
  telemetry::Gauge& unresolved_oldest_age_;
  telemetry::Gauge& webhooks_waiting_;
  telemetry::GaugeFamily& findings_open_;
  telemetry::Gauge& findings_oldest_age_;
  telemetry::Gauge& disputes_open_;
  telemetry::Gauge& disputes_due_soon_;
};

}  // namespace market::payment
