// Between the contract's messages and domain values.
#pragma once
#include <span>
#include <vector>

#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/delivery_method.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/invoice.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/domain/tax_rate.hpp"
#include "services/order/process/order_terms.hpp"
#include "services/order/process/seller_directory.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order {

std::vector<domain::Item> ItemsFrom(const google::protobuf::RepeatedPtrField<api::order::OrderItem>& items);
std::vector<domain::Units> UnitsFrom(const google::protobuf::RepeatedPtrField<api::order::LineUnits>& lines);
domain::Offer OfferFrom(const api::product::OfferForSale& offer);
domain::Address AddressFrom(const api::user::Address& address);
api::user::Address AddressToCheck(const api::order::ShippingAddress& address);
std::vector<domain::DeliveryChoice> ChoicesFrom(
    const google::protobuf::RepeatedPtrField<api::order::DeliveryChoice>& choices);
void AddChoices(google::protobuf::RepeatedPtrField<api::order::DeliveryChoice>& out,
                std::span<const domain::DeliveryChoice> choices);
// Of a seller, with that id.
domain::DeliveryMethod MethodFrom(SellerId seller, domain::DeliveryMethodId id,
                                  const api::order::DeliveryMethod& message);
// What a PATCH makes of a method (platform/rpc/partial_update.hpp). Throws Error INVALID_ARGUMENT for a field that is none.
void Change(domain::DeliveryMethod& method, const api::order::UpdateDeliveryMethodRequest& request);
domain::TaxRate RateFrom(domain::TaxRateId id, const api::order::TaxRate& message);

void AddCoupons(google::protobuf::RepeatedPtrField<api::order::OrderCoupon>& out,
                std::span<const domain::UsedCoupon> coupons, const Currency& currency);
void FillTax(api::order::Tax& out, const domain::Tax& tax, const Currency& currency);
void AddDiscounts(google::protobuf::RepeatedPtrField<api::order::Discount>& out,
                  std::span<const domain::Discount> discounts, const Currency& currency);
// With the names of its shops.
api::order::Order ToProto(const domain::Order& order, const SellerDirectory& sellers);
api::order::SellerOrder ToProto(const domain::SellerOrder& part, const SellerDirectory& sellers);
api::order::Parcel ToProto(const domain::SellerOrder& part, const domain::Parcel& parcel);
api::order::Quote ToProto(const domain::Priced& priced, const FoundTerms& terms);
api::order::DeliveryMethod ToProto(const domain::DeliveryMethod& method);
api::order::TaxRate ToProto(const domain::TaxRate& rate);
// With its content.
api::order::Invoice ToProto(const domain::Invoice& invoice);
// As lists have it.
api::order::Invoice ListedFrom(const domain::Invoice& invoice);
api::order::OrderEvent ToProto(const domain::Event& event);
api::order::StateCount ToProto(const storage::StateCount& count);
api::order::Checkout ToProto(const storage::CheckoutOnView& checkout);
domain::State StateFrom(api::order::OrderState state);

}  // namespace market::order
