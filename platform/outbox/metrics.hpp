// A relay in numbers: what waits, how long, what was delivered, what failed and what
// was given up. Io thread only.
#pragma once
#include <string>

namespace market::telemetry {
class Metrics;
}

namespace market::outbox {

class Relay;

// `relay` must live until the last scrape.
void Measure(const Relay& relay, std::string database, telemetry::Metrics& metrics);

}  // namespace market::outbox
