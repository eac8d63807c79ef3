#include "services/payment/storage/commission_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/payment/storage/simulated_sales.hpp"
#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;
using audit::SomeAct;
using domain::CommissionRuleId;
using domain::RuleState;
using domain::RuleVersion;
using ::testing::HasSubstr;
using testing::ReasonOf;

struct RuleStore {
  explicit RuleStore(postgres::Database& database) : database(database), rules(database) {}

  Task<RuleVersion> Made(std::int64_t ppm = 50'000) {
    RuleVersion draft;
    draft.rule.terms.rule = CommissionRuleId::New();
    draft.rule.terms.percentage_ppm = ppm;
    draft.rule.seller = SellerId::New();
    draft.name = "Test";
    co_return co_await rules.Create(Soon(), draft, SomeAct());
  }
  Task<RuleVersion> Published(std::optional<Time> from = {}) {
    co_return co_await Publish((co_await Made()).rule.terms.rule, from);
  }
  Task<RuleVersion> Publish(CommissionRuleId id, std::optional<Time> from = {}) {
    return rules.Publish(Soon(), id, from, anna, SecondPerson::kNotNeeded, SomeAct());
  }
  Task<RuleVersion> Propose(CommissionRuleId id, std::optional<Time> from = {}) {
    return rules.Publish(Soon(), id, from, anna, SecondPerson::kNeeded, SomeAct());
  }
  Task<RuleVersion> Next(CommissionRuleId id, std::int64_t ppm) {
    return rules.Change(
        Soon(), id, {}, [ppm](RuleVersion& version) { version.rule.terms.percentage_ppm = ppm; }, SomeAct());
  }

  postgres::Database& database;
  CommissionRules rules;
  AccountId anna = AccountId::New();
  AccountId bob = AccountId::New();
};

template <class Body>
void WithRules(Body body) {
  WithPayments([&](Payments&, postgres::Database& database) -> Task<> {
    RuleStore store(database);
    co_await body(store);
  });
}

// "1 PUBLISHED 2 DRAFT" of a rule, and whether no two published versions overlap.
std::string VersionsOf(CommissionRuleId id) {
  return Disk().Execute(
      "SELECT string_agg(version || ' ' || state, ' ' ORDER BY version) FROM commission_rule WHERE id = '" +
      id.ToString() + "'");
}
std::string OverlapsOf(CommissionRuleId id) {
  return Disk().Execute(
      "SELECT count(*) FROM commission_rule a JOIN commission_rule b ON a.id = b.id AND a.version < "
      "b.version WHERE a.id = '" +
      id.ToString() +
      "' AND a.state = 'PUBLISHED' AND b.state = 'PUBLISHED'"
      " AND tstzrange(a.valid_from, a.valid_until) && tstzrange(b.valid_from, b.valid_until)");
}
std::string ActsOn(CommissionRuleId id) {
  return Disk().Execute("SELECT count(*) FROM audit_event WHERE target_id = '" + id.ToString() + "'");
}

TEST(CommissionRules, TheMarketplaceComesWithOne) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto all = co_await store.rules.Published(Soon(), Now());
    const auto found = std::ranges::find(all, std::int64_t{100'000},
                                         [](const auto& rule) { return rule.terms.percentage_ppm; });
    EXPECT_NE(found, all.end());
    EXPECT_FALSE(found->seller || found->category || found->valid_until);
  });
}

