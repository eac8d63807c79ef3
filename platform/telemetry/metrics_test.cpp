#include "platform/telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace market::telemetry {
namespace {

using testing::HasSubstr;

double ValueOf(const std::string& exposition, const std::string& series) {
  const auto at = exposition.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::strtod(exposition.c_str() + at + series.size() + 2, nullptr);
}

TEST(Metrics, Instruments_AreExposedAsText) {
  Metrics metrics;
  metrics.AddCounter("market_orders_total", "orders", {{"state", "pla\"ced"}}).Increment(3);
  metrics.AddGauge("market_open_streams", "streams").Set(-2.5);
  auto& histogram =
      metrics.AddHistogram("http_request_duration_seconds", "time", {{"route", "/v1"}}, std::array{.1, 1.});
  for (const double seconds : {.05, .1, .5, 7.}) histogram.Observe(seconds);
  histogram.Observe(std::chrono::milliseconds(500));
  const auto text = metrics.Exposition();
  for (const auto* expected : {"# HELP market_orders_total orders\n# TYPE market_orders_total counter\n",
                               "market_orders_total{state=\"pla\\\"ced\"} 3\n",
                               "# TYPE market_open_streams gauge\nmarket_open_streams -2.5\n",
                               "# TYPE http_request_duration_seconds histogram\n",
                               "http_request_duration_seconds_count{route=\"/v1\"} 5\n",
                               "http_request_duration_seconds_bucket{route=\"/v1\",le=\"0.1\"} 2\n",
                               "http_request_duration_seconds_bucket{route=\"/v1\",le=\"1.0\"} 4\n",
                               "http_request_duration_seconds_bucket{route=\"/v1\",le=\"+Inf\"} 5\n",
                               "http_request_duration_seconds_sum{route=\"/v1\"} 8.15"}) {
    EXPECT_THAT(text, HasSubstr(expected));
  }
}

TEST(Metrics, SameNameAndLabels_IsTheSameSeries) {
  Metrics metrics;
  auto& first = metrics.AddCounter("a_total", "a", {{"x", "1"}});
  EXPECT_EQ(&first, &metrics.AddCounter("a_total", "a", {{"x", "1"}}));
  EXPECT_NE(&first, &metrics.AddCounter("a_total", "a", {{"x", "2"}}));
  EXPECT_EQ(&first, &metrics.AddCounterFamily("a_total", "a", {"x"}).With({"1"}));
}

TEST(Metrics, WrongNames_Throw) {
  Metrics metrics;
  metrics.AddCounter("a_total", "", {{"x", "1"}});
  EXPECT_THROW(metrics.AddCounter("a", ""), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("9lives", ""), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("with-hyphen", ""), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("good", "", {{"le", ""}}), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("good", "", {{"__x", ""}}), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("a_total", "", {{"x", "1"}}), std::logic_error);
  EXPECT_THROW(metrics.AddCounter("a_total", "", {{"y", "1"}}), std::logic_error);
  EXPECT_THROW(metrics.AddCounterFamily("a_total", "", {"x"}).With({"1", "2"}), std::logic_error);
  EXPECT_THROW(metrics.AddHistogram("h", "", {}, std::array{1., 1.}), std::logic_error);
  EXPECT_THROW(metrics.AddGauge("a", "one family with a_total in OpenMetrics"), std::logic_error);
}

TEST(Histogram, SampledTrace_IsTheExemplarOfItsBucket) {
  Histogram histogram(std::array{1., 2.});
  const auto first = TraceContext::NewRoot();
  const auto second = TraceContext::NewRoot();
  const auto unsampled = TraceContext::NewRoot(TraceContext::kRandomId);
  histogram.Observe(.5);
  histogram.Observe(.5, &unsampled);
  EXPECT_TRUE(histogram.Exemplars().empty());
  histogram.Observe(std::chrono::milliseconds(500), &first);
  histogram.Observe(.75, &second);
  histogram.Observe(7, &first);
  ASSERT_EQ(histogram.Exemplars().size(), 3U);
  EXPECT_EQ(histogram.Exemplars()[0].trace_id, second.trace_id);
  EXPECT_EQ(histogram.Exemplars()[0].value, .75);
  EXPECT_EQ(histogram.Exemplars()[1].at, std::chrono::system_clock::time_point());
  EXPECT_EQ(histogram.Exemplars()[2].trace_id, first.trace_id);
  EXPECT_EQ(histogram.Counts()[0], 4U);
}

TEST(Metrics, ManySeries_AreWrittenInTheOrderOfTheirNames) {
  Metrics metrics;
  metrics.AddGauge("b", "B.").Set(2);
  auto& family = metrics.AddCounterFamily("a_total", "A.", {"x"});
  family.With({"2"}).Increment();
  family.With({"1"});
  EXPECT_EQ(metrics.Exposition(Format::kOpenMetrics),
            "# HELP a A.\n# TYPE a counter\na_total{x=\"1\"} 0\na_total{x=\"2\"} 1\n"
            "# HELP b B.\n# TYPE b gauge\nb 2\n# EOF\n");
}

TEST(Metrics, TooManySeries_ShareOne) {
  Metrics metrics;
  auto& family = metrics.AddCounterFamily("a_total", "", {"x"});
  auto& known = family.With({"0"});
  for (std::size_t i = 1; i < CounterFamily::kMaxSeries; ++i) family.With({std::to_string(i)});
  auto& other = family.With({"one too many"});
  EXPECT_EQ(&other, &family.With({"and another"}));
  EXPECT_EQ(&other, &family.With({"_other"}));
  EXPECT_EQ(&known, &family.With({"0"}));
}

TEST(Metrics, CollectCallback_RunsBeforeEachScrape) {
  Metrics metrics;
  auto& total = metrics.AddCounter("hits_total", "");
  int hits = 0;
  metrics.Collect([&] { total.SetTotal(++hits); });
  EXPECT_EQ(ValueOf(metrics.Exposition(), "hits_total"), 1);
  EXPECT_EQ(ValueOf(metrics.Exposition(), "hits_total"), 2);
}

TEST(Metrics, ProcessAndBuild_AreTold) {
  Metrics metrics;
  AddProcessMetrics(metrics);
  AddBuildInfo(metrics, "order", "1.2.3", "abc");
  AddLogMetrics(metrics);
  const auto text = metrics.Exposition();
  EXPECT_THAT(text, HasSubstr("market_build_info{service=\"order\",version=\"1.2.3\",revision=\"abc\"} 1\n"));
  EXPECT_GE(ValueOf(text, "process_cpu_seconds_total"), 0);
  EXPECT_GT(ValueOf(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(ValueOf(text, "process_virtual_memory_bytes"), ValueOf(text, "process_resident_memory_bytes"));
  EXPECT_GE(ValueOf(text, "process_open_fds"), 3);
  EXPECT_GT(ValueOf(text, "process_max_fds"), 3);
  EXPECT_GE(ValueOf(text, "process_threads"), 1);
  EXPECT_NEAR(ValueOf(text, "process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 600);
  EXPECT_GE(ValueOf(text, "market_log_dropped_total{sink=\"file\",reason=\"write_failed\"}"), 0);
}

}  // namespace
}  // namespace market::telemetry
