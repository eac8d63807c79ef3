// Internal to platform/rpc. Copies the plain numbers that other parts count for themselves into the metrics,
// before each scrape. What is published must live until the last scrape.
#pragma once

namespace market::grpc {
class Server;
}
namespace market::resilience {
class Admission;
}
namespace market::telemetry {
class Metrics;
}

namespace market::rpc {

void PublishAdmission(const resilience::Admission& admission, telemetry::Metrics& metrics);
void PublishServer(const grpc::Server& server, telemetry::Metrics& metrics);

}  // namespace market::rpc
