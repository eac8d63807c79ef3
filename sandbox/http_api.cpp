#include "sandbox/http_api.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "platform/core/id.hpp"
#include "sandbox/confirmation.hpp"
#include "sandbox/objects.hpp"

namespace market::sandbox {
namespace {

// {id} stands for one segment.
struct Route {
  std::string_view method;
  std::string_view path;
  Task<Answer> (*run)(Provider&, Work, Change, std::string id);
};

constexpr Route kRoutes[] = {
    {"POST", "payment_intents",
     [](Provider& p, Work w, Change c, std::string) { return p.CreateIntent(w, std::move(c)); }},
    {"GET", "payment_intents",
     [](Provider& p, Work w, Change c, std::string) { return p.ListIntents(w, std::move(c.form)); }},
    {"GET", "payment_intents/search",
     [](Provider& p, Work w, Change c, std::string) { return p.SearchIntents(w, std::move(c.form)); }},
    {"GET", "payment_intents/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetIntent(w, std::move(i), std::move(c.form));
     }},
    {"POST", "payment_intents/{id}/capture",
     [](Provider& p, Work w, Change c, std::string i) { return p.Capture(w, std::move(c), std::move(i)); }},
    {"POST", "payment_intents/{id}/cancel",
     [](Provider& p, Work w, Change c, std::string i) { return p.Cancel(w, std::move(c), std::move(i)); }},
    {"GET", "charges",
     [](Provider& p, Work w, Change c, std::string) { return p.ListCharges(w, std::move(c.form)); }},
    {"GET", "charges/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetCharge(w, std::move(i), std::move(c.form));
     }},
    {"POST", "refunds",
     [](Provider& p, Work w, Change c, std::string) { return p.CreateRefund(w, std::move(c)); }},
    {"GET", "refunds",
     [](Provider& p, Work w, Change c, std::string) { return p.ListRefunds(w, std::move(c.form)); }},
    {"GET", "refunds/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetRefund(w, std::move(i), std::move(c.form));
     }},
    {"POST", "customers",
     [](Provider& p, Work w, Change c, std::string) { return p.CreateCustomer(w, std::move(c)); }},
    {"GET", "customers/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetCustomer(w, std::move(i), std::move(c.form));
     }},
    {"GET", "customers/{id}/payment_methods",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.ListMethods(w, std::move(i), std::move(c.form));
     }},
    {"POST", "setup_intents",
     [](Provider& p, Work w, Change c, std::string) { return p.CreateSetup(w, std::move(c)); }},
    {"GET", "setup_intents/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetSetup(w, std::move(i), std::move(c.form));
     }},
    {"GET", "payment_methods/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetMethod(w, std::move(i), std::move(c.form));
     }},
    {"POST", "payment_methods/{id}/detach",
     [](Provider& p, Work w, Change c, std::string i) { return p.Detach(w, std::move(c), std::move(i)); }},
    {"POST", "sandbox/disputes",
     [](Provider& p, Work w, Change c, std::string) { return p.OpenDispute(w, std::move(c)); }},
    {"GET", "disputes",
     [](Provider& p, Work w, Change c, std::string) { return p.ListDisputes(w, std::move(c.form)); }},
    {"GET", "disputes/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.GetDispute(w, std::move(i), std::move(c.form));
     }},
    {"POST", "disputes/{id}/close",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.CloseDispute(w, std::move(c), std::move(i));
     }},
    {"POST", "disputes/{id}",
     [](Provider& p, Work w, Change c, std::string i) {
       return p.UpdateDispute(w, std::move(c), std::move(i));
     }},
    {"GET", "balance_transactions",
     [](Provider& p, Work w, Change c, std::string) { return p.ListTransactions(w, std::move(c.form)); }},
    {"POST", "payouts",
     [](Provider& p, Work w, Change c, std::string) {
       return p.BankPayouts().Create(w, std::move(c.key), std::move(c.form));
     }},
    {"GET", "payouts",
     [](Provider& p, Work w, Change c, std::string) { return p.BankPayouts().Get(w, std::move(c.form)); }},
    {"GET", "events",
     [](Provider& p, Work w, Change c, std::string) { return p.ListEvents(w, std::move(c.form)); }},
};

