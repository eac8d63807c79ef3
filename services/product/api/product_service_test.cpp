#include "services/product/api/product_service.hpp"

#include <gmock/gmock.h>

#include <set>

#include "platform/rpc/page.hpp"
#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

api::product::GetProductRequest Get(const std::string& id) {
  api::product::GetProductRequest request;
  request.set_product_id(id);
  return request;
}

TEST(ProductService_Search, ABoundOfNothingIsABound) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    co_await Put(service, shop, ProductOf(shop, "Sold", {OfferOf("Z-1", 100, 1)}));
    co_await Put(service, shop, ProductOf(shop, "Sold out", {OfferOf("Z-2", 100, 0)}));
    Call call;
    api::product::SearchProductsRequest request;
    request.set_seller_id(shop.seller.ToString());
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).products_size(), 2);
    request.set_min_price(0);
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).products_size(), 1);
    request.set_max_price(0);
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, request)).products_size(), 0);
  });
}

TEST(ProductService_Draft, IsSeenByItsSellerAlone) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call seller(shop.Scope());
    Call stranger({SellerId::New()});
    Call anybody;
    const auto made = co_await service.operations.CreateProduct(
        seller.context, ProductOf(shop, "Draft", {OfferOf("D-1", 100, 1)}));
    EXPECT_EQ((co_await service.operations.GetProduct(seller.context, Get(made.id()))).id(), made.id());
    EXPECT_EQ(co_await ReasonOf(service.operations.GetProduct(anybody.context, Get(made.id()))), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.operations.GetProduct(stranger.context, Get(made.id()))),
              "NOT_FOUND");

    api::product::PublishProductRequest publish;
    publish.set_product_id(made.id());
    EXPECT_EQ(co_await ReasonOf(service.operations.PublishProduct(stranger.context, publish)), "NOT_FOUND");
    EXPECT_EQ((co_await service.operations.PublishProduct(seller.context, publish)).state(),
              api::product::Product::PUBLISHED);
    EXPECT_EQ((co_await service.operations.GetProduct(anybody.context, Get(made.id()))).title(), "Draft");
  });
}

TEST(ProductService_CreateProduct, RunAgainGivesTheSameAndRefusesUnknownCurrencies) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    auto request = ProductOf(shop, "Once", {OfferOf("A", 100, 1)});
    const auto first = co_await service.operations.CreateProduct(call.context, request);
    EXPECT_EQ((co_await service.operations.CreateProduct(call.context, request)).id(), first.id());
    Call next(shop.Scope());
    request.mutable_offers(0)->mutable_price()->set_currency("XYZ");
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateProduct(next.context, request)), "INVALID_ARGUMENT");
  });
}

TEST(ProductService_SellerProducts, PageByTokensOfThatSeller) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    for (int i = 0; i < 3; ++i) co_await Put(service, shop, ProductOf(shop, "Paged"));
    api::product::ListSellerProductsRequest request;
    request.set_seller_id(shop.seller.ToString());
    request.set_page_size(2);
    auto page = co_await service.operations.ListSellerProducts(call.context, request);
    EXPECT_EQ(page.products_size(), 2);
    request.set_page_token(page.next_page_token());
    page = co_await service.operations.ListSellerProducts(call.context, request);
    EXPECT_EQ(page.products_size(), 1);
    EXPECT_EQ(page.next_page_token(), "");
    request.set_seller_id(SellerId::New().ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.ListSellerProducts(call.context, request)),
              "INVALID_PAGE_TOKEN");
  });
}

TEST(ProductService_OffersOfAProduct, PageByTokensOfThatProduct) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call anybody;
    const auto made = co_await Put(
        service, shop,
        ProductOf(shop, "Offered", {OfferOf("A", 3, 1), OfferOf("B", 1, 0), OfferOf("C", 2, 1)}));
    api::product::ListOffersOfProductRequest request;
    request.set_product_id(made.id());
    request.set_page_size(2);
    auto page = co_await service.operations.ListOffersOfProduct(anybody.context, request);
    EXPECT_EQ(page.offers_size(), 2);
    EXPECT_EQ(page.offers(0).sku() + page.offers(1).sku(), "CA");
    request.set_page_token(page.next_page_token());
    page = co_await service.operations.ListOffersOfProduct(anybody.context, request);
    EXPECT_EQ(page.offers_size(), 1);
    EXPECT_EQ(page.offers(0).sku(), "B");
    EXPECT_EQ(page.next_page_token(), "");
    request.set_product_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.ListOffersOfProduct(anybody.context, request)),
              "INVALID_PAGE_TOKEN");
    request.clear_page_token();
    EXPECT_EQ(co_await ReasonOf(service.operations.ListOffersOfProduct(anybody.context, request)),
              "NOT_FOUND");
  });
}

