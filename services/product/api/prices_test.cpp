#include "services/product/api/prices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As the contract's JSON has a row, in hours from a fixed moment; without a currency: euros.
struct Row {
  std::int64_t minor = 0;
  std::string currency = "EUR";
  std::optional<std::int64_t> compared;
  std::optional<int> from;
  std::optional<int> until;
};

storage::PriceRows RowsOf(const std::vector<Row>& rows) {
  storage::PriceRows prices;
  for (const auto& row : rows) {
    auto& price = *prices.Add();
    price.mutable_price()->set_amount(row.minor);
    price.mutable_price()->set_currency(row.currency);
    if (row.compared) {
      *price.mutable_compare_at() = price.price();
      price.mutable_compare_at()->set_amount(*row.compared);
    }
    if (row.from) price.mutable_from()->set_seconds(1'800'000'000 + *row.from * 3'600);
    if (row.until) price.mutable_until()->set_seconds(1'800'000'000 + *row.until * 3'600);
  }
  return prices;
}

std::string RefusalOf(const storage::PriceRows& prices) {
  const domain::Market market(std::vector<std::string>{"EUR", "USD"});
  marketplace::type::v1::Money price;
  price.set_amount(1000);
  price.set_currency("EUR");
  try {
    CheckPrices(price, prices, market, "offer.");
    return "";
  } catch (const Error& error) {
    return error.fields.at(0).field + ' ' + error.fields.at(0).reason;
  }
}

TEST(CheckPrices, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(RefusalOf(RowsOf({})), "");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 1000, .compared = 1200},
                              {.minor = 900, .from = 1, .until = 2},
                              {.minor = 800, .from = 2},
                              {.minor = 700, .until = 1},
                              {.minor = 900, .currency = "USD", .from = 0, .until = 9}})),
            "");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .currency = "GBP"}})),
            "offer.prices[0].price.currency UNKNOWN_CURRENCY");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .compared = 5, .from = 1}})),
            "offer.prices[0].compareAt.amount OUT_OF_RANGE");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .from = 2, .until = 2}})), "offer.prices[0].until OUT_OF_RANGE");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .from = 2, .until = 5}, {.minor = 5, .from = 1, .until = 3}})),
            "offer.prices[1] OVERLAPS");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .from = 2}, {.minor = 5, .until = 3}})),
            "offer.prices[1] OVERLAPS");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 5, .currency = "USD"}, {.minor = 6, .currency = "USD"}})),
            "offer.prices[1] DUPLICATE");
  EXPECT_EQ(RefusalOf(RowsOf({{.minor = 999}})), "offer.prices[0].price DUPLICATE");
  auto mixed = RowsOf({{.minor = 5, .compared = 6, .from = 1}});
  mixed[0].mutable_compare_at()->set_currency("USD");
  EXPECT_EQ(RefusalOf(mixed), "offer.prices[0].compareAt.currency MIXED_CURRENCIES");
  std::vector<Row> many;
  for (int i = 0; i < 20; ++i) many.push_back({.minor = 5, .from = i, .until = i + 1});
  EXPECT_EQ(RefusalOf(RowsOf(many)), "offer.prices TOO_MANY");
  many[0] = {.minor = 1000};
  EXPECT_EQ(RefusalOf(RowsOf(many)), "");
}

TEST(ProductService_Prices, AreChangedByTheirMask) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto id = (co_await PutOffer(service, shop, 5)).ToString();
    Call member(shop.Scope());
    api::product::UpdateOfferRequest request;
    request.set_offer_id(id);
    *request.mutable_offer()->mutable_prices() =
        RowsOf({{.minor = 1999}, {.minor = 2100, .currency = "USD", .compared = 2500}});
    const auto changed = co_await service.operations.UpdateOffer(member.context, request);
    EXPECT_EQ(changed.prices_size(), 2);
    EXPECT_EQ(changed.price().amount(), 1999);
    request.mutable_update_mask()->add_paths("prices");
    request.mutable_offer()->clear_prices();
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateOffer(member.context, request)), "INVALID_ARGUMENT");
    *request.mutable_offer()->mutable_prices() = RowsOf({{.minor = 5, .currency = "GBP"}});
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateOffer(member.context, request)), "INVALID_ARGUMENT");
    // With `price`, which is one of them.
    request.clear_update_mask();
    *request.mutable_offer()->mutable_prices() = RowsOf({{.minor = 2200, .currency = "USD"}});
    request.mutable_offer()->mutable_price()->set_amount(2000);
    request.mutable_offer()->mutable_price()->set_currency("EUR");
    EXPECT_EQ((co_await service.operations.UpdateOffer(member.context, request)).prices_size(), 2);
  });
}

