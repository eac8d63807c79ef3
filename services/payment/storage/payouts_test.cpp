#include "services/payment/storage/payouts.hpp"

#include <gtest/gtest.h>

#include <variant>

#include "platform/audit/testing/some_act.hpp"
#include "services/payment/storage/bank_numbers.hpp"
#include "services/payment/storage/payout_accounts.hpp"
#include "services/payment/testing/payments_fixture.hpp"
#include "services/payment/testing/payouts_fixture.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;
using domain::Payout;
using domain::PayoutId;
using domain::PayoutState;

template <class Body>
void WithPayouts(Body body) {
  WithPayments([&](Payments&, postgres::Database& database) -> Task<> {
    Payouts payouts(database);
    co_await body(payouts, database);
  });
}

PayoutDraft ADraftOf(const SellerId& shop, std::optional<std::int64_t> minor = {}) {
  return {.id = PayoutId::New(),
          .seller = shop,
          .currency = Currency::Parse("EUR"),
          .amount_minor = minor,
          .minimum_minor = 1,
          .on_demand = false,
          .target = ATarget("sealed"),
          .port = "sandbox",
          .trace = {}};
}

Task<Payout> Claimed(Payouts& payouts, PayoutDraft draft) {
  auto claimed = co_await payouts.Claim(Soon(), std::move(draft));
  co_return std::get<Payout>(std::move(claimed));
}
Task<Payout> MovedTo(Payouts& payouts, Payout payout, PayoutState to) {
  auto after = domain::Moved(payout, to, {.code = "no"}, Now());
  EXPECT_TRUE(co_await payouts.Write(Soon(), payout, after, std::nullopt));
  co_return after;
}
std::string Told(const Payout& payout) { return events::Told(Disk(), "payout/" + payout.id.ToString()); }

TEST(Payouts, AClaim_TakesAllThatTheShopIsDue) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1500);
    Book(Disk(), shop, -300);
    Book(Disk(), shop, 4000, "USD");
    Book(Disk(), SellerId::New(), 9000);
    const auto act = audit::SomeAct();
    const auto claimed = co_await payouts.Claim(Soon(), ADraftOf(shop), &act);
    const auto& payout = std::get<Payout>(claimed);
    EXPECT_EQ(payout.amount, (Money{1200, Currency::Parse("EUR")}));
    EXPECT_EQ(payout.line_count, 2);
    EXPECT_EQ(payout.target, ATarget("sealed"));
    EXPECT_EQ(BalanceOf(Disk(), shop), "0 1200");
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    const auto lines = co_await payouts.Lines(Soon(), payout.id, std::nullopt, 10);
    EXPECT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines.at(0).amount_minor + lines.at(1).amount_minor, 1200);
    const auto second = co_await payouts.Lines(
        Soon(), payout.id, std::pair(lines[0].entry, std::int64_t{lines[0].position}), 10);
    EXPECT_EQ(second.size(), 1U);
    EXPECT_EQ(Disk().Execute(
                  "SELECT target_type || ' ' || (after->>'amount') FROM audit_event WHERE target_id = '" +
                  payout.id.ToString() + "'"),
              "payout 1200 EUR");
    const auto again = co_await payouts.Claim(Soon(), ADraftOf(shop));
    EXPECT_EQ(std::get<TooLittle>(again).available_minor, 0);
  });
}

TEST(Payouts, ARepetition_IsTheSamePayout) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1500);
    const auto draft = ADraftOf(shop);
    const auto first = co_await Claimed(payouts, draft);
    Book(Disk(), shop, 700);
    const auto second = co_await Claimed(payouts, draft);
    EXPECT_EQ(second.amount, first.amount);
    EXPECT_EQ(BalanceOf(Disk(), shop), "700 1500");
  });
}

