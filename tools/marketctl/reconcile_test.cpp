#include "tools/marketctl/reconcile.hpp"

#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "platform/core/error.hpp"
#include "platform/http/server.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "sandbox/http_api.hpp"
#include "services/payment/provider/stripe.hpp"
#include "tools/marketctl/migrations.hpp"
#include "tools/marketctl/restored.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;
using payment::domain::Payment;
using ::testing::HasSubstr;
using testing::Soon;

testing::TemporaryDatabase& Disk(std::string_view name) {
  static std::map<std::string_view, testing::TemporaryDatabase> disks;
  return disks.try_emplace(name, FindMigrations(name)->sets).first->second;
}

// Two parts: 10.00 and 20.00 EUR.
Payment ADraft(payment::domain::OrderId order = payment::domain::OrderId::New()) {
  return payment::domain::MakePayment(order, AccountId::New(), Money{3000, Currency::Parse("EUR")},
                                      "pm_card_visa",
                                      {{payment::domain::SellerOrderId::New(), SellerId::New(), 1000},
                                       {payment::domain::SellerOrderId::New(), SellerId::New(), 2000}},
                                      SystemClock().Now());
}

// Our restored databases, and the provider's, where a test does what the lost future did.
class Reconciling : public ::testing::Test {
 protected:
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      telemetry::Tracer tracer;
      postgres::Database there(io, Disk("sandbox").Options());
      postgres::Database here(io, Disk("payment").Options());
      sandbox::Provider real(there, {});
      http::Server server(io, {}, sandbox::HttpApi(real, tracer, "sk_test"));
      url_ = "http://" + server.Listen("127.0.0.1:0");
      http::Client client(io, url_);
      payment::provider::Guard guard({});
      payment::provider::Stripe provider(client, guard, "sk_test");
      co_await there.Open(Soon());
      co_await here.Open(Soon());
      provider_ = &provider;
      payment::storage::Payments payments(here);
      telemetry::Metrics registry;
      payment::Metrics metrics(registry);
      payment::Charges charges(payments, provider, clock_, metrics, {});
      payments_ = &payments;
      charges_ = &charges;
      std::exception_ptr failure;
      try {
        co_await body(io);
      } catch (...) {
        failure = std::current_exception();
      }
      co_await server.Drain(Soon());
      co_await here.Close(Soon());
      co_await there.Close(Soon());
      if (failure) std::rethrow_exception(failure);
    });
  }

  Task<Reconciled> Reconcile(boost::asio::io_context& io, Mode mode = Mode::kApply) {
    std::ostringstream out;
    ReconcileRequest request{.order_conninfo = Disk("order").Conninfo(),
                             .payment_conninfo = Disk("payment").Conninfo(),
                             .product_conninfo = Disk("product").Conninfo(),
                             .provider_url = url_,
                             .provider_key = "sk_test",
                             .since = Disk("payment").Execute("SELECT to_char(now() AT TIME ZONE 'UTC', "
                                                              "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"),
                             .mode = mode};
    const auto told = co_await marketctl::Reconcile(io, std::move(request), out);
    out_ = out.str();
    co_return told;
  }

  // A payment that was AUTHORIZED when the backup was made.
  Task<Payment> Authorized() { co_return co_await charges_->Authorize(Soon(), ADraft()); }
  Task<Payment> Captured() {
    const auto payment = co_await Authorized();
    co_return co_await charges_->Capture(Soon(), payment.order);
  }
  Task<Payment> Again(const Payment& payment) {
    co_return *co_await payments_->Find(Soon(), payment.order, std::nullopt);
  }

  // The same order, of two parts, in a state.
  void AnOrder(const Payment& payment, const std::string& state) {
    const auto id = payment.order.ToString();
    std::string sql =
        "INSERT INTO orders (id, operation_id, buyer_id, number, currency, total_minor, payment_method, "
        "recipient,"
        " address_lines, city, region, postal_code, country_code, phone, created_at, updated_at) VALUES ('" +
        id + "', gen_random_uuid(), gen_random_uuid(), '" + id +
        "', 'EUR', 3000, 'pm_card_visa', 'A', '{B}', 'C', '', 'D', 'GB', '', now(), now());";
    for (std::size_t i = 0; i < payment.splits.size(); ++i) {
      const auto part = payment.splits[i].seller_order.ToString();
      sql +=
          "INSERT INTO seller_order (id, order_id, position, seller_id, number, state, total_minor, "
          "created_at,"
          " updated_at) VALUES ('" +
          part + "', '" + id + "', " + std::to_string(i + 1) + ", gen_random_uuid(), '" + part + "', '" +
          state + "', " + std::to_string(payment.splits[i].amount_minor) + ", now(), now());" +
          "INSERT INTO order_line (id, seller_order_id, position, offer_id, product_id, title, sku, options, "
          "quantity, unit_price_minor, discounts, discount_minor, tax_rate_ppm, tax_mode, tax_minor, "
          "total_minor) VALUES (gen_random_uuid(), '" +
          part + "', 1, gen_random_uuid(), gen_random_uuid(), 'Engine', 'E-1', '{}', 1, " +
          std::to_string(payment.splits[i].amount_minor) + ", '[]', 0, 0, 'INCLUDED', 0, " +
          std::to_string(payment.splits[i].amount_minor) + ");";
    }
    Disk("order").Execute(sql);
  }
  std::string PartStates(const Payment& payment) {
    return Disk("order").Execute(
        "SELECT string_agg(state, ' ' ORDER BY position) FROM seller_order WHERE order_id = '" +
        payment.order.ToString() + "'");
  }
  std::string Messages(const Payment& payment) {
    return Disk("order").Execute("SELECT count(*) FROM outbox WHERE key LIKE '" + payment.order.ToString() +
                                 "/%'");
  }

  // What the lost future did at the provider, under keys that are nobody's now.
  payment::provider::Change Change(const std::string& authorization, std::int64_t minor,
                                   std::string reference = {}) {
    return {.key = Uuid::NewV7().ToString(),
            .authorization = authorization,
            .amount = {minor, Currency::Parse("EUR")},
            .reference = std::move(reference)};
  }
  static std::string ReferenceOf(const Payment& payment, std::size_t split) {
    return payment::domain::ReferenceOf({.id = payment::domain::RefundId::New(),
                                         .seller_order = payment.splits.at(split).seller_order,
                                         .reason = {},
                                         .created_at = {}});
  }
  Task<std::string> Charge(std::string reference) { return Charge(std::move(reference), Uuid::NewV7()); }
  Task<std::string> Charge(std::string reference, Uuid key) {
    const auto result = co_await provider_->Authorize({.key = key.ToString(),
                                                       .reference = std::move(reference),
                                                       .method = "pm_card_visa",
                                                       .amount = {3000, Currency::Parse("EUR")}},
                                                      Soon());
    co_return std::get<payment::provider::Done>(result).authorization;
  }
  std::string There(const std::string& authorization) {
    return Disk("sandbox").Execute(
        "SELECT status || ' ' || captured_minor || ' ' || refunded_minor FROM card_authorization"
        " WHERE 'pi_' || replace(id::text, '-', '') = '" +
        authorization + "'");
  }

  std::string url_;
  std::string out_;
  const SystemClock clock_;
  payment::provider::Provider* provider_ = nullptr;
  payment::storage::Payments* payments_ = nullptr;
  payment::Charges* charges_ = nullptr;
};