// As fat as the contract lets it be.
api::product::CreateProductRequest FatProduct(const Shop& shop, int number) {
  auto request =
      ProductOf(shop, "Fat " + std::to_string(number), {OfferOf(Uuid::NewV7().ToString(), 100, 1)});
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "€";
  request.set_description(std::move(text));
  for (int i = 0; i < 30; ++i) {
    (*request.mutable_attributes())[std::to_string(i) + std::string(198, 'n')] = std::string(200, 'v');
  }
  return request;
}

TEST(ProductService_FatProducts, EndTheirPageAtItsBudget) {
  constexpr int kProducts = 100;
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call seller(shop.Scope());
    for (int i = 0; i < kProducts; ++i) co_await Put(service, shop, FatProduct(shop, i));
    const auto read_all = [&](auto request, auto list) -> Task<> {
      request.set_seller_id(shop.seller.ToString());
      request.set_page_size(100);
      std::set<std::string> seen;
      int pages = 0;
      do {
        const auto page = co_await (service.operations.*list)(seller.context, request);
        EXPECT_LE(page.ByteSizeLong(), rpc::kPageBytes + 1000);
        EXPECT_GT(page.products_size(), 0);
        for (const auto& product : page.products()) seen.insert(product.id());
        request.set_page_token(page.next_page_token());
        ++pages;
      } while (!request.page_token().empty());
      EXPECT_EQ(seen.size(), std::size_t{kProducts});
      EXPECT_GT(pages, 1);
    };
    co_await read_all(api::product::ListSellerProductsRequest(), &ProductService::ListSellerProducts);
    co_await read_all(api::product::SearchProductsRequest(), &ProductService::SearchProducts);
  });
}

TEST(ProductService_Sizes, OfAllPairsTogetherAreBounded) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    std::string fields;
    const auto refused = [&](auto task) -> Task<> {
      try {
        co_await std::move(task);
      } catch (const Error& error) {
        EXPECT_EQ(error.code, Code::kInvalidArgument);
        for (const auto& field : error.fields) fields += field.field + ":" + field.reason + " ";
      }
    };
    auto product = ProductOf(shop, "Wide", {OfferOf("W", 1, 1)});
    (*product.mutable_attributes())["n"] = std::string(16'383, 'v');
    // Nothing that an index entry could be made smaller by.
    std::string value;
    for (std::uint32_t i = 0, random = 1; i < 2'047; ++i) {
      random = random * 1'664'525 + 1'013'904'223;
      value += static_cast<char>('!' + (random >> 24) % 90);
    }
    product.mutable_offers(0)->clear_options();
    (*product.mutable_offers(0)->mutable_options())["n"] = value;
    const auto made = co_await service.operations.CreateProduct(call.context, product);
    (*product.mutable_attributes())["n"] += "v";
    co_await refused(service.operations.CreateProduct(call.context, product));
    product.clear_attributes();
    (*product.mutable_offers(0)->mutable_options())["n"] += "v";
    co_await refused(service.operations.CreateProduct(call.context, product));
    api::product::CreateOfferRequest offer;
    offer.set_product_id(made.id());
    *offer.mutable_offer() = product.offers(0);
    co_await refused(service.operations.CreateOffer(call.context, offer));
    api::product::UpdateOfferRequest update;
    update.set_offer_id(made.offers(0).id());
    *update.mutable_offer()->mutable_options() = product.offers(0).options();
    co_await refused(service.operations.UpdateOffer(call.context, update));
    EXPECT_EQ(
        fields,
        "attributes:TOO_LARGE offers[0].options:TOO_LARGE offer.options:TOO_LARGE offer.options:TOO_LARGE ");
  });
}

TEST(ProductService_Search, PagesByTokensOfThatSearch) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call;
    for (int i = 0; i < 3; ++i) co_await Put(service, shop, ProductOf(shop, "Searched"));
    for (const std::string order : {"", "newest", "price", "-price", "relevance"}) {
      api::product::SearchProductsRequest request;
      request.set_category_id(shop.category.ToString());
      request.set_order_by(order);
      request.set_page_size(2);
      const auto first = co_await service.operations.SearchProducts(call.context, request);
      EXPECT_EQ(first.products_size(), 2) << order;
      request.set_page_token(first.next_page_token());
      const auto second = co_await service.operations.SearchProducts(call.context, request);
      EXPECT_EQ(second.products_size(), 1) << order;
      EXPECT_EQ(second.next_page_token(), "") << order;
      request.set_query("searched");
      EXPECT_EQ(co_await ReasonOf(service.operations.SearchProducts(call.context, request)),
                "INVALID_PAGE_TOKEN");
    }
    api::product::SearchProductsRequest nothing;
    nothing.set_query("?!");
    EXPECT_EQ((co_await service.operations.SearchProducts(call.context, nothing)).products_size(), 0);
  });
}

