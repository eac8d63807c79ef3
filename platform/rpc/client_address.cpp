#include "platform/rpc/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace market::rpc {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kNetworkBytes = 8;

std::string Text(int family, const void* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, bytes, text.data(), text.size());
}

bool IsIpv4Inside(const in6_addr& address) { return IN6_IS_ADDR_V4MAPPED(&address) != 0; }

}  // namespace

std::string_view LastForwarded(std::string_view header) {
  const auto comma = header.rfind(',');
  if (comma != header.npos) header.remove_prefix(comma + 1);
  const auto first = header.find_first_not_of(kBlanks);
  if (first == header.npos) return {};
  return header.substr(first, header.find_last_not_of(kBlanks) + 1 - first);
}

std::string_view HostOf(std::string_view peer) {
  if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
  const auto colon = peer.rfind(':');
  // An IPv6 address without brackets has no port.
  return colon != peer.find(':') ? peer : peer.substr(0, colon);
}

std::string NetworkOf(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without the zone of a link-local one
  in_addr ipv4{};
  if (inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return text;
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, text.c_str(), &ipv6) != 1) return {};
  if (IsIpv4Inside(ipv6)) return Text(AF_INET, &ipv6.s6_addr[12]);
  std::fill(std::begin(ipv6.s6_addr) + kNetworkBytes, std::end(ipv6.s6_addr), 0);
  return Text(AF_INET6, &ipv6) + "/64";
}

std::string PlainUserAgent(std::string_view header) {
  std::string plain(header.substr(0, kUserAgentCharsMax));
  std::ranges::replace_if(plain, [](char c) { return c < ' ' || c > '~'; }, '?');
  return plain;
}

}  // namespace market::rpc
