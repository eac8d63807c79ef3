#include "platform/rules/text_rules.hpp"

#include <algorithm>
#include <cstdint>

#include "platform/unicode/unicode.hpp"

namespace market::rules {
namespace {

namespace options = marketplace::options::v1;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigitOfRegion(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return IsUpper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }
bool IsLetter(char c) { return IsUpper(Upper(c)); }

// One code point of more than one byte at the front of `text`, removed from it; 0 when it is malformed,
// overlong, a surrogate or beyond U+10FFFF.
std::uint32_t TakeWide(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  std::uint32_t point = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte & 0x3fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return 0;
  text.remove_prefix(size);
  return point;
}

bool IsForbidden(std::uint32_t point) {
  return point < 0xa0 || (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

// Why a text can't stay as it is.
struct Needs {
  bool nfc = false;
  bool line_ends = false;
};

Needs NeedsOf(std::string_view text) {
  Needs needs;
  for (const char c : text) {
    needs.nfc |= static_cast<unsigned char>(c) >= 0x80;
    needs.line_ends |= c == '\r';
  }
  needs.line_ends |= needs.nfc;
  return needs;
}

std::string WithLineFeeds(std::string_view text) {
  constexpr std::string_view kEnds[] = {"\r\n", "\r", "\u0085", "\u2028", "\u2029"};
  std::string kept;
  kept.reserve(text.size());
  while (!text.empty()) {
    const auto* end =
        std::ranges::find_if(kEnds, [&](std::string_view each) { return text.starts_with(each); });
    const bool found = end != std::end(kEnds);
    kept += found ? '\n' : text.front();
    text.remove_prefix(found ? end->size() : 1);
  }
  return kept;
}

// The subtag at the front of `rest`, removed from it with its hyphen.
std::string_view TakeSubtag(std::string_view& rest) {
  const auto subtag = rest.substr(0, rest.find('-'));
  rest.remove_prefix(std::min(subtag.size() + 1, rest.size()));
  return subtag;
}

}  // namespace

std::optional<std::size_t> CleanLength(std::string_view text) {
  std::size_t points = 0;
  for (; !text.empty(); ++points) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte >= 0x80) {
      if (IsForbidden(TakeWide(text))) return std::nullopt;
      continue;
    }
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return std::nullopt;
    text.remove_prefix(1);
  }
  return points;
}

// Subtags by their length; what precedes them is the language.
std::string InLanguageCase(std::string_view tag) {
  std::string kept;
  for (std::size_t begin = 0; begin <= tag.size();) {
    const auto subtag = tag.substr(begin, std::min(tag.find('-', begin), tag.size()) - begin);
    const bool language = begin == 0;
    if (!language) kept += '-';
    for (std::size_t i = 0; i < subtag.size(); ++i) {
      const bool upper = !language && (subtag.size() == 4 ? i == 0 : true);
      kept += upper ? Upper(subtag[i]) : Lower(subtag[i]);
    }
    begin += subtag.size() + 1;
  }
  return kept;
}

bool IsLanguage(std::string_view tag) {
  // "en-" has an empty last subtag.
  if (tag.ends_with('-')) return false;
  auto subtag = TakeSubtag(tag);
  if (subtag.size() < 2 || subtag.size() > 3 || !std::ranges::all_of(subtag, IsLetter)) return false;
  if (tag.empty()) return true;
  subtag = TakeSubtag(tag);
  if (subtag.size() == 4 && std::ranges::all_of(subtag, IsLetter)) {
    if (tag.empty()) return true;
    subtag = TakeSubtag(tag);
  }
  const bool region = (subtag.size() == 2 && std::ranges::all_of(subtag, IsLetter)) ||
                      (subtag.size() == 3 && std::ranges::all_of(subtag, IsDigitOfRegion));
  return region && tag.empty();
}

std::optional<std::string> InForm(const options::FieldRules& rules, std::string_view text) {
  if (rules.secret()) return std::nullopt;
  const auto needs = NeedsOf(text);
  std::optional<std::string> form;
  if (needs.line_ends && rules.text() == options::LINES) form = WithLineFeeds(text);
  const auto current = [&] { return form ? std::string_view(*form) : text; };
  if (needs.nfc && CleanLength(current())) {
    if (auto normal = unicode::ToNfc(current())) form = std::move(normal);
  }
  if (rules.text() == options::LINE) {
    const auto trimmed = unicode::Trimmed(current());
    if (trimmed.size() < current().size() && !trimmed.empty()) form = std::string(trimmed);
  } else if (rules.language() && IsLanguage(current())) {
    form = InLanguageCase(current());
  } else if (rules.uuid() && std::ranges::any_of(current(), IsUpper)) {
    form = std::string(current());
    std::ranges::transform(*form, form->begin(), Lower);
  }
  if (form && *form == text) form.reset();
  return form;
}

std::string_view WritingFault(options::Text kind, std::string_view text) {
  if (kind == options::LINE && !unicode::IsOneLine(text)) {
    return "must be one line, without line breaks and tabs";
  }
  if (kind != options::TEXT_UNSPECIFIED && !unicode::HasVisible(text)) {
    return "must have at least one character that can be seen";
  }
  return {};
}

}  // namespace market::rules
