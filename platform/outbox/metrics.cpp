#include "platform/outbox/metrics.hpp"

#include "platform/outbox/relay.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::outbox {

void Measure(const Relay& relay, std::string database, telemetry::Metrics& metrics) {
  const telemetry::Labels labels = {{"database", std::move(database)}};
  // Several relays may deliver from one outbox, each what is its own.
  const telemetry::Labels own = {labels.front(), {"relay", relay.Name()}};
  auto& pending = metrics.AddGauge("outbox_pending_messages", "messages waiting for delivery", labels);
  auto& oldest = metrics.AddGauge("outbox_oldest_age_seconds",
                                  "age of the oldest message; 0 when there is none", labels);
  auto& delivered = metrics.AddCounter("outbox_delivered_total", "messages delivered", own);
  auto& failures = metrics.AddCounter("outbox_failures_total", "failed deliveries; each is tried again", own);
  auto& parked =
      metrics.AddGauge("outbox_parked_messages", "messages given up on, waiting for an operator", labels);
  metrics.Collect([&relay, &pending, &oldest, &delivered, &failures, &parked] {
    const auto now = relay.Snapshot();
    pending.Set(static_cast<double>(now.pending));
    oldest.Set(std::chrono::duration<double>(now.oldest_age).count());
    delivered.SetTotal(static_cast<double>(now.delivered));
    failures.SetTotal(static_cast<double>(now.failed));
    parked.Set(static_cast<double>(now.parked));
  });
}

}  // namespace market::outbox
