#include "platform/audit/metrics.hpp"

#include "platform/audit/sealer.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::audit {

void Measure(const Sealer& sealer, std::string database, telemetry::Metrics& metrics) {
  const telemetry::Labels labels = {{"database", std::move(database)}};
  auto& sealed =
      metrics.AddCounter("audit_sealed_total", "acts that this replica put into the chain", labels);
  auto& position =
      metrics.AddGauge("audit_chain_position", "the end of the chain, as this replica saw it last", labels);
  metrics.Collect([&sealer, &sealed, &position] {
    sealed.SetTotal(static_cast<double>(sealer.Now().sealed));
    position.Set(static_cast<double>(sealer.Now().position));
  });
}

}  // namespace market::audit