TEST(CommissionRules, AreKeptAsTheyWereMade) {
  WithRules([](RuleStore& store) -> Task<> {
    RuleVersion draft;
    draft.name = "Books";
    draft.rule.seller = SellerId::New();
    draft.rule.category = domain::CategoryId::New();
    draft.rule.currency = Currency::Parse("EUR");
    draft.rule.price_from_minor = 100;
    draft.rule.price_below_minor = 9000;
    draft.rule.terms = {.rule = CommissionRuleId::New(),
                        .percentage_ppm = 70'000,
                        .fixed_minor = 5,
                        .floor_minor = 10,
                        .cap_minor = 500,
                        .on_delivery = true,
                        .tax_ppm = 190'000};
    const auto made = co_await store.rules.Create(Soon(), draft, SomeAct());
    const auto again = co_await store.rules.Create(Soon(), draft, SomeAct());
    const auto id = made.rule.terms.rule;
    EXPECT_EQ(ActsOn(id), "1") << "the same key, the same rule";
    const auto kept = (co_await store.rules.Find(Soon(), id, {})).value();
    EXPECT_EQ(kept.rule.terms, draft.rule.terms);
    EXPECT_EQ(kept.rule.seller, draft.rule.seller);
    EXPECT_EQ(kept.rule.category, draft.rule.category);
    EXPECT_EQ(kept.rule.currency, draft.rule.currency);
    EXPECT_EQ(kept.rule.price_from_minor, 100);
    EXPECT_EQ(kept.rule.price_below_minor, 9000);
    EXPECT_EQ(kept.name, "Books");
    EXPECT_EQ(kept.state, RuleState::kDraft);
    EXPECT_FALSE(kept.valid_from || kept.rule.valid_until || kept.proposed_by || kept.approved_by);
    EXPECT_EQ(again.revision, kept.revision);
    EXPECT_EQ(co_await store.rules.Find(Soon(), id, 2), std::nullopt);
    EXPECT_EQ(co_await store.rules.Find(Soon(), CommissionRuleId::New(), {}), std::nullopt);
    const auto listed =
        co_await store.rules.List(Soon(), {.state = RuleState::kDraft, .seller = draft.rule.seller}, {}, 9);
    EXPECT_EQ(listed.size(), 1U);
    EXPECT_TRUE((co_await store.rules.List(
                     Soon(), {.state = RuleState::kPublished, .seller = draft.rule.seller}, {}, 9))
                    .empty());
  });
}

TEST(CommissionRules, ADraft_ChangesInPlace_OfAPublishedOneTheNextVersionIsMade) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto made = co_await store.Made();
    const auto id = made.rule.terms.rule;
    const auto edit = [](RuleVersion& version) { version.name = "Other"; };
    EXPECT_EQ(co_await ReasonOf(store.rules.Change(Soon(), id, made.revision + 7, edit, SomeAct())),
              "ETAG_MISMATCH");
    const auto changed = co_await store.rules.Change(Soon(), id, made.revision, edit, SomeAct());
    EXPECT_EQ(changed.name, "Other");
    EXPECT_EQ(changed.revision, made.revision + 1);
    EXPECT_EQ((co_await store.rules.Change(Soon(), id, {}, edit, SomeAct())).revision, changed.revision)
        << "nothing changes";
    EXPECT_EQ(ActsOn(id), "2");
    const auto first = co_await store.Publish(id);
    EXPECT_EQ(first.proposed_by, store.anna);
    const auto next = co_await store.Next(id, 60'000);
    EXPECT_EQ(next.rule.terms.version, 2);
    EXPECT_EQ(next.name, "Other");
    EXPECT_FALSE(next.valid_from || next.proposed_by);
    EXPECT_EQ((co_await store.Next(id, 65'000)).rule.terms.version, 2) << "one is worked on at a time";
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 DRAFT");
    const auto second = co_await store.Publish(id);
    EXPECT_EQ(second.rule.terms.percentage_ppm, 65'000);
    EXPECT_EQ((co_await store.rules.Find(Soon(), id, 1))->rule.valid_until, second.valid_from)
        << "at the same instant";
    EXPECT_EQ(OverlapsOf(id), "0");
    EXPECT_EQ(co_await ReasonOf(store.rules.Change(Soon(), CommissionRuleId::New(), {}, edit, SomeAct())),
              "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(store.Publish(id)), "ILLEGAL_TRANSITION");
  });
}

TEST(CommissionRules, AProposal_IsApprovedBySomebodyElse) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto id = (co_await store.Made()).rule.terms.rule;
    const auto approve = [&](int version, AccountId by) {
      return store.rules.Approve(Soon(), id, version, by, SomeAct());
    };
    EXPECT_EQ(co_await ReasonOf(approve(1, store.bob)), "ILLEGAL_TRANSITION");
    const auto at = Now() + 1h;
    const auto proposed = co_await store.Propose(id, at);
    EXPECT_EQ(proposed.state, RuleState::kProposed);
    EXPECT_EQ(proposed.valid_from, at);
    EXPECT_EQ(co_await ReasonOf(store.Next(id, 1)), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(approve(1, store.anna)), "COMMISSION_RULE_OWN_PROPOSAL");
    EXPECT_EQ(co_await ReasonOf(approve(2, store.bob)), "ETAG_MISMATCH");
    const auto published = co_await approve(1, store.bob);
    EXPECT_EQ(published.state, RuleState::kPublished);
    EXPECT_EQ(published.valid_from, at);
    EXPECT_EQ(published.approved_by, store.bob);
    EXPECT_EQ(ActsOn(id), "3");

    const auto late = (co_await store.Made()).rule.terms.rule;
    co_await store.Propose(late);
    const auto before = Now();
    EXPECT_GE((co_await store.rules.Approve(Soon(), late, 1, store.bob, SomeAct())).valid_from.value() + 1s,
              before)
        << "not before it was approved";
  });
}

TEST(CommissionRules, OneThatBeginsLater_CanBeForestalled) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto id = (co_await store.Published()).rule.terms.rule;
    co_await store.Next(id, 60'000);
    const auto at = Now() + 24h;
    co_await store.Publish(id, at);
    EXPECT_EQ((co_await store.rules.Find(Soon(), id, 1))->rule.valid_until, at);
    co_await store.Next(id, 70'000);
    const auto third = co_await store.Publish(id, at - 1h);
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 WITHDRAWN 3 PUBLISHED");
    EXPECT_EQ((co_await store.rules.Find(Soon(), id, 1))->rule.valid_until, third.valid_from);
    EXPECT_EQ((co_await store.rules.Withdraw(Soon(), id, SomeAct())).state, RuleState::kWithdrawn);
    EXPECT_EQ((co_await store.rules.Find(Soon(), id, 1))->rule.valid_until, std::nullopt) << "it goes on";
    EXPECT_EQ((co_await store.Next(id, 80'000)).rule.terms.version, 4) << "of what is published";
    EXPECT_EQ((co_await store.rules.Withdraw(Soon(), id, SomeAct())).rule.terms.version, 4);
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 WITHDRAWN 3 WITHDRAWN 4 WITHDRAWN");
    EXPECT_EQ(co_await ReasonOf(store.Publish(id, Now() - 1h)), "ILLEGAL_TRANSITION");
  });
}

TEST(CommissionRules, WhatIsInForce_EndsAndIsNotWithdrawn) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto id = (co_await store.Published()).rule.terms.rule;
    const auto end = [&](std::optional<Time> until) { return store.rules.End(Soon(), id, until, SomeAct()); };
    EXPECT_EQ(co_await ReasonOf(store.rules.Withdraw(Soon(), id, SomeAct())), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(end(Now() - 1h)), "INVALID_ARGUMENT");
    const auto at = Now() + 24h;
    EXPECT_EQ((co_await end(at)).rule.valid_until, at);
    co_await store.Next(id, 60'000);
    co_await store.Publish(id, at + 1h);
    EXPECT_EQ((co_await store.rules.Find(Soon(), id, 1))->rule.valid_until, at) << "what was said stays";
    const auto over = co_await end(std::nullopt);
    EXPECT_EQ(over.rule.terms.version, 1);
    EXPECT_LT(*over.rule.valid_until, at);
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 WITHDRAWN");
    EXPECT_EQ((co_await end(at)).rule.valid_until, over.rule.valid_until) << "it is over";
    const auto all = co_await store.rules.Published(Soon(), Now() + 1min);
    EXPECT_TRUE(std::ranges::none_of(all, [&](const auto& rule) { return rule.terms.rule == id; }));
    const auto draft = (co_await store.Made()).rule.terms.rule;
    EXPECT_EQ(co_await ReasonOf(store.rules.End(Soon(), draft, {}, SomeAct())), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(store.rules.End(Soon(), CommissionRuleId::New(), {}, SomeAct())),
              "NOT_FOUND");
    EXPECT_EQ((co_await store.rules.Withdraw(Soon(), draft, SomeAct())).state, RuleState::kWithdrawn);
    EXPECT_EQ(co_await ReasonOf(store.Next(draft, 1)), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(store.Publish((co_await store.Made()).rule.terms.rule, Now() - 1h)),
              "INVALID_ARGUMENT");
  });
}

TEST(CommissionRules, AsManyAsThereMayBe_NoMore) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto live =
        std::stoll(Disk().Execute("SELECT count(*) FROM commission_rule WHERE state <> 'WITHDRAWN' AND "
                                  "coalesce(valid_until > market_now(), true)"));
    RuleStore full(store.database);
    CommissionRules rules(store.database, {.live = live + 1});
    RuleVersion draft;
    draft.name = "One more";
    draft.rule.terms.rule = CommissionRuleId::New();
    co_await rules.Create(Soon(), draft, SomeAct());
    const auto id = draft.rule.terms.rule;
    co_await store.Publish(id);
    EXPECT_EQ(
        co_await ReasonOf(rules.Change(Soon(), id, {}, [](RuleVersion&) {}, SomeAct())), "LIMIT_REACHED");
    draft.rule.terms.rule = CommissionRuleId::New();
    EXPECT_EQ(co_await ReasonOf(rules.Create(Soon(), draft, SomeAct())), "LIMIT_REACHED");
    co_await store.rules.End(Soon(), id, {}, SomeAct());
    co_await rules.Create(Soon(), draft, SomeAct());
  });
}

