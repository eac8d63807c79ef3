// The services of users, products and orders as notification's tests see them: shops, names, products, parts of orders.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"

namespace market::notification {

class FakeUsers final : public api::UserStandIn {
 public:
  std::map<std::string, api::user::Seller> sellers;
  std::map<std::string, std::string> names;  // of accounts

  void AddShop(SellerId id, std::string name, api::user::Seller::State state = api::user::Seller::ACTIVE) {
    auto& seller = sellers[id.ToString()];
    seller.set_id(id.ToString());
    seller.set_display_name(std::move(name));
    seller.set_state(state);
  }

  Task<api::user::Seller> GetSeller(CallContext& call, api::user::GetSellerRequest request) override {
    if (call.CallerOrNull() != nullptr) throw std::logic_error("shops are looked at as anybody sees them");
    const auto found = sellers.find(request.seller_id());
    if (found == sellers.end()) throw NotFound("the seller");
    co_return found->second;
  }

  Task<api::user::GetProfilesResponse> GetProfiles(CallContext&,
                                                   api::user::GetProfilesRequest request) override {
    api::user::GetProfilesResponse response;
    for (const auto& id : request.account_ids()) {
      if (!names.contains(id)) continue;
      auto& profile = *response.add_profiles();
      profile.set_account_id(id);
      profile.set_display_name(names.at(id));
    }
    co_return response;
  }
};

class FakeProducts final : public api::ProductStandIn {
 public:
  std::map<std::string, api::product::Product> products;
  std::map<std::string, std::vector<SellerId>> sellers;  // that offer one, by product, one a page

  std::string Add(SellerId maker, std::string title,
                  api::product::Product::State state = api::product::Product::PUBLISHED) {
    const auto id = Uuid::NewV7().ToString();
    auto& product = products[id];
    product.set_id(id);
    product.set_seller_id(maker.ToString());
    product.set_title(std::move(title));
    product.set_state(state);
    return id;
  }

  Task<api::product::Product> GetProduct(CallContext& call,
                                         api::product::GetProductRequest request) override {
    if (call.CallerOrNull() != nullptr) throw std::logic_error("products are looked at as anybody sees them");
    const auto found = products.find(request.product_id());
    if (found == products.end()) throw NotFound("the product");
    co_return found->second;
  }

  Task<api::product::ListOffersOfProductResponse> ListOffersOfProduct(
      CallContext&, api::product::ListOffersOfProductRequest request) override {
    api::product::ListOffersOfProductResponse response;
    const auto& all = sellers[request.product_id()];
    const std::size_t at = request.page_token().empty() ? 0 : std::stoul(request.page_token());
    if (at < all.size()) response.add_offers()->set_seller_id(all[at].ToString());
    if (at + 1 < all.size()) response.set_next_page_token(std::to_string(at + 1));
    co_return response;
  }
};

class FakeOrders final : public api::OrderStandIn {
 public:
  std::map<std::string, api::order::Parties> parts;

  std::string Add(AccountId buyer, SellerId seller, std::string number) {
    const auto id = Uuid::NewV7().ToString();
    auto& part = parts[id];
    part.set_buyer_id(buyer.ToString());
    part.set_seller_id(seller.ToString());
    part.set_number(std::move(number));
    part.set_seller_name("Engines");
    return id;
  }

  Task<api::order::Parties> GetParties(CallContext&, api::order::GetPartiesRequest request) override {
    const auto found = parts.find(request.seller_order_id());
    if (found == parts.end()) throw NotFound("the seller order");
    co_return found->second;
  }
};

}  // namespace market::notification
