// REST in front of the methods: routing, transcoding, limits, the request's ids, its metrics and its access
// line. Knows no service; what it serves is data (the method tables),
// and how a method is reached is the backend's.
//
//   http::ServerOptions server_options;
//   server_options.on_fault = [&](http::Fault fault) { return gateway.Answer(fault); };
//   server_options.pulled_bytes_max = [&](const http::Request& head) { return gateway.UploadBytesMax(head); };
//   http::Server server(io, server_options, [&](http::Request& request) { return gateway.Handle(request); });
//
// Owner: the process's main. Io thread only. Authentication, policy, field rules and idempotency are the
// edge's, behind the backend: the gateway forwards what they need and believes nothing itself, but for the
// client's address in X-Forwarded-For: nobody but the proxy in front may reach it (docs/ports.md).
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/answer_cache.hpp"
#include "gateway/listeners.hpp"
#include "gateway/pages/site.hpp"
#include "platform/http/message.hpp"
#include "platform/http/server.hpp"
#include "platform/rpc/backend.hpp"
#include "platform/rpc/method.hpp"

namespace market::telemetry {
class Metrics;
class Tracer;
}  // namespace market::telemetry

namespace market::gateway {

struct GatewayOptions {
  std::size_t in_flight_max = 1024;  // requests beyond it are refused: 503 OVERLOADED
  std::chrono::milliseconds retry_after{1000};
  // Access lines: of good and quick reads without a sampled trace one in so many is written, of everything
  // else each. 0: none of those reads.
  std::size_t access_log_one_in = 1;
  std::chrono::milliseconds slow{1000};
  // Streams of events. They are no requests that are worked on.
  Listeners::Limits streams;
  std::chrono::milliseconds heartbeat{15000};
  // Files that come in and go out at once. While they wait for their client they are no requests that are worked on either.
  std::size_t uploads_max = 100;
  std::size_t downloads_max = 200;
  // Answers to public reads that are kept.
  AnswerCache::Limits cache;
};

class Gateway {
 public:
  // `backend`, `methods`, `metrics` and `tracer` must outlive it. Methods without a REST binding are left
  // out. Throws std::logic_error for bindings that can't be served or that collide.
  Gateway(GatewayOptions options, rpc::Backend& backend, std::vector<const rpc::Method*> methods,
          telemetry::Metrics& metrics, telemetry::Tracer& tracer);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // From then on it answers the paths of the public pages. Once, before the first request.
  void OpenPages(pages::Site site);

  // Never throws: every failure is an answer.
  Task<http::Response> Handle(http::Request& request);

  // How large the body may be, of a request that is for a method which takes files; nothing of all others. Looks at verb and
  // path alone.
  std::optional<std::uint64_t> UploadBytesMax(const http::Request& head) const;

  // Waits for reads that answer more than one request, and so may outlast each.
  Task<> Drain(runtime::Deadline deadline);

  // What never became a request.
  http::Response Answer(http::Fault fault);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::gateway
