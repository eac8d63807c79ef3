#include "services/product/storage/translations.hpp"

#include <gmock/gmock.h>

#include "platform/events/testing/told.hpp"
#include "services/product/domain/languages.hpp"
#include "services/product/domain/search_text.hpp"
#include "services/product/messages.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using api::product::Product;
using api::product::ProductTranslation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

storage::Translations::Change ChangeOf(const Product& product, std::string language,
                                       std::optional<std::int64_t> if_version = std::nullopt) {
  return {domain::ProductId::From(product.id()), std::move(language), if_version};
}

Task<ProductTranslation> PutText(Stores& stores, Shop shop, Product product, std::string language,
                                 std::string title, std::string description = "") {
  co_return co_await stores.translations.Put(Soon(), ChangeOf(product, std::move(language)), shop.Member(),
                                             std::move(title), std::move(description));
}

Task<Product> Read(Stores& stores, Product product) {
  co_return (co_await stores.products.Get(Soon(), domain::ProductId::From(product.id()), {}, kEur)).value();
}

// "language: title" of each.
Task<std::vector<std::string>> Listed(Stores& stores, Shop shop, Product product) {
  const auto list =
      co_await stores.translations.List(Soon(), domain::ProductId::From(product.id()), shop.Member());
  std::vector<std::string> texts;
  for (const auto& each : list.value().translations()) texts.push_back(each.language() + ": " + each.title());
  co_return texts;
}

std::string ChangesTold(const Product& product) {
  return Sql("SELECT count(*) FROM event WHERE type = 'product.ProductChanged' AND aggregate = 'product/" +
             product.id() + "'");
}

TEST(Translation_Put, MakesOneAndReplacesIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Engine"));
    const auto made = co_await PutText(stores, shop, product, "ru", "Машина", "Латунь.");
    EXPECT_EQ(made.title(), "Машина");
    EXPECT_EQ(made.description(), "Латунь.");
    EXPECT_EQ(made.etag(), "3");  // made, published, translated
    EXPECT_GT(made.update_time().seconds(), 0);
    EXPECT_EQ(ChangesTold(product), "1");
    const auto same = co_await PutText(stores, shop, product, "ru", "Машина", "Латунь.");
    EXPECT_EQ(same.etag(), "3");
    EXPECT_EQ(ChangesTold(product), "1");
    const auto other = co_await PutText(stores, shop, product, "ru", "Машина");
    EXPECT_EQ(other.etag(), "4");
    EXPECT_FALSE(other.has_description());
    co_await PutText(stores, shop, product, "de", "Maschine");
    EXPECT_THAT(co_await Listed(stores, shop, product), ElementsAre("de: Maschine", "ru: Машина"));
    const auto read = co_await Read(stores, product);
    EXPECT_THAT(read.languages(), ElementsAre("en", "de", "ru"));
    EXPECT_EQ(read.language(), "en");
    EXPECT_EQ(read.text_language(), "en");
    EXPECT_THAT(read.etag(), StartsWith("5-"));
  });
}

TEST(Translation_Removed, IsNoMore) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Engine"));
    co_await PutText(stores, shop, product, "ru", "Машина");
    const auto remove = [&](std::optional<std::int64_t> if_version) {
      return stores.translations.Remove(Soon(), ChangeOf(product, "ru", if_version), shop.Member());
    };
    EXPECT_EQ(co_await ReasonOf(remove(2)), "ETAG_MISMATCH");
    co_await remove(3);
    EXPECT_EQ(co_await ReasonOf(remove(std::nullopt)), "NOT_FOUND");
    EXPECT_THAT(co_await Listed(stores, shop, product), IsEmpty());
    EXPECT_THAT((co_await Read(stores, product)).languages(), ElementsAre("en"));
    EXPECT_EQ(ChangesTold(product), "2");
  });
}

TEST(Translation_Refused, IsNotMade) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Engine"));
    const auto put = [&](const std::string& language, storage::Viewer scope,
                         std::optional<std::int64_t> if_version = std::nullopt) {
      return stores.translations.Put(Soon(), ChangeOf(product, language, if_version), std::move(scope), "x",
                                     "");
    };
    EXPECT_EQ(co_await ReasonOf(put("ru", {.sellers = {SellerId::New()}})), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(put("ru", shop.Member(), 1)), "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(put("en", shop.Member())), "INVALID_ARGUMENT");
    const std::vector<std::string> ten = {"de", "fr", "pl", "ru", "es", "it", "nl", "sv", "da", "zh-Hant-TW"};
    EXPECT_EQ(std::ssize(ten), domain::kTranslationsMax);
    for (const auto& language : ten) co_await put(language, shop.Member());
    EXPECT_EQ(co_await ReasonOf(put("cs", shop.Member())), "LIMIT_REACHED");
    co_await stores.translations.Put(Soon(), ChangeOf(product, "da"), shop.Member(), "Maskine", "");
    EXPECT_FALSE(co_await stores.translations.List(Soon(), domain::ProductId::From(product.id()), {}));
    const auto operators = co_await stores.translations.List(Soon(), domain::ProductId::From(product.id()),
                                                             {.sees = storage::Sees::kEverything});
    EXPECT_EQ(operators.value().translations_size(), domain::kTranslationsMax);

    auto act = audit::SomeAct();
    act.reason = "It infringes a patent.";
    co_await stores.products.Do(Soon(), domain::ProductAct::kTakeDown, domain::ProductId::From(product.id()),
                                {.sees = storage::Sees::kEverything}, act);
    EXPECT_EQ(co_await ReasonOf(put("ru", shop.Member())), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(stores.translations.Remove(Soon(), ChangeOf(product, "ru"), shop.Member())),
              "ILLEGAL_TRANSITION");
  });
}

