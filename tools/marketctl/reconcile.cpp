#include "tools/marketctl/reconcile.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "services/payment/provider/stripe.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/restored.hpp"

namespace market::marketctl {
namespace {

using postgres::Statement;

// The provider's clock is not ours.
constexpr Statement kSince{"reconcile.since", "SELECT $1::timestamptz - interval '15 minutes'"};

postgres::Options OptionsOf(std::string conninfo, std::string name) {
  return {.conninfo = std::move(conninfo), .name = std::move(name), .pool_wait = std::chrono::seconds(10)};
}

Task<> Open(postgres::Database& database) {
  std::string failure;
  try {
    co_await database.Open(runtime::After(std::chrono::seconds(10)));
  } catch (const Error& error) {
    failure = error.message;
  }
  if (!failure.empty()) throw Unavailable(database.Settings().name + ".postgres.conninfo: " + failure);
}

Task<Time> ReadSince(postgres::Database& database, std::string text) {
  try {
    co_return (co_await database.Read(Soon(), kSince, text)).One().GetTime(0);
  } catch (const postgres::SqlError&) {
    throw BadArguments("--since '" + text + "' is not a time like 2026-11-28T17:20:08Z");
  }
}

Task<std::vector<payment::provider::Listed>> ListAll(payment::provider::Provider& provider, Time since) {
  std::vector<payment::provider::Listed> charges;
  std::string after;
  do {
    auto listed = co_await provider.List(since, after, Soon());
    if (const auto* unknown = std::get_if<payment::provider::Unknown>(&listed))
      throw Unavailable("payment.provider_url: " + unknown->why);
    auto& page = std::get<payment::provider::Page>(listed);
    std::ranges::move(page.charges, std::back_inserter(charges));
    after = std::move(page.next);
  } while (!after.empty());
  std::ranges::reverse(charges);  // oldest first, as they came to be
  co_return charges;
}

}  // namespace

Task<Reconciled> Reconcile(boost::asio::io_context& io, ReconcileRequest request, std::ostream& out) {
  postgres::Database order_database(io, OptionsOf(std::move(request.order_conninfo), "order"));
  postgres::Database payment_database(io, OptionsOf(std::move(request.payment_conninfo), "payment"));
  postgres::Database product_database(io, OptionsOf(std::move(request.product_conninfo), "product"));
  http::Client client(io, request.provider_url, {.body_bytes_max = 16 << 20});
  payment::provider::Guard guard({});
  payment::provider::Stripe provider(client, guard, request.provider_key);
  for (auto* database : {&order_database, &payment_database, &product_database}) co_await Open(*database);

  const SystemClock clock;
  telemetry::Metrics registry;
  payment::Metrics metrics(registry);
  order::storage::Orders orders(order_database);
  order::storage::Transitions transitions(order_database);
  payment::storage::Payments payments(payment_database);
  payment::Charges charges(payments, provider, clock, metrics, {});
  product::storage::Reservations reservations(product_database);
  Report report(out, request.mode);
  const Restored restored{order_database, payment_database, product_database, orders, transitions, payments,
                          charges,        provider,         reservations,     clock,  report};

  const auto since = co_await ReadSince(payment_database, request.since);
  auto listed = co_await ListAll(provider, since);
  report.Listed(listed.size());
  for (auto& charge : listed) co_await ReconcileCharge(restored, std::move(charge));
  co_await UndoLostOrders(restored, since);
  for (auto* database : {&order_database, &payment_database, &product_database})
    co_await database->Close(runtime::After(std::chrono::seconds(5)));
  co_return report.Told();
}

}  // namespace market::marketctl
