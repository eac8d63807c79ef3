#include "services/payment/storage/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using audit::SomeAct;
using domain::Adjustment;
using domain::FindingId;
using domain::FindingKind;
using domain::FindingState;
using domain::LedgerAccount;
using testing::ReasonOf;

domain::Difference ADifference(std::int64_t amount = 500, FindingKind kind = FindingKind::kChargeDiffers) {
  const auto payment = domain::PaymentId::New();
  return {.kind = kind,
          .subject = "payment/" + payment.ToString(),
          .payment = payment,
          .order = domain::OrderId::New(),
          .currency = Currency::Parse("EUR"),
          .amount_minor = amount,
          .changed_at = Now()};
}

struct FindingStore {
  explicit FindingStore(postgres::Database& database) : findings(database) {}

  Task<domain::Finding> Seen(domain::Difference difference) {
    co_await findings.See(Soon(), {difference});
    for (const auto& one : co_await findings.List(Soon(), {.kind = difference.kind, .state = {}}, {}, 1000)) {
      if (one.difference.subject == difference.subject) co_return one;
    }
    throw std::runtime_error("it was not seen");
  }
  Task<domain::Finding> Resolve(FindingId finding, std::optional<Adjustment> adjustment = {},
                                Uuid id = Uuid::NewV7()) {
    return findings.Resolve(Soon(), finding, id, operator_, "a note", adjustment, SomeAct());
  }

  Findings findings;
  AccountId operator_ = AccountId::New();
};

template <class Body>
void WithFindings(Body body) {
  WithPayments([&](Payments&, postgres::Database& database) -> Task<> {
    FindingStore store(database);
    co_await body(store);
  });
}

Adjustment OfEur(std::int64_t minor) {
  return {.debit = {.account = LedgerAccount::kPspClearing, .owner = {}},
          .credit = {.account = LedgerAccount::kGoodwill, .owner = {}},
          .amount = Money{minor, Currency::Parse("EUR")}};
}

TEST(Findings, AreOnePerKindAndSubject) {
  WithFindings([](FindingStore& store) -> Task<> {
    auto difference = ADifference();
    const auto first = co_await store.Seen(difference);
    EXPECT_EQ(first.state, FindingState::kOpen);
    EXPECT_EQ(first.difference.payment, difference.payment);
    EXPECT_EQ(first.difference.order, difference.order);
    EXPECT_EQ(first.difference.amount_minor, 500);
    difference.amount_minor = 600;
    const auto again = co_await store.Seen(difference);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.first_seen, first.first_seen);
    EXPECT_GT(again.last_seen, first.last_seen);
    EXPECT_EQ(again.difference.amount_minor, 600);
    const auto before = co_await store.findings.CountOpen(Soon());
    EXPECT_GE(before.by_kind.at(FindingKind::kChargeDiffers), 1);
    co_await store.findings.Clear(Soon(), {first.id});
    const auto cleared = (co_await store.findings.Find(Soon(), first.id)).value();
    EXPECT_EQ(cleared.state, FindingState::kResolved);
    EXPECT_EQ(cleared.reason, "cleared");
    EXPECT_FALSE(cleared.note || cleared.resolved_by);
    EXPECT_EQ((co_await store.Seen(difference)).state, FindingState::kOpen) << "it is back";
    EXPECT_EQ(co_await store.findings.Find(Soon(), FindingId::New()), std::nullopt);
  });
}

TEST(Findings, AreResolvedThroughTheLedger) {
  WithFindings([](FindingStore& store) -> Task<> {
    auto difference = ADifference();
    const auto finding = co_await store.Seen(difference);
    const auto id = Uuid::NewV7();
    const auto resolved = co_await store.Resolve(finding.id, OfEur(500), id);
    EXPECT_EQ(resolved.state, FindingState::kResolved);
    EXPECT_EQ(resolved.reason, "resolved");
    EXPECT_EQ(resolved.note, "a note");
    EXPECT_EQ(resolved.resolved_by, store.operator_);
    EXPECT_EQ(
        Disk().Execute(
            "SELECT string_agg(account || ' ' || amount_minor, ' ' ORDER BY position) FROM ledger_entry e"
            " JOIN ledger_posting p ON p.entry_id = e.id WHERE e.cause = 'ADJUSTMENT' AND e.cause_id = '" +
            id.ToString() + "' AND e.id = '" + resolved.entry.value().ToString() + "'"),
        "psp_clearing 500 goodwill -500");
    EXPECT_EQ(
        Disk().Execute("SELECT count(*) FROM audit_event WHERE target_type = 'finding' AND target_id = '" +
                       finding.id.ToString() + "'"),
        "1");
    EXPECT_EQ(co_await ReasonOf(store.Resolve(finding.id)), "ILLEGAL_TRANSITION");
    EXPECT_EQ((co_await store.Seen(difference)).state, FindingState::kResolved) << "that is known";
    difference.amount_minor = 501;
    EXPECT_EQ((co_await store.Seen(difference)).state, FindingState::kOpen) << "that is another difference";
    const auto again = co_await store.Resolve(finding.id);
    EXPECT_EQ(again.entry, std::nullopt) << "nothing is booked";
    EXPECT_EQ(co_await ReasonOf(store.Resolve(FindingId::New())), "NOT_FOUND");
    EXPECT_NE(Refusal("UPDATE finding_resolution SET note = 'x'"), "");
    EXPECT_NE(Refusal("DELETE FROM finding_resolution"), "");
  });
}

