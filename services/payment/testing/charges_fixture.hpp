// For tests that need the provider: the real sandbox behind HTTP on a free port, with its own database, and
// one payment service over another. A second Service over the same World
// is a restarted process or another replica.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <concepts>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "migrations/sandbox.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "sandbox/http_api.hpp"
#include "services/payment/migrations.hpp"
#include "services/payment/process/charges.hpp"
#include "services/payment/provider/stripe.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/workers/recovery.hpp"

namespace market::payment {

using namespace std::chrono_literals;
using domain::Progress;
using domain::State;
using runtime::After;
using testing::Eventually;
using testing::ReasonOf;
using testing::RunLoop;
using testing::Soon;

inline testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(kMigrations);
  return disk;
}
inline testing::TemporaryDatabase& ProviderDisk() {
  static testing::TemporaryDatabase disk(std::array{&migrations::kSandbox});
  return disk;
}
inline std::string Sql(const std::string& sql) { return Disk().Execute(sql); }
inline std::string ProviderSql(const std::string& sql) { return ProviderDisk().Execute(sql); }

inline void Unexpected(std::string_view task, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    ADD_FAILURE() << task << ": " << caught.what();
  }
}

// The process dies here: nothing after it happens.
struct Crash : std::runtime_error {
  Crash() : std::runtime_error("the process died") {}
};

// What a test may do to a call on its way to the provider and back.
class FaultyProvider final : public provider::Provider {
 public:
  enum class Fault { kNone, kNotSent, kAnswerLost, kCrashBefore, kCrashAfter, kRefused };

  explicit FaultyProvider(provider::Provider& real) : real_(real) {}
  Fault next_call = Fault::kNone;     // of the next call that moves something
  Fault next_find = Fault::kNone;     // of the next question
  std::minstd_rand* chaos = nullptr;  // set: draws a fault for every call
  int calls = 0;                      // that move something
  int finds = 0;

  Task<provider::Result> Authorize(provider::Charge charge, Work work) override {
    return Pass(real_.Authorize(std::move(charge), work));
  }
  Task<provider::Result> Capture(provider::Change change, Work work) override {
    return Pass(real_.Capture(std::move(change), work));
  }
  Task<provider::Result> Void(provider::Change change, Work work) override {
    return Pass(real_.Void(std::move(change), work));
  }
  Task<provider::Result> Refund(provider::Change change, Work work) override {
    return Pass(real_.Refund(std::move(change), work));
  }
  Task<provider::Found> Find(provider::Sought sought, Work work) override {
    ++finds;
    const auto fault = chaos ? Draw() : std::exchange(next_find, Fault::kNone);
    if (fault == Fault::kCrashBefore || fault == Fault::kCrashAfter) throw Crash();
    if (fault != Fault::kNone) co_return provider::Unknown{"lost"};
    co_return co_await real_.Find(std::move(sought), work);
  }
  Task<std::variant<provider::Page, provider::Unknown>> List(Time changed_since, std::string after,
                                                             Work work) override {
    co_return co_await real_.List(changed_since, std::move(after), work);
  }

 private:
  Task<provider::Result> Pass(Task<provider::Result> call) {
    const auto fault = chaos ? Draw() : std::exchange(next_call, Fault::kNone);
    ++calls;
    if (fault == Fault::kNotSent) co_return provider::NotDone{"not sent"};
    if (fault == Fault::kCrashBefore) throw Crash();
    if (fault == Fault::kRefused) co_return provider::Refused{"not_allowed"};
    auto result = co_await std::move(call);
    if (fault == Fault::kCrashAfter) throw Crash();
    if (fault == Fault::kAnswerLost) co_return provider::Unknown{"the answer was lost"};
    co_return result;
  }
  // Every second call has a fault; a refusal is none.
  Fault Draw() {
    if (!chaos || (*chaos)() % 2 == 0) return Fault::kNone;
    return static_cast<Fault>(1 + (*chaos)() % 4);
  }

  provider::Provider& real_;
};

// A provider that is late only where a test wants it to be: on a busy machine an answer takes its time.
inline constexpr std::chrono::milliseconds kProviderTimeout = 5s;
// For tests of the payment methods that answer too late.
inline constexpr std::chrono::milliseconds kHurried = 1s;

struct World {
  World(boost::asio::io_context& io, std::chrono::milliseconds provider_timeout)
      : provider_database(io, ProviderDisk().Options()),
        provider(provider_database, {.timeout_hold = 3 * provider_timeout}),
        server(io, {}, sandbox::HttpApi(provider, tracer, "sk_test")),
        url("http://" + server.Listen("127.0.0.1:0")),
        database(io, Disk().Options()) {}

  telemetry::Tracer tracer;
  postgres::Database provider_database;
  sandbox::Provider provider;
  http::Server server;
  std::string url;
  postgres::Database database;
};

struct Service {
  Service(boost::asio::io_context& io, World& world,
          std::chrono::milliseconds provider_timeout = kProviderTimeout)
      : Service(io, world, world.url, provider_timeout) {}
  Service(boost::asio::io_context& io, World& world, const std::string& url,
          std::chrono::milliseconds provider_timeout, const std::string& public_url = "https://shop.test")
      : client(io, url),
        stripe(client, guard, "sk_test"),
        provider(stripe),
        payments(world.database),
        ledger(world.database),
        charges(payments, provider, clock, metrics,
                {.provider_timeout = provider_timeout, .lease_margin = 5s, .public_url = public_url}),
        recovery(payments, charges, tracer, {.poll = 20ms}) {}

