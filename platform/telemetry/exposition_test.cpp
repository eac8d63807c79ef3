#include "platform/telemetry/exposition.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <limits>

#include "platform/telemetry/metrics.hpp"

namespace market::telemetry {
namespace {

using Kind = ExpositionWriter::Kind;

// Everything that is hard to write, in both formats.
std::string Sample(Format format) {
  const std::vector<std::string> none;
  const std::vector<std::string> names = {"route", "code"};
  std::array<Exemplar, 4> exemplars;
  exemplars[1] = {.value = .07,
                  .at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1760000000123))};
  for (std::uint8_t i = 0; i < 16; ++i) exemplars[1].trace_id[i] = static_cast<std::uint8_t>(i * 17);
  std::string text;
  ExpositionWriter writer(format, text);
  writer.Family("hits_total", "Say \"hits\",\na back\\slash.", Kind::kCounter, names);
  writer.Value(std::vector<std::string>{"/v1/a", "200"}, 12345678);
  writer.Value(std::vector<std::string>{"q\"\\\n", "\xc3\xa4"}, 0.1);
  writer.Family("level", "L.", Kind::kGauge, none);
  writer.Value(none, -std::numeric_limits<double>::infinity());
  writer.Family("took_seconds", "T.", Kind::kHistogram, none);
  const std::array bounds = {.00025, .1, 10.};
  writer.Histogram(none, bounds, std::array<std::uint64_t, 4>{1, 2, 0, 4}, 99.5, exemplars);
  writer.Finish();
  return text;
}

TEST(Exposition, Text_IsVersion004) {
  EXPECT_EQ(Sample(Format::kText), R"(# HELP hits_total Say "hits",\na back\\slash.
# TYPE hits_total counter
hits_total{route="/v1/a",code="200"} 12345678
hits_total{route="q\"\\\n",code="ä"} 0.1
# HELP level L.
# TYPE level gauge
level -Inf
# HELP took_seconds T.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.00025"} 1
took_seconds_bucket{le="0.1"} 3
took_seconds_bucket{le="10.0"} 3
took_seconds_bucket{le="+Inf"} 7
took_seconds_sum 99.5
took_seconds_count 7
)");
}

TEST(Exposition, OpenMetrics_HasExemplarsAndAnEnd) {
  EXPECT_EQ(Sample(Format::kOpenMetrics), R"(# HELP hits Say \"hits\",\na back\\slash.
# TYPE hits counter
hits_total{route="/v1/a",code="200"} 12345678
hits_total{route="q\"\\\n",code="ä"} 0.1
# HELP level L.
# TYPE level gauge
level -Inf
# HELP took_seconds T.
# TYPE took_seconds histogram
took_seconds_bucket{le="0.00025"} 1
took_seconds_bucket{le="0.1"} 3 # {trace_id="00112233445566778899aabbccddeeff"} 0.07 1760000000.123
took_seconds_bucket{le="10.0"} 3
took_seconds_bucket{le="+Inf"} 7
took_seconds_sum 99.5
took_seconds_count 7
# EOF
)");
}

TEST(Exposition, Numbers_AreThoseOfTheFormat) {
  std::string text;
  ExpositionWriter writer(Format::kText, text);
  writer.Family("x", "X.", Kind::kGauge, {});
  text.clear();
  for (const double value : {0., -2.5, 1e300, 1e-7, 9007199254740991.}) writer.Value({}, value);
  writer.Value({}, std::numeric_limits<double>::quiet_NaN());
  writer.Value({}, std::numeric_limits<double>::infinity());
  EXPECT_EQ(text, "x 0\nx -2.5\nx 1e+300\nx 1e-07\nx 9007199254740991\nx NaN\nx +Inf\n");
}

TEST(Exposition, Format_FollowsTheAcceptHeader) {
  for (const auto* accept : {
           "application/openmetrics-text",
           "application/openmetrics-text; version=1.0.0; charset=utf-8",
           "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
           "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",  // Prometheus 2
           "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
           "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;"
           "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",  // Prometheus 3
           "text/plain; q=0.3 , application/openmetrics-text ; q=0.3",
       }) {
    EXPECT_EQ(FormatFor(accept), Format::kOpenMetrics) << accept;
  }
  for (const auto* accept :
       {"", "*/*", "text/plain", "text/html,*/*;q=0.8", "application/openmetrics-text;q=0", ",;,=;q",
        "application/openmetrics-text;version=2.0.0", "application/openmetrics-text;q=nonsense",
        "application/openmetrics-text;q=0.5,text/plain;version=0.0.4"}) {
    EXPECT_EQ(FormatFor(accept), Format::kText) << accept;
  }
}

}  // namespace
}  // namespace market::telemetry
