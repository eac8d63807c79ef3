#include "sandbox/payouts.hpp"

#include <boost/json.hpp>
#include <string_view>

#include "platform/core/id.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;

constexpr std::chrono::seconds kPayoutLimit{10};

#define MARKET_PAYOUT_COLUMNS \
  "sequence, id, idempotency_key, reference, destination, currency, amount_minor, status, failure_code"

constexpr Statement kMakePayout{"payout.make", R"sql(
  INSERT INTO bank_payout (id, idempotency_key, reference, destination, holder, currency, amount_minor)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (idempotency_key) DO NOTHING)sql"};
constexpr Statement kOfKey{"payout.of_key",
                           "SELECT " MARKET_PAYOUT_COLUMNS " FROM bank_payout WHERE idempotency_key = $1"};
// A day later.
constexpr Statement kLook{"payout.look", R"sql(
  UPDATE bank_payout SET
    status = CASE WHEN status = 'pending' AND right(destination, 4) = '9002' THEN 'failed'
                  WHEN status = 'pending' AND right(destination, 4) <> '9004' THEN 'paid'
                  WHEN status = 'paid' AND right(destination, 4) = '9003' THEN 'returned' ELSE status END,
    failure_code = CASE WHEN status = 'pending' AND right(destination, 4) = '9002' THEN 'account_closed'
                        WHEN status = 'paid' AND right(destination, 4) = '9003' THEN 'no_account' ELSE failure_code END
  WHERE idempotency_key = $1 RETURNING )sql" MARKET_PAYOUT_COLUMNS};
constexpr Statement kAfter{"payout.after",
                           "SELECT " MARKET_PAYOUT_COLUMNS
                           " FROM bank_payout WHERE sequence > $1 ORDER BY sequence LIMIT 1000"};

Work InTime(const Work& work) { return work.With(runtime::After(kPayoutLimit)); }

json::object ToJson(const postgres::Row& row) {
  return {{"sequence", row.Int(0)},   {"id", row.GetUuid(1).ToString()}, {"key", row.Text(2)},
          {"reference", row.Text(3)}, {"destination", row.Text(4)},      {"currency", row.Text(5)},
          {"amount", row.Int(6)},     {"status", row.Text(7)},           {"failure_code", row.Text(8)}};
}

Answer NotMade(int status, std::string_view type, std::string_view code) {
  return {status, json::serialize(json::object{{"error", {{"type", type}, {"code", code}}}})};
}

std::string TextOf(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Task<Answer> Payouts::Create(Work work, std::string key, json::object body) {
  const auto* amount = body.if_contains("amount");
  const auto destination = TextOf(body, "destination");
  const auto currency = TextOf(body, "currency");
  if (amount == nullptr || !amount->is_int64() || amount->get_int64() < 1)
    co_return NotMade(400, "invalid_request_error", "amount_invalid");
  if (destination.empty() || currency.size() != 3)
    co_return NotMade(400, "invalid_request_error", "parameter_missing");
  if (destination.ends_with("9001")) co_return NotMade(400, "invalid_request_error", "account_closed");
  co_await database_.Write(InTime(work), kMakePayout, Uuid::NewV7(), key, TextOf(body, "reference"),
                           destination, TextOf(body, "holder"), currency, amount->get_int64());
  const auto made = ToJson((co_await database_.Read(InTime(work), kOfKey, key)).One());
  if (made.at("amount") != *amount || made.at("destination") != json::value(destination) ||
      made.at("currency") != json::value(currency)) {
    co_return NotMade(422, "idempotency_error", "key_reused");
  }
  if (destination.ends_with("9005")) co_await runtime::SleepFor(timeout_hold_);
  co_return Answer{200, json::serialize(made)};
}

Task<Answer> Payouts::Find(Work work, std::string key) {
  json::array found;
  for (const auto row : co_await database_.Write(InTime(work), kLook, key)) found.push_back(ToJson(row));
  co_return Answer{200, json::serialize(json::object{{"payouts", std::move(found)}})};
}

Task<Answer> Payouts::List(Work work, std::int64_t after) {
  json::array found;
  for (const auto row : co_await database_.Read(InTime(work), kAfter, after)) found.push_back(ToJson(row));
  co_return Answer{200, json::serialize(json::object{{"payouts", std::move(found)}})};
}

}  // namespace market::sandbox