TEST_F(Reconciling, ChargesThatNoPaymentClaims_GetTheirMoneyBack) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto held = co_await Charge(Uuid::NewV7().ToString());
    const auto taken = co_await Charge(Uuid::NewV7().ToString());
    co_await provider_->Capture(Change(taken, 3000), Soon());
    co_await provider_->Refund(Change(taken, 1000), Soon());
    const auto looked = co_await Reconcile(io, Mode::kLook);
    EXPECT_EQ(looked.steps, 2u) << out_;
    EXPECT_EQ(There(held), "authorized 0 0");
    EXPECT_EQ(There(taken), "captured 3000 1000");
    EXPECT_THAT(out_, HasSubstr("would: charge " + taken));
    const auto told = co_await Reconcile(io);
    EXPECT_EQ(told.left, 0u) << out_;
    EXPECT_EQ(There(held), "voided 0 0");
    EXPECT_EQ(There(taken), "captured 3000 3000");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, ChargeOfAnotherBusiness_IsNotTouched) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto foreign = co_await Charge("invoice 7");
    EXPECT_EQ((co_await Reconcile(io)).left, 1u);
    EXPECT_THAT(out_, HasSubstr("invoice 7"));
    EXPECT_EQ(There(foreign), "authorized 0 0");
    Disk("sandbox").Execute("DELETE FROM card_authorization WHERE reference = 'invoice 7'");
  });
}

