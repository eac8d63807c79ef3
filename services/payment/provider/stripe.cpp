#include "services/payment/provider/stripe.hpp"

#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <chrono>
#include <set>

#include "services/payment/provider/stripe_objects.hpp"

namespace market::payment::provider {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kFairTime{3};
// What a page of changes goes on from; a page of what was made goes on from the id of a PaymentIntent.
constexpr std::string_view kChanges = "changes:";
// Events of ours after which a charge is not what it was.
constexpr std::string_view kChangeTypes =
    "&types[]=payment_intent.succeeded&types[]=payment_intent.canceled&types[]=payment_intent.payment_failed"
    "&types[]=payment_intent.amount_capturable_updated&types[]=charge.refunded&types[]=refund.updated"
    "&types[]=refund.failed";

std::string Encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string Lower(std::string_view code) {
  std::string text(code);
  for (auto& c : text) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

// Stripe counts the currencies that the marketplace trades in (platform/core/money.cpp) in the same units as
// we do.
std::string Amount(const Money& amount) { return std::to_string(amount.minor); }

// The PaymentIntent that an event's object is, or is of.
std::string IntentIn(const json::object& event) {
  const auto& object = event.at("data").as_object().at("object").as_object();
  return TextIn(object, TextIn(object, "object") == "payment_intent" ? "id" : "payment_intent");
}

}  // namespace

Task<Result> Stripe::Authorize(Charge charge, Work work) {
  const auto reference = Encoded(charge.reference);
  const auto way = charge.return_url.empty() ? "&error_on_requires_action=true"
                                             : "&return_url=" + Encoded(charge.return_url);
  auto body = "amount=" + Amount(charge.amount) + "&currency=" + Lower(charge.amount.currency.Code()) +
              "&payment_method=" + Encoded(charge.method) +
              "&payment_method_types[]=card&capture_method=manual&confirm=true" + way +
              "&transfer_group=" + reference + "&metadata[reference]=" + reference +
              "&metadata[key]=" + Encoded(charge.key);
  return Post("/v1/payment_intents", std::move(charge.key), std::move(body), work);
}

Task<Result> Stripe::Capture(Change change, Work work) {
  return Post("/v1/payment_intents/" + Encoded(change.authorization) + "/capture", std::move(change.key),
              "amount_to_capture=" + Amount(change.amount), work);
}

// One that was given up before, under another key, is refused there, and is what was wanted.
Task<Result> Stripe::Void(Change change, Work work) {
  const auto id = change.authorization;
  auto result =
      co_await Post("/v1/payment_intents/" + Encoded(id) + "/cancel", std::move(change.key), {}, work);
  if (!std::holds_alternative<Refused>(result)) co_return result;
  const auto found = co_await FindById(id, work);
  const auto* charge = std::get_if<Listed>(&found);
  if (charge != nullptr && charge->state == Listed::State::kVoided) co_return Done{id};
  co_return result;
}

Task<Result> Stripe::Refund(Change change, Work work) {
  auto body = "payment_intent=" + Encoded(change.authorization) + "&amount=" + Amount(change.amount) +
              "&metadata[reference]=" + Encoded(change.reference);
  return Post("/v1/refunds", std::move(change.key), std::move(body), work);
}

// Throws http::SendError. What the provider says of a request does not speak against it; errors of its own
// do.
Task<http::Response> Stripe::Send(http::Request request, Work work) {
  auto begun = guard_.Begin();
  if (const auto* why = std::get_if<Guard::TurnedAway>(&begun))
    throw http::SendError(http::SendError::Kind::kNotSent, "not sent: " + std::string(*why));
  auto& call = std::get<resilience::CircuitBreaker::Call>(begun);
  request.headers.Add("Authorization", authorization_);
  request.headers.Add("Stripe-Version", kStripeVersion);
  const auto began = std::chrono::steady_clock::now();
  try {
    auto response = co_await client_.Send(std::move(request), work);
    call.Report(response.status >= 500 ? resilience::Outcome::kFailure : resilience::Outcome::kSuccess);
    co_return response;
  } catch (const http::SendError&) {
    // Who had hardly any time left knows nothing about the provider.
    const auto now = std::chrono::steady_clock::now();
    const bool cut_short = now >= work.deadline && now - began < kFairTime;
    call.Report(cut_short ? resilience::Outcome::kIgnored : resilience::Outcome::kFailure);
    throw;
  }
}

Task<Result> Stripe::Post(std::string target, std::string key, std::string body, Work work) {
  http::Request request{
      .method = "POST",
      .target = std::move(target),
      .headers = {{"Idempotency-Key", key}, {"Content-Type", "application/x-www-form-urlencoded"}},
      .body = std::move(body),
      .peer = {}};
  try {
    const auto response = co_await Send(std::move(request), work);
    co_return ResultOf(response);
  } catch (const http::SendError& error) {
    if (error.GetKind() == http::SendError::Kind::kNotSent) co_return NotDone{error.what()};
    co_return Unknown{error.what()};
  }
}

Task<Stripe::Got> Stripe::Get(std::string target, Work work) {
  http::Request request{.method = "GET", .target = std::move(target), .headers = {}, .body = {}, .peer = {}};
  try {
    const auto response = co_await Send(std::move(request), work);
    auto body = ObjectIn(response.body);
    if (response.status == 200) co_return body;
    const auto* error = body.if_contains("error");
    const bool missing = response.status == 404 && error != nullptr && error->is_object() &&
                         TextIn(error->get_object(), "code") == "resource_missing";
    if (missing) co_return Absent{};
    co_return Unknown{std::to_string(response.status)};
  } catch (const http::SendError& error) {
    co_return Unknown{error.what()};
  }
}

Task<Found> Stripe::Find(Sought sought, Work work) {
  return sought.authorization.empty() ? FindByKey(std::move(sought), work)
                                      : FindById(std::move(sought.authorization), work);
}

Task<Found> Stripe::FindById(std::string id, Work work) {
  auto got = co_await Get("/v1/payment_intents/" + Encoded(id) + "?expand[]=latest_charge", work);
  if (auto* intent = std::get_if<json::object>(&got)) co_return co_await Completed(std::move(*intent), work);
  if (std::holds_alternative<Absent>(got)) co_return Absent{};
  co_return Unknown{"find: " + std::get<Unknown>(got).why};
}

// Every confirmed PaymentIntent has a charge, a declined one too, but for one that its card's owner has to
// confirm: it has one once he did.
Task<Found> Stripe::FindByKey(Sought sought, Work work) {
  std::string next;
  do {
    auto got = co_await Get(
        "/v1/charges?limit=100&expand[]=data.payment_intent&transfer_group=" + Encoded(sought.reference) +
            (next.empty() ? "" : "&starting_after=" + Encoded(next)),
        work);
    if (!std::holds_alternative<json::object>(got)) {
      const auto* unknown = std::get_if<Unknown>(&got);
      co_return Unknown{"find: " + (unknown != nullptr ? unknown->why : std::string("no such list"))};
    }
    std::optional<json::object> found;
    try {
      for (auto& charge : ObjectsIn(std::get<json::object>(got), next)) {
        auto intent = charge.at("payment_intent").as_object();
        if (TextIn(intent.at("metadata").as_object(), "key") != sought.key) continue;
        intent["latest_charge"] = std::move(charge);
        found = std::move(intent);
        break;
      }
    } catch (const std::exception& error) {
      co_return Unknown{std::string("find: not an answer of the provider: ") + error.what()};
    }
    if (found) co_return co_await Completed(std::move(*found), work);
  } while (!next.empty());
  co_return Absent{};
}

Task<Found> Stripe::Completed(json::object intent, Work work) {
  std::optional<Listed> listed;
  std::string why;
  try {
    listed = ListedIn(intent);
  } catch (const std::exception& error) {
    why = std::string("find: not an answer of the provider: ") + error.what();
  }
  if (!why.empty()) co_return Unknown{why};
  if (!listed) co_return Absent{};
  if (listed->refunded_minor == 0) co_return std::move(*listed);
  std::string next;
  do {
    auto got = co_await Get("/v1/refunds?limit=100&payment_intent=" + Encoded(listed->authorization) +
                                (next.empty() ? "" : "&starting_after=" + Encoded(next)),
                            work);
    if (!std::holds_alternative<json::object>(got)) co_return Unknown{"find: no list of refunds"};
    try {
      next = AddRefunds(std::get<json::object>(got), listed->refunds);
    } catch (const std::exception& error) {
      why = std::string("find: not an answer of the provider: ") + error.what();
    }
    if (!why.empty()) co_return Unknown{why};
  } while (!next.empty());
  co_return std::move(*listed);
}

Task<std::variant<Page, Unknown>> Stripe::List(Time changed_since, std::string after, Work work) {
  const auto since_s = std::chrono::floor<std::chrono::seconds>(changed_since).time_since_epoch().count();
  if (after.starts_with(kChanges)) return ListChanged(since_s, after.substr(kChanges.size()), work);
  return ListMade(std::to_string(since_s), std::move(after), work);
}

Task<std::variant<Page, Unknown>> Stripe::ListMade(std::string since, std::string after, Work work) {
  const auto got =
      co_await Get("/v1/payment_intents?limit=100&expand[]=data.latest_charge&created[gte]=" + since +
                       (after.empty() ? "" : "&starting_after=" + Encoded(after)),
                   work);
  if (!std::holds_alternative<json::object>(got)) {
    const auto* unknown = std::get_if<Unknown>(&got);
    co_return Unknown{"list: " + (unknown != nullptr ? unknown->why : std::string("no such list"))};
  }
  Page page;
  std::vector<json::object> intents;
  try {
    intents = ObjectsIn(std::get<json::object>(got), page.next);
  } catch (const std::exception& error) {
    co_return Unknown{std::string("list: not an answer of the provider: ") + error.what()};
  }
  for (auto& intent : intents) {
    auto found = co_await Completed(std::move(intent), work);
    if (auto* unknown = std::get_if<Unknown>(&found)) co_return std::move(*unknown);
    if (auto* charge = std::get_if<Listed>(&found); charge != nullptr && charge->was_charged) {
      page.charges.push_back(std::move(*charge));
    }
  }
  if (page.next.empty()) page.next = kChanges;
  co_return page;
}

Task<std::variant<Page, Unknown>> Stripe::ListChanged(std::int64_t since_s, std::string after, Work work) {
  const auto got =
      co_await Get("/v1/events?limit=100&created[gte]=" + std::to_string(since_s) +
                       std::string(kChangeTypes) + (after.empty() ? "" : "&starting_after=" + Encoded(after)),
                   work);
  if (!std::holds_alternative<json::object>(got)) {
    const auto* unknown = std::get_if<Unknown>(&got);
    co_return Unknown{"list: " + (unknown != nullptr ? unknown->why : std::string("no such list"))};
  }
  Page page;
  std::set<std::string> changed;
  try {
    for (const auto& event : ObjectsIn(std::get<json::object>(got), page.next)) {
      const auto& object = event.at("data").as_object().at("object").as_object();
      // What was made since has been listed. A refund is younger than its charge.
      const bool dated = TextIn(object, "object") == "payment_intent" || TextIn(object, "object") == "charge";
      if (!dated || object.at("created").as_int64() < since_s) changed.insert(IntentIn(event));
    }
  } catch (const std::exception& error) {
    co_return Unknown{std::string("list: not an answer of the provider: ") + error.what()};
  }
  changed.erase("");
  for (const auto& id : changed) {
    auto found = co_await FindById(id, work);
    if (auto* unknown = std::get_if<Unknown>(&found)) co_return std::move(*unknown);
    if (auto* charge = std::get_if<Listed>(&found); charge != nullptr && charge->was_charged) {
      page.charges.push_back(std::move(*charge));
    }
  }
  if (!page.next.empty()) page.next.insert(0, kChanges);
  co_return page;
}

}  // namespace market::payment::provider
