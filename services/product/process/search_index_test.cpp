#include "services/product/process/search_index.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/conversions/conversions.hpp"
#include "services/product/testing/fake_users.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An index over the stores, with its workers running.
struct Indexed : Stores {
  Indexed(boost::asio::io_context& io, postgres::Options options)
      : Stores(io, std::move(options)),
        group(io.get_executor(), Unexpected),
        index(io.get_executor(), rows, log, sellers, {.page = 3}) {}

  storage::SearchRows rows{database};
  events::Log log{database, {}};
  FakeUsers users;
  SellerDirectory sellers{users};
  runtime::TaskGroup group;
  SearchIndex index;

  Task<> Run() {
    group.Keep("index", index.Following().Run());
    group.Keep("turns", index.Turning().Run());
    co_await Eventually([this] { return index.Ready(); });
  }
  // The titles that it finds.
  Task<std::vector<std::string>> Titles(index::Query query) {
    const auto found = co_await index.Find(Soon(), std::move(query));
    std::vector<domain::ProductId> ids;
    for (const auto& hit : found.hits) ids.push_back(hit.id);
    std::vector<std::string> titles;
    for (const auto& product : co_await search.Show(Soon(), ids, {.currency = kEur}))
      titles.push_back(product.title());
    co_return titles;
  }
};

template <class Body>
void WithIndex(Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Indexed indexed(io, Settings());
    co_await indexed.database.Open(Soon());
    std::exception_ptr failure;
    try {
      co_await body(indexed);
    } catch (...) {
      failure = std::current_exception();
    }
    indexed.group.Cancel();
    co_await indexed.group.Join(Soon());
    co_await indexed.index.Close(Soon());
    co_await indexed.database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

index::Query Words(std::string text) {
  index::Query query{.text = std::move(text), .order = index::Order::kRelevance};
  query.filters.currency = "EUR";
  return query;
}

// Waits until the query finds `count` products.
Task<> Finds(Indexed& indexed, index::Query query, std::uint64_t count) {
  for (std::uint64_t total = count + 1; total != count;) {
    total = (co_await indexed.index.Find(Soon(), query)).total;
    if (total != count) co_await runtime::SleepFor(10ms);
  }
}

TEST(SearchIndex, ReadsWhatIsThere_InPages) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    for (int i = 0; i < 7; ++i) {
      auto product = ProductOf(shop, "Paternoster " + std::to_string(i),
                               {OfferOf("P-" + std::to_string(i), 100 + i, i % 2)});
      (*product.mutable_attributes())["floors"] = std::to_string(i % 3);
      co_await Put(indexed, shop, product);
    }
    co_await indexed.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Paternoster draft"));
    EXPECT_FALSE(indexed.index.Ready());
    co_await indexed.Run();
    auto query = Words("paternoster");
    query.facets = true;
    const auto found = co_await indexed.index.Find(Soon(), query);
    EXPECT_EQ(found.total, 7u);
    EXPECT_EQ(found.facets->in_stock, 3u);
    EXPECT_EQ(found.facets->attributes.at(0).values.size(), 3u);
    query.filters.category = shop.category;
    query.filters.min_price = 106;
    EXPECT_THAT(co_await indexed.Titles(query), ElementsAre("Paternoster 6"));
  });
}

TEST(SearchIndex, FollowsWhatHappens) {
  WithIndex([](Indexed& indexed) -> Task<> {
    co_await indexed.Run();
    const auto shop = co_await OpenShop(indexed);
    const auto product = co_await Put(indexed, shop, ProductOf(shop, "Orrery", {OfferOf("O", 900, 2)}));
    co_await Finds(indexed, Words("orrery"), 1);
    auto cheap = Words("orrery");
    cheap.filters.max_price = 500;
    cheap.filters.category = shop.category;
    co_await Finds(indexed, cheap, 0);
    Sql("UPDATE price_period SET amount = 400 WHERE offer_id = '" + product.offers(0).id() + "'");
    EXPECT_EQ((co_await indexed.index.Find(Soon(), cheap)).total, 0u);  // nobody has told
    co_await indexed.stock.Adjust(Soon(),
                                  {.operation_id = Uuid::NewV7(),
                                   .offer = domain::OfferId::From(product.offers(0).id()),
                                   .delta = 1,
                                   .reason = "count",
                                   .account = AccountId::New()},
                                  shop.Scope());
    co_await Finds(indexed, cheap, 1);
  });
}

TEST(SearchIndex, FollowsTranslations) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    auto request = ProductOf(shop, "Barograph");
    Say(request, "ru", "Барограф", "Пишет давление.");
    const auto product = co_await Put(indexed, shop, request);
    co_await indexed.Run();
    co_await Finds(indexed, Words("барограф"), 1);
    co_await Finds(indexed, Words("давление barograph"), 1);
    const auto put = [&](std::string language, std::string title) {
      return indexed.translations.Put(
          Soon(), {domain::ProductId::From(product.id()), std::move(language), std::nullopt}, shop.Member(),
          std::move(title), "");
    };
    co_await put("de", "Luftdruckschreiber");
    co_await Finds(indexed, Words("luftdruckschreiber"), 1);
    co_await put("de", "Barograph");
    co_await Finds(indexed, Words("luftdruckschreiber"), 0);
    co_await indexed.translations.Remove(Soon(), {domain::ProductId::From(product.id()), "ru", std::nullopt},
                                         shop.Member());
    co_await Finds(indexed, Words("барограф"), 0);
    // The same as one that is built anew.
    SearchIndex rebuilt(indexed.io.get_executor(), indexed.rows, indexed.log, indexed.sellers, {.page = 3});
    indexed.group.Keep("rebuilt", rebuilt.Following().Run());
    indexed.group.Keep("rebuilt turns", rebuilt.Turning().Run());
    co_await Eventually([&] { return rebuilt.Ready(); });
    for (const auto* text : {"barograph", "барограф", "давление", "luftdruckschreiber"}) {
      EXPECT_EQ((co_await rebuilt.Find(Soon(), Words(text))).total,
                (co_await indexed.index.Find(Soon(), Words(text))).total)
          << text;
    }
    indexed.group.Cancel();
    co_await indexed.group.Join(Soon());
    co_await rebuilt.Close(Soon());
  });
}

