// What the payment service tells of the provider and of money, counted by whoever committed it.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <chrono>
#include <string_view>
#include <vector>

#include "platform/telemetry/metrics.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/storage/findings.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/payments.hpp"

namespace market::payment {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry);

  // The provider answered one request.
  void Answered(std::string_view operation, std::string_view answer);
  // A payment that was `before` was written as `after`.
  void Written(const domain::Payment& before, const domain::Payment& after);
  void Measured(const storage::Unresolved& unresolved);
  void Measured(const std::vector<storage::Balance>& balances);
  void Measured(const storage::OpenFindings& open);

 private:
  telemetry::CounterFamily& answers_;
  telemetry::CounterFamily& declined_;
  telemetry::Counter& captures_failed_;
  telemetry::CounterFamily& captured_value_minor_;
  telemetry::GaugeFamily& imbalance_minor_;
  telemetry::Gauge& unresolved_;
  telemetry::Gauge& unresolved_oldest_age_;
  telemetry::GaugeFamily& findings_open_;
  telemetry::Gauge& findings_oldest_age_;
};

}  // namespace market::payment
