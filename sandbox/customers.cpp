// Customers and the methods that they pay with again.
#include "sandbox/methods.hpp"
#include "sandbox/objects.hpp"
#include "sandbox/once.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;
using postgres::Tx;

constexpr std::int64_t kMethodsMax = 100;

constexpr Statement kInsertCustomer{
    "customer.insert",
    "INSERT INTO customer (id, metadata) VALUES ($1, $2) RETURNING extract(epoch FROM created_at)::bigint"};
constexpr Statement kGetCustomer{
    "customer.get", "SELECT metadata, extract(epoch FROM created_at)::bigint FROM customer WHERE id = $1"};
constexpr Statement kSave{
    "saved_method.insert",
    "INSERT INTO saved_method (id, customer_id, behaviour, usage) VALUES ($1, $2, $3, $4)"
    " RETURNING " MARKET_SAVED_METHOD_COLUMNS};
constexpr Statement kGetMethod{"saved_method.show",
                               "SELECT " MARKET_SAVED_METHOD_COLUMNS " FROM saved_method AS m WHERE id = $1"};
constexpr Statement kListMethods{"saved_method.list",
                                 "SELECT " MARKET_SAVED_METHOD_COLUMNS
                                 " FROM saved_method WHERE customer_id = $1 ORDER BY id DESC LIMIT $2"};
constexpr Statement kDetach{
    "saved_method.detach",
    "UPDATE saved_method SET customer_id = NULL WHERE id = $1 AND customer_id IS NOT NULL"
    " RETURNING " MARKET_SAVED_METHOD_COLUMNS};

Answer NotKnown(const std::string& name) {
  return Invalid("parameter_unknown", "Received unknown parameter: " + name, name);
}

}  // namespace

Task<Answer> Provider::CreateCustomer(Work work, Change change) {
  if (const auto beyond = change.form.Beyond({"metadata", "expand"})) co_return NotKnown(*beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    const auto id = Uuid::NewV7();
    const auto metadata = json::serialize(change.form.Group("metadata"));
    const auto rows = co_await tx.Execute(kInsertCustomer, id, metadata);
    co_return Shown(CustomerOf(id, metadata, rows.One().Int(0)));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::GetCustomer(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand"})) co_return NotKnown(*beyond);
  const auto uuid = UuidOf("cus_", id);
  if (!uuid) co_return Missing("customer", id);
  const auto rows = co_await database_.Read(Soon(work), kGetCustomer, *uuid);
  if (rows.empty()) co_return Missing("customer", id);
  co_return co_await Pause(Shown(CustomerOf(*uuid, std::string(rows.One().Text(0)), rows.One().Int(1))));
}

Task<Answer> Provider::CreateSetup(Work work, Change change) {
  const auto& form = change.form;
  if (const auto beyond =
          form.Beyond({"customer", "payment_method", "confirm", "usage", "payment_method_types", "expand"}))
    co_return NotKnown(*beyond);
  const auto method = form.Text("payment_method");
  const auto behaviour = BehaviourOf(method);
  const auto customer = UuidOf("cus_", form.Text("customer"));
  if (form.Text("confirm") != "true")
    co_return Invalid("", "The sandbox makes a SetupIntent and confirms it in one request: confirm=true.",
                      "confirm");
  if (!behaviour)
    co_return Invalid("resource_missing", "No such PaymentMethod: '" + method + "'", "payment_method");
  if (!customer)
    co_return Invalid("resource_missing", "No such customer: '" + form.Text("customer") + "'", "customer");
  auto effect = [&](Tx& tx) -> Task<Answer> {
    if ((co_await tx.Execute(kGetCustomer, *customer)).empty())
      co_return Invalid("resource_missing", "No such customer: '" + form.Text("customer") + "'", "customer");
    if (!behaviour->decline_code.empty()) {
      co_return Answer{402, json::serialize(json::object{{"error",
                                                          {{"type", "card_error"},
                                                           {"code", "card_declined"},
                                                           {"decline_code", behaviour->decline_code},
                                                           {"message", "Your card was declined."}}}})};
    }
    const auto usage = form.Has("usage") ? form.Text("usage") : "off_session";
    const auto rows = co_await tx.Execute(kSave, Uuid::NewV7(), *customer, behaviour->method, usage);
    co_return Shown(SetupOf(SavedMethod(rows.One())));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

Task<Answer> Provider::GetSetup(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand", "client_secret"})) co_return NotKnown(*beyond);
  const auto uuid = UuidOf("seti_", id);
  if (!uuid) co_return Missing("setupintent", id);
  const auto rows = co_await database_.Read(Soon(work), kGetMethod, *uuid);
  if (rows.empty()) co_return Missing("setupintent", id);
  co_return co_await Pause(Shown(SetupOf(SavedMethod(rows.One()))));
}

Task<Answer> Provider::GetMethod(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand"})) co_return NotKnown(*beyond);
  const auto uuid = UuidOf("pm_", id);
  if (!uuid) co_return Missing("PaymentMethod", id);
  const auto rows = co_await database_.Read(Soon(work), kGetMethod, *uuid);
  if (rows.empty()) co_return Missing("PaymentMethod", id);
  co_return co_await Pause(Shown(MethodOf(SavedMethod(rows.One()))));
}

Task<Answer> Provider::ListMethods(Work work, std::string customer, Form form) {
  if (const auto beyond = form.Beyond({"limit", "type", "expand"})) co_return NotKnown(*beyond);
  const auto uuid = UuidOf("cus_", customer);
  if (!uuid) co_return Missing("customer", customer);
  json::array data;
  for (const auto row : co_await database_.Read(Soon(work), kListMethods, *uuid, kMethodsMax)) {
    data.push_back(MethodOf(SavedMethod(row)));
  }
  co_return co_await Pause(
      Shown(ListOf("/v1/customers/" + customer + "/payment_methods", std::move(data), false)));
}

Task<Answer> Provider::Detach(Work work, Change change, std::string id) {
  if (const auto beyond = change.form.Beyond({"expand"})) co_return NotKnown(*beyond);
  auto effect = [&](Tx& tx) -> Task<Answer> {
    const auto uuid = UuidOf("pm_", id);
    if (!uuid) co_return Missing("PaymentMethod", id);
    const auto rows = co_await tx.Execute(kDetach, *uuid);
    if (rows.empty()) co_return Invalid("", "The payment method you provided is not attached to a customer.");
    co_return Shown(MethodOf(SavedMethod(rows.One())));
  };
  co_return co_await Pause(co_await Once(database_, work, change, effect));
}

}  // namespace market::sandbox
