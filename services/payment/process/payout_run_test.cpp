// Payouts driven to their end over the sandbox, by processes that die and a provider that loses requests and answers.
#include "services/payment/process/payout_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/seeds.hpp"
#include "services/payment/provider/sandbox_payouts.hpp"
#include "services/payment/testing/charges_fixture.hpp"
#include "services/payment/testing/payouts_fixture.hpp"
#include "services/payment/workers/payouts.hpp"

namespace market::payment {
namespace {

using domain::Payout;
using domain::PayoutState;
using PortFault = FaultyProvider::Fault;

constexpr std::string_view kBankKey = "a key of thirty-two characters, or more";

// What a test may do to a payout on its way to the provider and back.
class FaultyPort final : public provider::PayoutPort {
 public:
  explicit FaultyPort(provider::PayoutPort& real) : real_(real) {}
  PortFault next_send = PortFault::kNone;
  PortFault next_find = PortFault::kNone;
  std::minstd_rand* chaos = nullptr;
  int sends = 0;
  int finds = 0;

  std::string_view Name() const override { return real_.Name(); }
  bool Pays(Currency currency, bool to_bank_account) const override {
    return real_.Pays(currency, to_bank_account);
  }
  bool GoesInFiles() const override { return false; }
  bool Tells() const override { return true; }

  Task<provider::Result> Send(std::vector<provider::Instruction> together, Work work) override {
    const auto fault = Draw(next_send);
    ++sends;
    if (fault == PortFault::kNotSent) co_return provider::NotDone{"not sent"};
    if (fault == PortFault::kCrashBefore) throw Crash();
    auto result = co_await real_.Send(std::move(together), work);
    if (fault == PortFault::kCrashAfter) throw Crash();
    if (fault == PortFault::kAnswerLost) co_return provider::Unknown{"the answer was lost"};
    co_return result;
  }
  Task<provider::PayoutFound> Find(provider::Instruction sought, Work work) override {
    const auto fault = Draw(next_find);
    ++finds;
    if (fault == PortFault::kCrashBefore || fault == PortFault::kCrashAfter) throw Crash();
    if (fault != PortFault::kNone) co_return provider::Unknown{"lost"};
    co_return co_await real_.Find(std::move(sought), work);
  }

 private:
  PortFault Draw(PortFault& next) {
    if (chaos == nullptr) return std::exchange(next, PortFault::kNone);
    return (*chaos)() % 2 == 0 ? PortFault::kNone : static_cast<PortFault>(1 + (*chaos)() % 4);
  }

  provider::PayoutPort& real_;
};

struct Payouting {
  Payouting(Service& s, World& world, PayoutRun::Options options)
      : real(s.client, "sk_test"),
        port(real),
        payouts(world.database),
        accounts(world.database),
        run(payouts, accounts, numbers, {&port}, s.clock, s.metrics, options),
        workers(payouts, run, s.tracer, {.poll = 20ms}) {}

  // One whose account ends so.
  Task<SellerId> AShop(std::string last4, std::chrono::milliseconds hold = 0ms) {
    const auto shop = SellerId::New();
    auto target = ATarget(numbers.Sealed(IbanEndingIn(last4), shop));
    target.iban_last4 = last4;
    co_await accounts.Change(Soon(), shop, 0, std::move(target), hold, AccountId::New(), audit::SomeAct());
    Book(Disk(), shop, 5000);
    co_return shop;
  }
  Task<Payout> Wanted(SellerId shop, std::optional<std::int64_t> minor = {}) {
    return run.OnDemand(Soon(),
                        {.id = domain::PayoutId::New(),
                         .seller = shop,
                         .currency = Currency::Parse("EUR"),
                         .amount_minor = minor,
                         .trace = {}},
                        audit::SomeAct());
  }
  Task<Payout> Now(const Payout& payout) {
    co_return (co_await payouts.Find(Soon(), payout.id, std::nullopt)).value();
  }
  // As if every pause had passed, until nothing is to be done any more, or so often.
  Task<> Drive(int rounds = 30) {
    for (int round = 0; round < rounds; ++round) {
      Sql("UPDATE payout SET next_run_at = '-infinity' WHERE next_run_at IS NOT NULL");
      if (co_await workers.Sending().RunOnce() == 0) co_return;
    }
  }

