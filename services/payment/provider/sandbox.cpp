#include "services/payment/provider/sandbox.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <chrono>
#include <stdexcept>

namespace market::payment::provider {
namespace {

namespace json = boost::json;

std::string Encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

// Answers are read leniently: a field that is missing or of another kind is empty.
json::object ObjectIn(const std::string& body) {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

json::object ObjectIn(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_object() ? value->get_object() : json::object();
}

std::string TextIn(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string Serialized(const Money& amount,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> more) {
  json::object body{{"amount", amount.minor}};
  for (const auto& [name, value] : more) body.emplace(name, value);
  return json::serialize(body);
}

Result ResultOf(const http::Response& response) {
  const auto body = ObjectIn(response.body);
  const auto error = ObjectIn(body, "error");
  const auto type = TextIn(error, "type");
  const auto code = TextIn(error, "code");
  const auto why = std::to_string(response.status) + ' ' + type + ' ' + code;
  // Only what the provider itself says decides;
  // the same status from a proxy or a wrong address decides nothing.
  if (response.status == 200) {
    auto id = TextIn(body, "id");
    if (id.empty()) return Unknown{"an answer without an id"};
    return Done{std::move(id)};
  }
  if (type == "card_error") return Declined{TextIn(error, "decline_code")};
  if (type == "invalid_request_error") return Refused{code};
  if (type == "api_error") return Errored{why};
  // Turned away before the key was looked at.
  if (response.status == 401 || response.status == 403 || response.status == 429) return NotDone{why};
  return Unknown{why};
}

// Strict: money is moved upon what is said of a charge, or not said.
Listed ListedIn(const json::object& charge, const json::array& refunds) {
  static constexpr std::array<std::string_view, 4> kStates = {"authorized", "captured", "voided", "declined"};
  const auto* state = std::ranges::find(kStates, std::string_view(charge.at("status").as_string()));
  if (state == kStates.end()) throw std::runtime_error("a charge in a state that we don't know");
  Listed listed{
      .authorization = std::string(charge.at("id").as_string()),
      .key = std::string(charge.at("idempotency_key").as_string()),
      .reference = std::string(charge.at("reference").as_string()),
      .state = static_cast<Listed::State>(state - kStates.begin()),
      .decline_code = TextIn(charge, "decline_code"),
      .captured = {charge.at("captured").as_int64(), Currency::Parse(charge.at("currency").as_string())},
      .refunded_minor = charge.at("refunded").as_int64(),
      .refunds = {}};
  for (const auto& refund : refunds) {
    listed.refunds.push_back({.reference = std::string(refund.at("reference").as_string()),
                              .amount_minor = refund.at("amount").as_int64()});
  }
  return listed;
}

Found FoundIn(const json::object& body, const Sought& sought) {
  try {
    const auto& refunds = body.at("refunds").as_array();  // of all charges of the reference
    for (const auto& item : body.at("authorizations").as_array()) {
      auto charge = ListedIn(item.as_object(), refunds);
      const bool found = sought.authorization.empty() ? charge.key == sought.key
                                                      : charge.authorization == sought.authorization;
      if (found) return charge;
    }
  } catch (const std::exception& error) {
    return Unknown{std::string("find: not an answer of the provider: ") + error.what()};
  }
  return Absent{};
}

std::variant<Page, Unknown> PageIn(const json::object& body) {
  Page page;
  try {
    for (const auto& charge : body.at("authorizations").as_array())
      page.charges.push_back(ListedIn(charge.as_object(), charge.at("refunds").as_array()));
    if (body.at("has_more").as_bool()) page.next = page.charges.at(page.charges.size() - 1).authorization;
  } catch (const std::exception& error) {
    return Unknown{std::string("list: not an answer of the provider: ") + error.what()};
  }
  return page;
}

}  // namespace

Task<Result> Sandbox::Authorize(Charge charge, Work work) {
  auto body = Serialized(charge.amount, {{"currency", charge.amount.currency.Code()},
                                         {"payment_method", charge.method},
                                         {"reference", charge.reference}});
  return Post("/v1/authorizations", std::move(charge.key), std::move(body), work);
}

Task<Result> Sandbox::Capture(Change change, Work work) {
  return Post("/v1/authorizations/" + Encoded(change.authorization) + "/capture", std::move(change.key),
              Serialized(change.amount, {}), work);
}

Task<Result> Sandbox::Void(Change change, Work work) {
  return Post("/v1/authorizations/" + Encoded(change.authorization) + "/void", std::move(change.key), "{}",
              work);
}

Task<Result> Sandbox::Refund(Change change, Work work) {
  return Post("/v1/authorizations/" + Encoded(change.authorization) + "/refunds", std::move(change.key),
              Serialized(change.amount, {{"reference", change.reference}}), work);
}

Task<Result> Sandbox::Post(std::string target, std::string key, std::string body, Work work) {
  http::Request request{.method = "POST",
                        .target = std::move(target),
                        .headers = {{"Authorization", authorization_},
                                    {"Idempotency-Key", key},
                                    {"Content-Type", "application/json"}},
                        .body = std::move(body),
                        .peer = {}};
  try {
    const auto response = co_await client_.Send(std::move(request), work);
    co_return ResultOf(response);
  } catch (const http::SendError& error) {
    if (error.GetKind() == http::SendError::Kind::kNotSent) co_return NotDone{error.what()};
    co_return Unknown{error.what()};
  }
}

Task<Found> Sandbox::Find(Sought sought, Work work) {
  const auto got = co_await Get("/v1/authorizations?reference=" + Encoded(sought.reference), work);
  if (const auto* unknown = std::get_if<Unknown>(&got)) co_return Unknown{"find: " + unknown->why};
  co_return FoundIn(std::get<json::object>(got), sought);
}

Task<std::variant<Page, Unknown>> Sandbox::List(Time changed_since, std::string after, Work work) {
  const auto since = std::chrono::floor<std::chrono::seconds>(changed_since).time_since_epoch().count();
  const auto got = co_await Get("/v1/authorizations?limit=100&changed_since=" + std::to_string(since) +
                                    "&starting_after=" + Encoded(after),
                                work);
  if (const auto* unknown = std::get_if<Unknown>(&got)) co_return Unknown{"list: " + unknown->why};
  co_return PageIn(std::get<json::object>(got));
}

Task<std::variant<json::object, Unknown>> Sandbox::Get(std::string target, Work work) {
  http::Request request{.method = "GET",
                        .target = std::move(target),
                        .headers = {{"Authorization", authorization_}},
                        .body = {},
                        .peer = {}};
  try {
    const auto response = co_await client_.Send(std::move(request), work);
    if (response.status != 200) co_return Unknown{std::to_string(response.status)};
    co_return ObjectIn(response.body);
  } catch (const http::SendError& error) {
    co_return Unknown{error.what()};
  }
}

}  // namespace market::payment::provider