TEST(ProductService_UpdateOffer, FollowsMaskAndPrecondition) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    auto made = ProductOf(shop, "Edited", {OfferOf("A", 100, 1)});
    made.mutable_offers(0)->clear_options();
    (*made.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto offer = (co_await Put(service, shop, made)).offers(0);

    api::product::UpdateOfferRequest request;
    request.set_offer_id(offer.id());
    request.mutable_offer()->mutable_price()->set_amount(250);
    request.mutable_offer()->mutable_price()->set_currency("EUR");
    request.set_if_match("stale");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateOffer(call.context, request)), "ETAG_MISMATCH");
    request.set_if_match(offer.etag());
    const auto edited = co_await service.operations.UpdateOffer(call.context, request);
    EXPECT_EQ(edited.price().amount(), 250);
    EXPECT_EQ(edited.options_size(), 1);

    request.set_if_match("*");
    request.mutable_offer()->mutable_price()->set_amount(300);
    request.mutable_update_mask()->add_paths("options");
    const auto cleared = co_await service.operations.UpdateOffer(call.context, request);
    EXPECT_EQ(cleared.price().amount(), 250);
    EXPECT_EQ(cleared.options_size(), 0);
    request.mutable_update_mask()->add_paths("sku");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateOffer(call.context, request)), "INVALID_ARGUMENT");
  });
}

TEST(ProductService_AdjustStock, CountsOncePerCallAndRefusesZero) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto offer = co_await PutOffer(service, shop, 1);
    Call call(shop.Scope());
    api::product::AdjustStockRequest request;
    request.set_offer_id(offer.ToString());
    request.set_reason("delivery");
    EXPECT_EQ(co_await ReasonOf(service.operations.AdjustStock(call.context, request)), "INVALID_ARGUMENT");
    request.set_delta(4);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ((co_await service.operations.AdjustStock(call.context, request)).available(), 5);
    }
    EXPECT_EQ(Sql("SELECT account_id FROM stock_movement WHERE kind = 'ADJUSTMENT' AND offer_id = '" +
                  offer.ToString() + "'"),
              call.context.Caller().account.ToString());
  });
}

// Of a new order: one line of so many units of the offer.
api::product::ReserveStockRequest ReservationOf(const domain::OfferId& offer, std::int64_t quantity) {
  api::product::ReserveStockRequest request;
  request.set_order_id(domain::OrderId::New().ToString());
  auto& line = *request.add_lines();
  line.set_line_id(domain::LineId::New().ToString());
  line.set_offer_id(offer.ToString());
  line.set_quantity(quantity);
  return request;
}

// A new act on so many units of the line that `reserved` asks for.
template <class Request>
Request ActOn(const api::product::ReserveStockRequest& reserved, std::int64_t quantity) {
  Request request;
  request.set_order_id(reserved.order_id());
  request.set_cause_id(domain::CauseId::New().ToString());
  auto& line = *request.add_lines();
  line.set_line_id(reserved.lines(0).line_id());
  line.set_quantity(quantity);
  return request;
}

TEST(ProductService_ReserveStock, AnswersByOutcome) {
  using Response = api::product::ReserveStockResponse;
  WithService([](Service& service) -> Task<> {
    const auto offer = co_await PutOffer(service, co_await OpenShop(service), 3);
    Call call;
    auto request = ReservationOf(offer, 4);
    auto& line = *request.mutable_lines(0);
    const auto short_of = co_await service.operations.ReserveStock(call.context, request);
    EXPECT_EQ(short_of.outcome(), Response::OUT_OF_STOCK);
    EXPECT_EQ(short_of.shortages(0).offer_id(), offer.ToString());
    EXPECT_EQ(short_of.shortages(0).available(), 3);
    line.set_quantity(3);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ((co_await service.operations.ReserveStock(call.context, request)).outcome(),
                Response::RESERVED);
    }
    line.set_quantity(2);
    EXPECT_EQ(co_await ReasonOf(service.operations.ReserveStock(call.context, request)), "ALREADY_EXISTS");
    for (const std::string outcome : {"out_of_stock\"} 1", "reserved\"} 2", "other_lines\"} 1"}) {
      const auto counted = "product_reservations_total{outcome=\"" + outcome + "\n";
      EXPECT_TRUE(service.registry.Exposition().contains(counted)) << counted;
    }
    EXPECT_EQ(
        (co_await service.operations.ReserveStock(call.context, ReservationOf(domain::OfferId::New(), 1)))
            .outcome(),
        Response::UNAVAILABLE);
    *request.add_lines() = request.lines(0);
    EXPECT_EQ(co_await ReasonOf(service.operations.ReserveStock(call.context, request)), "INVALID_ARGUMENT");
    EXPECT_EQ(StockOf(offer), "3/3");
  });
}

