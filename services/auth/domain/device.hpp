// What a session's owner knows a device by, from what its client says of itself (User-Agent, RFC 9110 section
// 10.1.5). A hint for a person, never proof: clients say what they like. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace market::auth::domain {

inline constexpr std::size_t kDeviceCharsMax = 100;

// Browser and system, "Firefox on Linux"; where there is no browser that we know, the first product,
// "curl/7.88.1"; "" for a client that says nothing.
std::string DeviceOf(std::string_view user_agent);

}  // namespace market::auth::domain
