// What readers of other languages are shown, operation by operation.
#include <gmock/gmock.h>

#include "services/product/storage/sizes.hpp"
#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

// A call of somebody whose browser says so.
struct Reader : Call {
  explicit Reader(std::string accept_language, storage::SellerScope sellers = {}) : Call(std::move(sellers)) {
    rpc::CallContextBuilder(context).AcceptLanguage(std::move(accept_language));
  }
};

constexpr const char* kRussian = "ru-RU,ru;q=0.9,en;q=0.5";

api::product::CreateProductRequest Translated(const Shop& shop) {
  auto request = ProductOf(shop, "Sextant", {OfferOf("S-" + Uuid::NewV7().ToString(), 100, 1)});
  request.set_description("Brass.");
  Say(request, "ru", "Секстант", "Латунь.");
  Say(request, "de", "Spiegelsextant");
  return request;
}

api::product::GetProductRequest Asked(const std::string& id, std::string language = "") {
  api::product::GetProductRequest request;
  request.set_product_id(id);
  request.set_language(std::move(language));
  return request;
}

TEST(ProductService_Languages, AProductIsReadInTheBestOne) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto product = co_await Put(service, shop, Translated(shop));
    Reader russian(kRussian);
    Reader english("en-GB,en;q=0.9");
    const auto in_russian = co_await service.operations.GetProduct(russian.context, Asked(product.id()));
    EXPECT_EQ(in_russian.title() + ": " + in_russian.description(), "Секстант: Латунь.");
    EXPECT_EQ(in_russian.text_language(), "ru");
    EXPECT_THAT(in_russian.etag(), EndsWith("-ru"));
    EXPECT_THAT(in_russian.languages(), ElementsAre("en", "de", "ru"));
    const auto in_english = co_await service.operations.GetProduct(english.context, Asked(product.id()));
    EXPECT_EQ(in_english.title() + ' ' + in_english.text_language(), "Sextant en");
    const auto asked = co_await service.operations.GetProduct(russian.context, Asked(product.id(), "de-AT"));
    EXPECT_EQ(asked.title(), "Spiegelsextant");
    const auto not_there = co_await service.operations.GetProduct(russian.context, Asked(product.id(), "fr"));
    EXPECT_EQ(not_there.title(), "Секстант");
  });
}

TEST(ProductService_Languages, ListsAndOffersToo) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto product = co_await Put(service, shop, Translated(shop));
    Reader member(kRussian, shop.Scope());
    api::product::ListSellerProductsRequest own;
    own.set_seller_id(shop.seller.ToString());
    const auto mine = co_await service.operations.ListSellerProducts(member.context, own);
    EXPECT_EQ(mine.products(0).title() + ": " + mine.products(0).description(), "Секстант: Латунь.");
    own.set_language("en");
    EXPECT_EQ((co_await service.operations.ListSellerProducts(member.context, own)).products(0).title(),
              "Sextant");

    OperatorCall somebody("ListProducts");
    api::product::ListProductsRequest all;
    all.set_seller_id(shop.seller.ToString());
    all.set_language("ru");
    EXPECT_EQ((co_await service.operations.ListProducts(somebody.context, all)).products(0).title(),
              "Секстант");

    Reader buyer(kRussian);
    api::product::GetOffersRequest offers;
    offers.add_offer_ids(product.offers(0).id());
    EXPECT_EQ((co_await service.operations.GetOffers(buyer.context, offers)).offers(0).title(), "Секстант");
  });
}

// A page goes on in whichever language; what is kept of one is of no other.
TEST(ProductService_Languages, ASearchWithoutAnIndexToo) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    for (int i = 0; i < 2; ++i) co_await Put(service, shop, Translated(shop));
    api::product::SearchProductsRequest request;
    request.set_seller_id(shop.seller.ToString());
    request.set_query("секстант");
    request.set_page_size(1);
    Reader russian(kRussian);
    Reader nobody("");
    const auto page = co_await service.operations.SearchProducts(russian.context, request);
    EXPECT_EQ(page.products(0).title(), "Секстант");
    EXPECT_EQ((co_await service.operations.SearchProducts(nobody.context, request)).products(0).title(),
              "Sextant");
    request.set_page_token(page.next_page_token());
    request.set_language("de");
    EXPECT_EQ((co_await service.operations.SearchProducts(russian.context, request)).products(0).title(),
              "Spiegelsextant");
  });
}

