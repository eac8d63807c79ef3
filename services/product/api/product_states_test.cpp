// What the operations add to the life of a product: who may see and do what, and the name of the shop.
#include <gmock/gmock.h>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::Product;
using ::testing::ElementsAre;

template <class Request>
Request Of(const std::string& product) {
  Request request;
  request.set_product_id(product);
  return request;
}

std::vector<std::string> IdsOf(const google::protobuf::RepeatedPtrField<Product>& products) {
  std::vector<std::string> ids;
  for (const auto& product : products) ids.push_back(product.id());
  return ids;
}

TEST(ProductService_Moderation, IsBetweenAShopAndItsOperators) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    auto& operations = service.operations;
    Call member(shop.Scope());
    Call anybody;
    const auto id = (co_await operations.CreateProduct(
                         member.context, ProductOf(shop, "Looked at", {OfferOf("L-1", 100, 1)})))
                        .id();
    const auto get = Of<api::product::GetProductRequest>(id);
    const auto seen = [&]() -> Task<bool> {
      co_return co_await ReasonOf(operations.GetProduct(anybody.context, get)) == "";
    };
    const auto propose = Of<api::product::ProposeProductRequest>(id);
    EXPECT_EQ((co_await operations.ProposeProduct(member.context, propose)).state(), Product::PROPOSED);

    OperatorCall listing("ListProducts");
    api::product::ListProductsRequest inbox;
    inbox.set_state(Product::PROPOSED);
    inbox.set_seller_id(shop.seller.ToString());
    EXPECT_THAT(IdsOf((co_await operations.ListProducts(listing.context, inbox)).products()),
                ElementsAre(id));
    OperatorCall reading("GetProduct");
    EXPECT_EQ((co_await operations.GetProduct(reading.context, get)).offers_size(), 1);
    const auto offers = Of<api::product::ListOffersOfProductRequest>(id);
    EXPECT_EQ((co_await operations.ListOffersOfProduct(reading.context, offers)).offers_size(), 1);
    EXPECT_EQ(co_await ReasonOf(operations.ListOffersOfProduct(anybody.context, offers)), "NOT_FOUND");

    OperatorCall asking("RequestChanges");
    auto changes = Of<api::product::RequestChangesRequest>(id);
    changes.set_reason("more light");
    EXPECT_EQ((co_await operations.RequestChanges(asking.context, changes)).state_reason(), "more light");
    EXPECT_EQ((co_await operations.GetProduct(member.context, get)).state_reason(), "more light");
    co_await operations.ProposeProduct(member.context, propose);
    EXPECT_FALSE(co_await seen());
    OperatorCall approving("ApproveProduct");
    co_await operations.ApproveProduct(approving.context, Of<api::product::ApproveProductRequest>(id));
    EXPECT_TRUE(co_await seen());
    OperatorCall taking("TakeDownProduct");
    auto down = Of<api::product::TakeDownProductRequest>(id);
    down.set_reason("a patent");
    EXPECT_EQ((co_await operations.TakeDownProduct(taking.context, down)).state(), Product::TAKEN_DOWN);
    EXPECT_FALSE(co_await seen());
    EXPECT_THAT((co_await operations.ListProducts(listing.context, inbox)).products(), ::testing::IsEmpty());
    EXPECT_EQ(Sql("SELECT permission || ' ' || method || ' ' || seller_id || ' ' || reason FROM audit_event "
                  "WHERE target_id = '" +
                  id + "' ORDER BY id DESC LIMIT 1"),
              "products.moderate marketplace.product.v1.ProductService/TakeDownProduct " +
                  shop.seller.ToString() + " a patent");
  });
}

TEST(ProductService_ListProducts, PagesByTokensOfThatList) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    OperatorCall call("ListProducts");
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) made.push_back((co_await Put(service, shop, ProductOf(shop, "Listed"))).id());
    api::product::ListProductsRequest request;
    request.set_seller_id(shop.seller.ToString());
    request.set_page_size(2);
    auto page = co_await service.operations.ListProducts(call.context, request);
    EXPECT_THAT(IdsOf(page.products()), ElementsAre(made[0], made[1]));
    request.set_page_token(page.next_page_token());
    page = co_await service.operations.ListProducts(call.context, request);
    EXPECT_THAT(IdsOf(page.products()), ElementsAre(made[2]));
    EXPECT_EQ(page.next_page_token(), "");
    request.set_state(Product::PUBLISHED);
    EXPECT_EQ(co_await ReasonOf(service.operations.ListProducts(call.context, request)),
              "INVALID_PAGE_TOKEN");
    request.clear_page_token();
    EXPECT_EQ((co_await service.operations.ListProducts(call.context, request)).products_size(), 2);

    api::product::ListSellerProductsRequest own;
    own.set_seller_id(shop.seller.ToString());
    own.set_state(Product::DRAFT);
    EXPECT_EQ((co_await service.operations.ListSellerProducts(call.context, own)).products_size(), 0);
    own.set_state(Product::PUBLISHED);
    EXPECT_EQ((co_await service.operations.ListSellerProducts(call.context, own)).products_size(), 3);
  });
}

