#include "gateway/requests.hpp"

#include "platform/core/id.hpp"
#include "platform/rpc/call_context.hpp"
#include "platform/rpc/client_address.hpp"

namespace market::gateway {

std::string RequestIdOf(const http::Headers& headers) {
  const std::string_view given = headers.Get("X-Request-Id");
  return rpc::IsRequestId(given) ? std::string(given) : Uuid::NewV7().ToString();
}

std::string_view ClientOf(const http::Request& request) {
  const auto forwarded = rpc::LastForwarded(request.headers.Get("X-Forwarded-For"));
  return forwarded.empty() ? rpc::HostOf(request.peer) : forwarded;
}

std::string AllowText(const std::vector<std::string_view>& methods) {
  std::string text;
  for (const std::string_view method : methods) {
    text.append(method).append(", ");
    if (method == "GET") text.append("HEAD, ");
  }
  return text + "OPTIONS";
}

}  // namespace market::gateway
