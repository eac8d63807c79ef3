#include "sandbox/http_api.hpp"

#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <vector>

namespace market::sandbox {
namespace {

namespace json = boost::json;

http::Response Reply(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

http::Response Refusal(int status, std::string_view type, std::string_view code) {
  return Reply(status, json::serialize(json::object{{"error", {{"type", type}, {"code", code}}}}));
}

http::Response ToResponse(Answer answer) { return Reply(answer.status, std::move(answer.body)); }

std::int64_t Number(const std::string& text, std::int64_t otherwise) {
  std::from_chars(text.data(), text.data() + text.size(), otherwise);
  return otherwise;
}

std::string Parameter(const boost::urls::url_view& url, std::string_view name) {
  const auto found = url.params().find(name);
  return found == url.params().end() ? std::string() : std::string((*found).value);
}

Task<http::Response> Read(Provider& provider, Work work, const boost::urls::url_view& url,
                          const std::vector<std::string>& path) {
  if (path.size() == 2 && path[1] == "transactions") {
    co_return ToResponse(co_await provider.Movements(work, Number(Parameter(url, "after"), 0)));
  }
  if (path.size() == 2 && path[1] == "authorizations" && url.params().contains("changed_since")) {
    co_return ToResponse(co_await provider.List(work, Number(Parameter(url, "changed_since"), 0),
                                                Parameter(url, "starting_after"),
                                                Number(Parameter(url, "limit"), 10)));
  }
  if (path.size() == 2 && path[1] == "authorizations") {
    co_return ToResponse(co_await provider.FindByReference(work, Parameter(url, "reference")));
  }
  if (path.size() == 3 && path[1] == "authorizations")
    co_return ToResponse(co_await provider.Get(work, path[2]));
  if (path.size() == 2 && path[1] == "payouts") {
    auto& payouts = provider.BankPayouts();
    if (url.params().contains("after"))
      co_return ToResponse(co_await payouts.List(work, Number(Parameter(url, "after"), 0)));
    co_return ToResponse(co_await payouts.Find(work, Parameter(url, "key")));
  }
  co_return Refusal(404, "invalid_request_error", "path_unknown");
}

Task<http::Response> Change(Provider& provider, Work work, const http::Request& request,
                            const std::vector<std::string>& path) {
  std::string key(request.headers.Get("Idempotency-Key"));
  if (key.empty() || key.size() > 255) co_return Refusal(400, "idempotency_error", "key_missing");
  boost::system::error_code error;
  const auto parsed = json::parse(request.body.empty() ? "{}" : request.body, error);
  if (error || !parsed.is_object()) co_return Refusal(400, "invalid_request_error", "body_invalid");
  auto body = parsed.get_object();

  if (path.size() == 2 && path[1] == "authorizations") {
    co_return ToResponse(co_await provider.Authorize(work, std::move(key), std::move(body)));
  }
  if (path.size() == 2 && path[1] == "payouts") {
    co_return ToResponse(co_await provider.BankPayouts().Create(work, std::move(key), std::move(body)));
  }
  if (path.size() == 4 && path[1] == "authorizations") {
    if (path[3] == "capture") {
      co_return ToResponse(co_await provider.Capture(work, std::move(key), path[2], std::move(body)));
    }
    if (path[3] == "void") co_return ToResponse(co_await provider.Void(work, std::move(key), path[2]));
    if (path[3] == "refunds") {
      co_return ToResponse(co_await provider.Refund(work, std::move(key), path[2], std::move(body)));
    }
  }
  co_return Refusal(404, "invalid_request_error", "path_unknown");
}

Task<http::Response> Dispatch(Provider& provider, Work work, const std::string& api_key,
                              http::Request& request) {
  if (request.headers.Get("Authorization") != "Bearer " + api_key) {
    co_return Refusal(401, "authentication_error", "api_key_invalid");
  }
  const auto url = boost::urls::parse_origin_form(request.target);
  if (!url) co_return Refusal(400, "invalid_request_error", "target_invalid");
  std::vector<std::string> path;
  for (const auto segment : url->segments()) path.emplace_back(segment);
  if (path.empty() || path[0] != "v1") co_return Refusal(404, "invalid_request_error", "path_unknown");
  if (request.method == "GET") co_return co_await Read(provider, work, *url, path);
  if (request.method == "POST") co_return co_await Change(provider, work, request, path);
  co_return Refusal(405, "invalid_request_error", "method_not_allowed");
}

Task<http::Response> Handle(Provider& provider, telemetry::Tracer& tracer, const std::string& api_key,
                            http::Request& request) {
  // Its one caller is a process of the marketplace.
  auto span = tracer.Continue("HTTP", telemetry::SpanKind::kServer, request.headers.Get("traceparent"));
  span.Set("http.request.method", request.method);
  span.Set("url.path", request.target.substr(0, request.target.find('?')));
  auto response = co_await Dispatch(provider, Work(runtime::kNoDeadline, span), api_key, request);
  span.Set("http.response.status_code", response.status);
  if (response.status >= 500) span.Fail("status " + std::to_string(response.status));
  co_return response;
}

}  // namespace

http::Handler HttpApi(Provider& provider, telemetry::Tracer& tracer, std::string api_key) {
  return [&provider, &tracer, api_key = std::move(api_key)](http::Request& request) {
    return Handle(provider, tracer, api_key, request);
  };
}

}  // namespace market::sandbox