// Of many who publish at once one does; of many who make the next version one version is made.
TEST(CommissionRulesRace, OneVersionIsMadeAndPublishedOnce) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto id = (co_await store.Published()).rule.terms.rule;
    int published = 0;
    {
      runtime::TaskGroup group(co_await boost::asio::this_coro::executor,
                               [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
      const auto change = [&](std::int64_t ppm) -> Task<> { co_await store.Next(id, ppm); };
      for (int i = 1; i <= 4; ++i) group.Spawn("change", change(i));
      co_await group.Join(Soon());
    }
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 DRAFT");
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor,
                             [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    const auto publish = [&]() -> Task<> {
      if ((co_await ReasonOf(store.Publish(id))).empty()) ++published;
    };
    for (int i = 0; i < 4; ++i) group.Spawn("publish", publish());
    co_await group.Join(Soon());
    EXPECT_EQ(published, 1);
    EXPECT_EQ(VersionsOf(id), "1 PUBLISHED 2 PUBLISHED");
    EXPECT_EQ(OverlapsOf(id), "0");
  });
}

// By the database, whoever writes.
TEST(CommissionRuleRows, OfAPublishedVersionTheTermsStay) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto id = (co_await store.Published()).rule.terms.rule;
    const auto where = " WHERE id = '" + id.ToString() + "'";
    for (const auto* set :
         {"percentage_ppm = 1", "seller_id = NULL", "valid_from = valid_from - interval '1 day'",
          "state = 'DRAFT'", "state = 'WITHDRAWN'", "terms_digest = 'x'"}) {
      EXPECT_THAT(Refusal(std::string("UPDATE commission_rule SET ") + set + where),
                  HasSubstr("commission rule"))
          << set;
    }
    EXPECT_NE(Refusal("DELETE FROM commission_rule" + where), "");
    co_await store.rules.End(Soon(), id, {}, SomeAct());
    EXPECT_THAT(Refusal("UPDATE commission_rule SET valid_until = NULL" + where), HasSubstr("over"));
  });
}