TEST_F(Reconciling, ChargeThatIsOurs_IsLeftAlone) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto authorized = co_await Authorized();
    const auto captured = co_await Captured();
    AnOrder(authorized, "PENDING_PAYMENT");
    AnOrder(captured, "PLACED");
    const auto told = co_await Reconcile(io);
    EXPECT_EQ(told.steps + told.left, 0u) << out_;
    EXPECT_GE(told.charges, 2u);
    EXPECT_EQ((co_await Again(authorized)).version, authorized.version);
  });
}

TEST_F(Reconciling, CapturedAfterTheBackup_IsBooked) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Authorized();
    AnOrder(payment, "PENDING_PAYMENT");
    co_await provider_->Capture(Change(payment.authorization, 3000), Soon());
    EXPECT_EQ((co_await Reconcile(io)).left, 0u) << out_;
    EXPECT_EQ((co_await Again(payment)).state, payment::domain::State::kCaptured);
    EXPECT_EQ(Disk("payment").Execute(
                  "SELECT count(*) FROM ledger_entry WHERE cause = 'CAPTURE' AND payment_id = '" +
                  payment.id.ToString() + "'"),
              "1");
    EXPECT_EQ(There(payment.authorization), "captured 3000 0");
    EXPECT_EQ(PartStates(payment), "PENDING_PAYMENT PENDING_PAYMENT");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, VoidedAfterTheBackup_CancelsThePlacedOrder) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Authorized();
    AnOrder(payment, "PLACED");
    co_await provider_->Void(Change(payment.authorization, 0), Soon());
    EXPECT_EQ((co_await Reconcile(io)).left, 0u) << out_;
    EXPECT_EQ((co_await Again(payment)).state, payment::domain::State::kVoided);
    EXPECT_EQ(PartStates(payment), "CANCELLED CANCELLED");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, PartRefundedAfterTheBackup_IsBookedAndCancelled) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Captured();
    AnOrder(payment, "ACCEPTED");
    co_await provider_->Refund(Change(payment.authorization, 2000, ReferenceOf(payment, 1)), Soon());
    EXPECT_EQ((co_await Reconcile(io)).left, 0u) << out_;
    EXPECT_EQ((co_await Again(payment)).refunded_minor, 2000);
    EXPECT_EQ(PartStates(payment), "ACCEPTED CANCELLED");
    EXPECT_EQ(Messages(payment), "2");  // its units, and a refund that was made already
    EXPECT_EQ(There(payment.authorization), "captured 3000 2000");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, PartThatWasShippedAndRefunded_IsForAPerson) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Captured();
    AnOrder(payment, "SHIPPED");
    co_await provider_->Refund(Change(payment.authorization, 1000, ReferenceOf(payment, 0)), Soon());
    EXPECT_EQ((co_await Reconcile(io)).left, 1u) << out_;
    EXPECT_THAT(out_, HasSubstr("it is SHIPPED"));
    EXPECT_EQ((co_await Again(payment)).refunded_minor, 1000);
    EXPECT_EQ(PartStates(payment), "SHIPPED SHIPPED");
    // As no order is, so that the next test has none that is not settled.
    Disk("order").Execute(
        "SET session_replication_role = replica;"
        " UPDATE seller_order SET state = 'CANCELLED' WHERE order_id = '" +
        payment.order.ToString() + "'; SET session_replication_role = DEFAULT");
  });
}

TEST_F(Reconciling, PartThatAnOperatorHadRefundedBefore_IsLeftAlone) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Captured();
    AnOrder(payment, "DELIVERED");
    co_await charges_->Refund(Soon(), payment.order,
                              {.id = payment::domain::RefundId::New(),
                               .seller_order = payment.splits.at(0).seller_order,
                               .amount = {},
                               .reason = "broken",
                               .account = AccountId::New()});
    const auto told = co_await Reconcile(io);
    EXPECT_EQ(told.steps + told.left, 0u) << out_;
    EXPECT_EQ(PartStates(payment), "DELIVERED DELIVERED");
  });
}

TEST_F(Reconciling, RefundThatIsNoPartOfOurs_IsForAPerson) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto payment = co_await Captured();
    AnOrder(payment, "PLACED");
    co_await provider_->Refund(Change(payment.authorization, 7, "by hand"), Soon());
    EXPECT_EQ((co_await Reconcile(io)).left, 1u) << out_;
    EXPECT_THAT(out_, HasSubstr("refunded 7 there"));
    EXPECT_EQ((co_await Again(payment)).refunded_minor, 0);
    Disk("sandbox").Execute("DELETE FROM movement; DELETE FROM card_authorization");
  });
}

