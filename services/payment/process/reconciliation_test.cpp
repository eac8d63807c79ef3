#include "services/payment/process/reconciliation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "platform/testing/reason_of.hpp"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using domain::FindingKind;
using domain::FindingState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What the real one lists, as a test would have it.
class TamperedList final : public provider::Provider {
 public:
  explicit TamperedList(provider::Provider& real) : real_(real) {}
  std::function<void(std::vector<provider::Listed>&)> tamper = [](auto&) {};
  bool silent = false;

  Task<provider::Result> Authorize(provider::Charge charge, Work work) override {
    return real_.Authorize(std::move(charge), work);
  }
  Task<provider::Result> Capture(provider::Change change, Work work) override {
    return real_.Capture(std::move(change), work);
  }
  Task<provider::Result> Void(provider::Change change, Work work) override {
    return real_.Void(std::move(change), work);
  }
  Task<provider::Result> Refund(provider::Change change, Work work) override {
    return real_.Refund(std::move(change), work);
  }
  Task<provider::Found> Find(provider::Sought sought, Work work) override {
    return real_.Find(std::move(sought), work);
  }
  Task<std::variant<provider::Page, provider::Unknown>> List(Time changed_since, std::string after,
                                                             Work work) override {
    if (silent) co_return provider::Unknown{"no answer"};
    auto listed = co_await real_.List(changed_since, std::move(after), work);
    if (auto* page = std::get_if<provider::Page>(&listed)) tamper(page->charges);
    co_return listed;
  }

 private:
  provider::Provider& real_;
};

struct Books {
  Books(Service& s, World& world, std::chrono::milliseconds settling = 0ms)
      : service(s),
        findings(world.database),
        list(s.stripe),
        webhooks(world.database),
        reconciliation(findings, s.ledger, list, {s.stripe, webhooks}, {.settling = settling, .pause = 1h}) {}

  // All parts, as far as they come.
  Task<> Turn() {
    for (int round = 0; round < 2; ++round) {
      Sql("UPDATE reconciliation SET next_run_at = '-infinity'");
      while (co_await reconciliation.Advance() == Reconciliation::Turn::kDone) {
      }
    }
  }
  // Captured, and 4.00 of its second part given back.
  Task<domain::Payment> GivenBack() {
    const auto draft = ADraft();
    co_await service.Authorize(After(8s), draft);
    auto payment = co_await service.charges.Capture(After(8s), draft.order);
    co_return co_await service.charges.Refund(After(8s), payment.order,
                                              {.id = domain::RefundId::New(),
                                               .seller_order = payment.splits[1].seller_order,
                                               .amount = Money{400, payment.currency},
                                               .reason = "broken"});
  }
  // "KIND amount" of the order's findings in that state.
  Task<std::vector<std::string>> Of(const domain::Payment& payment,
                                    FindingState state = FindingState::kOpen) {
    std::vector<std::string> found;
    for (const auto& one : co_await findings.List(Soon(), {.kind = {}, .state = state}, {}, 1000)) {
      if (one.difference.order == payment.order) {
        found.push_back(std::string(Name(one.difference.kind)) + ' ' +
                        std::to_string(one.difference.amount_minor));
      }
    }
    std::ranges::sort(found);
    co_return found;
  }

  Service& service;
  storage::Findings findings;
  TamperedList list;
  storage::Webhooks webhooks;
  Reconciliation reconciliation;
};

template <class Body>
void WithBooks(Body body, std::chrono::milliseconds settling = 0ms) {
  WithService([&](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    Books books(s, world, settling);
    co_await body(books);
  });
}

// Of one charge.
auto OfCharge(const domain::Payment& payment, std::function<void(provider::Listed&)> change) {
  return [authorization = payment.authorization, change](std::vector<provider::Listed>& charges) {
    for (auto& charge : charges) {
      if (charge.authorization == authorization) change(charge);
    }
  };
}

TEST(Reconciliation, WhatIsTheSameEverywhere_IsNoFinding) {
  WithBooks([](Books& books) -> Task<> {
    const auto payment = co_await books.GivenBack();
    const auto draft = ADraft();
    const auto held = co_await books.service.Authorize(After(8s), draft);
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(payment), IsEmpty());
    EXPECT_THAT(co_await books.Of(held), IsEmpty());
    EXPECT_EQ(Sql("SELECT captured_minor || ' ' || refunded_minor FROM provider_charge WHERE order_id = '" +
                  payment.order.ToString() + "'"),
              "3000 400");
  });
}

TEST(Reconciliation, WhatTheProviderSaysOtherwise_IsFoundAndClearsWhenItIsGone) {
  WithBooks([](Books& books) -> Task<> {
    const std::vector<std::pair<std::function<void(provider::Listed&)>, std::string>> cases{
        {[](auto& charge) { charge.captured.minor = 2500; }, "CHARGE_DIFFERS -500"},
        {[](auto& charge) { charge.refunds.at(0).amount_minor = 500; }, "REFUND_DIFFERS 100"},
        {[](auto& charge) { charge.refunds.push_back({"by hand", 70}); }, "REFUND_UNKNOWN 70"}};
    std::vector<domain::Payment> payments;
    for (std::size_t i = 0; i < cases.size(); ++i) payments.push_back(co_await books.GivenBack());
    books.list.tamper = [&](auto& charges) {
      for (std::size_t i = 0; i < cases.size(); ++i) OfCharge(payments[i], cases[i].first)(charges);
    };
    co_await books.Turn();
    for (std::size_t i = 0; i < cases.size(); ++i) {
      EXPECT_THAT(co_await books.Of(payments[i]), ElementsAre(cases[i].second));
    }
    books.list.tamper = [](auto&) {};
    co_await books.Turn();
    for (std::size_t i = 0; i + 1 < cases.size(); ++i) {
      EXPECT_THAT(co_await books.Of(payments[i]), IsEmpty());
      EXPECT_THAT(co_await books.Of(payments[i], FindingState::kResolved), ElementsAre(cases[i].second));
    }
    EXPECT_THAT(co_await books.Of(payments.back()), ElementsAre(cases.back().second))
        << "a refund does not vanish there";
  });
}