TEST(Payouts, OnlyWhatIsAsked_IsPaid_AndTheRestIsForTheNext) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1000);
    Book(Disk(), shop, 500);
    EXPECT_EQ((co_await Claimed(payouts, ADraftOf(shop, 700))).amount.minor, 700);
    EXPECT_EQ(BalanceOf(Disk(), shop), "800 700");
    EXPECT_TRUE(std::holds_alternative<TooLittle>(co_await payouts.Claim(Soon(), ADraftOf(shop, 801))));
    const auto rest = co_await Claimed(payouts, ADraftOf(shop));
    EXPECT_EQ(rest.amount.minor, 800);
    EXPECT_EQ(rest.line_count, 1);
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
  });
}

TEST(Payouts, WhoOwes_GetsNothing_AndLaterSalesNetIt) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, -400);
    EXPECT_EQ(std::get<TooLittle>(co_await payouts.Claim(Soon(), ADraftOf(shop))).available_minor, -400);
    Book(Disk(), shop, 1000);
    auto draft = ADraftOf(shop);
    draft.minimum_minor = 601;
    EXPECT_EQ(std::get<TooLittle>(co_await payouts.Claim(Soon(), draft)).available_minor, 600);
    EXPECT_EQ((co_await Claimed(payouts, ADraftOf(shop))).amount.minor, 600);
    EXPECT_EQ(
        Disk().Execute(
            "SELECT count(*) FROM payout_line c JOIN payout p ON p.id = c.payout_id WHERE p.seller_id = '" +
            shop.ToString() + "'"),
        "2")
        << "what was refused has claimed nothing";
  });
}

TEST(Payouts, MoneyThatComesBack_IsForTheNextPayout) {
  for (const bool after_paid : {false, true}) {
    WithPayouts([&](Payouts& payouts, auto&) -> Task<> {
      const auto shop = SellerId::New();
      Book(Disk(), shop, 1500);
      auto payout =
          co_await MovedTo(payouts, co_await Claimed(payouts, ADraftOf(shop)), PayoutState::kSubmitted);
      if (after_paid) payout = co_await MovedTo(payouts, payout, PayoutState::kPaid);
      EXPECT_EQ(BalanceOf(Disk(), shop), after_paid ? "0 0" : "0 1500");
      payout = co_await MovedTo(payouts, payout, after_paid ? PayoutState::kReturned : PayoutState::kFailed);
      EXPECT_EQ(BalanceOf(Disk(), shop), "1500 0");
      EXPECT_EQ(Told(payout),
                after_paid ? "payment.PayoutSubmitted 2, payment.PayoutPaid 3, payment.PayoutReturned 4"
                           : "payment.PayoutSubmitted 2, payment.PayoutFailed 3");
      EXPECT_EQ((co_await Claimed(payouts, ADraftOf(shop))).amount.minor, 1500);
      EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    });
  }
}

TEST(Payouts, WhoReadAnOlderOne_WritesNothing) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1500);
    const auto payout = co_await Claimed(payouts, ADraftOf(shop));
    co_await MovedTo(payouts, payout, PayoutState::kSubmitted);
    auto late = domain::Moved(payout, PayoutState::kFailed, {.code = "no"}, Now());
    EXPECT_FALSE(co_await payouts.Write(Soon(), payout, late, std::nullopt));
    EXPECT_EQ(BalanceOf(Disk(), shop), "0 1500");
  });
}

TEST(Payouts, AreListedByWhoMaySeeThem) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1500);
    Book(Disk(), shop, 900, "USD");
    const auto euros =
        co_await MovedTo(payouts, co_await Claimed(payouts, ADraftOf(shop)), PayoutState::kSubmitted);
    auto draft = ADraftOf(shop);
    draft.currency = Currency::Parse("USD");
    const auto dollars = co_await Claimed(payouts, draft);
    const auto count = [&](PayoutsWanted wanted) -> Task<std::size_t> {
      co_return (co_await payouts.List(Soon(), std::move(wanted), std::nullopt, 10)).size();
    };
    EXPECT_EQ(co_await count({.scope = std::vector{shop}}), 2U);
    EXPECT_EQ(co_await count({.scope = std::vector{SellerId::New()}, .seller = shop}), 0U);
    EXPECT_EQ(co_await count({.seller = shop, .state = PayoutState::kSubmitted}), 1U);
    EXPECT_EQ(co_await count({.seller = shop, .currency = Currency::Parse("USD")}), 1U);
    const auto older = co_await payouts.List(Soon(), {.seller = shop}, dollars.id, 10);
    EXPECT_EQ(older.size(), 1U);
    EXPECT_EQ(older.at(0).id, euros.id);
    EXPECT_FALSE(co_await payouts.Find(Soon(), euros.id, std::vector{SellerId::New()}));
  });
}

