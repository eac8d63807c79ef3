// What one request is and becomes, and how traces and logs tell of it.
//
// Owner: the gateway's Handle, for as long as it runs. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/gateway_metrics.hpp"
#include "gateway/kept_reads.hpp"
#include "gateway/operation.hpp"
#include "gateway/page_edge.hpp"
#include "gateway/routing/router.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/method.hpp"
#include "platform/telemetry/span.hpp"

namespace market::gateway {

struct Route {
  Operation operation;
  RouteMetrics metrics;
  const rpc::Method* pieces = nullptr;  // of one that takes files: what takes their pieces
  Route* shown = nullptr;               // of one whose answer can be shown: what shows it, at the same path
};

struct Exchange {
  http::Request& request;
  std::chrono::steady_clock::time_point began;
  telemetry::Span span;
  std::string request_id;
  std::string_view path;
  std::string_view query;
  Route* route = nullptr;
  routing::Match match{};
  std::string bearer;            // of a browser's session, where no Authorization is given
  std::string_view shown_as;     // its route is what shows the answer: as this media type
  std::uint64_t file_bytes = 0;  // that were passed on
  bool replayed = false;         // the answer, or the refusal, is one that was given before
  KeptReads::How kept;           // how an answer that may be kept came about
  std::optional<PageEdge::Visit> page{};

  std::string_view RouteName() const {
    if (page) return page->found.route;
    return route != nullptr ? std::string_view(route->operation.Route()) : "unmatched";
  }
};

// The conventions' attributes of an HTTP server; only a 5xx is an error of ours.
void Describe(Exchange& exchange, const http::Response& response);

void WriteAccess(const Exchange& exchange, const http::Response& response, std::chrono::nanoseconds duration);

}  // namespace market::gateway
