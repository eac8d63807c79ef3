#include "platform/redis/metrics.hpp"

#include "platform/redis/client.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::redis {

void MeasureCache(const Client& client, std::string_view cache, telemetry::Metrics& metrics) {
  auto& requests = metrics.AddCounterFamily(
      "cache_requests_total", "lookups in a cache; error: Redis was not asked or did not answer in time",
      {"cache", "result"});
  metrics.Collect([&client, &hits = requests.With({cache, "hit"}), &misses = requests.With({cache, "miss"}),
                   &errors = requests.With({cache, "error"})] {
    const auto& stats = client.GetStats();
    hits.SetTotal(static_cast<double>(stats.hits));
    misses.SetTotal(static_cast<double>(stats.misses));
    errors.SetTotal(static_cast<double>(stats.unknown));
  });
}

}  // namespace market::redis