TEST_F(Reconciling, PaymentThatWouldBeAskedForAgain_IsClosedBeforeItFindsADeadCharge) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    // Between two attempts when the backup was made; not known at all; and known with another number.
    const auto between = ADraft();
    auto failed = between;
    payment::domain::Learn(failed, NextAttempt(between, payment::domain::Operation::kAuthorize, clock_.Now()),
                           {payment::domain::Outcome::Kind::kFailed, {}, "provider_error"}, clock_.Now());
    EXPECT_TRUE(co_await payments_->Write(Soon(), between, failed, {}));
    const auto unknown = ADraft();
    auto declined = ADraft();
    declined.method = "pm_card_visa_chargeDeclined";
    declined = co_await charges_->Authorize(Soon(), declined);
    auto further = ADraft(declined.order);
    further.number = 2;
    std::vector<std::string> charges;
    for (const auto& payment : {failed, unknown, further}) {
      AnOrder(payment, "PENDING_PAYMENT");
      const auto next = NextAttempt(payment, payment::domain::Operation::kAuthorize, clock_.Now());
      charges.push_back(co_await Charge(payment.order.ToString(), ProviderKey(payment, next)));
    }
    EXPECT_EQ((co_await Reconcile(io)).left, 0u) << out_;
    for (const auto& payment : {failed, unknown, further}) {
      EXPECT_EQ((co_await Again(payment)).state, payment::domain::State::kVoided);
      EXPECT_EQ((co_await charges_->Authorize(Soon(), payment)).state, payment::domain::State::kVoided);
    }
    EXPECT_EQ((co_await payments_->Find(Soon(), declined.order, 1))->state,
              payment::domain::State::kDeclined);
    for (const auto& charge : charges) EXPECT_EQ(There(charge), "voided 0 0");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, PaymentsAndUnitsOfOrdersThatAreNotThere_AreUndone) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    const auto held = co_await Authorized();
    const auto taken = co_await Captured();
    const auto shipped = Uuid::NewV7().ToString();
    const auto waiting = Uuid::NewV7().ToString();
    Disk("product").Execute("INSERT INTO reservation_order (order_id) VALUES ('" + shipped + "'), ('" +
                            waiting + "')");
    Disk("product").Execute(
        "WITH c AS (INSERT INTO category (id, name, slug) VALUES (gen_random_uuid(), '-', 'c') RETURNING "
        "id), "
        "p AS (INSERT INTO product"
        "  (id, operation_id, seller_id, category_id, title, description, attributes, pictures)"
        "  SELECT id, id, id, id, '-', '', '{}', '{}' FROM c RETURNING id), "
        "o AS (INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency)"
        "  SELECT id, id, id, 'S', '{}', 'EUR' FROM p RETURNING id), "
        "s AS (INSERT INTO stock (id, offer_id, on_hand, reserved) SELECT id, id, 5, 2 FROM o RETURNING id) "
        "INSERT INTO reservation (order_id, line_id, stock_id, offer_id, quantity, held, consumed) "
        "SELECT order_id, gen_random_uuid(), s.id, s.id, 2, held, 2 - held "
        "FROM s, (VALUES ('" +
        shipped + "'::uuid, 0), ('" + waiting + "'::uuid, 2)) AS line (order_id, held)");
    EXPECT_EQ((co_await Reconcile(io)).left, 1u) << out_;
    EXPECT_THAT(out_, HasSubstr("units of order " + shipped + ": they were shipped"));
    EXPECT_THAT(out_, HasSubstr("units of order " + waiting + ": there is no such order: released"));
    EXPECT_EQ(Disk("product").Execute("SELECT reserved FROM stock"), "0");
    EXPECT_EQ((co_await Again(held)).state, payment::domain::State::kVoided);
    EXPECT_EQ((co_await Again(taken)).refunded_minor, 3000);
    EXPECT_EQ(There(held.authorization), "voided 0 0");
    EXPECT_EQ(There(taken.authorization), "captured 3000 3000");
    EXPECT_EQ((co_await Reconcile(io)).steps, 0u) << out_;
  });
}

TEST_F(Reconciling, ProviderThatDoesNotAnswer_IsUnavailable) {
  Run([&](boost::asio::io_context& io) -> Task<> {
    url_ = "http://127.0.0.1:1";
    auto code = Code::kOk;
    try {
      co_await Reconcile(io);
    } catch (const Error& error) {
      code = error.code;
    }
    EXPECT_EQ(code, Code::kUnavailable);
  });
}

}  // namespace
}  // namespace market::marketctl
