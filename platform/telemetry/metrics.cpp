#include "platform/telemetry/metrics.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <variant>

#include "platform/core/clock.hpp"

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

using Kind = ExpositionWriter::Kind;

template <class Instrument>
constexpr Kind kKind = Kind::kGauge;
template <>
constexpr Kind kKind<Counter> = Kind::kCounter;
template <>
constexpr Kind kKind<Histogram> = Kind::kHistogram;

// The name of a family in OpenMetrics, which no two may share.
std::string_view Title(std::string_view name) {
  constexpr std::string_view kTotal = "_total";
  return name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size()) : name;
}

void WriteSeries(ExpositionWriter& writer, const std::vector<std::string>& labels, const auto& instrument) {
  writer.Value(labels, instrument.Value());
}
void WriteSeries(ExpositionWriter& writer, const std::vector<std::string>& labels,
                 const Histogram& histogram) {
  writer.Histogram(labels, histogram.Bounds(), histogram.Counts(), histogram.Sum(), histogram.Exemplars());
}

}  // namespace

void Histogram::Remember(std::size_t bucket, double value, const TraceContext& trace) {
  exemplars_.resize(counts_.size());  // once
  exemplars_[bucket] = {.trace_id = trace.trace_id, .value = value, .at = WallTime()};
}

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
      if (!titles.emplace(Title(name)).second) {
        throw std::logic_error("the metric " + name + " differs only by _total from another");
      }
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
  static void Write(ExpositionWriter& writer, const Family<Instrument>& family) {
    writer.Family(family.name_, family.help_, kKind<Instrument>, family.labels_);
    for (const auto& [values, instrument] : family.series_) WriteSeries(writer, values, instrument);
  }

  std::map<std::string, AnyFamily> families;
  std::set<std::string, std::less<>> titles;
  std::vector<std::function<void()>> callbacks;
  std::size_t last_bytes = 0;  // of a scrape
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

std::string Metrics::Exposition(Format format) const {
  for (const auto& callback : impl_->callbacks) callback();
  std::string text;
  text.reserve(impl_->last_bytes + impl_->last_bytes / 8);
  ExpositionWriter writer(format, text);
  for (const auto& [name, family] : impl_->families) {
    std::visit([&](const auto& owned) { Impl::Write(writer, *owned); }, family);
  }
  writer.Finish();
  impl_->last_bytes = text.size();
  return text;
}

void AddBuildInfo(Metrics& metrics, std::string service, std::string_view version,
                  std::string_view revision) {
  metrics
      .AddGauge("market_build_info", "version and revision of what is running; always 1",
                {{"service", std::move(service)},
                 {"version", std::string(version)},
                 {"revision", std::string(revision)}})
      .Set(1);
}

}  // namespace market::telemetry