  provider::SandboxPayouts real;
  FaultyPort port;
  storage::BankNumbers numbers{kBankKey};
  storage::Payouts payouts;
  storage::PayoutAccounts accounts;
  PayoutRun run;
  PayoutWorkers workers;
};

PayoutRun::Options Quick(domain::PayoutSchedule schedule = domain::PayoutSchedule::kManual) {
  // What was paid is asked about once more, when that time is over.
  return {.schedule = schedule, .minimums = PayoutMinimums({"1000"}), .poll = 10ms, .watch = 1h};
}

template <class Body>
void WithPayouting(Body body, PayoutRun::Options options = Quick()) {
  WithService([&](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    Sql("UPDATE payout SET next_run_at = NULL");
    Sql("UPDATE payout_turn SET next_run_at = 'infinity'");
    Payouting p(s, world, options);
    co_await body(p);
  });
}

std::string AtProviderOf(const Payout& payout) {
  return ProviderSql(
      "SELECT count(*) || ' ' || coalesce(sum(amount_minor), 0) FROM bank_payout WHERE reference = '" +
      payout.id.ToString() + "'");
}

TEST(PayoutRun, WhatIsDue_IsPaidAndTold) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto shop = co_await p.AShop("3000");
    const auto payout = co_await p.Wanted(shop);
    EXPECT_EQ(payout.state, PayoutState::kDue);
    EXPECT_TRUE(payout.on_demand);
    EXPECT_EQ(co_await p.workers.Sending().RunOnce(), 1U);
    EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kSubmitted);
    EXPECT_EQ(BalanceOf(Disk(), shop), "0 5000");
    co_await p.Drive(3);
    const auto paid = co_await p.Now(payout);
    EXPECT_EQ(paid.state, PayoutState::kPaid);
    EXPECT_TRUE(paid.paid_at);
    EXPECT_EQ(p.port.sends, 1);
    EXPECT_EQ(AtProviderOf(payout), "1 5000");
    EXPECT_EQ(BalanceOf(Disk(), shop), "0 0");
    const auto told = events::Told(Disk(), "payout/" + payout.id.ToString());
    EXPECT_LT(told.find("payment.PayoutSubmitted"), told.find("payment.PayoutPaid")) << told;
    EXPECT_EQ(ProviderSql("SELECT destination || ' ' || holder FROM bank_payout WHERE reference = '" +
                          payout.id.ToString() + "'"),
              IbanEndingIn("3000") + " Analytical Engines Ltd");
  });
}

TEST(PayoutRun, OneThatIsRefused_FailsAndTheShopIsDueItAgain) {
  for (const auto* last4 : {"9001", "9002"}) {
    WithPayouting([&](Payouting& p) -> Task<> {
      const auto shop = co_await p.AShop(last4);
      const auto payout = co_await p.Wanted(shop);
      co_await p.Drive();
      const auto failed = co_await p.Now(payout);
      EXPECT_EQ(failed.state, PayoutState::kFailed);
      EXPECT_EQ(failed.failure_code, "account_closed");
      EXPECT_EQ(BalanceOf(Disk(), shop), "5000 0");
      EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
      EXPECT_EQ(AtProviderOf(payout), std::string(last4) == "9001" ? "0 0" : "1 5000");
    });
  }
}