TEST(Reconciliation, WhatOnlyOneSideKnows_IsFound) {
  WithBooks([](Books& books) -> Task<> {
    const auto missing = co_await books.GivenBack();
    const auto unknown = co_await books.GivenBack();
    const auto not_there = co_await books.GivenBack();
    books.list.tamper = [&](auto& charges) {
      std::erase_if(charges, [&](const auto& one) { return one.authorization == missing.authorization; });
      OfCharge(unknown, [](auto& charge) { charge.authorization += "-another"; })(charges);
      OfCharge(not_there, [](auto& charge) { charge.refunds.clear(); })(charges);
    };
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(missing), ElementsAre("CHARGE_MISSING -3000"));
    EXPECT_THAT(co_await books.Of(unknown), ElementsAre("CHARGE_MISSING -3000", "CHARGE_UNKNOWN 2600"));
    EXPECT_THAT(co_await books.Of(not_there), ElementsAre("REFUND_MISSING -400"));
    books.list.tamper = [](auto&) {};
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(missing), IsEmpty());
    EXPECT_THAT(co_await books.Of(not_there), IsEmpty());
  });
}

TEST(Reconciliation, WhatIsYoung_IsNoFindingYet) {
  WithBooks(
      [](Books& books) -> Task<> {
        const auto payment = co_await books.GivenBack();
        books.list.tamper = OfCharge(payment, [](auto& charge) { charge.captured.minor = 2500; });
        co_await books.Turn();
        EXPECT_THAT(co_await books.Of(payment), IsEmpty());
      },
      1h);
}

TEST(Reconciliation, AProviderThatDoesNotAnswer_LosesNobodysMoney) {
  WithBooks([](Books& books) -> Task<> {
    co_await books.Turn();
    const auto payment = co_await books.GivenBack();
    books.list.silent = true;
    for (int round = 0; round < 3; ++round) {
      Sql("UPDATE reconciliation SET next_run_at = CASE part WHEN 'provider' THEN '-infinity' ELSE "
          "'infinity' END::timestamptz");
      EXPECT_EQ(co_await ReasonOf(books.reconciliation.Advance()), "UNAVAILABLE");
    }
    Sql("UPDATE reconciliation SET next_run_at = CASE part WHEN 'payments' THEN '-infinity' ELSE 'infinity' "
        "END::timestamptz");
    co_await books.reconciliation.Advance();
    EXPECT_THAT(co_await books.Of(payment), IsEmpty());
    books.list.silent = false;
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(payment), IsEmpty());
  });
}

TEST(Reconciliation, ALedgerThatSaysOtherwise_IsFound) {
  WithBooks([](Books& books) -> Task<> {
    const auto payment = co_await books.GivenBack();
    const auto shift = [&](const std::string& by) {
      Sql("SET session_replication_role = replica; UPDATE ledger_posting SET amount_minor = amount_minor + " +
          by +
          " WHERE account = 'psp_clearing' AND amount_minor > 0 AND entry_id IN (SELECT id FROM ledger_entry "
          "WHERE payment_id = '" +
          payment.id.ToString() + "')");
      Sql("INSERT INTO ledger_delta (account, currency, amount_minor) VALUES ('psp_clearing', 'EUR', " + by +
          ")");
    };
    shift("7");
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(payment), ElementsAre("LEDGER_DIFFERS 7"));
    const auto unbalanced = co_await books.findings.OpenOf(Soon(), FindingKind::kLedgerUnbalanced);
    EXPECT_EQ(unbalanced.size(), 1U);
    EXPECT_EQ(unbalanced.at(0).difference.subject, "currency/EUR");
    EXPECT_EQ(unbalanced.at(0).difference.amount_minor, 7);
    shift("-7");
    co_await books.Turn();
    EXPECT_THAT(co_await books.Of(payment), IsEmpty());
    EXPECT_THAT(co_await books.findings.OpenOf(Soon(), FindingKind::kLedgerUnbalanced), IsEmpty());
  });
}

// Two replicas: each part is taken by one.
TEST(Reconciliation, APartIsTakenByOne) {
  WithBooks([](Books& books) -> Task<> {
    Sql("UPDATE reconciliation SET next_run_at = '-infinity'");
    std::vector<std::string> taken;
    for (int i = 0; i < 4; ++i) taken.push_back((co_await books.findings.TakeDue(Soon(), 1min)).value().part);
    std::ranges::sort(taken);
    EXPECT_THAT(taken, ElementsAre("balance", "disputes", "payments", "provider"));
    EXPECT_EQ(co_await books.findings.TakeDue(Soon(), 1min), std::nullopt);
    const auto position = co_await books.findings.PositionOf(Soon(), "balance");
    co_await books.findings.Done(Soon(), "balance", position - 1h, 1h);
    EXPECT_EQ(co_await books.findings.PositionOf(Soon(), "balance"), position) << "never back";
  });
}

}  // namespace
}  // namespace market::payment
