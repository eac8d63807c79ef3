// Header values that decide what a request means: media types, entity tags, ids.
// Pure functions over hostile text.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace market::gateway {

// Content-Type is application/json, in UTF-8 if it says so, and the body is not encoded further.
bool IsJsonBody(const http::Headers& headers);

// Whether some Accept lets us answer `type` (RFC 9110 section 12.5.1).
bool Accepts(const http::Headers& headers, std::string_view type);

// The one of `types` that Accept prefers to `usual`; empty where that is as welcome. Of equals the first.
std::string_view Preferred(const http::Headers& headers, std::string_view usual,
                           std::span<const std::string> types);

// Whether one of the tags of If-None-Match, which may be several fields (RFC 9110, section 5.3), is `etag`, compared weakly.
bool NoneMatchHolds(const http::Headers& headers, std::string_view etag);

// The one tag of If-Match without quotes and W/; "" for "*"; nullopt for a list or anything else.
std::optional<std::string_view> MatchTag(std::string_view if_match);

}  // namespace market::gateway
