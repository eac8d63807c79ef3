#include "services/payment/provider/sandbox.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

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

json::array ArrayIn(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_array() ? value->get_array() : json::array();
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
  // Only what the provider itself says decides; the same status from a proxy or a wrong address decides
  // nothing.
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

bool Matches(const json::object& authorization, const Sought& sought) {
  if (sought.operation == domain::Operation::kAuthorize)
    return TextIn(authorization, "idempotency_key") == sought.key;
  return TextIn(authorization, "id") == sought.authorization;
}

Found FoundIn(const json::object& body, const Sought& sought) {
  using enum domain::Operation;
  if (!body.contains("authorizations") || !body.contains("refunds"))
    return Unknown{"find: not an answer of the provider"};
  if (sought.operation == kRefund) {
    for (const auto& refund : ArrayIn(body, "refunds")) {
      if (refund.is_object() && TextIn(refund.get_object(), "reference") == sought.refund_reference) {
        return Done{sought.authorization};
      }
    }
    return Absent{};
  }
  for (const auto& item : ArrayIn(body, "authorizations")) {
    if (!item.is_object() || !Matches(item.get_object(), sought)) continue;
    const auto& authorization = item.get_object();
    const auto status = TextIn(authorization, "status");
    const bool done = sought.operation == kAuthorize ? status != "declined"
                      : sought.operation == kCapture ? status == "captured"
                                                     : status == "voided";
    if (done) return Done{TextIn(authorization, "id")};
    if (status == "declined") return Declined{TextIn(authorization, "decline_code")};
  }
  return Absent{};
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
  http::Request request{.method = "GET",
                        .target = "/v1/authorizations?reference=" + Encoded(sought.reference),
                        .headers = {{"Authorization", authorization_}},
                        .body = {},
                        .peer = {}};
  try {
    const auto response = co_await client_.Send(std::move(request), work);
    if (response.status != 200) co_return Unknown{"find: " + std::to_string(response.status)};
    co_return FoundIn(ObjectIn(response.body), sought);
  } catch (const http::SendError& error) {
    co_return Unknown{error.what()};
  }
}

}  // namespace market::payment::provider
