#include "sandbox/provider.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <vector>

#include "platform/core/id.hpp"
#include "sandbox/methods.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;
using postgres::Tx;

constexpr std::chrono::seconds kLimit{10};
constexpr std::int64_t kPageMax = 100;
constexpr std::int64_t kAmountMax = 1'000'000'000'000;

#define MARKET_COLUMNS                                                                             \
  "id, reference, idempotency_key, payment_method, currency, amount_minor, status, decline_code, " \
  "captured_minor, refunded_minor"

constexpr Statement kFindAnswer{"answer.find",
                                "SELECT request, status, body FROM answer WHERE idempotency_key = $1"};
constexpr Statement kKeepAnswer{
    "answer.keep", "INSERT INTO answer (idempotency_key, request, status, body) VALUES ($1, $2, $3, $4)"};
constexpr Statement kCountFailure{"failure.count", R"sql(
  INSERT INTO failure (reference, times) VALUES ($1, 1)
  ON CONFLICT (reference) DO UPDATE SET times = failure.times + 1 RETURNING times)sql"};
constexpr Statement kInsert{
    "authorization.insert",
    "INSERT INTO card_authorization (id, reference, idempotency_key, payment_method, currency,"
    " amount_minor, status, decline_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " RETURNING " MARKET_COLUMNS};
constexpr Statement kLock{"authorization.lock",
                          "SELECT " MARKET_COLUMNS " FROM card_authorization WHERE id = $1 FOR UPDATE"};
constexpr Statement kUpdate{"authorization.update",
                            "UPDATE card_authorization SET status = $2, captured_minor = $3, refunded_minor "
                            "= $4, changed_at = market_now()"
                            " WHERE id = $1 RETURNING " MARKET_COLUMNS};
constexpr Statement kInsertMovement{"movement.insert", R"sql(
  INSERT INTO movement (id, authorization_id, kind, amount_minor, currency, reference)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr Statement kGet{"authorization.get",
                         "SELECT " MARKET_COLUMNS " FROM card_authorization WHERE id = $1"};
constexpr Statement kByReference{"authorization.by_reference",
                                 "SELECT " MARKET_COLUMNS
                                 " FROM card_authorization WHERE reference = $1 ORDER BY created_at, id"};
constexpr Statement kRefundsByReference{"movement.refunds_of_reference", R"sql(
  SELECT m.id, m.amount_minor, m.reference FROM movement m JOIN card_authorization a ON a.id = m.authorization_id
  WHERE a.reference = $1 AND m.kind = 'refund' ORDER BY m.sequence)sql"};
constexpr Statement kList{"authorization.list",
                          "SELECT " MARKET_COLUMNS
                          " FROM card_authorization WHERE changed_at >= to_timestamp($1)"
                          " AND id > $2 ORDER BY id LIMIT $3"};
constexpr Statement kRefundsOf{"movement.refunds_of", R"sql(
  SELECT authorization_id, id, amount_minor, reference FROM movement
  WHERE authorization_id = ANY ($1) AND kind = 'refund' ORDER BY sequence)sql"};
constexpr Statement kMovements{"movement.list", R"sql(
  SELECT sequence, id, authorization_id, kind, amount_minor, currency, reference FROM movement
  WHERE sequence > $1 ORDER BY sequence LIMIT 1000)sql"};

Work Soon(const Work& work) { return work.With(runtime::After(kLimit)); }

Answer Failure(int status, std::string_view type, std::string_view code, std::string_view message) {
  return {status,
          json::serialize(json::object{{"error", {{"type", type}, {"code", code}, {"message", message}}}})};
}

Answer Invalid(std::string_view code, std::string_view message) {
  return Failure(400, "invalid_request_error", code, message);
}

struct Authorization {
  explicit Authorization(const postgres::Row& row)
      : id(row.GetUuid(0)),
        reference(row.Text(1)),
        key(row.Text(2)),
        method(row.Text(3)),
        currency(row.Text(4)),
        amount(row.Int(5)),
        status(row.Text(6)),
        decline_code(row.Text(7)),
        captured(row.Int(8)),
        refunded(row.Int(9)) {}

  json::object ToJson() const {
    return {{"id", id.ToString()},      {"reference", reference},       {"idempotency_key", key},
            {"payment_method", method}, {"currency", currency},         {"amount", amount},
            {"status", status},         {"decline_code", decline_code}, {"captured", captured},
            {"refunded", refunded}};
  }

  Uuid id;
  std::string reference;
  std::string key;
  std::string method;
  std::string currency;
  std::int64_t amount;
  std::string status;
  std::string decline_code;
  std::int64_t captured;
  std::int64_t refunded;
};

Answer Shown(const Authorization& authorization) { return {200, json::serialize(authorization.ToJson())}; }

// A declined card: the object exists, and the answer says 402 as card networks' gateways do.
Answer Declined(const Authorization& authorization) {
  return {402, json::serialize(json::object{{"error",
                                             {{"type", "card_error"},
                                              {"code", "card_declined"},
                                              {"decline_code", authorization.decline_code},
                                              {"message", "the card was declined"}}},
                                            {"authorization", authorization.ToJson()}})};
}

std::string TextIn(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t IntIn(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// Runs `effect` under the key: its answer and its effect commit together,
// and a key that has an answer gets that one.
template <class Effect>
Task<Answer> Once(postgres::Database& database, Work work, std::string key, std::string request,
                  Effect effect) {
  for (int attempt = 0;; ++attempt) {
    auto body = [&](Tx& tx) -> Task<Answer> {
      const auto known = co_await tx.Execute(kFindAnswer, key);
      if (!known.empty()) {
        if (known.One().Text(0) != request) {
          co_return Failure(422, "idempotency_error", "key_reused",
                            "this Idempotency-Key was used for another request");
        }
        co_return Answer{static_cast<int>(known.One().Int(1)), std::string(known.One().Text(2))};
      }
      Answer answer = co_await effect(tx);
      co_await tx.Execute(kKeepAnswer, key, request, answer.status, answer.body);
      co_return answer;
    };
    try {
      co_return co_await database.Transaction(Soon(work), body);
    } catch (const postgres::SqlError& error) {
      // A twin committed first; what it answered is the answer.
      if (attempt > 0 || !error.Is("23505")) throw;
    }
  }
}

// Runs `change` on the locked authorization; it returns the refusal, or nothing after it changed the row.
template <class Change>
Task<Answer> Changed(Tx& tx, std::string id, Change change) {
  const auto uuid = Uuid::Parse(id);
  if (!uuid) co_return Failure(404, "invalid_request_error", "resource_missing", "no such authorization");
  const auto rows = co_await tx.Execute(kLock, *uuid);
  if (rows.empty())
    co_return Failure(404, "invalid_request_error", "resource_missing", "no such authorization");
  Authorization authorization(rows.One());
  const auto before_captured = authorization.captured;
  const auto before_refunded = authorization.refunded;
  std::string movement_reference;
  if (const std::optional<Answer> refusal = change(authorization, movement_reference)) co_return *refusal;

  const auto captured = authorization.captured - before_captured;
  const auto refunded = authorization.refunded - before_refunded;
  if (captured > 0) {
    co_await tx.Execute(kInsertMovement, Uuid::NewV7(), *uuid, "capture", captured, authorization.currency,
                        authorization.reference);
  }
  if (refunded > 0) {
    co_await tx.Execute(kInsertMovement, Uuid::NewV7(), *uuid, "refund", refunded, authorization.currency,
                        movement_reference);
  }
  const auto updated = co_await tx.Execute(kUpdate, *uuid, authorization.status, authorization.captured,
                                           authorization.refunded);
  co_return Shown(Authorization(updated.One()));
}

}  // namespace

Task<Answer> Provider::Pause(Answer answer) {
  if (options_.latency.count() > 0) co_await runtime::SleepFor(options_.latency);
  co_return answer;
}

Task<Answer> Provider::Authorize(Work work, std::string key, json::object body) {
  const auto amount = IntIn(body, "amount");
  const auto currency = TextIn(body, "currency");
  const auto reference = TextIn(body, "reference");
  const auto behaviour = BehaviourOf(TextIn(body, "payment_method"));
  if (amount < 1 || amount > kAmountMax)
    co_return Invalid("amount_invalid", "amount must be from 1 to 10^12");
  if (currency.size() != 3) co_return Invalid("currency_invalid", "currency must be an ISO 4217 code");
  if (reference.empty()) co_return Invalid("parameter_missing", "reference is required");
  if (!behaviour) co_return Invalid("payment_method_unknown", "no such payment method");
  if (held_.contains(key))
    co_return Failure(409, "idempotency_error", "key_in_use",
                      "a request with this Idempotency-Key is still running");

  auto effect = [&](Tx& tx) -> Task<Answer> {
    if (behaviour->errors_before > 0) {
      const auto times = (co_await tx.Execute(kCountFailure, reference)).One().Int(0);
      if (times <= behaviour->errors_before)
        co_return Failure(500, "api_error", "internal", "something went wrong");
    }
    const bool declined = !behaviour->decline_code.empty();
    const auto rows =
        co_await tx.Execute(kInsert, Uuid::NewV7(), reference, key, behaviour->method, currency, amount,
                            declined ? "declined" : "authorized", behaviour->decline_code);
    const Authorization made(rows.One());
    co_return declined ? Declined(made) : Shown(made);
  };
  auto answer = co_await Once(database_, work, key, "authorize " + json::serialize(body), effect);
  if (behaviour->answer == Behaviour::Answer::kAfterCallerGaveUp) {
    // The card was charged or declined; only the answer is late.
    // A repetition finds the key in use until then.
    const auto held = held_.insert(key).first;
    co_await runtime::SleepFor(options_.timeout_hold);
    held_.erase(held);
  }
  co_return co_await Pause(std::move(answer));
}

Task<Answer> Provider::Capture(Work work, std::string key, std::string id, json::object body) {
  const auto amount = IntIn(body, "amount");
  auto change = [&](Authorization& authorization, std::string&) -> std::optional<Answer> {
    if (authorization.status != "authorized")
      return Invalid("authorization_unexpected_state", "it is " + authorization.status);
    if (amount < 1 || amount > authorization.amount)
      return Invalid("amount_too_large", "more than was authorised");
    const auto behaviour = BehaviourOf(authorization.method);
    if (behaviour && !behaviour->capture_code.empty())
      return Invalid(behaviour->capture_code, "the bank has given up its hold");
    authorization.status = "captured";
    authorization.captured = amount;
    return std::nullopt;
  };
  auto effect = [&](Tx& tx) { return Changed(tx, id, change); };
  co_return co_await Pause(
      co_await Once(database_, work, key, "capture " + id + ' ' + json::serialize(body), effect));
}

Task<Answer> Provider::Void(Work work, std::string key, std::string id) {
  auto change = [&](Authorization& authorization, std::string&) -> std::optional<Answer> {
    if (authorization.status == "voided") return std::nullopt;
    if (authorization.status != "authorized")
      return Invalid("authorization_unexpected_state", "it is " + authorization.status);
    authorization.status = "voided";
    return std::nullopt;
  };
  auto effect = [&](Tx& tx) { return Changed(tx, id, change); };
  co_return co_await Pause(co_await Once(database_, work, key, "void " + id, effect));
}

Task<Answer> Provider::Refund(Work work, std::string key, std::string id, json::object body) {
  const auto amount = IntIn(body, "amount");
  auto change = [&](Authorization& authorization, std::string& reference) -> std::optional<Answer> {
    if (authorization.status != "captured")
      return Invalid("authorization_unexpected_state", "it is " + authorization.status);
    if (amount < 1 || amount > authorization.captured - authorization.refunded) {
      return Invalid("amount_too_large", "more than was captured");
    }
    authorization.refunded += amount;
    reference = TextIn(body, "reference");
    return std::nullopt;
  };
  auto effect = [&](Tx& tx) { return Changed(tx, id, change); };
  co_return co_await Pause(
      co_await Once(database_, work, key, "refund " + id + ' ' + json::serialize(body), effect));
}

Task<Answer> Provider::Get(Work work, std::string id) {
  const auto uuid = Uuid::Parse(id);
  if (!uuid) co_return Failure(404, "invalid_request_error", "resource_missing", "no such authorization");
  const auto rows = co_await database_.Read(Soon(work), kGet, *uuid);
  if (rows.empty())
    co_return Failure(404, "invalid_request_error", "resource_missing", "no such authorization");
  co_return co_await Pause(Shown(Authorization(rows.One())));
}

// The refunds come with their own references, so that a caller can find one whose answer it lost.
Task<Answer> Provider::FindByReference(Work work, std::string reference) {
  const auto rows = co_await database_.Read(Soon(work), kByReference, reference);
  const auto refund_rows = co_await database_.Read(Soon(work), kRefundsByReference, reference);
  json::array found;
  for (const auto row : rows) found.push_back(Authorization(row).ToJson());
  json::array refunds;
  for (const auto row : refund_rows) {
    refunds.push_back(
        json::object{{"id", row.GetUuid(0).ToString()}, {"amount", row.Int(1)}, {"reference", row.Text(2)}});
  }
  co_return co_await Pause(
      {200, json::serialize(json::object{{"authorizations", found}, {"refunds", refunds}})});
}

Task<Answer> Provider::List(Work work, std::int64_t changed_since_s, std::string after, std::int64_t limit) {
  const auto page = std::clamp<std::int64_t>(limit, 1, kPageMax);
  // One more tells whether there is more.
  const auto rows = co_await database_.Read(Soon(work), kList, changed_since_s,
                                            Uuid::Parse(after).value_or(Uuid()), page + 1);
  std::vector<Uuid> ids;
  for (const auto row : rows) ids.push_back(row.GetUuid(0));
  std::map<Uuid, json::array> refunds;
  for (const auto row : co_await database_.Read(Soon(work), kRefundsOf, ids)) {
    refunds[row.GetUuid(0)].push_back(
        json::object{{"id", row.GetUuid(1).ToString()}, {"amount", row.Int(2)}, {"reference", row.Text(3)}});
  }
  json::array found;
  for (const auto row : rows) {
    if (std::ssize(found) == page) break;
    const Authorization authorization(row);
    auto shown = authorization.ToJson();
    shown["refunds"] = refunds[authorization.id];
    found.push_back(std::move(shown));
  }
  const bool more = std::ssize(ids) > page;
  co_return co_await Pause(
      {200, json::serialize(json::object{{"authorizations", std::move(found)}, {"has_more", more}})});
}

Task<Answer> Provider::Movements(Work work, std::int64_t after) {
  const auto rows = co_await database_.Read(Soon(work), kMovements, after);
  json::array movements;
  for (const auto row : rows) {
    movements.push_back(json::object{{"sequence", row.Int(0)},
                                     {"id", row.GetUuid(1).ToString()},
                                     {"authorization_id", row.GetUuid(2).ToString()},
                                     {"kind", row.Text(3)},
                                     {"amount", row.Int(4)},
                                     {"currency", row.Text(5)},
                                     {"reference", row.Text(6)}});
  }
  co_return co_await Pause({200, json::serialize(json::object{{"transactions", movements}})});
}

}  // namespace market::sandbox