  // As the operation does it: every call comes with a draft of its own.
  Task<domain::Payment> Authorize(Work work, domain::Payment draft) {
    draft.id = domain::PaymentId::New();
    return charges.Authorize(work, std::move(draft));
  }
  // All that is left of a part.
  Task<domain::Payment> Refund(Work work, domain::OrderId order, domain::RefundId id,
                               domain::SellerOrderId part) {
    return charges.Refund(work, order, {.id = id, .seller_order = part, .amount = {}, .reason = "cancelled"});
  }
  // The newest.
  Task<domain::Payment> Stored(domain::OrderId order) {
    auto payment = co_await payments.Find(Soon(), order, std::nullopt);
    co_return std::move(payment.value());
  }

  http::Client client;
  provider::Guard guard{{}};
  provider::Stripe stripe;
  FaultyProvider provider;
  storage::Payments payments;
  storage::Ledger ledger;
  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  Charges charges;
  telemetry::Tracer tracer;
  Recovery recovery;
};

// Runs body(service, world, io).
template <class Body>
void WithService(Body body, std::chrono::milliseconds provider_timeout = kProviderTimeout) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    World world(io, provider_timeout);
    co_await world.provider_database.Open(Soon());
    co_await world.database.Open(Soon());
    Service service(io, world, provider_timeout);
    std::exception_ptr failure;
    try {
      co_await body(service, world, io);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await world.server.Drain(Soon());
    co_await world.database.Close(Soon());
    co_await world.provider_database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

// 30.00 EUR in two parts of 10 and 20.
inline domain::Payment ADraft(std::string method = "pm_card_visa") {
  return domain::MakePayment(domain::OrderId::New(), AccountId::New(), Money{3000, Currency::Parse("EUR")},
                             std::move(method),
                             {{domain::SellerOrderId::New(), SellerId::New(), 1000},
                              {domain::SellerOrderId::New(), SellerId::New(), 2000}},
                             SystemClock().Now());
}

// As if every pause had passed.
inline void Later(const domain::OrderId& order) {
  Sql("UPDATE payment SET next_run_at = '-infinity' WHERE next_run_at IS NOT NULL AND order_id = '" +
      order.ToString() + "'");
}
// What other tests have left open is nobody's business here.
inline void ForgetOpen() { Sql("UPDATE payment SET next_run_at = NULL"); }

inline std::string CountAtProvider(const domain::OrderId& order, const std::string& status) {
  return ProviderSql("SELECT count(*) FROM card_authorization WHERE reference = '" + order.ToString() +
                     "' AND status = '" + status + "'");
}

// Ledger and provider about one order: "captured refunded" of each.
inline std::string LedgerOf(const domain::OrderId& order) {
  return Sql(
      "SELECT coalesce(sum(p.amount_minor) FILTER (WHERE e.cause = 'CAPTURE'), 0) || ' ' ||"
      " coalesce(-sum(p.amount_minor) FILTER (WHERE e.cause = 'REFUND'), 0)"
      " FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id JOIN payment ON payment.id = "
      "e.payment_id"
      " WHERE p.account = 'psp_clearing' AND payment.order_id = '" +
      order.ToString() + "'");
}
inline std::string ProviderLedgerOf(const domain::OrderId& order) {
  return ProviderSql(
      "SELECT coalesce(sum(m.amount_minor) FILTER (WHERE m.kind = 'capture'), 0) || ' ' ||"
      " coalesce(sum(m.amount_minor) FILTER (WHERE m.kind = 'refund'), 0)"
      " FROM movement m JOIN card_authorization a ON a.id = m.authorization_id WHERE a.reference = '" +
      order.ToString() + "'");
}

// research/reliability 2.8, over all payments: the number of rows that break an invariant.
inline std::string BrokenInvariants() {
  return Sql(
      "SELECT (SELECT count(*) FROM (SELECT 1 FROM ledger_posting GROUP BY entry_id, currency"
      "                              HAVING sum(amount_minor) <> 0) unbalanced)"
      " + (SELECT count(*) FROM payment p WHERE p.buyer_id IS NOT NULL AND p.amount_minor <>"
      "      (SELECT sum(amount_minor) FROM payment_split s WHERE s.payment_id = p.id))"
      " + (SELECT count(*) FROM payment p WHERE p.captured_minor <> coalesce("
      "      (SELECT sum(l.amount_minor) FROM ledger_entry e JOIN ledger_posting l ON l.entry_id = e.id"
      "       WHERE e.cause = 'CAPTURE' AND l.account = 'psp_clearing' AND e.payment_id = p.id), 0))"
      " + (SELECT count(*) FROM payment p WHERE p.refunded_minor <> coalesce("
      "      (SELECT sum(l.amount_minor) FROM ledger_entry e JOIN ledger_posting l ON l.entry_id = e.id"
      "       WHERE e.cause = 'REFUND' AND l.account = 'order_escrow' AND e.payment_id = p.id), 0))"
      " + (SELECT count(*) FROM payment p JOIN payment_split s ON s.payment_id = p.id WHERE s.amount_minor <"
      "      (SELECT sum(r.amount_minor) FROM refund r WHERE r.payment_id = p.id"
      "       AND r.seller_order_id = s.seller_order_id AND r.state <> 'FAILED'))"
      " + (SELECT count(*) FROM payment p WHERE p.next_run_at IS NULL AND"
      "      EXISTS (SELECT 1 FROM payment_attempt a WHERE a.payment_id = p.id AND a.state = 'PENDING'))");
}

}  // namespace market::payment
