// What moves money.
#include "sandbox/provider.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "platform/core/id.hpp"
#include "sandbox/methods.hpp"
#include "sandbox/moves.hpp"
#include "sandbox/objects.hpp"
#include "sandbox/once.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;
using postgres::Tx;

constexpr std::int64_t kAmountMax = 1'000'000'000'000;

constexpr Statement kCountFailure{"failure.count", R"sql(
  INSERT INTO failure (reference, times) VALUES ($1, 1)
  ON CONFLICT (reference) DO UPDATE SET times = failure.times + 1 RETURNING times)sql"};
constexpr Statement kInsert{
    "authorization.insert",
    "INSERT INTO card_authorization (id, reference, payment_method, currency, "
    "amount_minor, status, decline_code,"
    " captured_minor, capture_method, metadata, behaviour, customer_id, action_url, return_url, charged)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    " RETURNING " MARKET_AUTHORIZATION_COLUMNS};
constexpr Statement kLock{"authorization.lock", "SELECT " MARKET_AUTHORIZATION_COLUMNS
                                                " FROM card_authorization WHERE id = $1 FOR UPDATE"};
constexpr Statement kUpdate{
    "authorization.update",
    "UPDATE card_authorization SET status = $2, captured_minor = $3, refunded_minor = $4, decline_code = $5,"
    " charged = $6, disputed_minor = $7 WHERE id = $1"};
constexpr Statement kInsertMovement{
    "movement.insert",
    "INSERT INTO movement (id, authorization_id, kind, amount_minor, currency, metadata)"
    " VALUES ($1, $2, $3, $4, $5, $6) RETURNING " MARKET_MOVEMENT_COLUMNS};
constexpr Statement kSaved{"saved_method.get",
                           "SELECT " MARKET_SAVED_METHOD_COLUMNS " FROM saved_method WHERE id = $1"};
constexpr Statement kHappen{"happening.insert",
                            "INSERT INTO happening (id, type, object, deliver_at)"
                            " VALUES ($1, $2, $3, CASE WHEN $4 THEN market_now() END)"};

Answer InUse() {
  return Failure(409, "idempotency_error", "idempotency_key_in_use",
                 "There is currently another in-progress request using this Idempotency-Key.");
}

Answer NotNow(const Authorization& authorization, std::string_view what) {
  return Invalid("payment_intent_unexpected_state", "This PaymentIntent could not be " + std::string(what) +
                                                        ": it is " + authorization.status + '.');
}

}  // namespace

Task<std::optional<Authorization>> Locked(Tx& tx, std::optional<Uuid> id) {
  if (!id) co_return std::nullopt;
  const auto rows = co_await tx.Execute(kLock, *id);
  if (rows.empty()) co_return std::nullopt;
  co_return Authorization(rows.One());
}

Task<> Happened(Tx& tx, const Options& options, std::string_view type, const json::object& object) {
  co_await tx.Execute(kHappen, Uuid::NewV7(), type, json::serialize(object), options.webhooks);
}

Task<Movement> Moved(Tx& tx, const Authorization& authorization, std::string_view kind, std::int64_t amount,
                     std::string metadata) {
  const auto rows = co_await tx.Execute(kInsertMovement, Uuid::NewV7(), authorization.id, kind, amount,
                                        authorization.currency, metadata);
  co_return Movement(rows.One());
}

Task<> Written(Tx& tx, const Authorization& authorization) {
  co_await tx.Execute(kUpdate, authorization.id, authorization.status, authorization.captured,
                      authorization.refunded, authorization.decline_code, authorization.charged,
                      authorization.disputed);
}

