#include "services/payment/storage/personal_data.hpp"

#include <gtest/gtest.h>

#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

TEST(PaymentPersonalData, IsTold_AndTheBooksStay) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    PersonalData personal_data(database);
    auto payment = ADraft();
    co_await Done(payments, payment, Operation::kAuthorize);
    co_await Done(payments, payment, Operation::kCapture);
    co_await GivenBack(payments, payment, 1, 500);
    auto other = ADraft();
    co_await Done(payments, other, Operation::kAuthorize);
    const auto buyer = payment.buyer->ToString();
    const auto key = [&](const std::string& principal) {
      Disk().Execute(
          "INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, "
          "leased_until, "
          "expires_at, answer) VALUES ('" +
          principal + "', 'm', 'k', '', gen_random_uuid(), 1, market_now(), market_now(), 'x')");
    };
    key(buyer);
    key(other.buyer->ToString());

    market::personal_data::Request ask;
    ask.set_account_id(buyer);
    std::string told;
    for (const auto& record : co_await personal_data.Export(Soon(), ask)) {
      told += record.kind + ' ';
      for (std::size_t i = 0; i < record.names.size(); ++i) {
        if (record.names[i] == "amount" || record.names[i] == "reason") told += record.values[i] + ' ';
      }
    }
    EXPECT_EQ(told, "payment 3000 refund 500 broken ");

    const auto books = "SELECT string_agg(to_jsonb(p)::text, ' ' ORDER BY id) FROM payment p";
    const auto before = Disk().Execute(books);
    for (int i = 0; i < 2; ++i) co_await personal_data.Erase(Soon(), *payment.buyer);
    EXPECT_EQ(Disk().Execute(books), before);
    EXPECT_EQ(Disk().Execute("SELECT string_agg(principal, ' ') FROM idempotency_key WHERE method = 'm'"),
              other.buyer->ToString());
    EXPECT_EQ(Disk().Execute("SELECT count(*) FROM audit_event WHERE target_id = '" + buyer + "'"), "1");
  });
}

}  // namespace
}  // namespace market::payment::storage