TEST(PayoutRun, OneThatComesBackAfterItWasPaid_IsNoticed) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto shop = co_await p.AShop("9003");
    const auto payout = co_await p.Wanted(shop);
    co_await p.Drive();
    const auto back = co_await p.Now(payout);
    EXPECT_EQ(back.state, PayoutState::kReturned);
    EXPECT_EQ(back.failure_code, "no_account");
    EXPECT_TRUE(back.paid_at);
    EXPECT_EQ(BalanceOf(Disk(), shop), "5000 0");
    EXPECT_EQ((co_await p.Wanted(shop)).amount.minor, 5000) << "the next one pays it";
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
  });
}

TEST(PayoutRun, WhatWasPaid_IsAskedAboutForAWhileOnly) {
  auto options = Quick();
  options.watch = 0ms;
  WithPayouting(
      [](Payouting& p) -> Task<> {
        const auto payout = co_await p.Wanted(co_await p.AShop("9003"));
        co_await p.Drive();
        EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kPaid);
        EXPECT_EQ(Sql("SELECT next_run_at IS NULL FROM payout WHERE id = '" + payout.id.ToString() + "'"),
                  "t");
      },
      options);
}

TEST(PayoutRun, OneWhoseAnswerWasLost_IsAskedForAndNotSentAgain) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto payout = co_await p.Wanted(co_await p.AShop("3000"));
    p.port.next_send = PortFault::kAnswerLost;
    co_await p.Drive(1);
    EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kDue) << "nobody has said";
    co_await p.Drive(3);
    EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kPaid);
    EXPECT_EQ(p.port.sends, 1);
    EXPECT_EQ(AtProviderOf(payout), "1 5000");
  });
}

TEST(PayoutRun, OneThatNeverArrived_IsSentAgainUnderItsKey_AndADayLaterUnderAnother) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto payout = co_await p.Wanted(co_await p.AShop("3000"));
    for (const int attempt : {1, 2}) {
      p.port.next_send = PortFault::kNotSent;
      co_await p.Drive(1);
      EXPECT_EQ((co_await p.Now(payout)).attempt, attempt);
      Sql("UPDATE payout SET sent_at = sent_at - interval '21 hours' WHERE id = '" + payout.id.ToString() +
          "'");
    }
    p.port.next_find = PortFault::kAnswerLost;
    co_await p.Drive(1);
    EXPECT_EQ((co_await p.Now(payout)).attempt, 2) << "it was not asked for";
    co_await p.Drive(4);
    EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kPaid);
    EXPECT_EQ(AtProviderOf(payout), "1 5000");
  });
}

TEST(PayoutRun, OnDemand_SaysWhyNot) {
  WithPayouting([](Payouting& p) -> Task<> {
    EXPECT_EQ(co_await ReasonOf(p.Wanted(SellerId::New())), "PAYOUT_ACCOUNT_MISSING");
    EXPECT_EQ(co_await ReasonOf(p.Wanted(co_await p.AShop("3000", 1h))), "PAYOUTS_HELD");
    const auto shop = co_await p.AShop("3000");
    EXPECT_EQ(co_await ReasonOf(p.Wanted(shop, 5001)), "NOTHING_TO_PAY_OUT");
    EXPECT_EQ(co_await ReasonOf(p.Wanted(shop, 999)), "INVALID_ARGUMENT");
    Book(Disk(), shop, -4500);
    EXPECT_EQ(co_await ReasonOf(p.Wanted(shop)), "NOTHING_TO_PAY_OUT");
    EXPECT_EQ(Sql("SELECT count(*) FROM payout WHERE seller_id = '" + shop.ToString() + "'"), "0");
  });
}

