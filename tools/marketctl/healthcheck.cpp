#include "tools/marketctl/healthcheck.hpp"

#include <stdexcept>
#include <string_view>

#include "platform/http/client.hpp"

namespace market::marketctl {

std::string ReachableAddress(const std::string& metrics_listen) {
  for (const std::string_view any : {"0.0.0.0:", "[::]:"}) {
    if (metrics_listen.starts_with(any)) return "127.0.0.1:" + metrics_listen.substr(any.size());
  }
  return metrics_listen;
}

Task<> CheckReady(boost::asio::io_context& io, std::string address, std::chrono::milliseconds limit) {
  http::Client client(io, "http://" + address, {.pool_size = 1});
  http::Request request{.method = "GET", .target = "/readyz"};
  const auto answer = co_await client.Send(std::move(request), Work{runtime::After(limit)});
  if (answer.status != 200) {
    throw std::runtime_error(address + " is not ready: " + std::to_string(answer.status));
  }
}

}  // namespace market::marketctl
