#include "sandbox/objects.hpp"

#include <algorithm>
#include <cctype>

namespace market::sandbox {
namespace {

namespace json = boost::json;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

json::object MetadataOf(const std::string& text) {
  auto value = json::parse(text);
  return value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string_view StatusOf(const Authorization& authorization) {
  if (authorization.status == "authorized") return "requires_capture";
  if (authorization.status == "captured") return "succeeded";
  if (authorization.status == "voided") return "canceled";
  if (authorization.status == "requires_action") return "requires_action";
  return "requires_payment_method";
}

json::value CustomerIdOf(const std::optional<Uuid>& customer) {
  return customer ? json::value(IdOf("cus_", *customer)) : json::value();
}

json::object CardOf(std::string_view id, const std::optional<Uuid>& customer, std::int64_t created_s) {
  return {{"id", id},
          {"object", "payment_method"},
          {"billing_details", json::object()},
          {"card",
           {{"brand", "visa"}, {"country", "US"}, {"exp_month", 12}, {"exp_year", 2034}, {"last4", "4242"}}},
          {"created", created_s},
          {"customer", CustomerIdOf(customer)},
          {"livemode", false},
          {"metadata", json::object()},
          {"type", "card"}};
}

json::object ErrorOf(const Authorization& authorization) {
  if (authorization.decline_code == kNotAuthentic) {
    return {
        {"type", "invalid_request_error"},
        {"code", kNotAuthentic},
        {"message", "The provided PaymentMethod has failed authentication."},
        {"payment_method", CardOf(authorization.method, authorization.customer, authorization.created_s)}};
  }
  const bool asks = authorization.decline_code == kMustBeAsked;
  return {{"type", "card_error"},
          {"code", asks ? kMustBeAsked : std::string_view("card_declined")},
          {"decline_code", authorization.decline_code},
          {"message", "Your card was declined."},
          {"charge", IdOf("ch_", authorization.id)},
          {"doc_url", "https://stripe.com/docs/error-codes/card-declined"},
          {"payment_method", CardOf(authorization.method, authorization.customer, authorization.created_s)}};
}

json::value OrNull(std::string_view text) { return text.empty() ? json::value() : json::value(text); }

// Where a browser is to go; without a place to come back to, only Stripe's own library could do it.
json::value NextActionOf(const Authorization& authorization) {
  if (authorization.status != "requires_action") return nullptr;
  if (authorization.return_url.empty()) {
    return json::object{{"type", "use_stripe_sdk"}, {"use_stripe_sdk", json::object()}};
  }
  return json::object{
      {"type", "redirect_to_url"},
      {"redirect_to_url", {{"return_url", authorization.return_url}, {"url", authorization.action_url}}}};
}

}  // namespace

std::string IdOf(std::string_view prefix, const Uuid& id) {
  auto text = id.ToString();
  std::erase(text, '-');
  return std::string(prefix) + text;
}

std::optional<Uuid> UuidOf(std::string_view prefix, std::string_view id) {
  if (!id.starts_with(prefix) || id.size() != prefix.size() + 32) return std::nullopt;
  std::string text(id.substr(prefix.size()));
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return Uuid::Parse(text);
}

Authorization::Authorization(const postgres::Row& row)
    : id(row.GetUuid(0)),
      reference(row.Text(1)),
      method(row.Text(2)),
      currency(row.Text(3)),
      amount(row.Int(4)),
      status(row.Text(5)),
      decline_code(row.Text(6)),
      captured(row.Int(7)),
      refunded(row.Int(8)),
      capture_method(row.Text(9)),
      metadata(row.Text(10)),
      created_s(row.Int(11)),
      behaviour(row.Text(12)),
      customer(row.OptionalUuid(13)),
      action_url(row.Text(14)),
      return_url(row.Text(15)),
      charged(row.GetBool(16)),
      disputed(row.Int(17)) {}

SavedMethod::SavedMethod(const postgres::Row& row)
    : id(row.GetUuid(0)),
      customer(row.OptionalUuid(1)),
      behaviour(row.Text(2)),
      usage(row.Text(3)),
      created_s(row.Int(4)) {}

Movement::Movement(const postgres::Row& row)
    : id(row.GetUuid(0)),
      authorization(row.GetUuid(1)),
      kind(row.Text(2)),
      amount(row.Int(3)),
      currency(row.Text(4)),
      metadata(row.Text(5)),
      created_s(row.Int(6)),
      sequence(row.Int(7)) {}

Dispute::Dispute(const postgres::Row& row)
    : id(row.GetUuid(0)),
      authorization(row.GetUuid(1)),
      amount(row.Int(2)),
      currency(row.Text(3)),
      reason(row.Text(4)),
      status(row.Text(5)),
      evidence(row.Text(6)),
      submissions(row.Int(7)),
      due_s(row.Int(8)),
      created_s(row.Int(9)),
      is_late(row.GetBool(10)) {}

Expansion::Expansion(const Form& form) : paths_(form.Listed("expand")) {
  constexpr std::string_view kOfList = "data.";
  for (auto& path : paths_) {
    if (path.starts_with(kOfList)) path.erase(0, kOfList.size());
  }
}

Expansion Expansion::Below(std::string_view path) const {
  Expansion below;
  for (const auto& each : paths_) {
    if (each.starts_with(path) && each.size() > path.size() && each[path.size()] == '.') {
      below.paths_.push_back(each.substr(path.size() + 1));
    }
  }
  return below;
}

bool Expansion::Has(std::string_view path) const {
  return std::ranges::any_of(paths_, [&](const std::string& each) {
    return each.starts_with(path) && (each.size() == path.size() || each[path.size()] == '.');
  });
}

json::object IntentOf(const Authorization& authorization, const Expansion& expansion,
                      const std::vector<Movement>& refunds) {
  const auto id = IdOf("pi_", authorization.id);
  const bool declined = authorization.status == "declined";
  const bool held = authorization.status == "authorized";
  json::value charge;
  if (authorization.charged) charge = IdOf("ch_", authorization.id);
  if (authorization.charged && expansion.Has("latest_charge"))
    charge = ChargeOf(authorization, expansion.Below("latest_charge"), refunds);
  return {{"id", id},
          {"object", "payment_intent"},
          {"amount", authorization.amount},
          {"amount_capturable", held ? authorization.amount : 0},
          {"amount_details", {{"tip", json::object()}}},
          {"amount_received", authorization.captured},
          {"application", nullptr},
          {"application_fee_amount", nullptr},
          {"automatic_payment_methods", nullptr},
          {"canceled_at",
           authorization.status == "voided" ? json::value(authorization.created_s) : json::value()},
          {"cancellation_reason", nullptr},
          {"capture_method", authorization.capture_method},
          {"client_secret", id + "_secret_sandbox"},
          {"confirmation_method", "automatic"},
          {"created", authorization.created_s},
          {"currency", Lower(authorization.currency)},
          {"customer", CustomerIdOf(authorization.customer)},
          {"description", nullptr},
          {"last_payment_error", declined ? json::value(ErrorOf(authorization)) : json::value()},
          {"latest_charge", std::move(charge)},
          {"livemode", false},
          {"metadata", MetadataOf(authorization.metadata)},
          {"next_action", NextActionOf(authorization)},
          {"on_behalf_of", nullptr},
          {"payment_method", declined ? json::value() : json::value(authorization.method)},
          {"payment_method_options", json::object()},
          {"payment_method_types", {"card"}},
          {"processing", nullptr},
          {"receipt_email", nullptr},
          {"setup_future_usage", nullptr},
          {"shipping", nullptr},
          {"statement_descriptor", nullptr},
          {"status", StatusOf(authorization)},
          {"transfer_data", nullptr},
          {"transfer_group", OrNull(authorization.reference)}};
}

json::object ChargeOf(const Authorization& authorization, const Expansion& expansion,
                      const std::vector<Movement>& refunds) {
  const bool declined = authorization.status == "declined";
  const bool voided = authorization.status == "voided";
  // A hold that is given up is shown as given back.
  const auto refunded = voided ? authorization.amount : authorization.refunded;
  const auto id = IdOf("ch_", authorization.id);
  json::object charge{
      {"id", id},
      {"object", "charge"},
      {"amount", authorization.amount},
      {"amount_captured", authorization.captured},
      {"amount_refunded", refunded},
      {"balance_transaction", nullptr},
      {"billing_details", json::object()},
      {"captured", authorization.status == "captured"},
      {"created", authorization.created_s},
      {"currency", Lower(authorization.currency)},
      {"customer", CustomerIdOf(authorization.customer)},
      {"description", nullptr},
      {"disputed", authorization.disputed > 0},
      {"failure_code", declined ? json::value("card_declined") : json::value()},
      {"failure_message", declined ? json::value("Your card was declined.") : json::value()},
      {"livemode", false},
      {"metadata", MetadataOf(authorization.metadata)},
      {"outcome",
       {{"network_status", declined ? "declined_by_network" : "approved_by_network"},
        {"reason", OrNull(authorization.decline_code)},
        {"risk_level", "normal"},
        {"type", declined ? "issuer_declined" : "authorized"}}},
      {"paid", !declined},
      {"payment_intent", IdOf("pi_", authorization.id)},
      {"payment_method", authorization.method},
      {"payment_method_details", {{"card", {{"brand", "visa"}, {"last4", "4242"}}}, {"type", "card"}}},
      {"refunded", !declined && refunded == authorization.amount},
      {"status", declined ? "failed" : "succeeded"},
      {"transfer_group", OrNull(authorization.reference)}};
  if (expansion.Has("payment_intent")) charge["payment_intent"] = IntentOf(authorization);
  if (expansion.Has("refunds")) {
    json::array shown;
    for (const auto& refund : refunds) shown.push_back(RefundOf(refund));
    charge["refunds"] = ListOf("/v1/charges/" + id + "/refunds", std::move(shown), false);
  }
  return charge;
}

json::object MethodOf(const SavedMethod& method) {
  return CardOf(IdOf("pm_", method.id), method.customer, method.created_s);
}

json::object SetupOf(const SavedMethod& method) {
  const auto id = IdOf("seti_", method.id);
  return {{"id", id},
          {"object", "setup_intent"},
          {"application", nullptr},
          {"cancellation_reason", nullptr},
          {"client_secret", id + "_secret_sandbox"},
          {"created", method.created_s},
          {"customer", CustomerIdOf(method.customer)},
          {"description", nullptr},
          {"last_setup_error", nullptr},
          {"latest_attempt", nullptr},
          {"livemode", false},
          {"mandate", nullptr},
          {"metadata", json::object()},
          {"next_action", nullptr},
          {"on_behalf_of", nullptr},
          {"payment_method", IdOf("pm_", method.id)},
          {"payment_method_options", json::object()},
          {"payment_method_types", {"card"}},
          {"single_use_mandate", nullptr},
          {"status", "succeeded"},
          {"usage", method.usage}};
}

json::object CustomerOf(const Uuid& id, const std::string& metadata, std::int64_t created_s) {
  return {{"id", IdOf("cus_", id)}, {"object", "customer"},
          {"balance", 0},           {"created", created_s},
          {"currency", nullptr},    {"default_source", nullptr},
          {"delinquent", false},    {"description", nullptr},
          {"email", nullptr},       {"livemode", false},
          {"name", nullptr},        {"phone", nullptr},
          {"shipping", nullptr},    {"metadata", MetadataOf(metadata)}};
}

json::object RefundOf(const Movement& refund) {
  return {{"id", IdOf("re_", refund.id)},
          {"object", "refund"},
          {"amount", refund.amount},
          {"balance_transaction", IdOf("txn_", refund.id)},
          {"charge", IdOf("ch_", refund.authorization)},
          {"created", refund.created_s},
          {"currency", Lower(refund.currency)},
          {"metadata", MetadataOf(refund.metadata)},
          {"payment_intent", IdOf("pi_", refund.authorization)},
          {"reason", nullptr},
          {"receipt_number", nullptr},
          {"source_transfer_reversal", nullptr},
          {"status", "succeeded"},
          {"transfer_reversal", nullptr}};
}

json::object DisputeOf(const Dispute& dispute) {
  return {{"id", IdOf("du_", dispute.id)},
          {"object", "dispute"},
          {"amount", dispute.amount},
          {"balance_transactions", json::array()},
          {"charge", IdOf("ch_", dispute.authorization)},
          {"created", dispute.created_s},
          {"currency", Lower(dispute.currency)},
          {"enhanced_eligibility_types", json::array()},
          {"evidence", MetadataOf(dispute.evidence)},
          {"evidence_details",
           {{"due_by", dispute.due_s},
            {"enhanced_eligibility", json::object()},
            {"has_evidence", dispute.evidence != "{}"},
            {"past_due", dispute.is_late},
            {"submission_count", dispute.submissions}}},
          {"is_charge_refundable", false},
          {"livemode", false},
          {"metadata", json::object()},
          {"payment_intent", IdOf("pi_", dispute.authorization)},
          {"payment_method_details",
           {{"card", {{"brand", "visa"}, {"case_type", "chargeback"}, {"network_reason_code", nullptr}}},
            {"type", "card"}}},
          {"reason", dispute.reason},
          {"status", dispute.status}};
}

json::object TransactionOf(const Movement& movement, const Authorization* charge,
                           const Expansion& expansion) {
  const bool refund = movement.kind == "refund";
  // What a bank takes or gives back; it names its dispute.
  const bool disputed = movement.kind.starts_with("dispute");
  const auto amount = refund || movement.kind == "dispute" ? -movement.amount : movement.amount;
  const auto* kind = disputed ? "adjustment" : refund ? "refund" : "charge";
  json::value source(refund ? IdOf("re_", movement.id) : IdOf("ch_", movement.authorization));
  if (disputed) source = MetadataOf(movement.metadata).at("dispute");
  if (disputed && expansion.Has("source"))
    source = json::object{{"id", source},
                          {"object", "dispute"},
                          {"charge", IdOf("ch_", movement.authorization)},
                          {"payment_intent", IdOf("pi_", movement.authorization)}};
  if (expansion.Has("source") && refund) source = RefundOf(movement);
  if (expansion.Has("source") && !refund && !disputed && charge != nullptr)
    source = ChargeOf(*charge, expansion.Below("source"));
  return {{"id", IdOf("txn_", movement.id)},
          {"object", "balance_transaction"},
          {"amount", amount},
          {"available_on", movement.created_s},
          {"created", movement.created_s},
          {"currency", Lower(movement.currency)},
          {"description", nullptr},
          {"exchange_rate", nullptr},
          {"fee", 0},
          {"fee_details", json::array()},
          {"net", amount},
          {"reporting_category", disputed ? json::string(movement.kind) : json::string(kind)},
          {"source", std::move(source)},
          {"status", "available"},
          {"type", kind}};
}

json::object EventOf(const Uuid& id, std::string_view type, std::string_view object, std::int64_t created_s) {
  return {{"id", IdOf("evt_", id)},
          {"object", "event"},
          {"api_version", kApiVersion},
          {"created", created_s},
          {"data", {{"object", json::parse(object)}}},
          {"livemode", false},
          {"pending_webhooks", 0},
          {"request", {{"id", nullptr}, {"idempotency_key", nullptr}}},
          {"type", type}};
}

json::object ListOf(std::string_view url, json::array data, bool has_more) {
  return {{"object", "list"}, {"data", std::move(data)}, {"has_more", has_more}, {"url", url}};
}

json::object DeclineOf(const Authorization& authorization) {
  auto error = ErrorOf(authorization);
  error["payment_intent"] = IntentOf(authorization);
  return {{"error", std::move(error)}};
}

}  // namespace market::sandbox
