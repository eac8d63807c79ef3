// For the tests of the storage: payments on a real database, and what is heard of them.
#pragma once
#include <gtest/gtest.h>

#include <exception>

#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/payment/migrations.hpp"
#include "services/payment/storage/payments.hpp"

namespace market::payment::storage {

using domain::Operation;
using testing::Soon;
using Kind = domain::Outcome::Kind;

inline testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(kMigrations);
  return disk;
}

// The text of what the server refuses; "" when it does it.
inline std::string Refusal(const std::string& sql) {
  try {
    Disk().Execute(sql);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

// Runs body(payments, database).
template <class Body>
void WithPayments(Body body) {
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, Disk().Options());
    co_await database.Open(Soon());
    Payments payments(database);
    std::exception_ptr failure;
    try {
      co_await body(payments, database);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

inline Time Now() { return SystemClock().Now(); }

// 30.00 EUR in two parts of 10 and 20.
inline domain::Payment ADraft() {
  return domain::MakePayment(domain::OrderId::New(), AccountId::New(), Money{3000, Currency::Parse("EUR")},
                             "pm",
                             {{domain::SellerOrderId::New(), SellerId::New(), 1000},
                              {domain::SellerOrderId::New(), SellerId::New(), 2000}},
                             Now());
}

// Writes what is heard of an attempt.
inline Task<> Heard(Payments& payments, domain::Payment& payment, domain::Attempt attempt,
                    domain::Outcome outcome, std::optional<std::chrono::milliseconds> run_after = {}) {
  auto after = payment;
  EXPECT_TRUE(domain::Learn(after, attempt, outcome, Now()));
  EXPECT_TRUE(co_await payments.Write(Soon(), payment, after, run_after));
  payment = std::move(after);
}
inline Task<> Heard(Payments& payments, domain::Payment& payment, Operation operation,
                    domain::Outcome outcome, std::optional<std::chrono::milliseconds> run_after = {}) {
  return Heard(payments, payment, domain::NextAttempt(payment, operation, Now()), std::move(outcome),
               run_after);
}
inline Task<> Done(Payments& payments, domain::Payment& payment, Operation operation) {
  return Heard(payments, payment, operation, {Kind::kDone, "auth", {}});
}

// Of one part; the refund's id.
inline Task<domain::RefundId> GivenBack(Payments& payments, domain::Payment& payment, std::size_t split,
                                        std::int64_t minor) {
  const auto id = domain::RefundId::New();
  auto after = payment;
  domain::Promise(after,
                  {.id = id,
                   .seller_order = payment.splits.at(split).seller_order,
                   .amount = Money{minor, payment.currency},
                   .reason = "broken"},
                  Now());
  EXPECT_TRUE(co_await payments.Write(Soon(), payment, after, std::chrono::hours(1)));
  payment = after;
  co_await Heard(payments, payment, *payment.Pending(), {Kind::kDone, "auth", {}});
  co_return id;
}

inline std::string Told(const domain::Payment& payment) {
  return events::Told(Disk(), "payment/" + payment.id.ToString());
}

}  // namespace market::payment::storage
