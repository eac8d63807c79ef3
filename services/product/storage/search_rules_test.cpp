#include "services/product/storage/search_rules.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using domain::SearchRule;
using ::testing::ElementsAre;

SearchRule PinRule(std::string query) {
  return {.id = domain::SearchRuleId::New(),
          .synonyms = {},
          .query = std::move(query),
          .products = {domain::ProductId::New(), domain::ProductId::New()},
          .created_at = {}};
}

TEST(SearchRules_Life, AreMadeOnce_Listed_AndGone) {
  WithStores([](Stores& stores) -> Task<> {
    storage::SearchRules rules(stores.database);
    Sql("DELETE FROM search_rule");
    const auto pins = co_await rules.Create(Soon(), PinRule("mug"), audit::SomeAct());
    SearchRule words{.id = domain::SearchRuleId::New(),
                     .synonyms = {"sofa", "couch, red"},
                     .query = "",
                     .products = {},
                     .created_at = {}};
    words = co_await rules.Create(Soon(), words, audit::SomeAct());
    EXPECT_EQ((co_await rules.Create(Soon(), words, audit::SomeAct())).created_at, words.created_at)
        << "again";
    const auto all = co_await rules.All(Soon());
    EXPECT_EQ(all.size(), 2u);
    EXPECT_EQ(all.at(0).synonyms, words.synonyms) << "the newest first";
    EXPECT_EQ(all.at(1).products, pins.products) << "in their order";
    const auto next = co_await rules.List(Soon(), std::pair(words.created_at, words.id), 5);
    EXPECT_EQ(next.size(), 1u);
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_type = 'searchRule' AND target_id = '" +
                  words.id.ToString() + "'"),
              "1");
    co_await rules.Delete(Soon(), words.id, audit::SomeAct());
    EXPECT_EQ(co_await ReasonOf(rules.Delete(Soon(), words.id, audit::SomeAct())), "NOT_FOUND");
    EXPECT_EQ(Sql("SELECT string_agg(type, ' ' ORDER BY seq) FROM event WHERE aggregate = 'search_rule/" +
                  words.id.ToString() + "'"),
              "product.SearchRuleCreated product.SearchRuleDeleted");
    EXPECT_EQ(Sql("SELECT before->>'synonyms' FROM audit_event WHERE target_id = '" + words.id.ToString() +
                  "' ORDER BY at DESC LIMIT 1"),
              "sofa, couch, red");
  });
}

TEST(SearchRules_Limit, NoneMoreThanThat_WhoeverAsksAtOnce) {
  WithStores([](Stores& stores) -> Task<> {
    Sql("DELETE FROM search_rule");
    storage::SearchRules rules(stores.database, 3);
    int refused = 0;
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      if (co_await ReasonOf(rules.Create(Soon(), PinRule("mug " + std::to_string(i)), audit::SomeAct())) ==
          "LIMIT_REACHED")
        ++refused;
    });
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(Sql("SELECT count(*) FROM search_rule"), "3");
  });
}

}  // namespace
}  // namespace market::product
