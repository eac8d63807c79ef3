#include "services/payment/provider/stripe_objects.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "platform/core/error.hpp"

namespace market::payment::provider {
namespace {

namespace json = boost::json;

json::object Inner(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_object() ? value->get_object() : json::object();
}

std::string Upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return 'a' <= c && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

// A PaymentIntent that waits for a card has none, or one that was declined, or whose owner was not who he
// should be.
std::optional<Listed::State> StateOf(const json::object& intent, const json::object& charge) {
  const auto status = TextIn(intent, "status");
  if (status == "requires_capture") return Listed::State::kAuthorized;
  if (status == "succeeded") return Listed::State::kCaptured;
  if (status == "canceled") return Listed::State::kVoided;
  if (status == "requires_action") return Listed::State::kRequiresAction;
  const auto* error = intent.if_contains("last_payment_error");
  const bool in_vain =
      charge.empty() ? error != nullptr && error->is_object() : TextIn(charge, "status") == "failed";
  if (status == "requires_payment_method" && in_vain) return Listed::State::kDeclined;
  return std::nullopt;
}

std::optional<Currency> CurrencyIn(const json::object& intent) {
  try {
    return Currency::Parse(Upper(std::string(intent.at("currency").as_string())));
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The issuer's own word where there is one.
std::string DeclineCodeOf(const json::object& intent) {
  const auto error = Inner(intent, "last_payment_error");
  auto code = TextIn(error, "decline_code");
  return code.empty() ? TextIn(error, "code") : code;
}

std::string ActionUrlIn(const json::object& intent) {
  return TextIn(Inner(Inner(intent, "next_action"), "redirect_to_url"), "url");
}

}  // namespace

json::object ObjectIn(const std::string& body) {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string TextIn(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result ResultOf(const http::Response& response) {
  const auto body = ObjectIn(response.body);
  const auto error = Inner(body, "error");
  const auto type = TextIn(error, "type");
  const auto code = TextIn(error, "code");
  const auto why = std::to_string(response.status) + ' ' + type + ' ' + code;
  // Only what the provider itself says decides;
  // the same status from a proxy or a wrong address decides nothing.
  if (response.status == 200) {
    if (TextIn(body, "object") == "refund") return Done{TextIn(body, "payment_intent")};
    auto id = TextIn(body, "id");
    if (id.empty()) return Unknown{"an answer without an id"};
    // It has begun, and what comes of it is not decided.
    const auto status = TextIn(body, "status");
    if (status == "requires_action") return Action{std::move(id), ActionUrlIn(body)};
    if (status.starts_with("requires_") && status != "requires_capture")
      return Unknown{"a charge that " + status};
    if (status == "processing") return Unknown{"a charge in progress"};
    return Done{std::move(id)};
  }
  // Turned away before the key was looked at.
  if (response.status == 401 || response.status == 403 || response.status == 429) return NotDone{why};
  // The provider's own word that this was not the answer to the key.
  if (response.headers.Get("Stripe-Should-Retry") == "true") return Unknown{why};
  if (type == "card_error") {
    auto decline = TextIn(error, "decline_code");
    return Declined{decline.empty() ? code : std::move(decline)};
  }
  if (type == "invalid_request_error") {
    const bool no_method = code == "resource_missing" && TextIn(error, "param") == "payment_method";
    if (no_method) return Refused{std::string(kMethodUnknown)};
    return Refused{code.empty() ? type : code};
  }
  if (type == "api_error") return Errored{why};
  return Unknown{why};
}

std::optional<Listed> ListedIn(const json::object& intent) {
  const auto currency = CurrencyIn(intent);
  if (!currency) return std::nullopt;
  const auto charge = Inner(intent, "latest_charge");
  const auto state = StateOf(intent, charge);
  // Made, and nothing was done with it.
  if (!state && charge.empty()) return std::nullopt;
  if (!state) throw std::runtime_error("a charge that is " + TextIn(intent, "status"));
  const auto metadata = Inner(intent, "metadata");
  Listed listed{.authorization = std::string(intent.at("id").as_string()),
                .key = TextIn(metadata, "key"),
                .reference = TextIn(intent, "transfer_group"),
                .state = *state,
                .decline_code = DeclineCodeOf(intent),
                .captured = {0, *currency},
                .refunded_minor = 0,
                .refunds = {},
                .action_url = ActionUrlIn(intent),
                .was_charged = !charge.empty()};
  // A hold that was given up is shown as given back; nothing of it was taken.
  if (*state == Listed::State::kCaptured) {
    listed.captured.minor = intent.at("amount_received").as_int64();
    listed.refunded_minor = charge.at("amount_refunded").as_int64();
  }
  return listed;
}

std::vector<json::object> ObjectsIn(const json::object& page, std::string& next) {
  std::vector<json::object> objects;
  for (const auto& item : page.at("data").as_array()) objects.push_back(item.as_object());
  next =
      page.at("has_more").as_bool() ? std::string(objects.at(objects.size() - 1).at("id").as_string()) : "";
  return objects;
}

std::string AddRefunds(const json::object& page, std::vector<Listed::Refund>& refunds) {
  std::string next;
  for (const auto& refund : ObjectsIn(page, next)) {
    const auto status = TextIn(refund, "status");
    if (status == "failed" || status == "canceled") continue;
    refunds.push_back({.reference = TextIn(refund.at("metadata").as_object(), "reference"),
                       .amount_minor = refund.at("amount").as_int64()});
  }
  return next;
}

std::optional<ToldDispute> DisputeIn(const json::object& dispute) {
  const auto status = TextIn(dispute, "status");
  // An inquiry, which may become a dispute of its own, or what was settled before it became one.
  if (status.starts_with("warning_") || status == "prevented") return std::nullopt;
  const auto currency = CurrencyIn(dispute);
  if (!currency) return std::nullopt;
  ToldDispute told{.id = std::string(dispute.at("id").as_string()),
                   .charge = TextIn(dispute, "payment_intent"),
                   .amount = {dispute.at("amount").as_int64(), *currency},
                   .reason = TextIn(dispute, "reason")};
  if (status == "under_review") {
    told.state = ToldDispute::State::kEvidence;
  } else if (status == "won") {
    told.state = ToldDispute::State::kWon;
  } else if (status == "lost") {
    told.state = ToldDispute::State::kLost;
  } else if (status != "needs_response") {
    throw std::runtime_error("a dispute that is " + status);
  }
  const auto details = Inner(dispute, "evidence_details");
  const auto* due = details.if_contains("due_by");
  const bool dated = due != nullptr && due->is_int64();
  told.evidence_due = Time(std::chrono::seconds(dated ? due->get_int64() : 0));
  return told;
}

}  // namespace market::payment::provider