// Two products for euros, of which one for dollars too.
Task<> PutTwo(Service& service, Shop shop) {
  auto draft = OfferOf("BOTH", 1000, 5);
  *draft.mutable_prices() = RowsOf({{.minor = 9000, .currency = "USD"}});
  co_await Put(service, shop, ProductOf(shop, "Both", {draft, OfferOf("EURO-1", 500, 5)}));
  co_await Put(service, shop, ProductOf(shop, "Euros", {OfferOf("EURO-2", 2000, 5)}));
}

std::vector<std::string> ShownIn(const api::product::SearchProductsResponse& found) {
  std::vector<std::string> shown;
  for (const auto& product : found.products()) {
    shown.push_back(product.title());
    for (const auto& offer : product.offers())
      shown.back() += ' ' + std::to_string(offer.price().amount()) + offer.price().currency();
  }
  return shown;
}

Task<> SearchInBoth(Service& service, Shop shop) {
  Call call;
  api::product::SearchProductsRequest request;
  request.set_seller_id(shop.seller.ToString());
  request.set_order_by("price");
  const auto euros = co_await service.operations.SearchProducts(call.context, request);
  EXPECT_THAT(ShownIn(euros), ElementsAre("Both 500EUR", "Euros 2000EUR"));
  request.set_currency("USD");
  const auto dollars = co_await service.operations.SearchProducts(call.context, request);
  EXPECT_THAT(ShownIn(dollars), ElementsAre("Both 9000USD"));
  request.set_max_price(8999);
  EXPECT_THAT(ShownIn(co_await service.operations.SearchProducts(call.context, request)), IsEmpty());
  request.set_currency("GBP");
  EXPECT_EQ(co_await ReasonOf(service.operations.SearchProducts(call.context, request)), "INVALID_ARGUMENT");
}

TEST(ProductService_Currency, APublicReadStaysInside) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    co_await PutTwo(service, shop);
    co_await SearchInBoth(service, shop);
    const auto own = co_await service.products.ListOfSeller(Soon(), shop.seller, {}, {}, 10);
    const auto& both = own.at(1);
    Call call;
    api::product::GetProductRequest read;
    read.set_product_id(both.id());
    const auto euros = co_await service.operations.GetProduct(call.context, read);
    EXPECT_EQ(euros.offers_size(), 2);
    read.set_currency("USD");
    const auto dollars = co_await service.operations.GetProduct(call.context, read);
    EXPECT_EQ(dollars.offers_size(), 1);
    EXPECT_NE(dollars.etag(), euros.etag());
    read.set_currency("XXX");
    EXPECT_EQ(co_await ReasonOf(service.operations.GetProduct(call.context, read)), "INVALID_ARGUMENT");

    api::product::ListOffersOfProductRequest list;
    list.set_product_id(both.id());
    list.set_page_size(1);
    const auto page = co_await service.operations.ListOffersOfProduct(call.context, list);
    EXPECT_EQ(page.offers(0).price().amount(), 500);
    list.set_page_token(page.next_page_token());
    list.set_currency("USD");
    EXPECT_EQ(co_await ReasonOf(service.operations.ListOffersOfProduct(call.context, list)),
              "INVALID_PAGE_TOKEN")
        << "it is another list";

    api::product::GetOfferRequest offer;
    offer.set_offer_id(euros.offers(0).id());
    offer.set_currency("USD");
    EXPECT_EQ(co_await ReasonOf(service.operations.GetOffer(call.context, offer)), "NOT_FOUND");
    api::product::GetOffersRequest many;
    many.add_offer_ids(euros.offers(0).id());
    many.set_currency("GBP");
    EXPECT_EQ(co_await ReasonOf(service.operations.GetOffers(call.context, many)), "INVALID_ARGUMENT");
    EXPECT_EQ((co_await service.operations.GetMarket(call.context, {})).currency(), "EUR");
  });
}

}  // namespace
}  // namespace market::product
