// What a request says of itself: its id, who sent it; and what a path says of the methods it allows. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.hpp"

namespace market::gateway {

// What the caller calls it, or a name of ours.
std::string RequestIdOf(const http::Headers& headers);

// The proxy in front says who its client is; who reaches us past it is the client.
std::string_view ClientOf(const http::Request& request);

// For Allow: "GET, HEAD, OPTIONS".
std::string AllowText(const std::vector<std::string_view>& methods);

}  // namespace market::gateway
