#include "tools/check_invariants/facts.hpp"

#include <boost/json.hpp>

namespace market::invariants {
namespace {

using postgres::Statement;

constexpr std::chrono::seconds kLimit{60};

constexpr Statement kOrders{"invariants.orders", "SELECT id::text, total_minor, payment_state FROM orders"};
constexpr Statement kParts{"invariants.parts", R"sql(
  SELECT s.id::text, s.order_id::text, s.state, s.total_minor, l.offer_id::text, l.quantity
  FROM seller_order s LEFT JOIN order_line l ON l.seller_order_id = s.id)sql"};
constexpr Statement kReservations{"invariants.reservations",
                                  "SELECT order_id::text, offer_id::text, state, quantity FROM reservation"};
constexpr Statement kPayments{"invariants.payments", R"sql(
  SELECT order_id::text, id::text, state, amount_minor, captured_minor, refunded_minor, authorization_id FROM payment)sql"};
constexpr Statement kLedger{"invariants.ledger", R"sql(
  SELECT p.order_id::text, e.kind, sum(CASE e.kind WHEN 'capture' THEN l.amount_minor ELSE -l.amount_minor END)::bigint
  FROM ledger_entry e JOIN payment p ON p.id = e.payment_id
  JOIN ledger_posting l ON l.entry_id = e.id AND l.account = 'psp_clearing'
  GROUP BY p.order_id, e.kind)sql"};
constexpr Statement kAccounts{
    "invariants.accounts",
    "SELECT id::text FROM account WHERE created_at < market_now() - interval '60 seconds'"
    " AND NOT EXISTS (SELECT 1 FROM account_role r WHERE r.account_id = account.id)"};
constexpr Statement kMembers{"invariants.members",
                             "SELECT seller_id::text, account_id::text FROM seller_member"};
constexpr Statement kProfiles{"invariants.profiles", "SELECT id::text FROM profile"};
constexpr Statement kSellers{"invariants.sellers",
                             "SELECT id::text, owner_id::text FROM seller WHERE state = 'ACTIVE'"
                             " AND updated_at < market_now() - interval '60 seconds'"};

std::string Copy(const postgres::Row& row, std::size_t column) { return std::string(row.Text(column)); }

}  // namespace

Sources::Sources(boost::asio::io_context& io, const std::map<std::string, std::string>& conninfos,
                 Provider provider)
    : client_(io, provider.url, {.body_bytes_max = 16 << 20}), authorization_("Bearer " + provider.key) {
  for (const auto& [service, conninfo] : conninfos) {
    postgres::Options options;
    options.conninfo = conninfo + " options='-c default_transaction_read_only=on'";
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
  const auto rows = co_await Of(check.database).Read(runtime::After(kLimit), Statement{check.id, check.sql});
  std::vector<Finding> findings;
  for (const auto row : rows) {
    findings.push_back({std::string(check.id), std::string(check.database), Copy(row, 0), Copy(row, 1)});
  }
  co_return findings;
}

Task<Facts> Sources::Load() {
  Facts facts;
  co_await LoadOrders(facts);
  co_await LoadPayments(facts);
  co_await LoadPeople(facts);
  co_await LoadProvider(facts);
  co_return facts;
}

Task<> Sources::LoadOrders(Facts& facts) {
  for (const auto row : co_await Of("order").Read(runtime::After(kLimit), kOrders)) {
    facts.orders.emplace(Copy(row, 0), OrderFact{row.Int(1), Copy(row, 2)});
  }
  for (const auto row : co_await Of("order").Read(runtime::After(kLimit), kParts)) {
    auto& part = facts.parts[Copy(row, 0)];
    part.order = row.Text(1);
    part.state = row.Text(2);
    part.total_minor = row.Int(3);
    if (!row.IsNull(4)) part.quantities[Copy(row, 4)] += row.Int(5);
  }
  for (const auto row : co_await Of("product").Read(runtime::After(kLimit), kReservations)) {
    facts.reservations.emplace(std::pair(Copy(row, 0), Copy(row, 1)),
                               ReservationFact{Copy(row, 2), row.Int(3)});
  }
}

Task<> Sources::LoadPayments(Facts& facts) {
  for (const auto row : co_await Of("payment").Read(runtime::After(kLimit), kPayments)) {
    facts.payments.emplace(Copy(row, 0),
                           PaymentFact{Copy(row, 1), Copy(row, 2), row.Int(3), row.Int(4), row.Int(5)});
    if (!row.Text(6).empty()) order_of_authorization_.emplace(Copy(row, 6), Copy(row, 0));
  }
  for (const auto row : co_await Of("payment").Read(runtime::After(kLimit), kLedger)) {
    facts.ledger[Copy(row, 0)][Copy(row, 1)] = row.Int(2);
  }
}

Task<> Sources::LoadPeople(Facts& facts) {
  for (const auto row : co_await Of("auth").Read(runtime::After(kLimit), kAccounts))
    facts.accounts.push_back(Copy(row, 0));
  for (const auto row : co_await Of("auth").Read(runtime::After(kLimit), kMembers)) {
    facts.memberships.emplace(std::pair(Copy(row, 0), Copy(row, 1)), true);
  }
  for (const auto row : co_await Of("user").Read(runtime::After(kLimit), kProfiles))
    facts.profiles.emplace(Copy(row, 0), true);
  for (const auto row : co_await Of("user").Read(runtime::After(kLimit), kSellers)) {
    facts.active_sellers.emplace_back(Copy(row, 0), Copy(row, 1));
  }
}

Task<boost::json::value> Sources::MovementsAfter(std::int64_t sequence) {
  http::Request request;
  request.method = "GET";
  request.target = "/v1/transactions?after=" + std::to_string(sequence);
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

// Page by page in the provider's order. A movement of an authorization that no payment names is its own
// order, so that it shows as money the ledger does not know.
Task<> Sources::LoadProvider(Facts& facts) {
  for (std::int64_t after = 0;;) {
    const auto body = co_await MovementsAfter(after);
    const auto& page = body.at("transactions").as_array();
    if (page.empty()) co_return;
    for (const auto& movement : page) {
      const std::string authorization(movement.at("authorization_id").as_string());
      const auto order = order_of_authorization_.find(authorization);
      const auto& key = order == order_of_authorization_.end() ? authorization : order->second;
      facts.provider[key][std::string(movement.at("kind").as_string())] += movement.at("amount").as_int64();
      after = movement.at("sequence").as_int64();
    }
  }
}

}  // namespace market::invariants
