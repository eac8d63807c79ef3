#include "sandbox/payouts.hpp"

#include <boost/json.hpp>
#include <string_view>

#include "platform/core/id.hpp"

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

Work InPayoutTime(const Work& work) { return work.With(runtime::After(kPayoutLimit)); }

json::object ToJson(const postgres::Row& row) {
  return {{"sequence", row.Int(0)},   {"id", row.GetUuid(1).ToString()}, {"key", row.Text(2)},
          {"reference", row.Text(3)}, {"destination", row.Text(4)},      {"currency", row.Text(5)},
          {"amount", row.Int(6)},     {"status", row.Text(7)},           {"failure_code", row.Text(8)}};
}

}  // namespace

Task<Answer> Payouts::Create(Work work, std::string key, Form form) {
  const auto amount = form.Int("amount").value_or(0);
  const auto destination = form.Text("destination");
  const auto currency = form.Text("currency");
  if (key.empty()) co_return Invalid("key_missing", "A payout needs a key.");
  if (amount < 1) co_return Invalid("amount_invalid", "This is no amount.", "amount");
  if (destination.empty() || currency.size() != 3)
    co_return Invalid("parameter_missing", "Say what goes where.");
  if (destination.ends_with("9001")) co_return Invalid("account_closed", "There is no such account.");
  co_await database_.Write(InPayoutTime(work), kMakePayout, Uuid::NewV7(), key, form.Text("reference"),
                           destination, form.Text("holder"), currency, amount);
  const auto made = ToJson((co_await database_.Read(InPayoutTime(work), kOfKey, key)).One());
  if (made.at("amount") != json::value(amount) || made.at("destination") != json::value(destination) ||
      made.at("currency") != json::value(currency)) {
    co_return Failure(400, "idempotency_error", "", "The key belongs to another payout.");
  }
  if (destination.ends_with("9005")) co_await runtime::SleepFor(timeout_hold_);
  co_return Shown(made);
}

Task<Answer> Payouts::Get(Work work, Form form) {
  if (const auto after = form.Int("after")) co_return co_await List(work, *after);
  co_return co_await Find(work, form.Text("key"));
}

Task<Answer> Payouts::Find(Work work, std::string key) {
  json::array found;
  for (const auto row : co_await database_.Write(InPayoutTime(work), kLook, key))
    found.push_back(ToJson(row));
  co_return Shown({{"payouts", std::move(found)}});
}

Task<Answer> Payouts::List(Work work, std::int64_t after) {
  json::array found;
  for (const auto row : co_await database_.Read(InPayoutTime(work), kAfter, after))
    found.push_back(ToJson(row));
  co_return Shown({{"payouts", std::move(found)}});
}

}  // namespace market::sandbox