TEST(Payouts, ATurnOpensWithTheFirstMoneyOfACurrency) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    for (int times = 0; times < 3; ++times) Book(Disk(), shop, 100);
    const auto mine = [&](const std::vector<DueTurn>& turns) {
      return std::ranges::count(turns, shop, &DueTurn::seller);
    };
    const auto turns = co_await payouts.TakeTurns(Soon(), 1000, 1h);
    EXPECT_EQ(mine(turns), 1);
    EXPECT_EQ(mine(co_await payouts.TakeTurns(Soon(), 1000, 1h)), 0) << "it is somebody's for an hour";
    const auto turn = *std::ranges::find(turns, shop, &DueTurn::seller);
    EXPECT_FALSE(turn.planned);
    co_await payouts.EndTurn(Soon(), turn, Now() - 1s);
    const auto next = co_await payouts.TakeTurns(Soon(), 1000, 1h);
    EXPECT_TRUE(std::ranges::find(next, shop, &DueTurn::seller)->planned);
  });
}

TEST(Payouts, LinesAreForEver) {
  EXPECT_NE(Refusal("INSERT INTO payout_line SELECT payout_id, entry_id, position FROM payout_line LIMIT 1"),
            "");
  EXPECT_NE(Refusal("UPDATE payout_line SET position = 2"), "");
  EXPECT_NE(Refusal("DELETE FROM payout_line"), "");
}

// --- at once

TEST(Payouts_AtOnce, TwoClaims_NeverShareAPosting) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    for (int sale = 0; sale < 5; ++sale) Book(Disk(), shop, 100);
    const auto claim = [&](std::optional<std::int64_t> minor) -> Task<> {
      co_await payouts.Claim(Soon(), ADraftOf(shop, minor));
    };
    std::vector<Task<>> all;
    for (const auto& minor : {std::optional<std::int64_t>(), std::optional<std::int64_t>(200),
                              std::optional<std::int64_t>(200), std::optional<std::int64_t>(300)})
      all.push_back(claim(minor));
    co_await testing::AtOnce(std::move(all));
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    const auto paid =
        Disk().Execute("SELECT sum(amount_minor) FROM payout WHERE seller_id = '" + shop.ToString() + "'");
    EXPECT_EQ(std::stoll(paid) + std::stoll(BalanceOf(Disk(), shop)), 500);
  });
}

TEST(Payouts_AtOnce, AClaimAndAClawback_LeaveWhatTheBooksSay) {
  WithPayouts([](Payouts& payouts, postgres::Database& database) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 500);
    const auto sql = DueSql(shop, -200);
    const postgres::Statement clawback{"test.clawback", sql};
    const auto claim = [&]() -> Task<> { co_await payouts.Claim(Soon(), ADraftOf(shop)); };
    const auto claw = [&]() -> Task<> { co_await database.Write(Soon(), clawback); };
    std::vector<Task<>> all;
    all.push_back(claim());
    all.push_back(claw());
    co_await testing::AtOnce(std::move(all));
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    const auto paid =
        Disk().Execute("SELECT sum(amount_minor) FROM payout WHERE seller_id = '" + shop.ToString() + "'");
    const auto balance = BalanceOf(Disk(), shop);
    EXPECT_TRUE((paid == "500" && balance == "-200 500") || (paid == "300" && balance == "0 300"))
        << paid << ' ' << balance;
    Book(Disk(), shop, 1000);
    const auto next = co_await Claimed(payouts, ADraftOf(shop));
    EXPECT_EQ(next.amount.minor, paid == "500" ? 800 : 1000);
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
  });
}

