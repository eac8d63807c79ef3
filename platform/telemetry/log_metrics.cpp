#include "platform/telemetry/log.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::telemetry {

void AddLogMetrics(Metrics& metrics) {
  auto& lines = metrics.AddCounter("market_log_lines_total", "log lines written");
  auto& dropped = metrics
                      .AddCounterFamily("market_log_dropped_total", "log lines lost, by sink and reason",
                                        {"sink", "reason"})
                      .With({"file", "write_failed"});
  metrics.Collect([&lines, &dropped] {
    const auto stats = GetLogStats();
    lines.SetTotal(static_cast<double>(stats.lines));
    dropped.SetTotal(static_cast<double>(stats.dropped));
  });
}

}  // namespace market::telemetry
