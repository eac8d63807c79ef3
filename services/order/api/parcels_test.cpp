// Parcels and addresses as shops, buyers and operators ask for them.
#include <gtest/gtest.h>

#include <string>

#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;

// Two units of one offer of Anna's shop, accepted.
Task<api::order::SellerOrder> TwoUnits(Operations& o) {
  Call placing(o.buyer);
  auto wish = o.Wish({o.anna});
  wish.mutable_items(0)->set_quantity(2);
  const auto order = co_await o.api.PlaceOrder(placing.context, wish);
  api::order::AcceptSellerOrderRequest accept;
  accept.set_seller_order_id(order.seller_orders(0).id());
  Call accepting(AccountId::New(), Of(o.anna));
  co_return co_await o.api.AcceptSellerOrder(accepting.context, accept);
}

api::order::CreateParcelRequest OneUnit(const api::order::SellerOrder& part) {
  api::order::CreateParcelRequest request;
  request.set_seller_order_id(part.id());
  request.set_carrier("dhl");
  request.set_tracking_number("D 1");
  auto& units = *request.add_lines();
  units.set_line_id(part.lines(0).id());
  units.set_quantity(1);
  return request;
}

Task<> ExpectParcel(Operations& o) {
  const auto part = co_await TwoUnits(o);
  Call strange(AccountId::New(), Of(o.bob));
  EXPECT_EQ(co_await ReasonOf(o.api.CreateParcel(strange.context, OneUnit(part))), "NOT_FOUND");
  Call sending(AccountId::New(), Of(o.anna));
  const auto parcel = co_await o.api.CreateParcel(sending.context, OneUnit(part));
  EXPECT_EQ(parcel.seller_order_id(), part.id());
  EXPECT_EQ(parcel.number(), 1);
  EXPECT_EQ(parcel.lines(0).quantity(), 1);
  EXPECT_EQ(parcel.lines(0).line_id(), part.lines(0).id());
  EXPECT_EQ(parcel.tracking_url(), "https://www.dhl.com/global-en/home/tracking.html?tracking-id=D%201");
  EXPECT_FALSE(parcel.has_deliver_time());
  EXPECT_EQ(parcel.etag(), "1");
  Call again(AccountId::New(), Of(o.anna), sending.context.OperationId());
  EXPECT_EQ((co_await o.api.CreateParcel(again.context, OneUnit(part))).SerializeAsString(),
            parcel.SerializeAsString());

  api::order::GetSellerOrderRequest look;
  look.set_seller_order_id(part.id());
  const auto seen = co_await o.api.GetSellerOrder(sending.context, look);
  EXPECT_EQ(seen.state(), api::order::PARTIALLY_SHIPPED);
  EXPECT_EQ(seen.parcels(0).SerializeAsString(), parcel.SerializeAsString());

  api::order::ListOrderEventsRequest events;
  events.set_order_id(part.order_id());
  Call buyer(o.buyer);
  const auto history = co_await o.api.ListOrderEvents(buyer.context, events);
  EXPECT_EQ(history.events(history.events_size() - 1).parcel_id(), parcel.id());
  EXPECT_FALSE(history.events(0).has_parcel_id());

  api::order::DeliverParcelRequest deliver;
  deliver.set_parcel_id(parcel.id());
  Call delivering(AccountId::New(), Of(o.anna));
  const auto there = co_await o.api.DeliverParcel(delivering.context, deliver);
  EXPECT_TRUE(there.has_deliver_time());
  EXPECT_EQ(there.etag(), "2");
  Call late(AccountId::New(), Of(o.anna));
  EXPECT_EQ(co_await ReasonOf(o.api.DeliverParcel(late.context, deliver)), "ILLEGAL_TRANSITION");
}
TEST(OrderService, AParcel_IsAnsweredAsItIsShownWithItsPart) { testing::WithStore<Operations>(ExpectParcel); }

Task<> ExpectCorrections(Operations& o) {
  const auto part = co_await TwoUnits(o);
  Call sending(AccountId::New(), Of(o.anna));
  const auto parcel = co_await o.api.CreateParcel(sending.context, OneUnit(part));
  api::order::UpdateParcelRequest request;
  request.set_parcel_id(parcel.id());
  request.mutable_parcel()->set_carrier("Our own van");
  request.set_if_match("2");
  const auto correct = [&](SellerId as) -> Task<std::string> {
    Call call(AccountId::New(), Of(as));
    co_return co_await ReasonOf(o.api.UpdateParcel(call.context, request));
  };
  EXPECT_EQ(co_await correct(o.bob), "NOT_FOUND");
  EXPECT_EQ(co_await correct(o.anna), "ETAG_MISMATCH");
  request.set_if_match(parcel.etag());
  Call correcting(AccountId::New(), Of(o.anna));
  const auto corrected = co_await o.api.UpdateParcel(correcting.context, request);
  EXPECT_EQ(corrected.carrier(), "Our own van");
  EXPECT_EQ(corrected.tracking_number(), "D 1");
  EXPECT_FALSE(corrected.has_tracking_url());
  EXPECT_EQ(corrected.etag(), "2");
  request.clear_if_match();
  request.mutable_update_mask()->add_paths("tracking_number");
  EXPECT_EQ(co_await correct(o.anna), "INVALID_ARGUMENT") << "a parcel has a number";
}
TEST(OrderService, AParcel_CanBeCorrected) { testing::WithStore<Operations>(ExpectCorrections); }

Task<> ExpectAddressChanged(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna});
  api::order::ChangeShippingAddressRequest request;
  request.set_order_id(order.id());
  const auto change = [&](AccountId as, rpc::Reach reach = {}) -> Task<std::string> {
    Call call(as, std::move(reach));
    co_return co_await ReasonOf(o.api.ChangeShippingAddress(call.context, request));
  };
  EXPECT_EQ(co_await change(AccountId::New()), "NOT_FOUND");
  EXPECT_EQ(co_await change(o.buyer), "INVALID_ARGUMENT") << "where to?";
  request.set_shipping_address_id("nowhere");
  EXPECT_EQ(co_await change(o.buyer), "ADDRESS_NOT_FOUND");
  request.mutable_shipping_address()->set_recipient("Ada King");
  EXPECT_EQ(co_await change(o.buyer), "INVALID_ARGUMENT") << "one of them";
  request.clear_shipping_address_id();
  request.mutable_shipping_address()->set_country_code("FR");
  EXPECT_EQ(co_await change(o.buyer), "ADDRESS_CHANGES_PRICE");
  request.mutable_shipping_address()->set_country_code("GB");
  Call changing(o.buyer);
  const auto changed = co_await o.api.ChangeShippingAddress(changing.context, request);
  EXPECT_EQ(changed.shipping_address().recipient(), "Ada King");
  EXPECT_EQ(changed.etag(), std::to_string(std::stoi(order.etag()) + 1));

  // An operator names an address of the buyer's.
  request.clear_shipping_address();
  request.set_shipping_address_id("home");
  EXPECT_EQ(co_await change(AccountId::New(), {.everything = true}), "");
}
TEST(OrderService, AnAddress_IsChangedToOneThatIsSaidOrNamed) {
  testing::WithStore<Operations>(ExpectAddressChanged);
}

}  // namespace
}  // namespace market::order
