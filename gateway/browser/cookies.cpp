#include "gateway/browser/cookies.hpp"

#include "platform/core/field_text.hpp"

namespace market::browser {
namespace {

constexpr std::string_view kUsualPort = "443";

// "8443" of "localhost:8443" and "[::1]:8443"; "" without one.
std::string_view PortOf(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return {};
  return host.substr(colon + 1);
}

std::string_view FindIn(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const auto pair = TrimmedField(CutOff(cookies, ';'));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

}  // namespace

std::string NameOn(std::string_view host, std::string_view name) {
  const auto port = PortOf(host);
  std::string full(name);
  if (!port.empty() && port != kUsualPort) full.append("-").append(port);
  return full;
}

std::string_view CookieOf(const http::Headers& headers, std::string_view name) {
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [header, value] = headers[i];
    if (!http::EqualsIgnoreCase(header, "Cookie")) continue;
    const auto found = FindIn(value, name);
    if (!found.empty()) return found;
  }
  return {};
}

std::string SetCookie(std::string_view name, std::string_view value, std::chrono::seconds age,
                      Reader reader) {
  std::string cookie(name);
  cookie.append("=").append(value).append("; Max-Age=").append(std::to_string(age.count()));
  cookie.append("; Path=/; Secure; SameSite=Strict");
  if (reader == Reader::kNoScript) cookie.append("; HttpOnly");
  return cookie;
}

bool IsFromUs(const http::Headers& headers) {
  if (headers.Count("Sec-Fetch-Site") > 0)
    return headers.Count("Sec-Fetch-Site") == 1 && headers.Get("Sec-Fetch-Site") == "same-origin";
  const auto origin = headers.Get("Origin");
  const auto host = headers.Get("Host");
  constexpr std::string_view kScheme = "https://";
  return headers.Count("Origin") == 1 && !host.empty() && origin.starts_with(kScheme) &&
         http::EqualsIgnoreCase(origin.substr(kScheme.size()), host);
}

}  // namespace market::browser
