// Between the contract's messages and domain values.
#pragma once
#include <span>
#include <vector>

#include "marketplace/order/v1/order.pb.h"
#include "marketplace/product/v1/product.pb.h"
#include "marketplace/user/v1/user.pb.h"
#include "services/order/domain/pricing.hpp"

namespace market::order {

namespace pb = ::marketplace::order::v1;

std::vector<domain::Item> ItemsFrom(const google::protobuf::RepeatedPtrField<pb::OrderItem>& items);
domain::Offer OfferFrom(const marketplace::product::v1::OfferForSale& offer);
domain::Address AddressFrom(const marketplace::user::v1::Address& address);

pb::Order ToProto(const domain::Order& order);
pb::SellerOrder ToProto(const domain::SellerOrder& part);
pb::Quote ToProto(const domain::Priced& priced);
pb::OrderEvent ToProto(const domain::Event& event);
domain::State StateFrom(pb::OrderState state);

}  // namespace market::order
