#include "services/product/storage/search.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "services/product/domain/search_text.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

storage::SearchQuery Text(std::string typed) {
  const auto prefixes = domain::PrefixQuery(typed).value();
  return {.currency = kEur,
          .prefixes = prefixes,
          .typed = std::move(typed),
          .order = storage::SearchOrder::kRelevance};
}

// All titles in order, read in pages of `page_size`.
Task<std::vector<std::string>> Titles(Stores& stores, storage::SearchQuery search, int page_size = 100) {
  std::vector<std::string> titles;
  std::optional<storage::SearchPosition> after;
  do {
    const auto page = co_await stores.search.Find(Soon(), search, after, page_size);
    EXPECT_LE(page.products.size(), static_cast<std::size_t>(page_size));
    for (const auto& product : page.products) titles.push_back(product.title());
    after.reset();
    if (std::ssize(page.products) == page_size)
      after = {page.keys.back(), domain::ProductId::From(page.products.back().id())};
  } while (after);
  co_return titles;
}

TEST(Search_Text, FindsWordsPrefixesAndSmallTypos) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    co_await Put(stores, shop, ProductOf(shop, "Zyklotron engine"));
    auto described = ProductOf(shop, "Quantum coffee");
    described.set_description("Keeps a zyklotron awake.");
    co_await Put(stores, shop, described);
    auto attributed = ProductOf(shop, "Mug");
    (*attributed.mutable_attributes())["fits"] = "xylophon";
    co_await Put(stores, shop, attributed);

    EXPECT_THAT(co_await Titles(stores, Text("zyklotron")),
                ElementsAre("Zyklotron engine", "Quantum coffee"));
    EXPECT_THAT(co_await Titles(stores, Text("ZYKLO")), ElementsAre("Zyklotron engine", "Quantum coffee"));
    EXPECT_THAT(co_await Titles(stores, Text("engi zyk")), ElementsAre("Zyklotron engine"));
    EXPECT_THAT(co_await Titles(stores, Text("xylophon")), ElementsAre("Mug"));
    EXPECT_THAT(co_await Titles(stores, Text("zyklotorn")), ElementsAre("Zyklotron engine"));
    EXPECT_THAT(co_await Titles(stores, Text("quantm cofee")), ElementsAre("Quantum coffee"));
    EXPECT_THAT(co_await Titles(stores, Text("wwwwqqqq")), IsEmpty());
  });
}

TEST(Search_Drafts, AreNotFound) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Hyperboloid"));
    EXPECT_THAT(co_await Titles(stores, Text("hyperboloid")), IsEmpty());
    EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .category = shop.category}), IsEmpty());
  });
}

TEST(Search_Filters, NarrowTheList) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    api::product::CreateCategoryRequest below;
    below.set_name("Below");
    below.set_slug("below");
    below.set_parent_id(shop.category.ToString());
    const auto child =
        co_await stores.categories.Create(Soon(), domain::CategoryId::New(), below, audit::SomeAct());
    co_await Put(stores, shop, ProductOf(shop, "Cheap", {OfferOf("C", 100, 1)}));
    co_await Put(stores, shop, ProductOf(shop, "Sold out", {OfferOf("S", 50, 0)}));
    auto deep = ProductOf(shop, "Deep", {OfferOf("D", 900, 1), OfferOf("E", 300, 0)});
    deep.set_category_id(child.id());
    co_await Put(stores, shop, deep);

    const storage::SearchQuery all{.currency = kEur, .category = shop.category};
    EXPECT_THAT(co_await Titles(stores, all), ElementsAre("Deep", "Sold out", "Cheap"));
    EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .category = domain::CategoryId::From(child.id())}),
                ElementsAre("Deep"));
    EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .seller = shop.seller, .in_stock = true}),
                ElementsAre("Deep", "Cheap"));
    EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .seller = shop.seller, .min_price = 101}),
                ElementsAre("Deep"));
    EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .seller = shop.seller, .max_price = 100}),
                ElementsAre("Cheap"));
    EXPECT_THAT(co_await Titles(stores, {.seller = SellerId::New()}), IsEmpty());
    EXPECT_THAT(
        co_await Titles(stores,
                        {.currency = kEur, .seller = shop.seller, .order = storage::SearchOrder::kPriceUp}),
        ElementsAre("Cheap", "Deep", "Sold out"));
    EXPECT_THAT(
        co_await Titles(stores,
                        {.currency = kEur, .seller = shop.seller, .order = storage::SearchOrder::kPriceDown}),
        ElementsAre("Deep", "Cheap", "Sold out"));
  });
}

TEST(Search_Entry, HasTheCheapestOfferThatCanBeBought) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request =
        ProductOf(shop, "Several", {OfferOf("1", 10, 0), OfferOf("2", 30, 4), OfferOf("3", 20, 2)});
    request.set_description("left out of lists");
    co_await Put(stores, shop, request);
    const auto cheapest =
        co_await stores.search.Find(Soon(), {.currency = kEur, .category = shop.category}, {}, 10);
    EXPECT_EQ(cheapest.products.at(0).offers_size(), 1);
    EXPECT_EQ(cheapest.products.at(0).offers(0).price().amount(), 20);
    EXPECT_EQ(cheapest.products.at(0).offers(0).available(), 2);
    EXPECT_EQ(cheapest.products.at(0).description(), "");
    const auto bounded = co_await stores.search.Find(
        Soon(), {.currency = kEur, .category = shop.category, .min_price = 25}, {}, 10);
    EXPECT_EQ(bounded.products.at(0).offers(0).price().amount(), 30);
  });
}

TEST(Search_Pages, JoinToTheWholeListInEveryOrder) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    for (int i = 0; i < 11; ++i) {
      const auto title = "Pagination sample " + std::to_string(i);
      co_await Put(stores, shop,
                   ProductOf(shop, title, {OfferOf("N-" + std::to_string(i), 100 + i / 3, i % 4)}));
    }
    for (const auto order : {storage::SearchOrder::kNewest, storage::SearchOrder::kPriceUp,
                             storage::SearchOrder::kPriceDown, storage::SearchOrder::kRelevance}) {
      storage::SearchQuery search = Text("pagination");
      search.order = order;
      search.category = shop.category;
      const auto whole = co_await Titles(stores, search);
      EXPECT_EQ(whole.size(), 11u);
      EXPECT_EQ(co_await Titles(stores, search, 3), whole) << static_cast<int>(order);
      EXPECT_EQ(co_await Titles(stores, search, 11), whole) << static_cast<int>(order);
      if (order == storage::SearchOrder::kRelevance) continue;
      EXPECT_THAT(co_await Titles(stores, {.currency = kEur, .category = shop.category, .order = order}, 4),
                  ::testing::ElementsAreArray(whole));
    }
  });
}

}  // namespace
}  // namespace market::product
