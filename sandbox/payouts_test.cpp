#include "sandbox/payouts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <string>

#include "migrations/sandbox.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::Soon;

template <class Body>
void WithBank(Body body) {
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    static testing::TemporaryDatabase disk(std::array{&migrations::kSandbox});
    postgres::Database database(io, disk.Options());
    co_await database.Open(Soon());
    Payouts payouts(database, 1ms);
    co_await body(payouts);
    co_await database.Close(Soon());
  });
}

Form APayout(const std::string& destination, int amount = 500) {
  return *Form::Parse("amount=" + std::to_string(amount) + "&currency=EUR&destination=" + destination +
                      "&reference=p&holder=A");
}

std::string StatusOf(const Answer& found) {
  const auto payouts = boost::json::parse(found.body).at("payouts").as_array();
  return payouts.empty() ? "" : std::string(payouts.at(0).at("status").as_string());
}

TEST(BankPayouts, GoAsTheEndOfTheAccountSays) {
  WithBank([](Payouts& bank) -> Task<> {
    const std::array<std::array<std::string, 3>, 5> ends = {{{"3000", "paid", "paid"},
                                                             {"9002", "failed", "failed"},
                                                             {"9003", "paid", "returned"},
                                                             {"9004", "pending", "pending"},
                                                             {"9005", "paid", "paid"}}};
    for (const auto& [last4, first, second] : ends) {
      const auto key = "k" + last4;
      EXPECT_EQ(StatusOf(co_await bank.Find(Soon(), key)), "") << "nothing is known of it";
      EXPECT_EQ((co_await bank.Create(Soon(), key, APayout("DE00" + last4))).status, 200);
      EXPECT_EQ(StatusOf(co_await bank.Find(Soon(), key)), first) << last4;
      EXPECT_EQ(StatusOf(co_await bank.Find(Soon(), key)), second) << last4;
    }
    const auto listed = boost::json::parse((co_await bank.List(Soon(), 0)).body).at("payouts").as_array();
    EXPECT_EQ(listed.size(), ends.size());
  });
}

TEST(BankPayouts, AKeyIsOnePayout) {
  WithBank([](Payouts& bank) -> Task<> {
    const auto first = co_await bank.Create(Soon(), "same", APayout("DE001"));
    EXPECT_EQ((co_await bank.Create(Soon(), "same", APayout("DE001"))).body, first.body);
    EXPECT_EQ((co_await bank.Create(Soon(), "same", APayout("DE001", 501))).status, 400);
    EXPECT_EQ((co_await bank.Create(Soon(), "refused", APayout("DE009001"))).status, 400);
    EXPECT_EQ(StatusOf(co_await bank.Find(Soon(), "refused")), "");
    EXPECT_EQ((co_await bank.Create(Soon(), "none", APayout("DE001", 0))).status, 400);
  });
}

}  // namespace
}  // namespace market::sandbox