// Nothing is written when they do.
TEST(SearchIndex, KnowsWhenPricesBeginAndEnd) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    const auto offer = co_await PutOffer(indexed, shop, 2);
    co_await indexed.Run();
    index::Query query;
    query.filters = {.seller = shop.seller, .max_price = 700, .currency = "EUR"};
    storage::OfferEdit sale;
    auto& rows = sale.prices.emplace();
    rows.Add()->mutable_price()->set_amount(1999);
    auto& reduced = *rows.Add();
    reduced.mutable_price()->set_amount(700);
    const auto now = WallTime();
    *reduced.mutable_from() = conversions::ToProto(now + 300ms);
    *reduced.mutable_until() = conversions::ToProto(now + 1500ms);
    for (auto& row : rows) row.mutable_price()->set_currency("EUR");
    co_await indexed.offers.Update(Soon(), offer, shop.Scope(), sale);
    co_await Finds(indexed, query, 1);
    co_await Finds(indexed, query, 0);
    query.filters.max_price = 1999;
    co_await Finds(indexed, query, 1);
  });
}

// An order writes no event of the catalogue.
TEST(SearchIndex, KnowsWhatIsSoldOut) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    const auto offer = co_await PutOffer(indexed, shop, 2);
    co_await indexed.Run();
    index::Query query;
    query.filters.currency = "EUR";
    query.filters.seller = shop.seller;
    query.filters.in_stock = true;
    co_await Finds(indexed, query, 1);
    const auto order = domain::OrderId::New();
    co_await indexed.reservations.Reserve(Soon(), order, {LineOf(offer, 2)});
    co_await Finds(indexed, query, 0);
    co_await indexed.reservations.Release(Soon(), order, domain::CauseId::New(), {});
    co_await Finds(indexed, query, 1);
  });
}

TEST(SearchIndex, KnowsShopsByTheirNames) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    co_await Put(indexed, shop, ProductOf(shop, "Theodolite"));
    co_await indexed.Run();
    co_await Finds(indexed, Words("theodolite"), 1);
    indexed.users.Set(shop.seller, api::user::Seller::ACTIVE, "Vermessungsbüro");
    co_await indexed.sellers.CatchUp();
    co_await Finds(indexed, Words("vermessungsburo theodolite"), 1);
    indexed.users.Set(shop.seller, api::user::Seller::SUSPENDED, "Vermessungsbüro");
    co_await indexed.sellers.CatchUp();
    EXPECT_THAT(co_await indexed.Titles(Words("theodolite")), IsEmpty());
  });
}

TEST(SearchIndex, FollowsItsRules) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    co_await Put(indexed, shop, ProductOf(shop, "Armillary of brass", {OfferOf("A", 900, 2)}));
    storage::SearchRules rules(indexed.database);
    const auto rule_of = [](std::string word) {
      return domain::SearchRule{.id = domain::SearchRuleId::New(),
                                .synonyms = {std::move(word), "armillary"},
                                .query = "",
                                .products = {},
                                .created_at = {}};
    };
    co_await rules.Create(Soon(), rule_of("planetarium"), audit::SomeAct());
    co_await indexed.Run();
    EXPECT_EQ((co_await indexed.index.Find(Soon(), Words("planetarium"))).total, 1u) << "from the start";
    const auto later = co_await rules.Create(Soon(), rule_of("tellurion"), audit::SomeAct());
    co_await Finds(indexed, Words("tellurion"), 1);
    co_await rules.Delete(Soon(), later.id, audit::SomeAct());
    co_await Finds(indexed, Words("tellurion"), 0);
  });
}

TEST(SearchIndex, Suggests) {
  WithIndex([](Indexed& indexed) -> Task<> {
    const auto shop = co_await OpenShop(indexed);
    co_await Put(indexed, shop, ProductOf(shop, "Gramophone needle"));
    co_await indexed.Run();
    std::vector<std::string> texts;
    for (const auto& suggestion : co_await indexed.index.Suggest(Soon(), Words("gramo")))
      texts.push_back(suggestion.text);
    EXPECT_THAT(texts, ElementsAre("Gramophone", "Gramophone needle"));
  });
}

TEST(SearchIndex, TellsOfItself) {
  WithIndex([](Indexed& indexed) -> Task<> {
    EXPECT_EQ(indexed.index.Now().staleness_s, std::nullopt);
    co_await indexed.Run();
    const auto now = indexed.index.Now();
    EXPECT_TRUE(now.staleness_s && now.build_s > 0 && now.segments > 0);
  });
}

}  // namespace
}  // namespace market::product