TEST(PayoutRun, AnOperatorWhoKnows_SaysSo) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto shop = co_await p.AShop("9004");
    const auto payout = co_await p.Wanted(shop);
    EXPECT_EQ(co_await ReasonOf(p.run.Mark(Soon(), payout.id, PayoutState::kPaid, audit::SomeAct())),
              "ILLEGAL_TRANSITION");
    co_await p.Drive(1);
    EXPECT_EQ((co_await p.run.Mark(Soon(), payout.id, PayoutState::kPaid, audit::SomeAct())).state,
              PayoutState::kPaid);
    EXPECT_EQ(co_await ReasonOf(p.run.Mark(Soon(), payout.id, PayoutState::kPaid, audit::SomeAct())),
              "ILLEGAL_TRANSITION");
    const auto back = co_await p.run.Mark(Soon(), payout.id, PayoutState::kReturned, audit::SomeAct());
    EXPECT_EQ(back.failure_code, "returned");
    EXPECT_EQ(BalanceOf(Disk(), shop), "5000 0");
    EXPECT_EQ(
        Sql("SELECT string_agg((before->>'state') || '>' || (after->>'state'), ' ' ORDER BY id) FROM "
            "audit_event"
            " WHERE target_id = '" +
            payout.id.ToString() + "' AND before::jsonb ? 'state' AND after::jsonb ->> 'state' <> 'DUE'"),
        "SUBMITTED>PAID PAID>RETURNED");
    EXPECT_EQ(
        co_await ReasonOf(p.run.Mark(Soon(), domain::PayoutId::New(), PayoutState::kPaid, audit::SomeAct())),
        "NOT_FOUND");
  });
}

// --- turns

std::string TurnOf(const SellerId& shop, const std::string& column) {
  return Sql("SELECT " + column + " FROM payout_turn WHERE seller_id = '" + shop.ToString() +
             "' AND currency = 'EUR'");
}
std::string PayoutsOf(const SellerId& shop) {
  return Sql("SELECT count(*) FROM payout WHERE seller_id = '" + shop.ToString() + "'");
}
// As if the day had come.
Task<> ComeTheDay(Payouting& p, const SellerId& shop) {
  Sql("UPDATE payout_turn SET next_run_at = '-infinity' WHERE seller_id = '" + shop.ToString() + "'");
  EXPECT_EQ(co_await p.workers.Turns().RunOnce(), 1U);
}

TEST(PayoutTurns, AShop_IsPaidWhenItsDayHasCome) {
  WithPayouting(
      [](Payouting& p) -> Task<> {
        const auto shop = co_await p.AShop("3000");
        co_await ComeTheDay(p, shop);
        EXPECT_EQ(PayoutsOf(shop), "0") << "the first look finds out which day that is";
        EXPECT_EQ(TurnOf(shop, "next_run_at = date_trunc('day', market_now(), 'UTC') + interval '1 day'"),
                  "t");
        co_await ComeTheDay(p, shop);
        EXPECT_EQ(PayoutsOf(shop), "1");
        EXPECT_EQ(BalanceOf(Disk(), shop), "0 5000");
        Book(Disk(), shop, 999);
        co_await ComeTheDay(p, shop);
        EXPECT_EQ(PayoutsOf(shop), "1") << "below the minimum";
      },
      Quick(domain::PayoutSchedule::kDaily));
}

TEST(PayoutTurns, WhileTheAccountIsHeld_ItWaits) {
  WithPayouting(
      [](Payouting& p) -> Task<> {
        const auto shop = co_await p.AShop("3000", 1h);
        co_await ComeTheDay(p, shop);
        co_await ComeTheDay(p, shop);
        EXPECT_EQ(PayoutsOf(shop), "0");
        EXPECT_EQ(TurnOf(shop, "next_run_at <= market_now() + interval '61 minutes'"), "t") << "not a month";
        Sql("UPDATE payout_account SET held_until = market_now() WHERE seller_id = '" + shop.ToString() +
            "'");
        co_await ComeTheDay(p, shop);
        EXPECT_EQ(PayoutsOf(shop), "1");
      },
      Quick(domain::PayoutSchedule::kMonthly));
}

TEST(PayoutTurns, WithoutASchedule_NobodyIsPaidUnasked) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto shop = co_await p.AShop("3000");
    co_await ComeTheDay(p, shop);
    co_await ComeTheDay(p, shop);
    EXPECT_EQ(PayoutsOf(shop), "0");
  });
}