TEST(ProductService_UpdateProduct, FollowsMaskAndPrecondition) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    Call call(shop.Scope());
    auto made = ProductOf(shop, "Edited", {OfferOf("A", 100, 1)});
    made.set_description("about");
    made.mutable_product_safety()->set_warnings("gears");
    const auto product = co_await Put(service, shop, made);

    auto request = Of<api::product::UpdateProductRequest>(product.id());
    request.mutable_product()->set_title("Renamed");
    request.set_if_match("stale");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateProduct(call.context, request)), "ETAG_MISMATCH");
    request.set_if_match(product.etag());
    auto edited = co_await service.operations.UpdateProduct(call.context, request);
    EXPECT_EQ(edited.title() + edited.description(), "Renamedabout");

    request.set_if_match("*");
    request.mutable_product()->set_title("Not named by the mask");
    request.mutable_update_mask()->add_paths("description");
    request.mutable_update_mask()->add_paths("product_safety");
    edited = co_await service.operations.UpdateProduct(call.context, request);
    EXPECT_EQ(edited.title() + edited.description(), "Renamed");
    EXPECT_FALSE(edited.has_product_safety());
    const auto refused = [&](const std::string& path) -> Task<std::string> {
      auto empty = Of<api::product::UpdateProductRequest>(product.id());
      empty.mutable_product();
      empty.mutable_update_mask()->add_paths(path);
      try {
        co_await service.operations.UpdateProduct(call.context, empty);
      } catch (const Error& error) {
        co_return error.fields.at(0).field + " " + error.fields.at(0).reason;
      }
      co_return "";
    };
    EXPECT_EQ(co_await refused("title"), "product.title REQUIRED");
    EXPECT_EQ(co_await refused("category_id"), "product.categoryId REQUIRED");
    EXPECT_EQ(co_await refused("state"), "updateMask UNKNOWN_FIELD");
    EXPECT_EQ(co_await refused("offers_by"), "product.offersBy REQUIRED");
  });
}

TEST(ProductService_NameOfTheShop, ComesWithItsProducts) {
  WithService([](Service& service) -> Task<> {
    const auto shop = co_await OpenShop(service);
    const auto product = co_await Put(service, shop, ProductOf(shop, "Named", {OfferOf("N-1", 100, 1)}));
    Call anybody;
    Call member(shop.Scope());
    const auto get = Of<api::product::GetProductRequest>(product.id());
    const auto unknown = co_await service.operations.GetProduct(anybody.context, get);
    EXPECT_FALSE(unknown.has_seller());

    const auto named = [&](std::string name) -> Task<Product> {
      service.users.Set(shop.seller, api::user::Seller::ACTIVE, name, "slug-of-" + name);
      co_await service.sellers.CatchUp();
      const auto shown = co_await service.operations.GetProduct(anybody.context, get);
      EXPECT_EQ(shown.seller().id(), shop.seller.ToString());
      EXPECT_EQ(shown.seller().display_name(), name);
      EXPECT_EQ(shown.seller().slug(), "slug-of-" + name);
      co_return shown;
    };
    const auto first = co_await named("Engines");
    EXPECT_NE(first.etag(), unknown.etag());
    EXPECT_NE((co_await named("Looms")).etag(), first.etag());

    api::product::ListSellerProductsRequest own;
    own.set_seller_id(shop.seller.ToString());
    const auto listed = co_await service.operations.ListSellerProducts(member.context, own);
    EXPECT_EQ(listed.products(0).seller().display_name(), "Looms");
    api::product::SearchProductsRequest search;
    search.set_seller_id(shop.seller.ToString());
    const auto found = co_await service.operations.SearchProducts(anybody.context, search);
    EXPECT_EQ(found.products(0).seller().slug(), "slug-of-Looms");
  });
}

TEST(ProductService_Categories, AreMovedAndDeletedByOperators) {
  WithService([](Service& service) -> Task<> {
    const auto a = co_await OpenShop(service);
    const auto b = co_await OpenShop(service);
    OperatorCall call("UpdateCategory");
    api::product::UpdateCategoryRequest move;
    move.set_category_id(b.category.ToString());
    move.mutable_category()->set_parent_id(a.category.ToString());
    EXPECT_EQ((co_await service.operations.UpdateCategory(call.context, move)).parent_id(),
              a.category.ToString());
    api::product::DeleteCategoryRequest remove;
    remove.set_category_id(a.category.ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.DeleteCategory(call.context, remove)),
              "CATEGORY_NOT_EMPTY");
    move.mutable_category()->set_parent_id("");
    move.set_if_match("2");
    EXPECT_EQ((co_await service.operations.UpdateCategory(call.context, move)).parent_id(), "")
        << "an empty parent that is there makes a root";
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateCategory(call.context, move)), "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(service.operations.DeleteCategory(call.context, remove)), "");
    move.clear_if_match();
    move.mutable_update_mask()->add_paths("name");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateCategory(call.context, move)), "INVALID_ARGUMENT");
    move.mutable_update_mask()->set_paths(0, "slug");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateCategory(call.context, move)), "INVALID_ARGUMENT");
  });
}

}  // namespace
}  // namespace market::product