// Puts and removals of one product, side by side: no more than there may be, and the product names those that there are.
TEST(Translation_ManyAtOnce, KeepTheirNumberAndTheirNames) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Engine"));
    constexpr int kMore = 3;
    int refused = 0;
    co_await testing::AtOnce(domain::kTranslationsMax + kMore, [&](int i) -> Task<> {
      const std::string language = {'x', static_cast<char>('a' + i)};
      const auto reason = co_await ReasonOf(
          stores.translations.Put(Soon(), ChangeOf(product, language), shop.Member(), language, ""));
      EXPECT_TRUE(reason.empty() || reason == "LIMIT_REACHED") << reason;
      refused += reason.empty() ? 0 : 1;
    });
    EXPECT_EQ(refused, kMore);
    const auto there = (co_await Read(stores, product)).languages();
    co_await testing::AtOnce(2 * domain::kTranslationsMax, [&](int i) -> Task<> {
      const auto& language = there.Get(1 + i / 2);
      if (i % 2 == 0) {
        co_await stores.translations.Remove(Soon(), ChangeOf(product, language), shop.Member());
      } else {
        co_await ReasonOf(stores.translations.Put(Soon(), ChangeOf(product, "y" + language.substr(1)),
                                                  shop.Member(), "y", ""));
      }
    });
    EXPECT_EQ(
        Sql("SELECT p.languages = ARRAY(SELECT language FROM product_translation t WHERE t.product_id = p.id "
            "ORDER BY language) FROM product p WHERE p.id = '" +
            product.id() + "'"),
        "t");
  });
}

TEST(Translation_OfANewProduct, ComesWithIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Чайник");
    request.set_language("ru");
    Say(request, "en", "Kettle", "Boils.");
    Say(request, "de", "Kessel");
    const auto product = co_await Put(stores, shop, request);
    EXPECT_EQ(product.language(), "ru");
    EXPECT_THAT(product.languages(), ElementsAre("ru", "de", "en"));
    EXPECT_THAT(co_await Listed(stores, shop, product), ElementsAre("de: Kessel", "en: Kettle"));
  });
}

TEST(Translation_Shown, IsTheFirstThatIsAskedFor) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Engine");
    request.set_description("Brass.");
    Say(request, "ru", "Машина", "Латунь.");
    Say(request, "de", "Maschine");
    const auto product = co_await Put(stores, shop, request);
    const auto shown = [&](std::vector<std::string> languages) -> Task<std::string> {
      auto read = co_await Read(stores, product);
      co_await stores.translations.Show(Soon(), read, std::move(languages));
      co_return read.text_language() + ": " + read.title() + ", " + read.description();
    };
    EXPECT_EQ(co_await shown({"ru-RU", "ru", "en"}), "ru: Машина, Латунь.");
    EXPECT_EQ(co_await shown({"en", "ru"}), "en: Engine, Brass.");
    EXPECT_EQ(co_await shown({"fr", "pl"}), "en: Engine, Brass.");
    EXPECT_EQ(co_await shown({}), "en: Engine, Brass.");
    EXPECT_EQ(co_await shown({"de"}), "de: Maschine, ") << "a text is in one language, or in none";

    // In a list each by itself; titles alone where nothing else is shown.
    std::vector<Product> list{co_await Put(stores, shop, ProductOf(shop, "Other")),
                              co_await Read(stores, product)};
    co_await stores.translations.ShowTitles(Soon(), list, {"ru"});
    EXPECT_EQ(list[0].title() + ' ' + list[1].title(), "Other Машина");
    EXPECT_EQ(list[1].description(), "Brass.");
    co_await stores.translations.Show(Soon(), list, {"ru"});
    EXPECT_EQ(list[1].description(), "Латунь.");

    auto offers =
        co_await stores.offers.GetMany(Soon(), {domain::OfferId::From(product.offers(0).id())}, kEur);
    EXPECT_EQ(offers.offers(0).title(), "Engine");
    co_await stores.translations.ShowTitles(Soon(), offers, {"ru"});
    EXPECT_EQ(offers.offers(0).title(), "Машина");
    EXPECT_EQ(offers.offers(0).text_language(), "ru");
  });
}

TEST(Translation_TakenAwayMeanwhile, IsShownAsItWasWritten) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Engine");
    Say(request, "ru", "Машина");
    auto product = co_await Put(stores, shop, request);
    co_await stores.translations.Remove(Soon(), ChangeOf(product, "ru"), shop.Member());
    co_await stores.translations.Show(Soon(), product, {"ru"});
    EXPECT_EQ(product.title() + ' ' + product.text_language(), "Engine en");
  });
}

// The search without an index.
TEST(Translation_Words, AreFoundInTheDatabaseToo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Astrolabe");
    request.set_description("Brass.");
    Say(request, "ru", "Астролябия", "Латунь и зодиак.");
    co_await Put(stores, shop, request);
    const auto found = [&](std::string typed) -> Task<std::int64_t> {
      const auto prefixes = domain::PrefixQuery(typed).value();
      const storage::SearchQuery query{.currency = kEur,
                                       .prefixes = prefixes,
                                       .typed = std::move(typed),
                                       .seller = shop.seller,
                                       .order = storage::SearchOrder::kRelevance};
      co_return std::ssize((co_await stores.search.Find(Soon(), query, std::nullopt, 10)).products);
    };
    for (const auto* typed : {"астролябия", "зодиак лат", "астролбяия", "astrolabe"})
      EXPECT_EQ(co_await found(typed), 1) << typed;
    EXPECT_EQ(co_await found("brass зодиак"), 0) << "all words in one language";
  });
}

}  // namespace
}  // namespace market::product
