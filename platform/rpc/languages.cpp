#include "platform/rpc/languages.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/core/field_text.hpp"
#include "platform/rules/text_rules.hpp"

namespace market::rpc {
namespace {

constexpr std::size_t kSubtagMax = 8;
constexpr int kMostLiked = 1000;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// 1*8ALPHA *("-" 1*8alphanum), RFC 4647 section 2.1.
bool IsRange(std::string_view range) {
  if (range.empty() || range.back() == '-') return false;
  for (bool first = true; !range.empty(); first = false) {
    const auto subtag = CutOff(range, '-');
    if (subtag.empty() || subtag.size() > kSubtagMax) return false;
    const auto fits = [&](char c) { return IsLetter(c) || (!first && IsDigit(c)); };
    if (!std::ranges::all_of(subtag, fits)) return false;
  }
  return true;
}

// In thousandths: "0.9" is 900. RFC 9110 section 12.4.2.
std::optional<int> Quality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int quality = (text[0] - '0') * kMostLiked;
  text.remove_prefix(1);
  if (text.empty()) return quality;
  constexpr std::size_t kDecimals = 3;
  if (text[0] != '.' || text.size() > 1 + kDecimals) return std::nullopt;
  for (int worth = kMostLiked / 10; const char c : text.substr(1)) {
    if (!IsDigit(c)) return std::nullopt;
    quality += (c - '0') * worth;
    worth /= 10;
  }
  return quality <= kMostLiked ? std::optional(quality) : std::nullopt;
}

struct Wanted {
  std::string range;
  int quality = kMostLiked;
  std::size_t place = 0;  // of equally liked ones the earlier is before the later
};

std::optional<Wanted> WantedIn(std::string_view element) {
  const auto range = TrimmedField(CutOff(element, ';'));
  if (!IsRange(range)) return std::nullopt;
  Wanted wanted{.range = rules::InLanguageCase(range)};
  const auto weight = TrimmedField(element);
  if (weight.empty()) return wanted;
  if (weight.size() < 2 || (weight[0] != 'q' && weight[0] != 'Q') || weight[1] != '=') return std::nullopt;
  const auto quality = Quality(weight.substr(2));
  if (!quality) return std::nullopt;
  wanted.quality = *quality;
  return wanted;
}

// The range without its last subtag, and without the letter or digit that would be its last then; "" at the end.
std::string_view Shorter(std::string_view range) {
  const auto last = range.rfind('-');
  if (last == range.npos) return {};
  range = range.substr(0, last);
  return range.size() >= 2 && range[range.size() - 2] == '-' ? range.substr(0, range.size() - 2) : range;
}

class Lookup {
 public:
  void Add(std::string_view range) {
    for (; !range.empty() && tags_.size() < kLanguagesMax; range = Shorter(range)) {
      if (std::ranges::find(refused_, range) != refused_.end()) continue;
      if (std::ranges::find(tags_, range) == tags_.end()) tags_.emplace_back(range);
    }
  }

  void AddAll(std::string_view accept_language) {
    std::vector<Wanted> wanted;
    for (std::size_t i = 0; i < kLanguagesMax && !accept_language.empty(); ++i) {
      if (auto one = WantedIn(CutOff(accept_language, ','))) {
        one->place = i;
        wanted.push_back(std::move(*one));
      }
    }
    for (const auto& one : wanted) {
      if (one.quality == 0) refused_.push_back(one.range);
    }
    std::ranges::sort(wanted, {}, [](const Wanted& one) { return std::pair(-one.quality, one.place); });
    for (const auto& one : wanted) {
      if (one.quality > 0) Add(one.range);
    }
  }

  std::vector<std::string> Tags() && { return std::move(tags_); }

 private:
  std::vector<std::string> tags_;
  std::vector<std::string> refused_;
};

}  // namespace

std::string PlainAcceptLanguage(std::string_view header) {
  const auto fits = [](char c) {
    return IsLetter(c) || IsDigit(c) || IsBlank(c) || std::string_view("-,;=.*").contains(c);
  };
  if (header.size() > kAcceptLanguageCharsMax) {
    const auto comma = header.rfind(',', kAcceptLanguageCharsMax);
    header = header.substr(0, comma == header.npos ? 0 : comma);
  }
  return std::string(std::ranges::all_of(header, fits) ? TrimmedField(header) : std::string_view());
}

std::vector<std::string> LanguagesIn(std::string_view accept_language) {
  Lookup lookup;
  lookup.AddAll(accept_language);
  return std::move(lookup).Tags();
}

std::vector<std::string> LanguagesIn(std::string_view tag, std::string_view accept_language) {
  Lookup lookup;
  lookup.Add(tag);
  lookup.AddAll(accept_language);
  return std::move(lookup).Tags();
}

}  // namespace market::rpc