namespace {

// What a card is charged.
struct Charge {
  std::int64_t amount = 0;
  std::string currency;  // upper case, as it is kept
  std::string reference;
  std::string metadata;
  std::string capture_method;
  std::string method;  // as the caller names it
  std::optional<Uuid> customer;
  std::string return_url;
  std::string pages;  // where those are that its owner may be sent to
  Behaviour behaviour;
};

// What has become of one that was charged.
std::string_view ToldOf(const Authorization& authorization) {
  if (authorization.status == "declined") return "payment_intent.payment_failed";
  if (authorization.status == "captured") return "payment_intent.succeeded";
  if (authorization.status == "requires_action") return "payment_intent.requires_action";
  return "payment_intent.amount_capturable_updated";
}

// What the behaviour of the method makes of it.
Task<Answer> Charged(Tx& tx, const Options& options, const Charge& charge) {
  if (charge.behaviour.errors_before > 0) {
    const auto times = (co_await tx.Execute(kCountFailure, charge.reference)).One().Int(0);
    if (times <= charge.behaviour.errors_before)
      co_return Failure(500, "api_error", "", "Something went wrong.");
  }
  const bool asks = charge.behaviour.asks == Behaviour::Asks::kOwner;
  const bool declined = !asks && !charge.behaviour.decline_code.empty();
  const bool captured = !asks && !declined && charge.capture_method == "automatic";
  const auto status = asks ? "requires_action" : declined ? "declined" : captured ? "captured" : "authorized";
  const auto id = Uuid::NewV7();
  const auto rows = co_await tx.Execute(
      kInsert, id, charge.reference, charge.method, charge.currency, charge.amount, status,
      declined ? charge.behaviour.decline_code : std::string_view(), captured ? charge.amount : 0,
      charge.capture_method, charge.metadata, charge.behaviour.method, charge.customer,
      asks ? charge.pages + "/3d_secure/" + IdOf("pi_", id) : std::string(), charge.return_url, !asks);
  Authorization made(rows.One());
  if (captured) co_await Moved(tx, made, "capture", made.amount, "{}");
  co_await Happened(tx, options, ToldOf(made), IntentOf(made));
  if (captured) co_await DisputedByItsMethod(tx, options, made, charge.behaviour);
  if (!declined) co_return Shown(IntentOf(made));
  co_return Answer{402, json::serialize(DeclineOf(made))};
}

// Of a request to charge a card: why not, or nothing and `charge`.
std::optional<Answer> Refused(const Form& form, Charge& charge) {
  const auto beyond =
      form.Beyond({"amount", "currency", "payment_method", "customer", "capture_method", "confirm",
                   "metadata", "transfer_group", "payment_method_types", "description", "expand",
                   "error_on_requires_action", "off_session", "statement_descriptor_suffix", "return_url"});
  if (beyond) return Invalid("parameter_unknown", "Received unknown parameter: " + *beyond, *beyond);
  const auto amount = form.Int("amount");
  if (!form.Has("amount")) return Invalid("parameter_missing", "Missing required param: amount.", "amount");
  if (!amount || *amount < 1)
    return Invalid("parameter_invalid_integer", "This value must be at least 1.", "amount");
  if (*amount > kAmountMax)
    return Invalid("amount_too_large", "Amount must be no more than 10^12.", "amount");
  charge.amount = *amount;
  charge.currency = form.Text("currency");
  const bool lower = std::ranges::all_of(charge.currency, [](char c) { return 'a' <= c && c <= 'z'; });
  if (charge.currency.size() != 3 || !lower)
    return Invalid("", "Invalid currency: " + charge.currency + ". It must be lower case.", "currency");
  std::ranges::transform(charge.currency, charge.currency.begin(),
                         [](char c) { return static_cast<char>(c - 32); });
  if (form.Text("confirm") != "true")
    return Invalid("", "The sandbox makes a PaymentIntent and confirms it in one request: confirm=true.",
                   "confirm");
  charge.capture_method = form.Has("capture_method") ? form.Text("capture_method") : "automatic";
  if (charge.capture_method != "manual" && charge.capture_method != "automatic")
    return Invalid("", "Invalid capture_method: must be manual or automatic.", "capture_method");
  charge.method = form.Text("payment_method");
  charge.reference = form.Text("transfer_group");
  charge.metadata = json::serialize(form.Group("metadata"));
  charge.return_url = form.Text("return_url");
  return std::nullopt;
}

Answer NoMethod(const std::string& method) {
  return Invalid("resource_missing", "No such PaymentMethod: '" + method + "'", "payment_method");
}

}  // namespace

