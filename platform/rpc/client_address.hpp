// Where a call from outside comes from, and what its client calls itself. A proxy of ours says it in
// X-Forwarded-For and X-Forwarded-User-Agent; whom to believe is the edge's business (edge.hpp). Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace market::rpc {

// The last address of an X-Forwarded-For: the one that the proxy next to us has seen itself. "" for none.
std::string_view LastForwarded(std::string_view header);

// "127.0.0.1:40312" and "[::1]:40312" without the port; other text as it is.
std::string_view HostOf(std::string_view peer);

// What counts as one address where addresses are counted: an IPv4 address; of IPv6 the /64, since one
// customer has at least that many (RFC 6177). An IPv4 address in IPv6 form (RFC 4291 section 2.5.5.2) is the
// IPv4 address. All that is no address is one: "".
std::string NetworkOf(std::string_view address);

// What is kept of a User-Agent: its first characters, anything but printable ASCII as '?', since clients send
// what they like and metadata carries nothing else.
inline constexpr std::size_t kUserAgentCharsMax = 256;
std::string PlainUserAgent(std::string_view header);

}  // namespace market::rpc
