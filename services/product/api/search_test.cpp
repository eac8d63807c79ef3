// The search by the index; what the database answers meanwhile is in product_service_test.cpp.
#include <gmock/gmock.h>

#include <algorithm>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::SearchProductsRequest;
using api::product::SearchProductsResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// With the index of what `fill` puts there.
template <class Fill, class Body>
void WithReadyIndex(Fill fill, Body body) {
  WithService([&](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    co_await fill(service, shop);
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, Unexpected);
    group.Keep("index", service.index.Following().Run());
    group.Keep("turns", service.index.Turning().Run());
    std::exception_ptr failure;
    try {
      co_await Eventually([&] { return service.index.Ready(); });
      co_await body(service, shop);
    } catch (...) {
      failure = std::current_exception();
    }
    group.Cancel();
    co_await group.Join(Soon());
    co_await service.index.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

std::vector<std::string> TitlesOf(const SearchProductsResponse& response) {
  std::vector<std::string> titles;
  for (const auto& product : response.products()) titles.push_back(product.title());
  return titles;
}

SearchProductsRequest In(const Shop& shop, std::string query = "") {
  SearchProductsRequest request;
  request.set_category_id(shop.category.ToString());
  request.set_query(std::move(query));
  return request;
}

Task<> PutLamps(Service& service, Shop shop) {
  auto red = ProductOf(shop, "Red lamp", {OfferOf("L-R", 3000, 2)});
  (*red.mutable_attributes())["colour"] = "red";
  co_await Put(service, shop, red);
  auto blue = ProductOf(shop, "Blue lamp", {OfferOf("L-B", 2000, 0)});
  (*blue.mutable_attributes())["colour"] = "blue";
  co_await Put(service, shop, blue);
  co_await Put(service, shop, ProductOf(shop, "Lamp", {OfferOf("L-1", 900, 1), OfferOf("L-2", 700, 0)}));
}

TEST(Search_Index, FindsCountsAndShows) {
  WithReadyIndex(PutLamps, [](Service& service, Shop shop) -> Task<> {
    Call call;
    auto request = In(shop, "lmap");
    request.set_facets(true);
    const auto found = co_await service.operations.SearchProducts(call.context, request);
    EXPECT_THAT(TitlesOf(found), ElementsAre("Lamp", "Red lamp", "Blue lamp"));
    EXPECT_EQ(found.total(), 3);
    EXPECT_EQ(found.products(0).offers(0).sku(), "L-1");  // what can be bought before what is cheaper
    EXPECT_EQ(found.products(2).offers(0).price().amount(), 2000);
    EXPECT_EQ(found.facets().in_stock(), 2);
    EXPECT_EQ(found.facets().categories(0).count(), 3);
    EXPECT_EQ(found.facets().sellers(0).count(), 3);
    const auto& attributes = found.facets().attributes();
    const auto colours = std::ranges::find(attributes, "colour", &api::product::AttributeCounts::name);
    EXPECT_EQ(colours->values(0).value(), "blue");
    EXPECT_EQ(found.facets().prices(0).max_price(), 999);
  });
}

TEST(Search_Index, FiltersAndOrders) {
  WithReadyIndex(PutLamps, [](Service& service, Shop shop) -> Task<> {
    Call call;
    auto request = In(shop);
    request.set_order_by("price");
    EXPECT_THAT(TitlesOf(co_await service.operations.SearchProducts(call.context, request)),
                ElementsAre("Lamp", "Red lamp", "Blue lamp"));
    request.add_attributes("colour=blue");
    request.add_attributes("colour=red");
    EXPECT_THAT(TitlesOf(co_await service.operations.SearchProducts(call.context, request)),
                ElementsAre("Red lamp", "Blue lamp"));
    request.set_currency("USD");
    EXPECT_THAT(TitlesOf(co_await service.operations.SearchProducts(call.context, request)), IsEmpty());
    request.set_currency("EUR");
    request.set_in_stock(true);
    EXPECT_THAT(TitlesOf(co_await service.operations.SearchProducts(call.context, request)),
                ElementsAre("Red lamp"));
    request.set_min_rating(1);
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).total(), 0);
  });
}