TEST(ProductService_ReservedUnits, AreGivenBackAndShippedOncePerCause) {
  WithService([](Service& service) -> Task<> {
    const auto offer = co_await PutOffer(service, co_await OpenShop(service), 9);
    Call call;
    const auto reserved = ReservationOf(offer, 6);
    co_await service.operations.ReserveStock(call.context, reserved);
    const auto consume = ActOn<api::product::ConsumeReservationRequest>(reserved, 2);
    EXPECT_EQ(co_await ReasonOf(service.operations.ConsumeReservation(call.context, consume)),
              "RESERVATION_GONE");
    api::product::CommitReservationRequest commit;
    commit.set_order_id(reserved.order_id());
    EXPECT_EQ(co_await ReasonOf(service.operations.CommitReservation(call.context, commit)), "");
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await ReasonOf(service.operations.ConsumeReservation(call.context, consume)), "");
      EXPECT_EQ(StockOf(offer), "7/4");
    }
    auto release = ActOn<api::product::ReleaseReservationRequest>(reserved, 1);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await ReasonOf(service.operations.ReleaseReservation(call.context, release)), "");
      EXPECT_EQ(StockOf(offer), "7/3");
    }
    *release.add_lines() = release.lines(0);
    EXPECT_EQ(co_await ReasonOf(service.operations.ReleaseReservation(call.context, release)),
              "INVALID_ARGUMENT");
    release.set_cause_id(domain::CauseId::New().ToString());
    release.clear_lines();
    EXPECT_EQ(co_await ReasonOf(service.operations.ReleaseReservation(call.context, release)), "");
    EXPECT_EQ(StockOf(offer), "7/0");
    EXPECT_EQ(co_await ReasonOf(service.operations.CommitReservation(call.context, commit)), "")
        << "some were shipped";
  });
}

TEST(ProductService_ReturnedUnits, AreForSaleAgainOncePerCause_AndNeverMoreThanWereShipped) {
  WithService([](Service& service) -> Task<> {
    const auto offer = co_await PutOffer(service, co_await OpenShop(service), 9);
    Call call;
    const auto reserved = ReservationOf(offer, 6);
    co_await service.operations.ReserveStock(call.context, reserved);
    api::product::CommitReservationRequest commit;
    commit.set_order_id(reserved.order_id());
    co_await service.operations.CommitReservation(call.context, commit);
    const auto consume = ActOn<api::product::ConsumeReservationRequest>(reserved, 2);
    co_await service.operations.ConsumeReservation(call.context, consume);
    const auto restock = ActOn<api::product::RestockReturnedRequest>(reserved, 2);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(co_await ReasonOf(service.operations.RestockReturned(call.context, restock)), "");
      EXPECT_EQ(StockOf(offer), "9/4");
    }
    const auto another = ActOn<api::product::RestockReturnedRequest>(reserved, 1);
    EXPECT_EQ(co_await ReasonOf(service.operations.RestockReturned(call.context, another)),
              "RESERVATION_GONE");
    EXPECT_EQ(StockOf(offer), "9/4");
  });
}

TEST(ProductService_ReservationGivenBack, IsGone) {
  WithService([](Service& service) -> Task<> {
    const auto offer = co_await PutOffer(service, co_await OpenShop(service), 9);
    Call call;
    const auto reserved = ReservationOf(offer, 6);
    co_await service.operations.ReserveStock(call.context, reserved);
    api::product::ReleaseReservationRequest release;
    release.set_order_id(reserved.order_id());
    release.set_cause_id(domain::CauseId::New().ToString());
    co_await service.operations.ReleaseReservation(call.context, release);
    api::product::CommitReservationRequest commit;
    commit.set_order_id(reserved.order_id());
    EXPECT_EQ(co_await ReasonOf(service.operations.CommitReservation(call.context, commit)),
              "RESERVATION_GONE");
    EXPECT_EQ(co_await ReasonOf(service.operations.ReserveStock(call.context, reserved)), "RESERVATION_GONE");
    const auto consume = ActOn<api::product::ConsumeReservationRequest>(reserved, 1);
    EXPECT_EQ(co_await ReasonOf(service.operations.ConsumeReservation(call.context, consume)),
              "RESERVATION_GONE");
    EXPECT_EQ(StockOf(offer), "9/0");
  });
}

}  // namespace
}  // namespace market::product