// Whether `path` is that of the route, and what stands in place of its {id}.
bool Matches(std::string_view route, std::string_view path, std::string& id) {
  const auto open = route.find("{id}");
  if (open == std::string_view::npos) return route == path;
  const auto tail = route.substr(open + 4);
  if (path.size() <= open + tail.size() || !path.starts_with(route.substr(0, open)) || !path.ends_with(tail))
    return false;
  const auto segment = Decoded(path.substr(open, path.size() - open - tail.size()));
  if (!segment || segment->contains('/')) return false;
  id = *segment;
  return true;
}

// Stripe knows its versions by their dates; objects are those of ours.
bool IsVersion(std::string_view text) {
  if (text.size() < 10) return false;
  for (std::size_t i = 0; i < 10; ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : std::isdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return text.size() == 10 || text[10] == '.' || text[10] == ';';
}

Task<Answer> Dispatch(Provider& provider, Work work, const std::string& api_key,
                      const http::Request& request) {
  if (request.headers.Get("Authorization") != "Bearer " + api_key) {
    co_return Failure(401, "invalid_request_error", "", "Invalid API Key provided.");
  }
  const auto version = request.headers.Find("Stripe-Version");
  if (version && !IsVersion(*version))
    co_return Invalid("", "Invalid Stripe API version: " + std::string(*version));
  constexpr std::string_view kRoot = "/v1/";
  const std::string_view target = request.target;
  const auto question = target.find('?');
  auto path = target.substr(0, question);
  if (!path.starts_with(kRoot))
    co_return Failure(404, "invalid_request_error", "", "Unrecognized request URL");
  path.remove_prefix(kRoot.size());
  Change change{.key = std::string(request.headers.Get("Idempotency-Key")),
                .request = request.method + ' ' + std::string(target) + '\n' + request.body,
                .form = {},
                .host = std::string(request.headers.Get("Host"))};
  if (change.key.size() > 255) co_return Invalid("", "Idempotency keys are at most 255 characters long.");
  const bool posts = request.method == "POST";
  const auto query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  auto form = Form::Parse(posts ? std::string_view(request.body) : query);
  const auto type = request.headers.Get("Content-Type");
  const bool as_form = request.body.empty() || type.starts_with("application/x-www-form-urlencoded");
  if (!form || !as_form) co_return Invalid("", "The request is not form-encoded.");
  change.form = std::move(*form);
  for (const auto& route : kRoutes) {
    std::string id;
    if (route.method != request.method || !Matches(route.path, path, id)) continue;
    co_return co_await route.run(provider, work, std::move(change), std::move(id));
  }
  co_return Failure(404, "invalid_request_error", "", "Unrecognized request URL");
}

http::Response ResponseOf(Answer answer, const http::Request& request) {
  http::Response response;
  response.status = answer.status;
  response.headers.Add("Content-Type", "application/json");
  response.headers.Add("Request-Id", IdOf("req_", Uuid::NewV7()));
  response.headers.Add("Stripe-Version", kApiVersion);
  if (const auto key = request.headers.Find("Idempotency-Key")) response.headers.Add("Idempotency-Key", *key);
  if (answer.replayed) response.headers.Add("Idempotent-Replayed", "true");
  // An error of ours is this key's answer for good; what is still running is worth another try.
  if (answer.status >= 500) response.headers.Add("Stripe-Should-Retry", "false");
  if (answer.status == 409) response.headers.Add("Stripe-Should-Retry", "true");
  response.body = std::move(answer.body);
  return response;
}

Task<http::Response> Handle(Provider& provider, telemetry::Tracer& tracer, const std::string& api_key,
                            http::Request& request) {
  // Its callers are processes of the marketplace, and browsers that confirm a payment.
  auto span = tracer.Continue("HTTP", telemetry::SpanKind::kServer, request.headers.Get("traceparent"));
  span.Set("http.request.method", request.method);
  span.Set("url.path", request.target.substr(0, request.target.find('?')));
  const Work work(runtime::kNoDeadline, span);
  auto response = IsConfirmation(request)
                      ? co_await ConfirmationPage(provider, work, request)
                      : ResponseOf(co_await Dispatch(provider, work, api_key, request), request);
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