TEST(Search_Index, StaysInsideACurrency) {
  const auto in_dollars = [](std::int64_t minor, std::string sku) {
    auto draft = OfferOf(std::move(sku), 10'000 - minor, 1);
    draft.add_prices()->mutable_price()->set_amount(minor);
    draft.mutable_prices(0)->mutable_price()->set_currency("USD");
    return draft;
  };
  const auto put = [&](Service& service, Shop shop) -> Task<> {
    co_await Put(service, shop, ProductOf(shop, "Cheap lamp", {in_dollars(1000, "C"), OfferOf("E", 1, 1)}));
    co_await Put(service, shop, ProductOf(shop, "Dear lamp", {in_dollars(3000, "D")}));
    co_await Put(service, shop, ProductOf(shop, "European lamp", {OfferOf("F", 5, 1)}));
  };
  WithReadyIndex(put, [](Service& service, Shop shop) -> Task<> {
    Call call;
    auto request = In(shop, "lamp");
    request.set_order_by("price");
    EXPECT_THAT(TitlesOf(co_await service.operations.SearchProducts(call.context, request)),
                ElementsAre("Cheap lamp", "European lamp", "Dear lamp"));
    request.set_currency("USD");
    request.set_facets(true);
    const auto found = co_await service.operations.SearchProducts(call.context, request);
    EXPECT_THAT(TitlesOf(found), ElementsAre("Cheap lamp", "Dear lamp"));
    EXPECT_EQ(found.products(0).offers(0).price().amount(), 1000);
    EXPECT_EQ(found.total(), 2);
    for (const auto& band : found.facets().prices()) EXPECT_EQ(band.currency(), "USD");
    EXPECT_EQ(found.facets().sellers(0).count(), 2);
    api::product::SuggestProductsRequest typed;
    typed.set_query("european");
    typed.set_category_id(shop.category.ToString());
    EXPECT_GT((co_await service.operations.SuggestProducts(call.context, typed)).suggestions_size(), 0);
    typed.set_currency("USD");
    EXPECT_EQ((co_await service.operations.SuggestProducts(call.context, typed)).suggestions_size(), 0);
  });
}

TEST(Search_Index, PagesJoin) {
  WithReadyIndex(PutLamps, [](Service& service, Shop shop) -> Task<> {
    Call call;
    for (const std::string order : {"", "newest", "price", "-price", "rating", "relevance"}) {
      auto request = In(shop, "lamp");
      request.set_order_by(order);
      const auto whole = TitlesOf(co_await service.operations.SearchProducts(call.context, request));
      request.set_page_size(2);
      const auto first = co_await service.operations.SearchProducts(call.context, request);
      request.set_page_token(first.next_page_token());
      const auto second = co_await service.operations.SearchProducts(call.context, request);
      auto joined = TitlesOf(first);
      for (const auto& title : TitlesOf(second)) joined.push_back(title);
      EXPECT_EQ(joined, whole) << order;
      EXPECT_EQ(second.next_page_token(), "");
      EXPECT_EQ(second.total(), 3);
      request.set_query("mug");
      EXPECT_EQ(co_await ReasonOf(service.operations.SearchProducts(call.context, request)),
                "INVALID_PAGE_TOKEN");
    }
  });
}

TEST(Search_Index, AListGoesOnWhereItBegan) {
  std::string token;
  WithReadyIndex(
      [&](Service& service, Shop shop) -> Task<> {
        co_await PutLamps(service, shop);
        Call call;
        auto request = In(shop);
        request.set_page_size(2);
        token = (co_await service.operations.SearchProducts(call.context, request)).next_page_token();
      },
      [&](Service& service, Shop shop) -> Task<> {
        Call call;
        auto request = In(shop);
        request.set_page_size(2);
        request.set_page_token(token);
        EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).products_size(), 1);
      });
}

TEST(Search_NoIndexYet, OnlyItsFilters_WaitForIt) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    co_await PutLamps(service, shop);
    Call call;
    auto request = In(shop);
    const auto found = co_await service.operations.SearchProducts(call.context, request);
    EXPECT_EQ(found.products_size(), 3);
    EXPECT_FALSE(found.has_total());
    request.set_currency("USD");
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).products_size(), 0);
    request.set_min_rating(1);
    EXPECT_EQ(co_await ReasonOf(service.operations.SearchProducts(call.context, request)), "UNAVAILABLE");
    api::product::SuggestProductsRequest typed;
    typed.set_query("la");
    EXPECT_EQ((co_await service.operations.SuggestProducts(call.context, typed)).suggestions_size(), 0);
  });
}

TEST(Suggest_Index, GoesOnWithWhatIsThere) {
  WithReadyIndex(PutLamps, [](Service& service, Shop shop) -> Task<> {
    Call call;
    api::product::SuggestProductsRequest typed;
    typed.set_query("red la");
    typed.set_category_id(shop.category.ToString());
    const auto found = co_await service.operations.SuggestProducts(call.context, typed);
    EXPECT_EQ(found.suggestions(0).text(), "red lamp");
    EXPECT_EQ(found.suggestions(1).text(), "Red lamp");
    EXPECT_NE(found.suggestions(1).product_id(), "");
  });
}

}  // namespace
}  // namespace market::product
