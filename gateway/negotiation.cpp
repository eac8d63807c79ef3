#include "gateway/negotiation.hpp"

#include <algorithm>
#include <charconv>

#include "platform/core/field_text.hpp"

namespace market::gateway {
namespace {

// The next part of `rest`, cut off it.
std::string_view Next(std::string_view& rest, char separator) {
  return TrimmedField(CutOff(rest, separator));
}

std::string_view Unquoted(std::string_view text) {
  return text.size() >= 2 && text.starts_with('"') && text.ends_with('"') ? text.substr(1, text.size() - 2)
                                                                          : text;
}

// The weight of a media range; 1 when it has none or a bad one.
double WeightOf(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = Next(parameters, ';');
    const std::string_view name = Next(parameter, '=');
    if (!http::EqualsIgnoreCase(name, "q")) continue;
    double weight = 1;
    const std::string_view text = TrimmedField(parameter);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
    return error == std::errc() && end == text.data() + text.size() ? weight : 1;
  }
  return 1;
}

// How closely a media range names a type; 0: not at all.
int ClosenessOf(std::string_view range, std::string_view type) {
  if (http::EqualsIgnoreCase(range, type)) return 3;
  if (range.ends_with("/*") &&
      http::EqualsIgnoreCase(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1)))
    return 2;
  return range == "*/*" ? 1 : 0;
}

// How welcome a type is by all Accept fields together, which may be none; 0: not at all.
double WelcomeOf(const http::Headers& headers, std::string_view type) {
  int closeness = 0;
  double weight = 0;
  bool given = false;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (!http::EqualsIgnoreCase(name, "Accept")) continue;
    for (std::string_view ranges = value; !ranges.empty();) {
      std::string_view range = Next(ranges, ',');
      if (range.empty()) continue;
      given = true;
      const int how_close = ClosenessOf(Next(range, ';'), type);
      if (how_close == 0 || how_close < closeness) continue;
      const double of_range = WeightOf(range);
      weight = how_close > closeness ? of_range : std::max(weight, of_range);
      closeness = how_close;
    }
  }
  if (!given) return 1;
  return closeness > 0 ? weight : 0;
}

std::optional<std::string_view> OpaqueTag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  const std::string_view tag = Unquoted(text);
  if (tag.empty() || tag.find_first_of("\", ") != std::string_view::npos || tag == "*") return std::nullopt;
  return quoted || text == tag ? std::optional(tag) : std::nullopt;
}

}  // namespace

bool IsJsonBody(const http::Headers& headers) {
  if (headers.Count("Content-Type") != 1) return false;
  const auto encoding = headers.Find("Content-Encoding");
  if (encoding && !http::EqualsIgnoreCase(*encoding, "identity")) return false;
  std::string_view rest = headers.Get("Content-Type");
  if (!http::EqualsIgnoreCase(Next(rest, ';'), "application/json")) return false;
  while (!rest.empty()) {
    std::string_view parameter = Next(rest, ';');
    if (!http::EqualsIgnoreCase(Next(parameter, '='), "charset")) continue;
    if (!http::EqualsIgnoreCase(Unquoted(TrimmedField(parameter)), "utf-8")) return false;
  }
  return true;
}

bool Accepts(const http::Headers& headers, std::string_view type) { return WelcomeOf(headers, type) > 0; }

std::string_view Preferred(const http::Headers& headers, std::string_view usual,
                           std::span<const std::string> types) {
  std::string_view best;
  double welcome = WelcomeOf(headers, usual);
  for (const auto& type : types) {
    const double of_type = WelcomeOf(headers, type);
    if (of_type <= welcome) continue;
    welcome = of_type;
    best = type;
  }
  return best;
}

bool NoneMatchHolds(const http::Headers& headers, std::string_view etag) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    auto [name, tags] = headers[i];
    if (!http::EqualsIgnoreCase(name, "If-None-Match")) continue;
    if (TrimmedField(tags) == "*") return true;
    while (!tags.empty()) {
      const auto tag = OpaqueTag(Next(tags, ','));
      if (tag && *tag == etag) return true;
    }
  }
  return false;
}

std::optional<std::string_view> MatchTag(std::string_view if_match) {
  const std::string_view text = TrimmedField(if_match);
  if (text == "*") return std::string_view();
  return OpaqueTag(text);
}

}  // namespace market::gateway