TEST(ProductService_Translations, AreTheShopsToChange) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto product = co_await Put(service, shop, Translated(shop));
    Call member(shop.Scope());
    Call stranger({SellerId::New()});
    api::product::PutTranslationRequest put;
    put.set_product_id(product.id());
    put.set_language("fr");
    put.set_title("Sextant de marine");
    EXPECT_EQ(co_await ReasonOf(service.operations.PutTranslation(stranger.context, put)), "NOT_FOUND");
    const auto made = co_await service.operations.PutTranslation(member.context, put);
    EXPECT_EQ(made.title(), "Sextant de marine");
    put.set_if_match("1");
    EXPECT_EQ(co_await ReasonOf(service.operations.PutTranslation(member.context, put)), "ETAG_MISMATCH");

    api::product::ListTranslationsRequest list;
    list.set_product_id(product.id());
    EXPECT_EQ((co_await service.operations.ListTranslations(member.context, list)).translations_size(), 3);
    EXPECT_EQ(co_await ReasonOf(service.operations.ListTranslations(stranger.context, list)), "NOT_FOUND");

    api::product::DeleteTranslationRequest remove;
    remove.set_product_id(product.id());
    remove.set_language("fr");
    EXPECT_EQ(co_await ReasonOf(service.operations.DeleteTranslation(stranger.context, remove)), "NOT_FOUND");
    remove.set_if_match(made.etag());
    co_await service.operations.DeleteTranslation(member.context, remove);
    EXPECT_EQ((co_await service.operations.ListTranslations(member.context, list)).translations_size(), 2);
  });
}

TEST(ProductService_Translations, OfANewProduct_AreLookedAt) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call member(shop.Scope());
    const auto fields = [&](const api::product::CreateProductRequest& request) -> Task<std::string> {
      try {
        co_await service.operations.CreateProduct(member.context, request);
      } catch (const Error& error) {
        co_return error.fields.at(0).field + ' ' + std::string(error.fields.at(0).reason);
      }
      co_return "";
    };
    auto twice = Translated(shop);
    Say(twice, "ru", "Ещё раз");
    EXPECT_EQ(co_await fields(twice), "translations[2].language DUPLICATE");
    auto base = Translated(shop);
    Say(base, "en", "Again");
    EXPECT_EQ(co_await fields(base), "translations[2].language BASE_LANGUAGE");
    auto large = Translated(shop);
    Say(large, "fr", "x", std::string(kTranslationsBytesMax, 'x'));
    EXPECT_EQ(co_await fields(large), "translations TOO_LARGE");
    EXPECT_EQ(co_await fields(Translated(shop)), "");
  });
}

TEST(ProductService_Categories, HaveNamesByLanguage) {
  WithService([](Service& service) -> Task<> {
    OperatorCall create("CreateCategory");
    api::product::CreateCategoryRequest request;
    request.set_name("Clocks");
    request.set_slug("clocks-" + Uuid::NewV7().ToString().substr(24));
    const auto name = [](auto& of, std::string language, std::string text) {
      auto& one = *of.add_translations();
      one.set_language(std::move(language));
      one.set_name(std::move(text));
    };
    name(request, "ru", "Часы");
    name(request, "de", "Uhren");
    const auto made = co_await service.operations.CreateCategory(create.context, request);
    EXPECT_EQ(made.name() + ' ' + made.text_language(), "Clocks en");
    EXPECT_EQ(made.translations(0).name(), "Uhren");  // by language
    name(request, "ru", "Ещё");
    OperatorCall again("CreateCategory");
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateCategory(again.context, request)),
              "INVALID_ARGUMENT");

    Reader russian(kRussian);
    Reader english("en");
    const auto listed = [&](Reader& reader) -> Task<std::string> {
      const auto list = co_await service.operations.ListCategories(reader.context, {});
      for (const auto& category : list.categories()) {
        EXPECT_EQ(category.translations_size(), 0);
        if (category.id() == made.id())
          co_return category.name() + ' ' + category.text_language() + ' ' + list.etag();
      }
      co_return "";
    };
    const auto in_russian = co_await listed(russian);
    const auto in_english = co_await listed(english);
    EXPECT_TRUE(in_russian.starts_with("Часы ru ")) << in_russian;
    EXPECT_TRUE(in_english.starts_with("Clocks en ")) << in_english;
    EXPECT_NE(in_russian.substr(in_russian.rfind(' ')), in_english.substr(in_english.rfind(' ')))
        << "one tag for both";

    api::product::GetCategoryRequest get;
    get.set_category_id(made.id());
    get.set_language("de");
    const auto one = co_await service.operations.GetCategory(russian.context, get);
    EXPECT_EQ(one.name() + ' ' + one.etag(), "Uhren 1-de");
    EXPECT_EQ(one.translations_size(), 2);
    get.set_category_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.GetCategory(russian.context, get)), "NOT_FOUND");

    OperatorCall change("UpdateCategory");
    api::product::UpdateCategoryRequest update;
    update.set_category_id(made.id());
    name(*update.mutable_category(), "fr", "Horloges");
    const auto changed = co_await service.operations.UpdateCategory(change.context, update);
    EXPECT_EQ(changed.translations_size(), 1);
    EXPECT_EQ(changed.etag(), "2");
    EXPECT_EQ(Sql("SELECT (before->>'name.ru') || (after->>'name.fr') FROM audit_event WHERE target_id = '" +
                  made.id() + "' AND before <> '{}'"),
              "ЧасыHorloges");
    name(*update.mutable_category(), "en", "Clocks");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateCategory(change.context, update)),
              "INVALID_ARGUMENT");
    api::product::UpdateCategoryRequest clear;
    clear.set_category_id(made.id());
    clear.mutable_update_mask()->add_paths("translations");
    EXPECT_EQ((co_await service.operations.UpdateCategory(change.context, clear)).translations_size(), 0);
  });
}

}  // namespace
}  // namespace market::product
