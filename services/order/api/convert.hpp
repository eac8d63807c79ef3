// Between the contract's messages and domain values.
#pragma once
#include <span>
#include <vector>

#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order {

std::vector<domain::Item> ItemsFrom(const google::protobuf::RepeatedPtrField<api::order::OrderItem>& items);
std::vector<domain::Units> UnitsFrom(const google::protobuf::RepeatedPtrField<api::order::LineUnits>& lines);
domain::Offer OfferFrom(const api::product::OfferForSale& offer);
domain::Address AddressFrom(const api::user::Address& address);

void AddCoupons(google::protobuf::RepeatedPtrField<api::order::OrderCoupon>& out,
                std::span<const domain::UsedCoupon> coupons, const Currency& currency);
api::order::Order ToProto(const domain::Order& order);
api::order::SellerOrder ToProto(const domain::SellerOrder& part);
api::order::Quote ToProto(const domain::Priced& priced);
api::order::OrderEvent ToProto(const domain::Event& event);
api::order::StateCount ToProto(const storage::StateCount& count);
api::order::Checkout ToProto(const storage::CheckoutOnView& checkout);
domain::State StateFrom(api::order::OrderState state);

}  // namespace market::order
