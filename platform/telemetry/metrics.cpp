#include "platform/telemetry/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "platform/telemetry/log.hpp"

namespace market::telemetry {
namespace {

bool IsName(std::string_view text, std::string_view also) {
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || also.contains(c);
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::ranges::all_of(text, allowed);
}

void CheckNames(const std::string& name, const std::vector<std::string>& labels) {
  if (!IsName(name, "_:")) throw std::logic_error("not a name for a metric: " + name);
  for (const auto& label : labels) {
    if (!IsName(label, "_") || label.starts_with("__") || label == "le") {
      throw std::logic_error("not a name for a label of " + name + ": " + label);
    }
  }
}

std::pair<std::vector<std::string>, std::vector<std::string>> Split(const Labels& labels) {
  std::pair<std::vector<std::string>, std::vector<std::string>> split;
  for (const auto& [name, value] : labels) {
    split.first.push_back(name);
    split.second.push_back(value);
  }
  return split;
}

void Fill(prometheus::ClientMetric& metric, const Counter& counter) {
  metric.counter.value = counter.Value();
}
void Fill(prometheus::ClientMetric& metric, const Gauge& gauge) { metric.gauge.value = gauge.Value(); }
void Fill(prometheus::ClientMetric& metric, const Histogram& histogram) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.Bounds().size(); ++i) {
    cumulative += histogram.Counts()[i];
    metric.histogram.bucket.push_back({.cumulative_count = cumulative, .upper_bound = histogram.Bounds()[i]});
  }
  metric.histogram.sample_count = cumulative + histogram.Counts().back();
  metric.histogram.sample_sum = histogram.Sum();
}

template <class Instrument>
constexpr prometheus::MetricType kType = prometheus::MetricType::Untyped;
template <>
constexpr prometheus::MetricType kType<Counter> = prometheus::MetricType::Counter;
template <>
constexpr prometheus::MetricType kType<Gauge> = prometheus::MetricType::Gauge;
template <>
constexpr prometheus::MetricType kType<Histogram> = prometheus::MetricType::Histogram;

}  // namespace

template <class Instrument>
Instrument& Family<Instrument>::With(std::initializer_list<std::string_view> values) {
  return At({values.begin(), values.end()});
}

template <class Instrument>
Instrument& Family<Instrument>::At(std::vector<std::string> values) {
  if (values.size() != labels_.size())
    throw std::logic_error("the wrong number of label values for " + name_);
  if (series_.size() >= kMaxSeries && !series_.contains(values)) values.assign(labels_.size(), "_other");
  const auto found = series_.find(values);
  return found != series_.end() ? found->second : series_.emplace(std::move(values), make_()).first->second;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

struct Metrics::Impl {
  template <class Instrument>
  using Owned = std::unique_ptr<Family<Instrument>>;
  using AnyFamily = std::variant<Owned<Counter>, Owned<Gauge>, Owned<Histogram>>;

  template <class Instrument>
  Family<Instrument>& Get(std::string name, std::string help, std::vector<std::string> labels,
                          std::function<Instrument()> make) {
    CheckNames(name, labels);
    auto found = families.find(name);
    if (found == families.end()) {
      Owned<Instrument> family(
          new Family<Instrument>(name, std::move(help), std::move(labels), std::move(make)));
      return *std::get<Owned<Instrument>>(families.emplace(std::move(name), std::move(family)).first->second);
    }
    const auto* family = std::get_if<Owned<Instrument>>(&found->second);
    if (!family || (*family)->labels_ != labels) {
      throw std::logic_error("the metric " + name + " exists with another kind or other labels");
    }
    return **family;
  }

  template <class Instrument>
  static prometheus::MetricFamily Collected(const Family<Instrument>& family) {
    prometheus::MetricFamily out;
    out.name = family.name_;
    out.help = family.help_;
    out.type = kType<Instrument>;
    for (const auto& [values, instrument] : family.series_) {
      auto& metric = out.metric.emplace_back();
      for (std::size_t i = 0; i < values.size(); ++i) {
        metric.label.push_back({.name = family.labels_[i], .value = values[i]});
      }
      Fill(metric, instrument);
    }
    return out;
  }

  std::map<std::string, AnyFamily> families;
  std::vector<std::function<void()>> callbacks;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

CounterFamily& Metrics::AddCounterFamily(std::string name, std::string help,
                                         std::vector<std::string> label_names) {
  if (!name.ends_with("_total"))
    throw std::logic_error("the name of the counter " + name + " must end in _total");
  return impl_->Get<Counter>(std::move(name), std::move(help), std::move(label_names),
                             [] { return Counter(); });
}

GaugeFamily& Metrics::AddGaugeFamily(std::string name, std::string help,
                                     std::vector<std::string> label_names) {
  return impl_->Get<Gauge>(std::move(name), std::move(help), std::move(label_names), [] { return Gauge(); });
}

HistogramFamily& Metrics::AddHistogramFamily(std::string name, std::string help,
                                             std::vector<std::string> label_names,
                                             std::span<const double> bounds) {
  if (!std::ranges::is_sorted(bounds, std::less_equal())) {
    throw std::logic_error("the bounds of " + name + " are not ascending");
  }
  std::vector<double> own(bounds.begin(), bounds.end());
  return impl_->Get<Histogram>(std::move(name), std::move(help), std::move(label_names),
                               [own = std::move(own)] { return Histogram(own); });
}

Counter& Metrics::AddCounter(std::string name, std::string help, const Labels& labels) {
  auto [names, values] = Split(labels);
  return AddCounterFamily(std::move(name), std::move(help), std::move(names)).At(std::move(values));
}

Gauge& Metrics::AddGauge(std::string name, std::string help, const Labels& labels) {
  auto [names, values] = Split(labels);
  return AddGaugeFamily(std::move(name), std::move(help), std::move(names)).At(std::move(values));
}

Histogram& Metrics::AddHistogram(std::string name, std::string help, const Labels& labels,
                                 std::span<const double> bounds) {
  auto [names, values] = Split(labels);
  return AddHistogramFamily(std::move(name), std::move(help), std::move(names), bounds).At(std::move(values));
}

void Metrics::Collect(std::function<void()> callback) { impl_->callbacks.push_back(std::move(callback)); }

std::string Metrics::Exposition() const {
  for (const auto& callback : impl_->callbacks) callback();
  std::vector<prometheus::MetricFamily> collected;
  collected.reserve(impl_->families.size());
  for (const auto& [name, family] : impl_->families) {
    collected.push_back(std::visit([](const auto& owned) { return Impl::Collected(*owned); }, family));
  }
  return prometheus::TextSerializer().Serialize(collected);
}

void AddBuildInfo(Metrics& metrics, std::string service, std::string_view version,
                  std::string_view revision) {
  metrics
      .AddGauge("market_build_info", "what is running; always 1",
                {{"service", std::move(service)},
                 {"version", std::string(version)},
                 {"revision", std::string(revision)}})
      .Set(1);
}

void AddLogMetrics(Metrics& metrics) {
  auto& lines = metrics.AddCounter("market_log_lines_total", "log lines written");
  auto& dropped = metrics.AddCounter("market_log_dropped_total", "log lines that could not be written");
  metrics.Collect([&] {
    const auto stats = GetLogStats();
    lines.SetTotal(static_cast<double>(stats.lines));
    dropped.SetTotal(static_cast<double>(stats.dropped));
  });
}

}  // namespace market::telemetry