TEST(Payouts_AtOnce, WhatComesBackWhileTheNextIsPaid_IsInItOrLeftForLater) {
  WithPayouts([](Payouts& payouts, auto&) -> Task<> {
    const auto shop = SellerId::New();
    Book(Disk(), shop, 1500);
    auto first =
        co_await MovedTo(payouts, co_await Claimed(payouts, ADraftOf(shop)), PayoutState::kSubmitted);
    Book(Disk(), shop, 100);
    const auto claim = [&]() -> Task<> { co_await payouts.Claim(Soon(), ADraftOf(shop)); };
    const auto back = [&]() -> Task<> { co_await MovedTo(payouts, first, PayoutState::kReturned); };
    std::vector<Task<>> all;
    all.push_back(back());
    all.push_back(claim());
    co_await testing::AtOnce(std::move(all));
    EXPECT_EQ(BrokenPayouts(Disk(), shop), "0");
    const auto balance = BalanceOf(Disk(), shop);
    EXPECT_TRUE(balance == "0 1600" || balance == "1500 100") << balance;
  });
}

// --- accounts

TEST(PayoutAccounts, AChange_IsToldAndOnRecord_WithoutTheNumber) {
  WithPayouts([](Payouts&, postgres::Database& database) -> Task<> {
    PayoutAccounts accounts(database);
    const auto shop = SellerId::New();
    EXPECT_FALSE(co_await accounts.Find(Soon(), shop));
    const BankNumbers numbers("a key of thirty-two characters, or more");
    const auto iban = IbanEndingIn("1234");
    const auto sealed = numbers.Sealed(iban, shop);
    const auto made =
        co_await accounts.Change(Soon(), shop, 0, ATarget(sealed), 48h, AccountId::New(), audit::SomeAct());
    EXPECT_EQ(made.value().version, 1);
    EXPECT_EQ(made->held_until - made->changed_at, 48h);
    EXPECT_EQ((co_await accounts.Find(Soon(), shop)).value().target, ATarget(sealed));
    EXPECT_FALSE(
        co_await accounts.Change(Soon(), shop, 0, ATarget("x"), 48h, AccountId::New(), audit::SomeAct()));
    const domain::PayoutTarget at_provider{.holder = {},
                                           .sealed_iban = {},
                                           .iban_last4 = {},
                                           .country = {},
                                           .bic = {},
                                           .provider_account = "acct_1"};
    EXPECT_TRUE(
        co_await accounts.Change(Soon(), shop, 1, at_provider, 48h, AccountId::New(), audit::SomeAct()));
    EXPECT_EQ(events::Told(Disk(), "payout_account/" + shop.ToString()),
              "payment.PayoutAccountChanged 1, payment.PayoutAccountChanged 2");
    EXPECT_EQ(
        Disk().Execute("SELECT (before->>'ibanLast4') || ' ' || (after->>'providerAccount') FROM audit_event"
                       " WHERE target_type = 'payout_account' AND target_id = '" +
                       shop.ToString() + "' AND before::jsonb ? 'ibanLast4'"),
        "3000 acct_1");
    for (const auto* table : {"payout_account", "audit_event", "event"})
      EXPECT_EQ(Disk().Execute("SELECT count(*) FROM " + std::string(table) + " AS t WHERE t::text LIKE '%" +
                               iban + "%'"),
                "0");
  });
}

TEST(BankNumbers, AreReadWithTheirKeyAboutTheirShop) {
  const BankNumbers numbers("a key of thirty-two characters, or more");
  const auto shop = SellerId::New();
  const auto sealed = numbers.Sealed("DE89370400440532013000", shop);
  EXPECT_EQ(numbers.Opened(sealed, shop), "DE89370400440532013000");
  EXPECT_EQ(numbers.Opened("", shop), "");
  EXPECT_THROW(numbers.Opened(sealed, SellerId::New()), std::runtime_error);
  EXPECT_THROW(BankNumbers("another key").Opened(sealed, shop), std::runtime_error);
}

}  // namespace
}  // namespace market::payment::storage
