#include "tools/check_invariants/facts.hpp"

#include <boost/json.hpp>
#include <utility>

#include "platform/postgres/sql.hpp"

namespace market::invariants {
namespace {

using postgres::ComposedStatement;
using postgres::Result;
using postgres::Statement;

constexpr std::chrono::seconds kLimit{60};

// Unlike a service the checker reads whole tables, and many of its joins have no index to go by.
constexpr Statement kWithScans{"invariants.with_scans", "SET LOCAL enable_seqscan = on"};

constexpr Statement kOrders{"invariants.orders", R"sql(
  SELECT id::text, buyer_id::text, currency, payment_method, total_minor, payment_state, authorized_minor,
         captured_minor, refunded_minor
  FROM orders)sql"};
constexpr Statement kParts{"invariants.parts", R"sql(
  SELECT s.id::text, s.order_id::text, s.seller_id::text, s.state, s.total_minor, l.id::text, l.offer_id::text,
         l.product_id::text, l.quantity, l.cancelled, l.shipped, s.refunded_minor, l.total_minor, l.returned,
         coalesce((SELECT sum(n.restocked) FROM order_return_line n WHERE n.line_id = l.id), 0)::bigint,
         coalesce((SELECT sum(r.delivery_minor) FROM order_return r
                   WHERE r.seller_order_id = s.id AND r.state = 'CLOSED'), 0)::bigint,
         s.state IN ('DELIVERED', 'COMPLETED') AND s.moved_at < market_now() - interval '1 minute'
  FROM seller_order s LEFT JOIN order_line l ON l.seller_order_id = s.id)sql"};
// The key of a message names the order and which of its resources, the topic says which that is.
constexpr Statement kPulses{"invariants.pulses", R"sql(
  SELECT o.id::text, o.version,
         EXISTS (SELECT 1 FROM checkout c WHERE c.order_id = o.id AND c.step NOT IN ('DONE', 'WAIT')),
         EXISTS (SELECT 1 FROM checkout c WHERE c.order_id = o.id AND c.step = 'WAIT'),
         EXISTS (SELECT 1 FROM outbox m
                 WHERE m.topic = 'order.payment' AND split_part(m.key, '/', 1) = o.id::text),
         EXISTS (SELECT 1 FROM outbox m
                 WHERE m.topic = 'order.stock' AND split_part(m.key, '/', 1) = o.id::text)
  FROM orders o)sql"};

constexpr Statement kPayments{"invariants.payments", R"sql(
  SELECT order_id::text, id::text, coalesce(buyer_id::text, ''), coalesce(currency, ''), payment_method,
         authorization_id, amount_minor, state, authorized_minor, captured_minor, refunded_minor
  FROM payment ORDER BY number)sql"};
constexpr Statement kSplits{"invariants.splits", R"sql(
  SELECT p.order_id::text, p.id::text, s.seller_order_id::text, s.seller_id::text, s.amount_minor,
         EXISTS (SELECT FROM dispute d WHERE d.payment_id = p.id AND d.seller_order_id = s.seller_order_id)
  FROM payment_split s JOIN payment p ON p.id = s.payment_id)sql"};
constexpr Statement kRefunds{"invariants.refunds", R"sql(
  SELECT p.order_id::text, p.id::text, r.id::text, r.seller_order_id::text, r.state, r.amount_minor,
         r.account_id IS NOT NULL
  FROM refund r JOIN payment p ON p.id = r.payment_id)sql"};
// Payments of which order has still to be told, that money went back or that nobody has to confirm them any
// more: in the log behind its position, or in the outbox.
constexpr Statement kTelling{"invariants.telling", R"sql(
  SELECT DISTINCT p.order_id::text, p.id::text
  FROM (SELECT e.aggregate FROM event e JOIN event_subscription s ON (e.xid, e.seq) > (s.xid, s.seq)
        WHERE s.subscriber = 'order' AND e.type IN ('payment.PaymentRefunded', 'payment.PaymentActionEnded')
        UNION SELECT substr(key, length('order/') + 1) FROM outbox WHERE topic = 'event.order') AS told
  JOIN payment p ON told.aggregate = 'payment/' || p.id)sql"};
constexpr Statement kPayouts{
    "invariants.payouts",
    "SELECT id::text, state::text, currency, amount_minor FROM payout WHERE port = 'sandbox'"};
// The provider knows a refund by its part and its id.
constexpr Statement kLedger{"invariants.ledger", R"sql(
  SELECT p.order_id::text, lower(e.cause::text), coalesce(r.seller_order_id::text, 'missing') || '/' || e.cause_id, l.currency,
         CASE e.cause WHEN 'CAPTURE' THEN l.amount_minor ELSE -l.amount_minor END
  FROM ledger_entry e JOIN payment p ON p.id = e.payment_id
  JOIN ledger_posting l ON l.entry_id = e.id AND l.account = 'psp_clearing'
  LEFT JOIN refund r ON r.id = e.cause_id WHERE e.cause IN ('CAPTURE', 'REFUND'))sql"};

constexpr Statement kSales{"invariants.sales", R"sql(
  SELECT s.seller_order_id::text, s.state::text,
         coalesce((SELECT min(r.id::text) FROM refund r JOIN payment p ON p.id = r.payment_id
                   WHERE p.order_id = s.order_id AND r.seller_order_id = s.seller_order_id AND r.state = 'SUCCEEDED'
                     AND r.updated_at < market_now() - interval '1 minute' AND s.placed_at < market_now() - interval '1 minute'
                     AND NOT EXISTS (SELECT FROM sale_refund c WHERE c.refund_id = r.id)), '')
  FROM sale s)sql"};

constexpr Statement kReservations{"invariants.reservations", R"sql(
  SELECT r.order_id::text, r.line_id::text, r.offer_id::text, r.quantity, r.held, r.committed, r.consumed, r.restocked,
         coalesce(o.product_id::text, 'missing'), coalesce(o.seller_id::text, 'missing')
  FROM reservation r LEFT JOIN offer o ON o.id = r.offer_id)sql"};
constexpr Statement kCatalogueSellers{
    "invariants.catalogue_sellers",
    "SELECT seller_id::text FROM product UNION SELECT seller_id::text FROM offer"};

constexpr Statement kAccounts{"invariants.accounts", R"sql(
  SELECT id::text,
         EXISTS (SELECT 1 FROM outbox m WHERE m.topic = 'profile.create' AND m.key = account.id::text)
  FROM account)sql"};
// In auth and in user.
constexpr Statement kMembers{
    "invariants.members",
    "SELECT seller_id::text, account_id::text, role FROM seller_member WHERE role IS NOT NULL"};
constexpr Statement kForgotten{"invariants.forgotten",
                               "SELECT account_id::text FROM erasure WHERE pass <> 'FIRST'"};
// Whom others know more of than an id.
constexpr Statement kPersonalAtUser{"invariants.personal_at_user", R"sql(
  SELECT id::text FROM profile
  WHERE (display_name, given_name, family_name, phone, locale) <> ('erased', '', '', '', '')
  UNION SELECT account_id::text FROM address
  UNION SELECT account_id::text FROM seller_member WHERE role IS NOT NULL)sql"};
constexpr Statement kPersonalAtOrder{"invariants.personal_at_order", R"sql(
  SELECT buyer_id::text FROM orders
  WHERE (recipient, address_lines, city, region, postal_code, phone) <> ('erased', '{erased}', 'erased', '', '', '')
  UNION SELECT o.buyer_id::text FROM order_event e JOIN orders o ON o.id = e.order_id
        WHERE e.reason <> '' AND e.actor <> 'system'
  UNION SELECT o.buyer_id::text FROM parcel p JOIN seller_order s ON s.id = p.seller_order_id
        JOIN orders o ON o.id = s.order_id WHERE p.tracking_number <> ''
  UNION SELECT buyer_id::text FROM checkout WHERE undo_note <> ''
  UNION SELECT buyer_id::text FROM order_return
        WHERE (text, pictures, tracking_number, rejected_reason) <> ('', '{}', '', ''))sql"};
constexpr Statement kPersonalAtNotification{"invariants.personal_at_notification", R"sql(
  SELECT account_id::text FROM notification UNION SELECT account_id::text FROM notification_setting
  UNION SELECT account_id::text FROM message WHERE text <> 'erased'
  UNION SELECT account_id::text FROM conversation_report WHERE reason <> 'erased'
  UNION SELECT listener_id::text FROM live_news)sql"};
constexpr Statement kPersonalAtProduct{"invariants.personal_at_product", R"sql(
  SELECT account_id::text FROM review UNION SELECT account_id::text FROM content_report WHERE account_id IS NOT NULL)sql"};
constexpr Statement kProfiles{"invariants.profiles", "SELECT id::text FROM profile"};
constexpr Statement kSellers{"invariants.sellers", R"sql(
  SELECT id::text,
         EXISTS (SELECT 1 FROM outbox m
                 WHERE m.topic IN ('seller.bind', 'seller.unbind') AND m.key = seller.id::text)
  FROM seller)sql"};

// All that both have of an act, and its words.
constexpr postgres::Sql kAct{R"sql(id::text,
         md5(jsonb_build_array((extract(epoch FROM at) * 1000000)::bigint, account_id, actor, api_key_id, permission,
                               method, target_type, target_id, seller_id, reason, address, request_id, trace_id,
                               before, after)::text),
         concat(substring(method FROM '[^/]+$'), ' on ', target_type, ' ', target_id))sql"};
constexpr ComposedStatement kRecorded{"invariants.recorded_acts", R"sql(
  WITH told AS (
    SELECT e.aggregate FROM event e JOIN event_subscription s ON (e.xid, e.seq) > (s.xid, s.seq)
    WHERE s.subscriber = 'auth' AND e.type = 'type.ActRecorded'
    UNION SELECT substr(key, length('auth/') + 1) FROM outbox WHERE topic = 'event.auth')
  SELECT )sql" + kAct + R"sql(,
         EXISTS (SELECT FROM told WHERE told.aggregate = 'act/' || audit_event.id)
  FROM audit_event)sql"};
constexpr ComposedStatement kListed{"invariants.listed_acts",
                                    "SELECT " + kAct + ", service FROM recorded_act"};

std::string Copy(const postgres::Row& row, std::size_t column) { return std::string(row.Text(column)); }

std::set<MemberFact> MembersOf(const postgres::Result& rows) {
  std::set<MemberFact> members;
  for (const auto row : rows) members.insert({Copy(row, 0), Copy(row, 1), Copy(row, 2)});
  return members;
}

std::string Text(const boost::json::value& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

void ReadParts(const Result& rows, Facts& facts) {
  for (const auto row : rows) {
    auto& part = facts.parts[Copy(row, 0)];
    part.order = row.Text(1);
    part.seller = row.Text(2);
    part.state = row.Text(3);
    part.total_minor = row.Int(4);
    part.refunded_minor = row.Int(11);
    part.delivery_back_minor = row.Int(15);
    part.earns = row.GetBool(16);
    if (row.IsNull(5)) continue;
    part.lines[Copy(row, 5)] = {.offer = Copy(row, 6),
                                .product = Copy(row, 7),
                                .quantity = row.Int(8),
                                .cancelled = row.Int(9),
                                .shipped = row.Int(10),
                                .total_minor = row.Int(12),
                                .returned = row.Int(13),
                                .restocked = row.Int(14)};
  }
}

void AddPersonal(Facts& facts, const std::string& service, const Result& rows) {
  for (const auto row : rows) {
    auto account = Copy(row, 0);
    if (facts.auth_before.forgotten.contains(account)) facts.personal.emplace(service, std::move(account));
  }
}

std::map<std::string, Pulse> ReadPulses(const Result& rows) {
  std::map<std::string, Pulse> pulses;
  for (const auto row : rows) {
    pulses.emplace(Copy(row, 0), Pulse{.version = row.Int(1),
                                       .checkout_runs = row.GetBool(2),
                                       .buyer_waits = row.GetBool(3),
                                       .payment_waits = row.GetBool(4),
                                       .stock_waits = row.GetBool(5)});
  }
  return pulses;
}

std::string Upper(std::string text) {
  for (auto& c : text) c = 'a' <= c && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

// What is "" in a field that may be null.
std::string MaybeText(const boost::json::value& object, std::string_view name) {
  return object.at(name).is_string() ? Text(object, name) : std::string();
}

std::string HoldStatusOf(const std::string& intent_status) {
  if (intent_status == "requires_capture") return "authorized";
  if (intent_status == "succeeded") return "captured";
  if (intent_status == "canceled") return "voided";
  if (intent_status == "requires_action") return "requires_action";
  return "declined";
}

// Of a PaymentIntent with its charge. What was given back of a hold that was never taken is no money.
HoldFact HoldFrom(const boost::json::value& intent) {
  const auto& charge = intent.at("latest_charge");
  const auto captured = intent.at("amount_received").as_int64();
  return {.authorization = Text(intent, "id"),
          .status = HoldStatusOf(Text(intent, "status")),
          .currency = Upper(Text(intent, "currency")),
          .method = MaybeText(intent, "payment_method"),
          .amount_minor = intent.at("amount").as_int64(),
          .captured_minor = captured,
          .refunded_minor = captured > 0 ? charge.at("amount_refunded").as_int64() : 0};
}

MovementFact MovementFrom(const boost::json::value& transaction) {
  const auto& source = transaction.at("source");
  const auto type = Text(transaction, "type");
  const bool refund = type == "refund";
  const auto amount = transaction.at("amount").as_int64();
  const auto* reference = refund ? source.at("metadata").as_object().if_contains("reference") : nullptr;
  return {.authorization = Text(source, "payment_intent"),
          .kind = type == "charge" ? "capture" : type,
          .reference = reference == nullptr ? std::string() : std::string(reference->as_string()),
          .currency = Upper(Text(transaction, "currency")),
          .amount_minor = refund ? -amount : amount};
}

}  // namespace

Sources::Sources(boost::asio::io_context& io, const std::map<std::string, std::string>& conninfos,
                 Provider provider)
    : client_(io, provider.url, {.body_bytes_max = 16 << 20}), authorization_("Bearer " + provider.key) {
  for (const auto& [service, conninfo] : conninfos) {
    postgres::Options options;
    options.conninfo = conninfo +
                       " options='-c default_transaction_read_only=on"
                       " -c default_transaction_isolation=repeatable\\\\ read'";
    options.name = service;
    options.read_connections = 1;
    options.write_connections = 1;
    options.statement_timeout = kLimit;
    databases_.emplace(service, std::make_unique<postgres::Database>(io, std::move(options)));
  }
}

Task<> Sources::Open(runtime::Deadline deadline) {
  for (auto& [service, database] : databases_) {
    std::string failure;
    try {
      co_await database->Open(deadline);
    } catch (const Error& error) {
      failure = error.message;
    }
    if (!failure.empty()) throw Unavailable(service + ".postgres.conninfo: " + failure);
  }
}

Task<> Sources::Close(runtime::Deadline deadline) {
  for (auto& [service, database] : databases_) co_await database->Close(deadline);
}

Task<std::vector<Finding>> Sources::Run(const Check& check) {
  const auto results = co_await Snapshot(check.database, {Statement{check.id, check.sql}});
  std::vector<Finding> findings;
  for (const auto row : results.front()) {
    findings.push_back({std::string(check.id), std::string(check.database), Copy(row, 0), Copy(row, 1)});
  }
  co_return findings;
}

Task<std::vector<Result>> Sources::Snapshot(std::string_view service, std::vector<Statement> statements) {
  const auto read = [&](postgres::Tx& tx) -> Task<std::vector<Result>> {
    co_await tx.Execute(kWithScans);
    postgres::Batch batch("invariants.snapshot");
    for (const auto& statement : statements) batch.Add(statement);
    co_return co_await tx.Execute(std::move(batch));
  };
  co_return co_await databases_.at(std::string(service))->Transaction(runtime::After(kLimit), read);
}

// The order matters: see cross_checks.hpp. Money may have moved at the provider before payment writes it
// down; its order is not at rest then, and only what is at rest is compared.
Task<Facts> Sources::Load() {
  Facts facts;
  co_await LoadOrders(facts);
  co_await LoadMovements(facts);
  facts.bank_payouts_before = co_await LoadBankPayouts();
  co_await LoadPayments(facts);
  co_await LoadStock(facts);
  facts.auth_before = co_await LoadAuth();
  co_await LoadUsers(facts);
  AddPersonal(facts, "notification", (co_await Snapshot("notification", {kPersonalAtNotification})).front());
  AddPersonal(facts, "product", (co_await Snapshot("product", {kPersonalAtProduct})).front());
  facts.auth_after = co_await LoadAuth();
  co_await LoadActs(facts);
  co_await LoadHolds(facts);
  facts.bank_payouts_after = co_await LoadBankPayouts();
  co_await LoadOrdersAgain(facts);
  co_return facts;
}

Task<> Sources::LoadOrders(Facts& facts) {
  const auto results = co_await Snapshot("order", {kOrders, kParts, kPulses});
  for (const auto row : results[0]) {
    facts.orders.emplace(Copy(row, 0), OrderFact{.buyer = Copy(row, 1),
                                                 .currency = Copy(row, 2),
                                                 .method = Copy(row, 3),
                                                 .total_minor = row.Int(4),
                                                 .payment = {.state = Copy(row, 5),
                                                             .authorized_minor = row.Int(6),
                                                             .captured_minor = row.Int(7),
                                                             .refunded_minor = row.Int(8)}});
  }
  ReadParts(results[1], facts);
  facts.pulses_before = ReadPulses(results[2]);
}

Task<> Sources::LoadOrdersAgain(Facts& facts) {
  const auto results = co_await Snapshot("order", {kPulses, kPersonalAtOrder});
  facts.pulses_after = ReadPulses(results[0]);
  AddPersonal(facts, "order", results[1]);
}

Task<> Sources::LoadPayments(Facts& facts) {
  const auto results =
      co_await Snapshot("payment", {kPayments, kSplits, kRefunds, kLedger, kTelling, kSales, kPayouts});
  for (const auto row : results[0]) {
    PaymentFact payment{.id = Copy(row, 1),
                        .buyer = Copy(row, 2),
                        .currency = Copy(row, 3),
                        .method = Copy(row, 4),
                        .authorization = Copy(row, 5),
                        .amount_minor = row.Int(6),
                        .standing = {.state = Copy(row, 7),
                                     .authorized_minor = row.Int(8),
                                     .captured_minor = row.Int(9),
                                     .refunded_minor = row.Int(10)},
                        .splits = {},
                        .refunds = {}};
    const auto newest = facts.payments.find(Copy(row, 0));
    if (newest == facts.payments.end()) {
      facts.payments.emplace(Copy(row, 0), std::move(payment));
    } else {
      facts.earlier[newest->first].push_back(std::exchange(newest->second, std::move(payment)));
    }
  }
  // What belongs to an earlier one is judged inside its database.
  const auto newest = [&](const postgres::Row& row) -> PaymentFact* {
    auto& payment = facts.payments.at(Copy(row, 0));
    return payment.id == row.Text(1) ? &payment : nullptr;
  };
  for (const auto row : results[1]) {
    if (auto* payment = newest(row))
      payment->splits.emplace(Copy(row, 2), SplitFact{Copy(row, 3), row.Int(4), row.GetBool(5)});
  }
  for (const auto row : results[2]) {
    auto* payment = newest(row);
    if (payment)
      payment->refunds.emplace(Copy(row, 2),
                               RefundFact{Copy(row, 3), Copy(row, 4), row.Int(5), row.GetBool(6)});
  }
  for (const auto row : results[4]) {
    if (auto* payment = newest(row)) payment->tells = true;
  }
  for (const auto row : results[5]) facts.sales.emplace(Copy(row, 0), SaleFact{Copy(row, 1), Copy(row, 2)});
  for (const auto row : results[6])
    facts.payouts.emplace(Copy(row, 0), PayoutFact{Copy(row, 1), Copy(row, 2), row.Int(3)});
  for (const auto row : results[3]) {
    facts.ledger[Copy(row, 0)][NameOfMovement(Copy(row, 1), Copy(row, 2), Copy(row, 3))] += row.Int(4);
  }
}

Task<> Sources::LoadStock(Facts& facts) {
  const auto results = co_await Snapshot("product", {kReservations, kCatalogueSellers});
  for (const auto row : results[0]) {
    facts.reservations.emplace(std::pair(Copy(row, 0), Copy(row, 1)),
                               ReservationFact{.offer = Copy(row, 2),
                                               .quantity = row.Int(3),
                                               .left = {.held = row.Int(4),
                                                        .committed = row.Int(5),
                                                        .consumed = row.Int(6),
                                                        .restocked = row.Int(7)},
                                               .product = Copy(row, 8),
                                               .seller = Copy(row, 9)});
  }
  for (const auto row : results[1]) facts.catalogue_sellers.insert(Copy(row, 0));
}

Task<AuthFacts> Sources::LoadAuth() {
  const auto results = co_await Snapshot("auth", {kAccounts, kMembers, kForgotten});
  AuthFacts auth;
  for (const auto row : results[0]) {
    auth.accounts.insert(Copy(row, 0));
    if (!row.GetBool(1)) auth.without_message.insert(Copy(row, 0));
  }
  auth.members = MembersOf(results[1]);
  for (const auto row : results[2]) auth.forgotten.insert(Copy(row, 0));
  co_return auth;
}

Task<> Sources::LoadUsers(Facts& facts) {
  const auto results = co_await Snapshot("user", {kProfiles, kSellers, kMembers, kPersonalAtUser});
  for (const auto row : results[0]) facts.profiles.insert(Copy(row, 0));
  for (const auto row : results[1]) {
    facts.sellers.emplace(Copy(row, 0), SellerFact{.waits = row.GetBool(1)});
  }
  facts.members = MembersOf(results[2]);
  AddPersonal(facts, "user", results[3]);
}

Task<> Sources::LoadActs(Facts& facts) {
  facts.listed_before = co_await LoadListed();
  for (const auto& [service, database] : databases_) {
    const auto results = co_await Snapshot(service, {kRecorded});
    for (const auto row : results.front()) {
      facts.recorded.emplace(Copy(row, 0), ActFact{service, Copy(row, 1), Copy(row, 2), row.GetBool(3)});
    }
  }
  facts.listed_after = co_await LoadListed();
}

Task<Acts> Sources::LoadListed() {
  const auto results = co_await Snapshot("auth", {kListed});
  Acts listed;
  for (const auto row : results.front())
    listed.emplace(Copy(row, 0), ActFact{Copy(row, 3), Copy(row, 1), Copy(row, 2)});
  co_return listed;
}

Task<boost::json::value> Sources::Ask(std::string target) {
  http::Request request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers.Add("Authorization", authorization_);
  std::string failure;
  try {
    const auto response = co_await client_.Send(std::move(request), runtime::After(kLimit));
    if (response.status == 200) co_return boost::json::parse(response.body);
    failure = "it answered " + std::to_string(response.status);
  } catch (const http::SendError& error) {
    failure = error.what();
  }
  throw Unavailable("payment.provider_url: " + failure);
}

// Every object of a list, newest first.
Task<std::vector<boost::json::value>> Sources::AskAll(std::string target) {
  std::vector<boost::json::value> all;
  boost::json::value body;
  do {
    body = co_await Ask(all.empty() ? target : target + "&starting_after=" + Text(all.back(), "id"));
    for (auto& each : body.at("data").as_array()) all.push_back(std::move(each));
  } while (body.at("has_more").as_bool());
  co_return all;
}

Task<> Sources::LoadMovements(Facts& facts) {
  for (const auto& each : co_await AskAll("/v1/balance_transactions?limit=100&expand[]=data.source")) {
    facts.movements.push_back(MovementFrom(each));
  }
}

Task<std::vector<BankPayoutFact>> Sources::LoadBankPayouts() {
  std::vector<BankPayoutFact> found;
  for (std::int64_t after = 0;;) {
    const auto body = co_await Ask("/v1/payouts?after=" + std::to_string(after));
    const auto& page = body.at("payouts").as_array();
    if (page.empty()) co_return found;
    for (const auto& payout : page) {
      found.push_back({.id = Text(payout, "id"),
                       .reference = Text(payout, "reference"),
                       .status = Text(payout, "status"),
                       .currency = Text(payout, "currency"),
                       .amount_minor = payout.at("amount").as_int64()});
      after = payout.at("sequence").as_int64();
    }
  }
}

Task<> Sources::LoadHolds(Facts& facts) {
  for (const auto& each : co_await AskAll("/v1/payment_intents?limit=100&expand[]=data.latest_charge")) {
    facts.holds[MaybeText(each, "transfer_group")].push_back(HoldFrom(each));
  }
}

}  // namespace market::invariants
