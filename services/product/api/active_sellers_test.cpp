#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::user::Seller;

// A published product with an offer, of a shop whose state is then this.
struct World {
  Shop shop;
  std::string product;
  std::string offer;
};
Task<World> Opened(Service& service, Seller::State state) {
  World world;
  world.shop = co_await OpenShop(service);
  Call seller(world.shop.Scope());
  const auto made = co_await service.operations.CreateProduct(
      seller.context, ProductOf(world.shop, "Engine", {OfferOf("sku-" + Uuid::NewV7().ToString(), 100, 5)}));
  api::product::PublishProductRequest publish;
  publish.set_product_id(made.id());
  co_await service.operations.PublishProduct(seller.context, publish);
  world.product = made.id();
  world.offer = made.offers(0).id();
  service.users.Set(world.shop.seller, state);
  co_await service.sellers.CatchUp();
  co_return world;
}

constexpr std::size_t kWrites = 11;

// Why each write of what is for sale is refused, "" where it is not.
Task<std::vector<std::string>> Writes(Service& service, const World& world, storage::SellerScope scope) {
  std::vector<std::string> reasons;
  Call create(scope);
  reasons.push_back(
      co_await ReasonOf(service.operations.CreateProduct(create.context, ProductOf(world.shop, "Next"))));
  Call publishing(scope);
  api::product::PublishProductRequest publish;
  publish.set_product_id(world.product);
  reasons.push_back(co_await ReasonOf(service.operations.PublishProduct(publishing.context, publish)));
  Call offering(scope);
  api::product::CreateOfferRequest offer;
  offer.set_product_id(world.product);
  *offer.mutable_offer() = OfferOf("more-" + Uuid::NewV7().ToString(), 200, 1);
  reasons.push_back(co_await ReasonOf(service.operations.CreateOffer(offering.context, offer)));
  Call updating(scope);
  api::product::UpdateOfferRequest update;
  update.set_offer_id(world.offer);
  update.mutable_offer()->mutable_price()->set_amount(300);
  update.mutable_offer()->mutable_price()->set_currency("EUR");
  reasons.push_back(co_await ReasonOf(service.operations.UpdateOffer(updating.context, update)));
  Call adjusting(scope);
  api::product::AdjustStockRequest adjust;
  adjust.set_offer_id(world.offer);
  adjust.set_delta(1);
  reasons.push_back(co_await ReasonOf(service.operations.AdjustStock(adjusting.context, adjust)));
  api::product::UpdateProductRequest rename;
  rename.set_product_id(world.product);
  rename.mutable_product()->set_title("Another engine");
  reasons.push_back(co_await ReasonOf(service.operations.UpdateProduct(adjusting.context, rename)));
  api::product::ArchiveProductRequest archive;
  archive.set_product_id(world.product);
  reasons.push_back(co_await ReasonOf(service.operations.ArchiveProduct(adjusting.context, archive)));
  api::product::RestoreProductRequest restore;
  restore.set_product_id(world.product);
  reasons.push_back(co_await ReasonOf(service.operations.RestoreProduct(adjusting.context, restore)));
  Call named(scope);
  offer.set_seller_id(world.shop.seller.ToString());
  *offer.mutable_offer() = OfferOf("named-" + Uuid::NewV7().ToString(), 200, 1);
  reasons.push_back(co_await ReasonOf(service.operations.CreateOffer(named.context, offer)));
  Call archiving(scope);
  api::product::ArchiveOfferRequest archive_offer;
  archive_offer.set_offer_id(world.offer);
  reasons.push_back(co_await ReasonOf(service.operations.ArchiveOffer(archiving.context, archive_offer)));
  Call restoring(scope);
  api::product::RestoreOfferRequest restore_offer;
  restore_offer.set_offer_id(world.offer);
  reasons.push_back(co_await ReasonOf(service.operations.RestoreOffer(restoring.context, restore_offer)));
  co_return reasons;
}

TEST(ProductService_ActiveSellers, OnlyAnActiveShopChangesWhatIsForSale) {
  WithService([](Service& service) -> Task<> {
    for (const auto state : {Seller::PENDING, Seller::SUSPENDED, Seller::CLOSED, Seller::ACTIVE}) {
      const auto world = co_await Opened(service, state);
      const std::vector<std::string> expected(kWrites, state == Seller::ACTIVE ? "" : "SELLER_NOT_ACTIVE");
      EXPECT_EQ(co_await Writes(service, world, world.shop.Scope()), expected) << state;
      // Whoever has an active shop besides gets no further.
      EXPECT_EQ(co_await Writes(service, world, {SellerId::New(), world.shop.seller}), expected) << state;
    }
  });
}

TEST(ProductService_ActiveSellers, AShopOfSomebodyElse_IsNoHindrance) {
  WithService([](Service& service) -> Task<> {
    const auto barred = co_await Opened(service, Seller::SUSPENDED);
    const auto mine = co_await Opened(service, Seller::ACTIVE);
    EXPECT_EQ(co_await Writes(service, mine, {mine.shop.seller, barred.shop.seller}),
              std::vector<std::string>(kWrites));
    Call stranger({SellerId::New(), barred.shop.seller});
    api::product::AdjustStockRequest adjust;
    adjust.set_offer_id(mine.offer);
    adjust.set_delta(1);
    EXPECT_EQ(co_await ReasonOf(service.operations.AdjustStock(stranger.context, adjust)), "NOT_FOUND");
  });
}

TEST(ProductService_ActiveSellers, OfASuspendedShop_NothingIsFoundOrForSale) {
  WithService([](Service& service) -> Task<> {
    const auto world = co_await Opened(service, Seller::ACTIVE);
    Call anybody;
    Call member(world.shop.Scope());
    api::product::SearchProductsRequest search;
    search.set_seller_id(world.shop.seller.ToString());
    api::product::GetProductRequest get;
    get.set_product_id(world.product);
    api::product::ListOffersOfProductRequest list;
    list.set_product_id(world.product);
    api::product::GetOffersRequest offers;
    offers.add_offer_ids(world.offer);
    const auto seen = [&](Call& call) -> Task<std::string> {
      const auto found = co_await service.operations.SearchProducts(call.context, search);
      const auto product = co_await service.operations.GetProduct(call.context, get);
      const auto listed = co_await service.operations.ListOffersOfProduct(call.context, list);
      const auto bought = co_await service.operations.GetOffers(call.context, offers);
      co_return std::to_string(found.products_size()) + " " + std::to_string(product.offers_size()) + " " +
          std::to_string(listed.offers_size()) + " " + std::to_string(bought.offers(0).for_sale());
    };
    EXPECT_EQ(co_await seen(anybody), "1 1 1 1");
    const auto whole = (co_await service.operations.GetProduct(anybody.context, get)).etag();
    service.users.Set(world.shop.seller, Seller::SUSPENDED);
    co_await service.sellers.CatchUp();
    EXPECT_NE((co_await service.operations.GetProduct(anybody.context, get)).etag(), whole);
    EXPECT_EQ(co_await seen(anybody), "0 0 0 0");
    EXPECT_EQ(co_await seen(member), "0 1 1 0");
    service.users.Set(world.shop.seller, Seller::ACTIVE);
    co_await service.sellers.CatchUp();
    EXPECT_EQ(co_await seen(anybody), "1 1 1 1");
  });
}

}  // namespace
}  // namespace market::product