TEST(Findings, WhatCantBeBooked_IsRefusedWhole) {
  WithFindings([](FindingStore& store) -> Task<> {
    const auto finding = co_await store.Seen(ADifference());
    auto of_nobody = OfEur(5);
    of_nobody.credit.account = LedgerAccount::kSellerAvailable;
    auto of_somebody = OfEur(5);
    of_somebody.debit.owner = SellerId::New();
    auto twice = OfEur(5);
    twice.credit = twice.debit;
    auto dollars = OfEur(5);
    dollars.amount.currency = Currency::Parse("USD");
    for (const auto& wrong : {of_nobody, of_somebody, twice, dollars}) {
      EXPECT_EQ(co_await ReasonOf(store.Resolve(finding.id, wrong)), "INVALID_ARGUMENT");
    }
    EXPECT_EQ((co_await store.findings.Find(Soon(), finding.id))->state, FindingState::kOpen);
    of_nobody.credit.owner = SellerId::New();
    EXPECT_EQ((co_await store.Resolve(finding.id, of_nobody)).state, FindingState::kResolved);
  });
}

TEST(Findings, ComeInPagesNewestFirst) {
  WithFindings([](FindingStore& store) -> Task<> {
    std::vector<FindingId> made;
    for (int i = 0; i < 3; ++i)
      made.insert(made.begin(), (co_await store.Seen(ADifference(1, FindingKind::kRefundDiffers))).id);
    std::vector<FindingId> seen;
    std::optional<FindingId> after;
    for (int page = 0; page < 3; ++page) {
      const auto found = co_await store.findings.List(
          Soon(), {.kind = FindingKind::kRefundDiffers, .state = FindingState::kOpen}, after, 1);
      after = seen.emplace_back(found.at(0).id);
    }
    EXPECT_EQ(seen, made);
    EXPECT_TRUE((co_await store.findings.List(
                     Soon(), {.kind = FindingKind::kRefundDiffers, .state = FindingState::kResolved}, {}, 9))
                    .empty());
  });
}

TEST(Findings, TheProvidersList_ChangesWhereItSaysSomethingElse) {
  WithFindings([](FindingStore& store) -> Task<> {
    const auto id = Uuid::NewV7().ToString();
    ProviderCharge charge{.authorization = id,
                          .order = domain::OrderId::New(),
                          .captured = Money{900, Currency::Parse("EUR")},
                          .refunded_minor = 0,
                          .refunds = {}};
    const auto kept = [&](const std::string& columns) {
      return Disk().Execute("SELECT " + columns + " FROM provider_charge WHERE authorization_id = '" + id +
                            "'");
    };
    co_await store.findings.Keep(Soon(), {charge});
    const auto changed_at = kept("changed_at");
    co_await store.findings.Keep(Soon(), {charge, charge});
    EXPECT_EQ(kept("changed_at"), changed_at);
    charge.refunded_minor = 300;
    charge.refunds = {{"by hand", 100}, {"by hand", 200}};
    co_await store.findings.Keep(Soon(), {charge});
    EXPECT_NE(kept("changed_at"), changed_at);
    EXPECT_EQ(kept("captured_minor || ' ' || refunded_minor"), "900 300");
    EXPECT_EQ(
        Disk().Execute("SELECT amount_minor FROM provider_refund WHERE authorization_id = '" + id + "'"),
        "300");
  });
}

}  // namespace
}  // namespace market::payment::storage
