// What the provider shows, one by one and in pages, newest first.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sandbox/objects.hpp"
#include "sandbox/provider.hpp"

namespace market::sandbox {
namespace {

namespace json = boost::json;
using postgres::Statement;

constexpr std::chrono::seconds kReadLimit{10};
constexpr std::int64_t kPageMax = 100;
constexpr std::int64_t kPageDefault = 10;
constexpr std::int64_t kEndOfTime_s = 253'402'300'799;  // 9999-12-31

constexpr Statement kGet{"authorization.get",
                         "SELECT " MARKET_AUTHORIZATION_COLUMNS " FROM card_authorization WHERE id = $1"};
constexpr Statement kGetAll{"authorization.get_all", "SELECT " MARKET_AUTHORIZATION_COLUMNS
                                                     " FROM card_authorization WHERE id = ANY ($1)"};
constexpr Statement kList{"authorization.list",
                          "SELECT " MARKET_AUTHORIZATION_COLUMNS
                          " FROM card_authorization"
                          " WHERE created_at >= to_timestamp($1) AND created_at < to_timestamp($2)"
                          " AND id < $3 ORDER BY id DESC LIMIT $4"};
constexpr Statement kCharges{"charge.list",
                             "SELECT " MARKET_AUTHORIZATION_COLUMNS
                             " FROM card_authorization"
                             " WHERE created_at >= to_timestamp($1) AND created_at < to_timestamp($2)"
                             " AND charged AND id < $3 ORDER BY id DESC LIMIT $4"};
constexpr Statement kOfIntent{"charge.of_intent", "SELECT " MARKET_AUTHORIZATION_COLUMNS
                                                  " FROM card_authorization WHERE id = $1 AND charged"};
constexpr Statement kOfGroup{"authorization.of_group", "SELECT " MARKET_AUTHORIZATION_COLUMNS
                                                       " FROM card_authorization WHERE reference = $1"
                                                       " AND charged AND id < $2 ORDER BY id DESC LIMIT $3"};
constexpr Statement kSearch{"authorization.search",
                            "SELECT " MARKET_AUTHORIZATION_COLUMNS
                            " FROM card_authorization WHERE metadata::jsonb ->> $1 = $2"
                            " AND created_at <= market_now() - $3 * interval '1 millisecond'"
                            " ORDER BY id DESC LIMIT $4"};
constexpr Statement kGetRefund{
    "movement.refund", "SELECT " MARKET_MOVEMENT_COLUMNS " FROM movement WHERE id = $1 AND kind = 'refund'"};
constexpr Statement kRefundsOf{"movement.refunds_of", "SELECT " MARKET_MOVEMENT_COLUMNS
                                                      " FROM movement WHERE authorization_id = ANY ($1)"
                                                      " AND kind = 'refund' ORDER BY sequence DESC"};
constexpr Statement kRefunds{"movement.refunds",
                             "SELECT " MARKET_MOVEMENT_COLUMNS
                             " FROM movement WHERE kind = 'refund' AND sequence <"
                             " coalesce((SELECT m.sequence FROM movement m WHERE m.id = $1),"
                             " 9223372036854775807) ORDER BY sequence DESC LIMIT $2"};
constexpr Statement kMovements{"movement.list",
                               "SELECT " MARKET_MOVEMENT_COLUMNS
                               " FROM movement WHERE sequence <"
                               " coalesce((SELECT m.sequence FROM movement m WHERE m.id = $1),"
                               " 9223372036854775807) ORDER BY sequence DESC LIMIT $2"};
constexpr Statement kHappenings{"happening.list", R"sql(
  SELECT id, type, object, extract(epoch FROM created_at)::bigint FROM happening
  WHERE created_at >= to_timestamp($1) AND created_at < to_timestamp($2)
    AND (cardinality($3::text[]) = 0 OR type = ANY ($3::text[]))
    AND sequence < coalesce((SELECT h.sequence FROM happening h WHERE h.id = $4), 9223372036854775807)
  ORDER BY sequence DESC LIMIT $5)sql"};

Work InTime(const Work& work) { return work.With(runtime::After(kReadLimit)); }

// Greater than every id.
Uuid Last() {
  std::array<std::uint8_t, 16> bytes;
  bytes.fill(0xFF);
  return Uuid(bytes);
}

struct Page {
  std::int64_t limit = kPageDefault;
  std::optional<Uuid> after;
  std::int64_t from_s = 0;
  std::int64_t until_s = kEndOfTime_s;  // exclusive
};

// Nothing: what `refusal` says.
std::optional<Page> PageIn(const Form& form, std::string_view prefix, Answer& refusal) {
  Page page;
  page.limit = form.Has("limit") ? form.Int("limit").value_or(0) : kPageDefault;
  if (page.limit < 1 || page.limit > kPageMax) {
    refusal = Invalid("parameter_invalid_integer", "limit must be from 1 to 100.", "limit");
    return std::nullopt;
  }
  if (form.Has("starting_after")) {
    page.after = UuidOf(prefix, form.Text("starting_after"));
    if (!page.after) {
      refusal = Invalid("resource_missing", "No such object: '" + form.Text("starting_after") + "'",
                        "starting_after");
      return std::nullopt;
    }
  }
  if (const auto from = form.Int("created[gte]")) page.from_s = *from;
  if (const auto from = form.Int("created[gt]")) page.from_s = *from + 1;
  if (const auto until = form.Int("created[lt]")) page.until_s = *until;
  if (const auto until = form.Int("created[lte]")) page.until_s = *until + 1;
  return page;
}

Answer Unknown(const std::string& name) {
  return Invalid("parameter_unknown", "Received unknown parameter: " + name, name);
}

using Refunds = std::map<Uuid, std::vector<Movement>>;

Task<Refunds> RefundsOf(postgres::Database& database, Work work, std::vector<Uuid> ids) {
  Refunds refunds;
  for (const auto row : co_await database.Read(InTime(work), kRefundsOf, ids)) {
    const Movement refund(row);
    refunds[refund.authorization].push_back(refund);
  }
  co_return refunds;
}

// A page of what was read, one more than it holds.
template <class Show>
Answer Listed(std::string_view url, const postgres::Result& rows, std::int64_t limit, Show show) {
  json::array data;
  for (const auto row : rows) {
    if (std::ssize(data) == limit) break;
    data.push_back(show(row));
  }
  return Shown(ListOf(url, std::move(data), static_cast<std::int64_t>(rows.size()) > limit));
}

std::vector<Uuid> IdsIn(const postgres::Result& rows) {
  std::vector<Uuid> ids;
  for (const auto row : rows) ids.push_back(row.GetUuid(0));
  return ids;
}

// metadata['name']:'value'
std::optional<std::pair<std::string, std::string>> SearchedIn(std::string query) {
  std::ranges::replace(query, '"', '\'');
  constexpr std::string_view kStart = "metadata['";
  constexpr std::string_view kMiddle = "']:'";
  const auto middle = query.find(kMiddle);
  if (!query.starts_with(kStart) || middle == std::string::npos || !query.ends_with('\''))
    return std::nullopt;
  const auto value_at = middle + kMiddle.size();
  if (value_at >= query.size()) return std::nullopt;
  return std::pair(query.substr(kStart.size(), middle - kStart.size()),
                   query.substr(value_at, query.size() - value_at - 1));
}

}  // namespace

Task<std::optional<Authorization>> Provider::Find(Work work, std::string id) {
  const auto uuid = UuidOf("pi_", id);
  if (!uuid) co_return std::nullopt;
  const auto rows = co_await database_.Read(InTime(work), kGet, *uuid);
  if (rows.empty()) co_return std::nullopt;
  co_return Authorization(rows.One());
}

Task<Answer> Provider::GetIntent(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand", "client_secret"})) co_return Unknown(*beyond);
  const auto uuid = UuidOf("pi_", id);
  if (!uuid) co_return Missing("payment_intent", id);
  const auto rows = co_await database_.Read(InTime(work), kGet, *uuid);
  if (rows.empty()) co_return Missing("payment_intent", id);
  const Expansion expansion(form);
  Refunds refunds;
  if (expansion.Has("latest_charge.refunds")) refunds = co_await RefundsOf(database_, work, {*uuid});
  co_return co_await Pause(Shown(IntentOf(Authorization(rows.One()), expansion, refunds[*uuid])));
}

Task<Answer> Provider::GetCharge(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand"})) co_return Unknown(*beyond);
  const auto uuid = UuidOf("ch_", id);
  if (!uuid) co_return Missing("charge", id);
  const auto rows = co_await database_.Read(InTime(work), kOfIntent, *uuid);
  if (rows.empty()) co_return Missing("charge", id);
  const Expansion expansion(form);
  auto refunds = co_await RefundsOf(database_, work, {*uuid});
  co_return co_await Pause(Shown(ChargeOf(Authorization(rows.One()), expansion, refunds[*uuid])));
}

Task<Answer> Provider::GetRefund(Work work, std::string id, Form form) {
  if (const auto beyond = form.Beyond({"expand"})) co_return Unknown(*beyond);
  const auto uuid = UuidOf("re_", id);
  if (!uuid) co_return Missing("refund", id);
  const auto rows = co_await database_.Read(InTime(work), kGetRefund, *uuid);
  if (rows.empty()) co_return Missing("refund", id);
  co_return co_await Pause(Shown(RefundOf(Movement(rows.One()))));
}

Task<Answer> Provider::ListIntents(Work work, Form form) {
  if (const auto beyond = form.Beyond({"limit", "starting_after", "created", "expand"}))
    co_return Unknown(*beyond);
  Answer refusal;
  const auto page = PageIn(form, "pi_", refusal);
  if (!page) co_return refusal;
  const Expansion expansion(form);
  const auto rows = co_await database_.Read(InTime(work), kList, page->from_s, page->until_s,
                                            page->after.value_or(Last()), page->limit + 1);
  Refunds refunds;
  if (expansion.Has("latest_charge.refunds")) refunds = co_await RefundsOf(database_, work, IdsIn(rows));
  co_return co_await Pause(Listed("/v1/payment_intents", rows, page->limit, [&](const auto& row) {
    const Authorization authorization(row);
    return IntentOf(authorization, expansion, refunds[authorization.id]);
  }));
}

Task<Answer> Provider::SearchIntents(Work work, Form form) {
  if (const auto beyond = form.Beyond({"query", "limit", "expand"})) co_return Unknown(*beyond);
  Answer refusal;
  const auto page = PageIn(form, "pi_", refusal);
  if (!page) co_return refusal;
  const auto searched = SearchedIn(form.Text("query"));
  if (!searched) co_return Invalid("", "The sandbox searches by metadata['name']:'value'.", "query");
  const auto rows = co_await database_.Read(InTime(work), kSearch, searched->first, searched->second,
                                            std::int64_t{options_.search_lag.count()}, page->limit);
  json::array data;
  for (const auto row : rows) data.push_back(IntentOf(Authorization(row), Expansion(form)));
  auto found = ListOf("/v1/payment_intents/search", std::move(data), false);
  found["object"] = "search_result";
  found["next_page"] = nullptr;
  co_return co_await Pause(Shown(found));
}

Task<Answer> Provider::ListCharges(Work work, Form form) {
  if (const auto beyond =
          form.Beyond({"limit", "starting_after", "created", "expand", "transfer_group", "payment_intent"})) {
    co_return Unknown(*beyond);
  }
  Answer refusal;
  const auto page = PageIn(form, "ch_", refusal);
  if (!page) co_return refusal;
  const auto after = page->after.value_or(Last());
  postgres::Result rows;
  if (form.Has("transfer_group")) {
    rows =
        co_await database_.Read(InTime(work), kOfGroup, form.Text("transfer_group"), after, page->limit + 1);
  } else if (form.Has("payment_intent")) {
    rows = co_await database_.Read(InTime(work), kOfIntent,
                                   UuidOf("pi_", form.Text("payment_intent")).value_or(Uuid()));
  } else {
    rows =
        co_await database_.Read(InTime(work), kCharges, page->from_s, page->until_s, after, page->limit + 1);
  }
  const Expansion expansion(form);
  Refunds refunds;
  if (expansion.Has("refunds")) refunds = co_await RefundsOf(database_, work, IdsIn(rows));
  co_return co_await Pause(Listed("/v1/charges", rows, page->limit, [&](const auto& row) {
    const Authorization authorization(row);
    return ChargeOf(authorization, expansion, refunds[authorization.id]);
  }));
}

Task<Answer> Provider::ListRefunds(Work work, Form form) {
  if (const auto beyond = form.Beyond({"limit", "starting_after", "payment_intent", "charge", "expand"}))
    co_return Unknown(*beyond);
  Answer refusal;
  const auto page = PageIn(form, "re_", refusal);
  if (!page) co_return refusal;
  if (!form.Has("payment_intent") && !form.Has("charge")) {
    const auto rows =
        co_await database_.Read(InTime(work), kRefunds, page->after.value_or(Uuid()), page->limit + 1);
    co_return co_await Pause(
        Listed("/v1/refunds", rows, page->limit, [](const auto& row) { return RefundOf(Movement(row)); }));
  }
  const auto id = form.Has("payment_intent") ? UuidOf("pi_", form.Text("payment_intent"))
                                             : UuidOf("ch_", form.Text("charge"));
  // Of one charge there are few.
  auto refunds = co_await RefundsOf(database_, work, {id.value_or(Uuid())});
  json::array data;
  bool more = false;
  bool past = !page->after;
  for (const auto& refund : refunds[id.value_or(Uuid())]) {
    if (past && std::ssize(data) == page->limit) more = true;
    if (past && !more) data.push_back(RefundOf(refund));
    past = past || refund.id == page->after;
  }
  co_return co_await Pause(Shown(ListOf("/v1/refunds", std::move(data), more)));
}

Task<Answer> Provider::ListTransactions(Work work, Form form) {
  if (const auto beyond = form.Beyond({"limit", "starting_after", "expand"})) co_return Unknown(*beyond);
  Answer refusal;
  const auto page = PageIn(form, "txn_", refusal);
  if (!page) co_return refusal;
  const Expansion expansion(form);
  const auto rows =
      co_await database_.Read(InTime(work), kMovements, page->after.value_or(Uuid()), page->limit + 1);
  std::set<Uuid> named;
  if (expansion.Has("source")) {
    for (const auto row : rows) named.insert(Movement(row).authorization);
  }
  std::map<Uuid, Authorization> authorizations;
  const std::vector<Uuid> ids(named.begin(), named.end());
  for (const auto row : co_await database_.Read(InTime(work), kGetAll, ids)) {
    authorizations.emplace(row.GetUuid(0), Authorization(row));
  }
  co_return co_await Pause(Listed("/v1/balance_transactions", rows, page->limit, [&](const auto& row) {
    const Movement movement(row);
    const auto found = authorizations.find(movement.authorization);
    return TransactionOf(movement, found == authorizations.end() ? nullptr : &found->second, expansion);
  }));
}

Task<Answer> Provider::ListEvents(Work work, Form form) {
  if (const auto beyond = form.Beyond({"limit", "starting_after", "created", "type", "types"}))
    co_return Unknown(*beyond);
  Answer refusal;
  const auto page = PageIn(form, "evt_", refusal);
  if (!page) co_return refusal;
  auto types = form.Listed("types");
  if (form.Has("type")) types.push_back(form.Text("type"));
  const auto rows = co_await database_.Read(InTime(work), kHappenings, page->from_s, page->until_s, types,
                                            page->after.value_or(Uuid()), page->limit + 1);
  co_return co_await Pause(Listed("/v1/events", rows, page->limit, [](const auto& row) {
    return EventOf(row.GetUuid(0), row.Text(1), row.Text(2), row.Int(3));
  }));
}

}  // namespace market::sandbox