// A test method is anybody's; a saved one is its customer's.
Task<std::optional<std::string>> Provider::BehaviourOfSaved(Work work, std::string method,
                                                            std::string customer) {
  const auto id = UuidOf("pm_", method);
  if (!id) co_return std::nullopt;
  const auto rows = co_await database_.Read(Soon(work), kSaved, *id);
  if (rows.empty()) co_return std::nullopt;
  const SavedMethod saved(rows.One());
  const bool theirs = saved.customer && IdOf("cus_", *saved.customer) == customer;
  co_return theirs ? std::optional(saved.behaviour) : std::nullopt;
}

Task<Answer> Provider::Pause(Answer answer) {
  if (options_.latency.count() > 0) co_await runtime::SleepFor(options_.latency);
  co_return answer;
}

Task<Answer> Provider::CreateIntent(Work work, Change change) {
  Charge charge;
  if (auto refusal = Refused(change.form, charge)) co_return std::move(*refusal);
  const auto customer = change.form.Text("customer");
  if (!customer.empty() && (co_await GetCustomer(work, customer, {})).status != 200)
    co_return Invalid("resource_missing", "No such customer: '" + customer + "'", "customer");
  auto behaviour = BehaviourOf(charge.method);
  if (!behaviour) {
    const auto saved = co_await BehaviourOfSaved(work, charge.method, customer);
    if (saved) behaviour = BehaviourOf(*saved);
  }
  if (!behaviour) co_return NoMethod(charge.method);
  charge.behaviour = *behaviour;
  const bool alone =
      change.form.Text("error_on_requires_action") == "true" || change.form.Text("off_session") == "true";
  if (charge.behaviour.asks == Behaviour::Asks::kOwner && alone) {
    charge.behaviour.asks = Behaviour::Asks::kNobody;
    charge.behaviour.decline_code = kMustBeAsked;
  }
  charge.pages = options_.public_url.empty() ? "http://" + change.host : options_.public_url;
  charge.customer = UuidOf("cus_", customer);
  if (held_.contains(change.key)) co_return InUse();
  auto effect = [&](Tx& tx) { return Charged(tx, options_, charge); };
  auto answer = co_await Once(database_, work, change, effect);
  if (charge.behaviour.answer == Behaviour::Answer::kAfterCallerGaveUp) {
    // The card was charged or declined; only the answer is late.
    // A repetition finds the key in use until then.
    const auto held = held_.insert(change.key).first;
    co_await runtime::SleepFor(options_.timeout_hold);
    held_.erase(held);
  }
  co_return co_await Pause(std::move(answer));
}

// A card that is declined is so once its owner has shown who he is. What is not waited for any more stays as
// it is.
Task<std::optional<Authorization>> Provider::Confirm(Work work, std::string id, Confirmation how) {
  auto effect = [&](Tx& tx) -> Task<std::optional<Authorization>> {
    auto authorization = co_await Locked(tx, UuidOf("pi_", id));
    if (!authorization || authorization->status != "requires_action") co_return authorization;
    const auto behaviour = BehaviourOf(authorization->behaviour);
    authorization->charged = how == Confirmation::kComplete;
    if (how == Confirmation::kFail) {
      authorization->decline_code = kNotAuthentic;
    } else if (behaviour) {
      authorization->decline_code = behaviour->decline_code;
    }
    if (!authorization->decline_code.empty()) {
      authorization->status = "declined";
    } else if (authorization->capture_method == "automatic") {
      authorization->status = "captured";
      authorization->captured = authorization->amount;
      co_await Moved(tx, *authorization, "capture", authorization->amount, "{}");
    } else {
      authorization->status = "authorized";
    }
    co_await Written(tx, *authorization);
    co_await Happened(tx, options_, ToldOf(*authorization), IntentOf(*authorization));
    co_return authorization;
  };
  co_return co_await database_.Transaction(Soon(work), effect);
}

