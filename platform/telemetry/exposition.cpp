#include "platform/telemetry/exposition.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace market::telemetry {
namespace {

constexpr std::string_view kOpenMetricsType = "application/openmetrics-text";

void AppendNumber(std::string& out, std::uint64_t value) {
  std::array<char, 20> text;
  out.append(text.data(), std::to_chars(text.begin(), text.end(), value).ptr);
}

void AppendNumber(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    std::array<char, 32> text;
    out.append(text.data(), std::to_chars(text.begin(), text.end(), value).ptr);
  }
}

// Backslash and line feed, and the quotes where the text stands in quotes or the format wants them.
void AppendEscaped(std::string& out, std::string_view text, std::string_view special) {
  for (;;) {
    const auto plain = std::min(text.find_first_of(special), text.size());
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    out += '\\';
    out += text[plain] == '\n' ? 'n' : text[plain];
    text.remove_prefix(plain + 1);
  }
}

std::string UpperBound(double bound) {
  std::string text = "le=\"";
  AppendNumber(text, bound);
  if (std::string_view(text).substr(4).find_first_not_of("-0123456789") == std::string_view::npos) {
    text += ".0";
  }
  return text + '"';
}

std::string_view KindName(ExpositionWriter::Kind kind) {
  switch (kind) {
    case ExpositionWriter::Kind::kCounter:
      return "counter";
    case ExpositionWriter::Kind::kGauge:
      return "gauge";
    case ExpositionWriter::Kind::kHistogram:
      return "histogram";
  }
  return "unknown";
}

// The text before the next `mark`, without blanks around it; taken from `rest`.
std::string_view Next(std::string_view& rest, char mark) {
  const auto size = std::min(rest.find(mark), rest.size());
  std::string_view part = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  part.remove_prefix(std::min(part.find_first_not_of(" \t"), part.size()));
  return part.substr(0, part.find_last_not_of(" \t") + 1);
}

struct MediaRange {
  std::string_view type;
  std::string_view version;
  double quality = 1;
};

MediaRange ParseRange(std::string_view text) {
  MediaRange range{.type = Next(text, ';')};
  while (!text.empty()) {
    std::string_view value = Next(text, ';');
    const std::string_view name = Next(value, '=');
    if (name == "version") range.version = value;
    if (name == "q") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), range.quality);
      if (error != std::errc() || std::isnan(range.quality)) range.quality = 0;
    }
  }
  return range;
}

}  // namespace

Format FormatFor(std::string_view accept) {
  double text = 0;
  double open_metrics = 0;
  while (!accept.empty()) {
    const MediaRange range = ParseRange(Next(accept, ','));
    if (range.type == kOpenMetricsType && (range.version.empty() || range.version == "1.0.0")) {
      open_metrics = std::max(open_metrics, range.quality);
    } else if (range.type == "text/plain" && (range.version.empty() || range.version == "0.0.4")) {
      text = std::max(text, range.quality);
    }
  }
  return open_metrics > 0 && open_metrics >= text ? Format::kOpenMetrics : Format::kText;
}

std::string_view ContentType(Format format) {
  return format == Format::kOpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                        : "text/plain; version=0.0.4; charset=utf-8";
}

void ExpositionWriter::Family(std::string_view name, std::string_view help, Kind kind,
                              std::span<const std::string> labels) {
  constexpr std::string_view kTotal = "_total";
  name_ = name;
  label_names_ = labels;
  upper_bounds_.clear();
  std::string_view title = name;
  std::string_view special = "\\\n";
  if (format_ == Format::kOpenMetrics) {
    if (kind == Kind::kCounter && title.ends_with(kTotal)) title.remove_suffix(kTotal.size());
    special = "\\\n\"";
  }
  out_.append("# HELP ").append(title) += ' ';
  AppendEscaped(out_, help, special);
  out_.append("\n# TYPE ").append(title).append(" ").append(KindName(kind)) += '\n';
}

void ExpositionWriter::SetLabels(std::span<const std::string> values) {
  labels_.clear();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) labels_ += ',';
    labels_.append(label_names_[i]).append("=\"");
    AppendEscaped(labels_, values[i], "\\\n\"");
    labels_ += '"';
  }
}

void ExpositionWriter::Sample(std::string_view suffix, auto value) {
  out_.append(name_).append(suffix);
  if (!labels_.empty()) out_.append("{").append(labels_) += '}';
  out_ += ' ';
  AppendNumber(out_, value);
  out_ += '\n';
}

void ExpositionWriter::Value(std::span<const std::string> label_values, double value) {
  SetLabels(label_values);
  Sample("", value);
}

void ExpositionWriter::Histogram(std::span<const std::string> label_values, std::span<const double> bounds,
                                 std::span<const std::uint64_t> counts, double sum,
                                 std::span<const Exemplar> exemplars) {
  if (upper_bounds_.empty()) {
    for (const double bound : bounds) upper_bounds_.push_back(UpperBound(bound));
    upper_bounds_.emplace_back("le=\"+Inf\"");
  }
  SetLabels(label_values);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    cumulative += counts[i];
    out_.append(name_).append("_bucket{").append(labels_).append(labels_.empty() ? "" : ",");
    out_.append(upper_bounds_[i]).append("} ");
    AppendNumber(out_, cumulative);
    if (format_ == Format::kOpenMetrics && !exemplars.empty()) WriteExemplar(exemplars[i]);
    out_ += '\n';
  }
  Sample("_sum", sum);
  Sample("_count", cumulative);
}

void ExpositionWriter::WriteExemplar(const Exemplar& exemplar) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (exemplar.at == std::chrono::system_clock::time_point()) return;
  out_ += " # {trace_id=\"";
  for (const std::uint8_t byte : exemplar.trace_id) {
    out_ += kDigits[byte >> 4U];
    out_ += kDigits[byte & 0xfU];
  }
  out_ += "\"} ";
  AppendNumber(out_, exemplar.value);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(exemplar.at.time_since_epoch());
  std::array<char, 32> text;
  const double seconds = static_cast<double>(ms.count()) / 1000;
  out_ += ' ';
  out_.append(text.data(), std::to_chars(text.begin(), text.end(), seconds, std::chars_format::fixed, 3).ptr);
}

void ExpositionWriter::Finish() {
  if (format_ == Format::kOpenMetrics) out_ += "# EOF\n";
}

}  // namespace market::telemetry
