#include "platform/rules/text_rules.hpp"

#include <algorithm>
#include <cstdint>

namespace market::rules {
namespace {

constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

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

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > kDomainBytesMax || !host.contains('.')) return false;
  while (true) {
    const auto label = host.substr(0, host.find('.'));
    if (label.empty() || label.size() > kLabelBytesMax || !IsAlnum(label.front()) || !IsAlnum(label.back()))
      return false;
    if (!std::ranges::all_of(label, [](char c) { return IsAlnum(c) || c == '-'; })) return false;
    if (label.size() == host.size()) return true;
    host.remove_prefix(label.size() + 1);
  }
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

bool IsEmail(std::string_view text) {
  const auto at = text.find('@');
  if (at == text.npos || at == 0 || at > kLocalBytesMax) return false;
  constexpr std::string_view kAlso = ".!#$%&'*+/=?^_`{|}~-";
  const auto local = text.substr(0, at);
  return std::ranges::all_of(local, [&](char c) { return IsAlnum(c) || kAlso.contains(c); }) &&
         IsHostName(text.substr(at + 1));
}

bool IsHttpsUrl(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (!text.starts_with(kScheme)) return false;
  constexpr std::string_view kNever = "<>\"\\^`{|}";
  if (!std::ranges::all_of(text, [&](char c) { return c > ' ' && c <= '~' && !kNever.contains(c); }))
    return false;
  const auto authority =
      text.substr(kScheme.size(), text.find_first_of("/?#", kScheme.size()) - kScheme.size());
  const auto colon = authority.find(':');
  if (!IsHostName(authority.substr(0, colon))) return false;
  if (colon == authority.npos) return true;
  const auto port = authority.substr(colon + 1);
  return !port.empty() && port.size() <= 5 &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace market::rules