TEST(PayoutWorkers, TablesThatAreAway_StopNothingForGood) {
  WithPayouting([](Payouting& p) -> Task<> {
    const auto shop = co_await p.AShop("3000");
    Sql("ALTER TABLE payout RENAME TO away");
    bool failed = false;
    try {
      co_await p.workers.Sending().RunOnce();
    } catch (const std::exception&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    Sql("ALTER TABLE away RENAME TO payout");
    const auto payout = co_await p.Wanted(shop);
    co_await p.Drive(3);
    EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kPaid);
  });
}

// --- death and chaos

TEST(PayoutRun_KillPoints, ArePaidOnceByTheNextDriver) {
  for (const auto point : {PortFault::kCrashBefore, PortFault::kCrashAfter}) {
    for (const bool asking : {false, true}) {
      WithPayouting([&](Payouting& p) -> Task<> {
        const auto shop = co_await p.AShop("3000");
        const auto payout = co_await p.Wanted(shop);
        if (asking) co_await p.Drive(1);
        (asking ? p.port.next_find : p.port.next_send) = point;
        bool died = false;
        try {
          co_await p.run.Advance(Soon(), co_await p.Now(payout));
        } catch (const Crash&) {
          died = true;
        }
        EXPECT_TRUE(died);
        EXPECT_EQ(BalanceOf(Disk(), shop), "0 5000");
        co_await p.Drive(5);
        EXPECT_EQ((co_await p.Now(payout)).state, PayoutState::kPaid);
        EXPECT_EQ(AtProviderOf(payout), "1 5000");
        EXPECT_EQ(BalanceOf(Disk(), shop), "0 0");
      });
    }
  }
}

// Several drivers of one payout at a time, whatever the provider does: it is sent once and booked once.
TEST(PayoutRun_Chaos, EndsAsTheProviderSays) {
  for (const auto seed : testing::Seeds(1, 12)) {
    WithPayouting([&](Payouting& p) -> Task<> {
      std::minstd_rand chaos(seed);
      const std::array<std::string, 4> ends = {"3000", "9001", "9002", "9003"};
      const auto& end = ends.at(chaos() % ends.size());
      const auto shop = co_await p.AShop(end);
      const auto payout = co_await p.Wanted(shop);
      p.port.chaos = &chaos;
      const auto drive = [&]() -> Task<> {
        for (int turn = 0; turn < 6; ++turn) {
          try {
            co_await p.run.Advance(Soon(), co_await p.Now(payout));
          } catch (const Crash&) {
          }
        }
      };
      std::vector<Task<>> drivers;
      drivers.push_back(drive());
      drivers.push_back(drive());
      co_await testing::AtOnce(std::move(drivers));
      p.port.chaos = nullptr;
      co_await p.Drive(8);
      const auto state = (co_await p.Now(payout)).state;
      EXPECT_EQ(state, end == "3000"   ? PayoutState::kPaid
                       : end == "9003" ? PayoutState::kReturned
                                       : PayoutState::kFailed)
          << "seed " << seed << " account " << end;
      EXPECT_EQ(AtProviderOf(payout), end == "9001" ? "0 0" : "1 5000");
      EXPECT_EQ(BalanceOf(Disk(), shop), end == "3000" ? "0 0" : "5000 0");
      EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    });
  }
}

TEST(PayoutMinimums, AreOfACurrencyOrOfAllOthers) {
  const PayoutMinimums minimums({"1000", "JPY=1500"});
  EXPECT_EQ(minimums.Of(Currency::Parse("EUR")), 1000);
  EXPECT_EQ(minimums.Of(Currency::Parse("JPY")), 1500);
  EXPECT_EQ(PayoutMinimums({}).Of(Currency::Parse("EUR")), 1);
  for (const auto* item : {"", "x", "0", "EUR=", "EUR=-1", "EUR=1x"})
    EXPECT_THROW(PayoutMinimums({item}), std::runtime_error) << item;
}

}  // namespace
}  // namespace market::payment
