// Metrics of a process: counters, gauges and histograms, served as Prometheus text or OpenMetrics.
//
// Io thread only, so an instrument is plain numbers: an increment is one addition, an observation a short
// search and two additions. Instruments live as long as their Metrics and never move: resolve them once, keep
// the reference. Names follow prometheus.io/docs/practices/naming (base units, `_total` for counters, no ids
// as labels); a bad name, or one name used for two kinds or two sets of labels,
// throws std::logic_error at start.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/telemetry/exposition.hpp"
#include "platform/telemetry/trace.hpp"

namespace market::telemetry {

class Counter {
 public:
  void Increment(double by = 1) { value_ += by; }
  // For a total that is counted elsewhere and copied here before a scrape; must not go down.
  void SetTotal(double total) { value_ = total; }
  double Value() const { return value_; }

 private:
  double value_ = 0;
};

class Gauge {
 public:
  void Set(double value) { value_ = value; }
  void Add(double by) { value_ += by; }
  double Value() const { return value_; }

 private:
  double value_ = 0;
};

class Histogram {
 public:
  // `bounds` are the upper bounds, ascending; the bucket of everything above the last is added.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {}
  // With a sampled trace the observation becomes its bucket's exemplar, in place of the one before.
  void Observe(double value, const TraceContext* trace = nullptr) {
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    ++counts_[bucket];
    sum_ += value;
    if (trace != nullptr && trace->Sampled()) Remember(bucket, value, *trace);
  }
  void Observe(std::chrono::nanoseconds duration, const TraceContext* trace = nullptr) {
    Observe(std::chrono::duration<double>(duration).count(), trace);
  }

  std::span<const double> Bounds() const { return bounds_; }
  std::span<const std::uint64_t> Counts() const { return counts_; }  // per bucket, not cumulated
  double Sum() const { return sum_; }
  std::span<const Exemplar> Exemplars() const { return exemplars_; }  // per bucket; none before the first

 private:
  void Remember(std::size_t bucket, double value, const TraceContext& trace);

  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::vector<Exemplar> exemplars_;
  double sum_ = 0;
};

// Seconds. The OpenTelemetry buckets for durations (5 ms to 10 s), and below them four more, since most of
// our calls take less than 5 ms.
inline constexpr std::array kDurationBuckets = {.00025, .0005, .001, .0025, .005, .01, .025, .05, .075,
                                                .1,     .25,   .5,   .75,   1.,   2.5, 5.,   7.5, 10.};

using Labels = std::vector<std::pair<std::string, std::string>>;

// All series of one name. Bounded: past kMaxSeries new label values share
// one series whose labels are all "_other".
template <class Instrument>
class Family {
 public:
  static constexpr std::size_t kMaxSeries = 2000;

  // The series with these label values, in the order of the family's label names; made on first use. A map
  // lookup: keep the reference where it is hot.
  Instrument& With(std::initializer_list<std::string_view> values);

 private:
  friend class Metrics;
  Family(std::string name, std::string help, std::vector<std::string> labels,
         std::function<Instrument()> make)
      : name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)), make_(std::move(make)) {}
  Instrument& At(std::vector<std::string> values);

  const std::string name_;
  const std::string help_;
  const std::vector<std::string> labels_;
  const std::function<Instrument()> make_;
  std::map<std::vector<std::string>, Instrument> series_;
};

using CounterFamily = Family<Counter>;
using GaugeFamily = Family<Gauge>;
using HistogramFamily = Family<Histogram>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // One series; asking again for the same name and labels gives the same one.
  Counter& AddCounter(std::string name, std::string help, const Labels& labels = {});
  Gauge& AddGauge(std::string name, std::string help, const Labels& labels = {});
  Histogram& AddHistogram(std::string name, std::string help, const Labels& labels = {},
                          std::span<const double> bounds = kDurationBuckets);

  CounterFamily& AddCounterFamily(std::string name, std::string help, std::vector<std::string> label_names);
  GaugeFamily& AddGaugeFamily(std::string name, std::string help, std::vector<std::string> label_names);
  HistogramFamily& AddHistogramFamily(std::string name, std::string help,
                                      std::vector<std::string> label_names,
                                      std::span<const double> bounds = kDurationBuckets);

  // Runs before each scrape, to copy numbers that a part keeps for itself. What it refers to must live until
  // the last scrape: stop the metrics endpoint before taking parts down.
  void Collect(std::function<void()> callback);

  // Everything, as one text of that format.
  std::string Exposition(Format format = Format::kText) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// process_cpu_seconds_total and the rest of the process_* set, read from /proc/self at scrape.
void AddProcessMetrics(Metrics& metrics);
// market_build_info{service,version,revision} 1
void AddBuildInfo(Metrics& metrics, std::string service, std::string_view version, std::string_view revision);
// market_log_lines_total, market_log_dropped_total{sink="file"};
// a sink adds its own (platform/host/kafka_log.hpp)
void AddLogMetrics(Metrics& metrics);

}  // namespace market::telemetry
