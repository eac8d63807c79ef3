// How metrics are written: the Prometheus text format 0.0.4, and OpenMetrics 1.0.0 for whoever asks for it
// (Prometheus does), which alone carries exemplars. The two differ in the name of a counter's family, in the
// escaping of HELP, in exemplars and in the end mark; series and their labels are the same in both, so that a
// change of the format starts no new series: `le` is written as OpenMetrics wants it ("1.0").
//
// Pure text: knows no instrument. Names are the caller's to check. Any thread.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace market::telemetry {

enum class Format : std::uint8_t { kText, kOpenMetrics };

// The format that an Accept header prefers; kText when it says nothing of either.
Format FormatFor(std::string_view accept);
std::string_view ContentType(Format format);

// A trace whose observation fell into a bucket: the way from a dot in a graph to what happened.
struct Exemplar {
  std::array<std::uint8_t, 16> trace_id{};
  double value = 0;
  std::chrono::system_clock::time_point at;  // the epoch: there is none
};

// Appends to `out`. One Family call, then its samples, family after family; Finish once at the end.
class ExpositionWriter {
 public:
  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };

  ExpositionWriter(Format format, std::string& out) : format_(format), out_(out) {}

  // The strings must live until the next family.
  void Family(std::string_view name, std::string_view help, Kind kind, std::span<const std::string> labels);
  void Value(std::span<const std::string> label_values, double value);
  // `counts` per bucket, one more than bounds; `exemplars` as many, or none.
  // One family has one set of bounds.
  void Histogram(std::span<const std::string> label_values, std::span<const double> bounds,
                 std::span<const std::uint64_t> counts, double sum, std::span<const Exemplar> exemplars);
  void Finish();

 private:
  void SetLabels(std::span<const std::string> values);
  void Sample(std::string_view suffix, auto value);
  void WriteExemplar(const Exemplar& exemplar);

  const Format format_;
  std::string& out_;
  std::string_view name_;
  std::span<const std::string> label_names_;
  std::string labels_;                     // of the current series: a="1",b="2"
  std::vector<std::string> upper_bounds_;  // of the current family: le="0.1"
};

}  // namespace market::telemetry
