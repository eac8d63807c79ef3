// What a sealer tells (docs/metrics.md).
#pragma once
#include <string>

namespace market::telemetry {
class Metrics;
}

namespace market::audit {

class Sealer;

// `sealer` must live until the last scrape.
void Measure(const Sealer& sealer, std::string database, telemetry::Metrics& metrics);

}  // namespace market::audit