Task<Answer> Provider::Capture(Work work, Change change, std::string id) {
  if (const auto beyond = change.form.Beyond({"amount_to_capture", "metadata", "expand"}))
    co_return Invalid("parameter_unknown", "Received unknown parameter: " + *beyond, *beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    auto authorization = co_await Locked(tx, UuidOf("pi_", id));
    if (!authorization) co_return Missing("payment_intent", id);
    if (authorization->status != "authorized") co_return NotNow(*authorization, "captured");
    const auto amount = change.form.Has("amount_to_capture")
                            ? change.form.Int("amount_to_capture").value_or(0)
                            : authorization->amount;
    if (amount < 1 || amount > authorization->amount) {
      co_return Invalid("amount_too_large", "The amount to capture must be from 1 to what is capturable.",
                        "amount_to_capture");
    }
    const auto behaviour = BehaviourOf(authorization->behaviour);
    if (behaviour && !behaviour->capture_code.empty())
      co_return Invalid(behaviour->capture_code, "The bank has given up its hold.");
    authorization->status = "captured";
    authorization->captured = amount;
    co_await Moved(tx, *authorization, "capture", amount, "{}");
    co_await Written(tx, *authorization);
    co_await Happened(tx, options_, "payment_intent.succeeded", IntentOf(*authorization));
    if (behaviour) co_await DisputedByItsMethod(tx, options_, *authorization, *behaviour);
    co_return Shown(IntentOf(*authorization));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::Cancel(Work work, Change change, std::string id) {
  if (const auto beyond = change.form.Beyond({"cancellation_reason", "expand"}))
    co_return Invalid("parameter_unknown", "Received unknown parameter: " + *beyond, *beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    auto authorization = co_await Locked(tx, UuidOf("pi_", id));
    if (!authorization) co_return Missing("payment_intent", id);
    if (authorization->status != "authorized" && authorization->status != "requires_action")
      co_return NotNow(*authorization, "canceled");
    authorization->status = "voided";
    co_await Written(tx, *authorization);
    co_await Happened(tx, options_, "payment_intent.canceled", IntentOf(*authorization));
    co_return Shown(IntentOf(*authorization));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::CreateRefund(Work work, Change change) {
  if (const auto beyond =
          change.form.Beyond({"payment_intent", "charge", "amount", "metadata", "reason", "expand"}))
    co_return Invalid("parameter_unknown", "Received unknown parameter: " + *beyond, *beyond);
  const bool by_charge = !change.form.Has("payment_intent");
  const auto id = change.form.Text(by_charge ? "charge" : "payment_intent");
  auto effect = [&](Tx& tx) -> Task<Answer> {
    auto authorization = co_await Locked(tx, UuidOf(by_charge ? "ch_" : "pi_", id));
    if (!authorization) co_return Missing(by_charge ? "charge" : "payment_intent", id);
    if (authorization->status != "captured") co_return NotNow(*authorization, "refunded");
    const auto left = authorization->captured - authorization->refunded - authorization->disputed;
    if (left == 0 && authorization->disputed > 0)
      co_return Invalid("charge_disputed", "The charge has been charged back; it can't be refunded.");
    if (left == 0) co_return Invalid("charge_already_refunded", "The charge has already been refunded.");
    const auto amount = change.form.Has("amount") ? change.form.Int("amount").value_or(0) : left;
    if (amount < 1 || amount > left) {
      co_return Invalid("amount_too_large", "The refund is greater than what is left of the charge.",
                        "amount");
    }
    authorization->refunded += amount;
    const auto refund =
        co_await Moved(tx, *authorization, "refund", amount, json::serialize(change.form.Group("metadata")));
    co_await Written(tx, *authorization);
    co_await Happened(tx, options_, "charge.refunded", ChargeOf(*authorization));
    co_return Shown(RefundOf(refund));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

}  // namespace market::sandbox
