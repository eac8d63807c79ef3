// What the gateway and a browser say to each other beside the body: the cookies that a session is kept in (RFC 6265;
// "__Host-": draft-ietf-httpbis-rfc6265bis, section 4.1.3.2), and which page a request comes from (Fetch Metadata,
// w3.org/TR/fetch-metadata; RFC 6454). Pure.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "platform/http/message.hpp"

namespace market::browser {

// Browsers keep cookies by host without its port: two marketplaces on one host would sign each other out. So a name has
// the port of `host` (the request's Host) at its end, unless it is 443.
std::string NameOn(std::string_view host, std::string_view name);

// The value of the cookie with this name, in any of the Cookie headers; "" for none.
std::string_view CookieOf(const http::Headers& headers, std::string_view name);

// Of a Set-Cookie header; an age of 0 removes the cookie.
enum class Reader : bool { kNoScript, kScripts };  // who may read it, besides us
std::string SetCookie(std::string_view name, std::string_view value, std::chrono::seconds age, Reader reader);

// Whether a page of ours has sent it. Of a browser that does not say so itself, by its Origin.
bool IsFromUs(const http::Headers& headers);

}  // namespace market::browser
