// What a cache in Redis was asked and knew. Io thread only.
#pragma once
#include <string_view>

namespace market::telemetry {
class Metrics;
}

namespace market::redis {

class Client;

// cache_requests_total{cache,result}. `client` must live until the last scrape.
void MeasureCache(const Client& client, std::string_view cache, telemetry::Metrics& metrics);

}  // namespace market::redis
