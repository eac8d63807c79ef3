#include <gtest/gtest.h>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::Offer;

api::product::GetOfferRequest GetOf(const std::string& id) {
  api::product::GetOfferRequest request;
  request.set_offer_id(id);
  return request;
}

api::product::OfferRow& AddRow(api::product::BatchUpdateOffersRequest& request, const std::string& offer) {
  auto& row = *request.add_rows();
  row.set_offer_id(offer);
  return row;
}

// A member who may adjust the stock, too.
struct Keeper : Call {
  explicit Keeper(const Shop& shop) : Call(shop.Scope()) {
    rpc::CallContextBuilder(context).Caller(
        {.account = AccountId::New(),
         .sellers = {{.seller = shop.seller, .permissions = {marketplace::options::v1::STOCK_ADJUST}}}});
  }
};

TEST(ProductService_GetOffer, OfAShopThatMayNotSell_IsForItsMembersAndOperators) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto id = (co_await PutOffer(service, shop, 3)).ToString();
    Call anybody;
    Call member(shop.Scope());
    Call operators;
    rpc::CallContextBuilder(operators.context).Reach({.everything = true});
    const auto shown = co_await service.operations.GetOffer(anybody.context, GetOf(id));
    EXPECT_TRUE(shown.etag().starts_with("1-"));
    EXPECT_FALSE(shown.has_on_hand());
    EXPECT_NE((co_await service.operations.GetOffer(member.context, GetOf(id))).etag(), shown.etag())
        << "who sees more has another tag";
    service.users.Set(shop.seller, api::user::Seller::SUSPENDED);
    co_await service.sellers.CatchUp();
    EXPECT_EQ(co_await ReasonOf(service.operations.GetOffer(anybody.context, GetOf(id))), "NOT_FOUND");
    EXPECT_EQ((co_await service.operations.GetOffer(member.context, GetOf(id))).on_hand(), 3);
    EXPECT_EQ((co_await service.operations.GetOffer(operators.context, GetOf(id))).on_hand(), 3);
  });
}

TEST(ProductService_CreateOffer, IsOfTheShopThatIsNamed) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto product = co_await Put(service, shop, ProductOf(shop, "Shared"));
    const auto other = SellerId::New();
    Call many({SellerId::New(), other});
    api::product::CreateOfferRequest request;
    request.set_product_id(product.id());
    *request.mutable_offer() = OfferOf("NAMED", 100, 1);
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateOffer(many.context, request)), "INVALID_ARGUMENT");
    request.set_seller_id(shop.seller.ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateOffer(many.context, request)), "NOT_FOUND");
    request.set_seller_id(other.ToString());
    EXPECT_EQ((co_await service.operations.CreateOffer(many.context, request)).seller_id(), other.ToString());
  });
}

TEST(ProductService_CreateProduct, WithAVariantTwice_NamesTheField) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    auto request = ProductOf(shop, "Twice", {OfferOf("A", 100, 1), OfferOf("B", 100, 1)});
    *request.mutable_offers(1)->mutable_options() = request.offers(0).options();
    std::string field;
    try {
      co_await service.operations.CreateProduct(call.context, request);
    } catch (const Error& error) {
      field = error.fields.at(0).field + ' ' + error.fields.at(0).reason;
    }
    EXPECT_EQ(field, "offers[1].options DUPLICATE");
  });
}

TEST(ProductService_Batch, ARowThatIsRefused_StopsNoOther) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto one = (co_await PutOffer(service, shop, 5)).ToString();
    const auto two = (co_await PutOffer(service, shop, 5)).ToString();
    Keeper keeper(shop);
    api::product::BatchUpdateOffersRequest request;
    request.set_seller_id(shop.seller.ToString());
    auto& unknown = AddRow(request, Uuid::NewV7().ToString());
    unknown.set_state(Offer::ARCHIVED);
    auto& currency = AddRow(request, one);
    currency.mutable_price()->set_amount(1);
    currency.mutable_price()->set_currency("XYZ");
    auto& counted = AddRow(request, two);
    counted.set_stock(7);
    counted.set_expected_stock(5);
    counted.set_if_match("1");
    counted.set_state(Offer::ARCHIVED);
    // Twice, as after a crash: the second run finds what the first has done.
    for (int run = 0; run < 2; ++run) {
      const auto answer = co_await service.operations.BatchUpdateOffers(keeper.context, request);
      EXPECT_EQ(answer.results(0).problem().reason(), "NOT_FOUND");
      EXPECT_EQ(answer.results(1).problem().reason(), "INVALID_ARGUMENT");
      EXPECT_EQ(answer.results(2).offer().on_hand(), 7) << answer.results(2).DebugString();
      EXPECT_EQ(answer.results(2).offer().state(), Offer::ARCHIVED);
      EXPECT_EQ(answer.results(2).offer().etag(), "2");
    }
    EXPECT_EQ(StockOf(domain::OfferId::From(two)), "7/0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(ProductService_Batch, Refusals) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto offer = (co_await PutOffer(service, shop, 5)).ToString();
    Call member(shop.Scope());
    api::product::BatchUpdateOffersRequest request;
    request.set_seller_id(shop.seller.ToString());
    AddRow(request, offer).set_stock(7);
    EXPECT_EQ(co_await ReasonOf(service.operations.BatchUpdateOffers(member.context, request)),
              "PERMISSION_DENIED")
        << "a key that may not adjust";
    Keeper keeper(shop);
    AddRow(request, offer);
    EXPECT_EQ(co_await ReasonOf(service.operations.BatchUpdateOffers(keeper.context, request)),
              "INVALID_ARGUMENT")
        << "twice";
    request.mutable_rows()->RemoveLast();
    service.users.Set(shop.seller, api::user::Seller::SUSPENDED);
    co_await service.sellers.CatchUp();
    EXPECT_EQ(co_await ReasonOf(service.operations.BatchUpdateOffers(keeper.context, request)),
              "SELLER_NOT_ACTIVE");
    EXPECT_EQ(StockOf(domain::OfferId::From(offer)), "5/0");
  });
}

TEST(ProductService_StockMovements, PageByTokensOfThatOffer) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto offer = co_await PutOffer(service, shop, 5);
    for (int i = 0; i < 2; ++i) {
      co_await service.stock.Adjust(Soon(),
                                    {.operation_id = Uuid::NewV7(),
                                     .offer = offer,
                                     .delta = 1,
                                     .reason = "found",
                                     .account = AccountId::New()},
                                    shop.Scope());
    }
    Call member(shop.Scope());
    Call stranger({SellerId::New()});
    api::product::ListStockMovementsRequest request;
    request.set_offer_id(offer.ToString());
    request.set_page_size(2);
    auto page = co_await service.operations.ListStockMovements(member.context, request);
    EXPECT_EQ(page.movements_size(), 2);
    EXPECT_EQ(co_await ReasonOf(service.operations.ListStockMovements(stranger.context, request)),
              "NOT_FOUND");
    request.set_page_token(page.next_page_token());
    page = co_await service.operations.ListStockMovements(member.context, request);
    EXPECT_EQ(page.movements_size(), 1);
    EXPECT_FALSE(page.has_next_page_token());
    EXPECT_EQ(page.movements(0).kind(), api::product::StockMovement::INITIAL);
  });
}

}  // namespace
}  // namespace market::product
