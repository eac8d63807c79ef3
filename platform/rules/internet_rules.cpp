#include "platform/rules/internet_rules.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

namespace market::rules {
namespace {

constexpr std::size_t kMailboxBytesMax = 254;
constexpr std::size_t kLocalBytesMax = 64;
constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;
constexpr unsigned kPortMax = 65535;

// Never on the public internet: RFC 6761, 6762 (local), 7686 (onion), 8375 (home.arpa), 9476 (alt), ICANN
// (internal), and what routers and offices call their own networks.
constexpr std::string_view kOwnNetworks[] = {"localhost", "localdomain", "local",  "internal", "intranet",
                                             "private",   "corp",        "home",   "lan",      "arpa",
                                             "onion",     "alt",         "invalid"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
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

std::string LastLabel(std::string_view host) {
  std::string label(host.substr(host.rfind('.') + 1));
  std::ranges::transform(label, label.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return label;
}

// Decimal, octal or "0x…": a host that ends so is an IPv4 address to a URL parser, however many parts it has.
bool IsNumber(std::string_view label) {
  if (label.starts_with("0x")) return true;
  return !label.empty() && std::ranges::all_of(label, IsDigit);
}

// What may stand in a local part without quotation marks.
bool IsPlainLocal(std::string_view local) {
  constexpr std::string_view kAlso = ".!#$%&'*+/=?^_`{|}~-";
  return std::ranges::all_of(local, [&](char c) { return IsAlnum(c) || kAlso.contains(c); });
}

bool IsPort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return text.size() <= 5 && error == std::errc() && end == text.data() + text.size() && port >= 1 &&
         port <= kPortMax;
}

// Of what stands between "https://" and the path.
std::string_view AuthorityFault(std::string_view authority) {
  if (authority.contains('@')) return "must not have a user name or password before its host";
  if (authority.starts_with('[')) return "must name a host of the public internet, not an address";
  const auto colon = authority.find(':');
  const auto host = authority.substr(0, colon);
  const auto last = LastLabel(host);
  if (IsNumber(last)) return "must name a host of the public internet, not an address";
  if (std::ranges::find(kOwnNetworks, last) != std::end(kOwnNetworks)) {
    return "must name a host of the public internet, not of a network of one's own";
  }
  if (!IsHostName(host))
    return "must name a host of the public internet, such as https://example.com/picture.jpg";
  if (colon != authority.npos && !IsPort(authority.substr(colon + 1)))
    return "must have a port from 1 to 65535";
  return {};
}

}  // namespace

std::string_view EmailFault(std::string_view text) {
  constexpr std::string_view kNone = "must be an e-mail address, such as ada@example.com";
  if (text.size() > kMailboxBytesMax) return "must be an e-mail address of at most 254 characters";
  if (text.starts_with('"'))
    return "must not have quotation marks: addresses with a quoted name are not supported";
  const auto at = text.find('@');
  if (at == text.npos || at == 0) return kNone;
  if (!IsAscii(text)) return "must be an e-mail address of unaccented letters, digits and signs";
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (local.size() > kLocalBytesMax) return "must have at most 64 characters before the @";
  if (domain.starts_with('['))
    return "must have the name of a mail domain after the @, not an address in brackets";
  if (!IsPlainLocal(local)) return kNone;
  if (local.starts_with('.') || local.ends_with('.') || local.contains("..")) {
    return "must not have a dot at an end of the part before the @, or two in a row";
  }
  return IsHostName(domain) && !IsNumber(LastLabel(domain)) ? std::string_view() : kNone;
}

std::string_view HttpsUrlFault(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  if (!text.starts_with(kScheme)) return "must be a URL that begins with https://";
  constexpr std::string_view kNever = "<>\"\\^`{|}";
  if (!std::ranges::all_of(text, [&](char c) { return c > ' ' && c <= '~' && !kNever.contains(c); }))
    return "must be a URL of plain characters, all others percent-encoded";
  return AuthorityFault(
      text.substr(kScheme.size(), text.find_first_of("/?#", kScheme.size()) - kScheme.size()));
}

}  // namespace market::rules