TEST(CommissionRules, ComeInPages) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto shop = SellerId::New();
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
      RuleVersion draft;
      draft.name = "Page";
      draft.rule.terms.rule = CommissionRuleId::New();
      draft.rule.seller = shop;
      co_await store.rules.Create(Soon(), draft, SomeAct());
      co_await store.Publish(draft.rule.terms.rule);
      co_await store.Next(draft.rule.terms.rule, 5);
      for (const auto* version : {"/1", "/2"})
        made.insert(made.begin(), draft.rule.terms.rule.ToString() + version);
    }
    std::vector<std::string> seen;
    std::optional<RulePosition> after;
    for (int page = 0; page < 6; ++page) {
      for (const auto& one : co_await store.rules.List(Soon(), {.state = {}, .seller = shop}, after, 1)) {
        const auto& terms = one.rule.terms;
        seen.push_back(terms.rule.ToString() + '/' + std::to_string(terms.version));
        after = RulePosition{terms.rule, terms.version};
      }
    }
    EXPECT_EQ(seen, made);
    EXPECT_TRUE((co_await store.rules.List(Soon(), {.state = {}, .seller = shop}, after, 1)).empty());
  });
}

// What is left of a line earns: it was paid 2000, of which 200 went back, and 100 of its discount the marketplace bears.
TEST(SimulatedSales, ComeInPagesNewestFirst) {
  WithRules([](RuleStore& store) -> Task<> {
    const auto order = Uuid::NewV7().ToString();
    const auto shop = SellerId::New();
    const auto category = domain::CategoryId::New();
    Disk().Execute(
        "INSERT INTO sale (seller_order_id, order_id, seller_id, number, currency, delivery_minor, "
        "delivery_funded_minor,"
        " delivery_funded_left_minor, placed_at, trace) VALUES ('" +
        order + "', gen_random_uuid(), '" + shop.ToString() +
        "', 'n', 'EUR', 0, 0, 0, market_now() - interval '1 day', '')");
    for (int i = 1; i <= 3; ++i) {
      Disk().Execute(
          "INSERT INTO sale_line (line_id, seller_order_id, position, product_id, category_ids, quantity, "
          "unit_price_minor,"
          " paid_minor, tax_minor, funded_minor, percentage_ppm, fixed_minor, floor_minor, on_delivery, "
          "commission_tax_ppm,"
          " refunded_minor, funded_left_minor, commission_minor, commission_tax_minor) VALUES ('" +
          Uuid::NewV7().ToString() + "', '" + order + "', " + std::to_string(i) +
          ", gen_random_uuid(), ARRAY['" + category.ToString() + "']::uuid[], " + std::to_string(i) +
          ", 1999, 2000, 0, 100, 100000, 0, 0, false, 0, 200, 100, 190, 0)");
    }
    SimulatedSales sales(store.database);
    std::vector<std::int64_t> quantities;
    std::optional<SoldPosition> after;
    for (int page = 0; page < 3; ++page) {
      const auto lines = co_await sales.Sold(Soon(), Now() - 48h, after, 1);
      EXPECT_EQ(lines.size(), 1U);
      const auto& line = lines.at(0);
      quantities.push_back(line.quantity);
      EXPECT_EQ(line.line.seller, shop);
      EXPECT_THAT(line.line.categories, ::testing::ElementsAre(category));
      EXPECT_EQ(line.line.unit_price, (Money{1999, Currency::Parse("EUR")}));
      EXPECT_EQ(line.earned_minor, 1900);
      EXPECT_EQ(line.commission_minor, 190);
      after = SoldPosition{line.placed_at, line.id};
    }
    EXPECT_THAT(quantities, ::testing::ElementsAre(3, 2, 1));
    EXPECT_TRUE((co_await sales.Sold(Soon(), Now() - 1h, {}, 9)).empty());
  });
}

}  // namespace
}  // namespace market::payment::storage
