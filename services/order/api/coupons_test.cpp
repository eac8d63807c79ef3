#include "services/order/testing/coupons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platform/idempotency/with_effect.hpp"
#include "platform/rpc/call_context.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using api::order::Coupon;
using testing::Call;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;
using testing::UsesOf;

// Somebody who may write coupons: of the shop, or of all where there is none.
struct Writer : Call {
  explicit Writer(rpc::Reach reach) : Call(AccountId::New(), std::move(reach)) {
    rpc::CallContextBuilder(context).Method(api::OrderMethods().Find("UpdateCoupon"));
  }
};
rpc::Reach OfAll() { return {.everything = true}; }

// 25 %, with a code that no other has.
api::order::CouponDraft Quarter() {
  api::order::CouponDraft draft;
  draft.set_code("q-" + std::to_string(Random64()));
  draft.set_kind(Coupon::PERCENTAGE);
  draft.set_percentage_ppm(250'000);
  return draft;
}

Task<Coupon> Make(Operations& o, api::order::CouponDraft draft) {
  Writer writer(OfAll());
  api::order::CreateCouponRequest request;
  *request.mutable_coupon() = std::move(draft);
  co_return co_await o.api.CreateCoupon(writer.context, std::move(request));
}

Task<Coupon> MakeOf(Operations& o, SellerId shop, api::order::CouponDraft draft) {
  Writer writer(Of(shop));
  api::order::CreateSellerCouponRequest request;
  request.set_seller_id(shop.ToString());
  *request.mutable_coupon() = std::move(draft);
  co_return co_await o.api.CreateSellerCoupon(writer.context, std::move(request));
}

// "field reason" of the first field that it is refused for.
template <class T>
Task<std::string> FieldOf(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.fields.empty() ? error.reason
                                   : error.fields.front().field + ' ' + error.fields.front().reason;
  }
  co_return "";
}

template <class T>
Task<bool> IsTwin(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const idempotency::KeyTaken&) {
    co_return true;
  }
  co_return false;
}

Task<> ExpectChecked(Operations& o) {
  const auto with = [&](auto change) -> Task<std::string> {
    auto draft = Quarter();
    change(draft);
    return FieldOf(Make(o, std::move(draft)));
  };
  EXPECT_EQ(co_await with([](auto&) {}), "");
  EXPECT_EQ(co_await with([](auto& draft) { draft.clear_percentage_ppm(); }),
            "coupon.percentagePpm REQUIRED");
  EXPECT_EQ(co_await with([](auto& draft) { draft.set_kind(Coupon::FREE_DELIVERY); }),
            "coupon.percentagePpm OTHER_KIND");
  EXPECT_EQ(co_await with([](auto& draft) { draft.mutable_amount()->set_amount(1); }),
            "coupon.amount OTHER_KIND");
  EXPECT_EQ(co_await with([](auto& draft) { draft.set_funder(Coupon::SPLIT); }),
            "coupon.sellerSharePpm REQUIRED");
  EXPECT_EQ(co_await with([](auto& draft) {
              draft.mutable_valid_from()->set_seconds(2000);
              draft.mutable_valid_until()->set_seconds(2000);
            }),
            "coupon.validUntil OUT_OF_RANGE");
  EXPECT_EQ(co_await with([](auto& draft) {
              draft.set_kind(Coupon::FIXED);
              draft.clear_percentage_ppm();
              draft.mutable_amount()->set_amount(1);
              draft.mutable_amount()->set_currency("EUR");
              draft.mutable_minimum()->set_amount(1);
              draft.mutable_minimum()->set_currency("USD");
            }),
            "coupon.minimum MIXED_CURRENCIES");
  auto draft = Quarter();
  draft.set_funder(Coupon::MARKETPLACE);
  EXPECT_EQ(co_await FieldOf(MakeOf(o, o.anna, draft)), "coupon.funder NOT_ALLOWED");
  draft.set_funder(Coupon::SELLER);
  draft.set_only_seller_id(o.bob.ToString());
  EXPECT_EQ(co_await FieldOf(MakeOf(o, o.anna, draft)), "coupon.onlySellerId NOT_ALLOWED");
  draft.clear_only_seller_id();
  const auto made = co_await MakeOf(o, o.anna, draft);
  EXPECT_EQ(made.seller_id(), o.anna.ToString());
  EXPECT_EQ(made.only_seller_id(), o.anna.ToString());
  EXPECT_EQ(made.funder(), Coupon::SELLER);
  EXPECT_EQ(made.code().substr(0, 2), "Q-") << "in capitals";
  draft.set_code(made.code());
  EXPECT_EQ(co_await ReasonOf(Make(o, draft)), "COUPON_CODE_TAKEN")
      << "there is one in the whole marketplace";
}
TEST(OrderService_Coupons, ADraftHoldsTogether) { testing::WithStore<Operations>(ExpectChecked); }

Task<> ExpectOwnOnly(Operations& o) {
  const auto coupon = co_await MakeOf(o, o.anna, Quarter());
  Writer anna(Of(o.anna));
  Writer bob(Of(o.bob));
  Writer all(OfAll());
  api::order::GetCouponRequest get;
  get.set_coupon_id(coupon.id());
  EXPECT_EQ((co_await o.api.GetCoupon(anna.context, get)).code(), coupon.code());
  EXPECT_EQ((co_await o.api.GetCoupon(all.context, get)).code(), coupon.code());
  EXPECT_EQ(co_await ReasonOf(o.api.GetCoupon(bob.context, get)), "NOT_FOUND");
  api::order::UpdateCouponRequest update;
  update.set_coupon_id(coupon.id());
  update.mutable_coupon()->set_total_limit(5);
  EXPECT_EQ(co_await ReasonOf(o.api.UpdateCoupon(bob.context, update)), "NOT_FOUND");
  update.set_if_match(coupon.etag());
  EXPECT_EQ((co_await o.api.UpdateCoupon(anna.context, update)).total_limit(), 5);
  EXPECT_EQ(co_await ReasonOf(o.api.UpdateCoupon(anna.context, update)), "ETAG_MISMATCH");
  update.clear_if_match();
  update.mutable_coupon()->clear_total_limit();
  update.mutable_update_mask()->add_paths("total_limit");
  EXPECT_FALSE((co_await o.api.UpdateCoupon(anna.context, update)).has_total_limit());
  api::order::EndCouponRequest end;
  end.set_coupon_id(coupon.id());
  EXPECT_EQ(co_await ReasonOf(o.api.EndCoupon(bob.context, end)), "NOT_FOUND");
  co_await o.api.EndCoupon(anna.context, end);
  EXPECT_EQ((co_await o.api.GetCoupon(anna.context, get)).state(), Coupon::ENDED);
  api::order::ListSellerCouponsRequest list;
  list.set_seller_id(o.anna.ToString());
  EXPECT_EQ((co_await o.api.ListSellerCoupons(anna.context, list)).coupons_size(), 1);
  list.set_state(Coupon::ACTIVE);
  EXPECT_EQ((co_await o.api.ListSellerCoupons(anna.context, list)).coupons_size(), 0);
}
TEST(OrderService_Coupons, AShopHasItsOwn) { testing::WithStore<Operations>(ExpectOwnOnly); }

Task<> ExpectPagesOfCoupons(Operations& o) {
  for (int i = 0; i < 3; ++i) co_await MakeOf(o, o.anna, Quarter());
  Writer all(OfAll());
  api::order::ListCouponsRequest list;
  list.set_seller_id(o.anna.ToString());
  list.set_page_size(2);
  const auto first = co_await o.api.ListCoupons(all.context, list);
  EXPECT_EQ(first.coupons_size(), 2);
  list.set_page_token(first.next_page_token());
  const auto second = co_await o.api.ListCoupons(all.context, list);
  EXPECT_EQ(second.coupons_size(), 1);
  EXPECT_FALSE(second.has_next_page_token());
  list.set_seller_id(o.bob.ToString());
  EXPECT_EQ(co_await ReasonOf(o.api.ListCoupons(all.context, list)), "INVALID_PAGE_TOKEN");
}
TEST(OrderService_Coupons, ComeInPages) { testing::WithStore<Operations>(ExpectPagesOfCoupons); }

std::vector<std::string> DiscountsOf(const api::order::OrderLine& line) {
  std::vector<std::string> all;
  for (const auto& discount : line.discounts())
    all.push_back(discount.source() + ' ' + discount.funder() + ' ' +
                  std::to_string(discount.amount().amount()));
  return all;
}

api::order::QuoteOrderRequest QuoteOf(const api::order::PlaceOrderRequest& wish) {
  api::order::QuoteOrderRequest request;
  *request.mutable_items() = wish.items();
  *request.mutable_coupon_codes() = wish.coupon_codes();
  return request;
}

// Two shops, 1999 each: a quarter off Anna's line, and what is left of both a tenth.
Task<> ExpectTakenOff(Operations& o) {
  const auto annas = co_await MakeOf(o, o.anna, Quarter());
  auto draft = Quarter();
  draft.set_percentage_ppm(100'000);
  draft.set_funder(Coupon::SPLIT);
  draft.set_seller_share_ppm(500'000);
  const auto markets = co_await Make(o, draft);
  auto wish = o.Wish({o.anna, o.bob});
  wish.add_coupon_codes(draft.code());
  wish.add_coupon_codes(annas.code());
  Call call(o.buyer);
  const auto quote = co_await o.api.QuoteOrder(call.context, QuoteOf(wish));
  EXPECT_THAT(DiscountsOf(quote.sellers(0).lines(0)),
              ElementsAre("coupon/" + annas.code() + " SELLER 500", "coupon/" + markets.code() + " SELLER 75",
                          "coupon/" + markets.code() + " MARKETPLACE 75"));
  EXPECT_THAT(DiscountsOf(quote.sellers(1).lines(0)),
              ElementsAre("coupon/" + markets.code() + " SELLER 100",
                          "coupon/" + markets.code() + " MARKETPLACE 100"));
  EXPECT_EQ(quote.total().amount(), 1349 + 1799);
  EXPECT_EQ(quote.coupons(0).code(), markets.code()) << "as they were named";
  EXPECT_EQ(quote.coupons(0).amount().amount(), 350);
  EXPECT_EQ(quote.coupons(1).amount().amount(), 500);

  wish.set_quote_hash(quote.quote_hash());
  const auto order = co_await o.api.PlaceOrder(call.context, wish);
  EXPECT_EQ(order.total().amount(), quote.total().amount());
  EXPECT_EQ(order.coupons_size(), 2);
  api::order::GetOrderRequest get;
  get.set_order_id(order.id());
  const auto read = co_await o.api.GetOrder(call.context, get);
  EXPECT_EQ(read.SerializeAsString(), order.SerializeAsString());
  api::order::ExplainOrderRequest explain;
  explain.set_order_id(order.id());
  EXPECT_TRUE((co_await o.api.ExplainOrder(call.context, explain)).matches());
  EXPECT_EQ(testing::Sql("SELECT redeemed FROM coupon WHERE id = '" + markets.id() + "'"), "1");
}
TEST(OrderService_PlaceOrder, WithCoupons_CostsWhatWasQuoted) {
  testing::WithStore<Operations>(ExpectTakenOff);
}

Task<> ExpectCouponRefusals(Operations& o) {
  Call call(o.buyer);
  const auto refused = [&](std::vector<std::string> codes) -> Task<std::string> {
    auto wish = o.Wish({o.anna});
    for (auto& code : codes) wish.add_coupon_codes(std::move(code));
    const auto quoted = co_await FieldOf(o.api.QuoteOrder(call.context, QuoteOf(wish)));
    EXPECT_EQ(co_await FieldOf(o.api.PlaceOrder(call.context, wish)), quoted);
    co_return quoted;
  };
  EXPECT_EQ(co_await refused({"NO-SUCH"}), "couponCodes[0] UNKNOWN");
  const auto bobs = co_await MakeOf(o, o.bob, Quarter());
  EXPECT_EQ(co_await refused({bobs.code()}), "couponCodes[0] NOTHING_ELIGIBLE");
  EXPECT_EQ(co_await refused({"ONCE", "once"}), "couponCodes[1] DUPLICATE");
  auto draft = Quarter();
  draft.mutable_minimum()->set_amount(2000);
  draft.mutable_minimum()->set_currency("EUR");
  const auto dear = co_await Make(o, draft);
  EXPECT_EQ(co_await refused({dear.code()}), "couponCodes[0] BELOW_MINIMUM");
  api::order::ListMyOrdersRequest mine;
  EXPECT_EQ((co_await o.api.ListMyOrders(call.context, mine)).orders_size(), 0) << "nothing was inserted";

  auto gone = o.Wish({o.anna});
  gone.add_coupon_codes("NO-SUCH");
  o.stock.offers[gone.items(0).offer_id()].set_for_sale(false);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, gone)), "OFFER_UNAVAILABLE")
      << "no coupon would help";
}
TEST(OrderService_PlaceOrder, WithCoupons_Refusals) { testing::WithStore<Operations>(ExpectCouponRefusals); }

// A second click finds the key taken by the first one, whatever that has used.
Task<> ExpectTwin(Operations& o) {
  auto draft = Quarter();
  draft.set_limit_per_buyer(1);
  auto wish = o.Wish({o.anna});
  wish.add_coupon_codes((co_await Make(o, draft)).code());
  Call first(o.buyer);
  co_await o.api.PlaceOrder(first.context, wish);
  Call twin(o.buyer);
  twin.key.request = first.key.request;
  EXPECT_TRUE(co_await IsTwin(o.api.PlaceOrder(twin.context, wish)));
  Call other(o.buyer);
  EXPECT_EQ(co_await FieldOf(o.api.PlaceOrder(other.context, wish)), "couponCodes[0] USED_BY_YOU");
}
TEST(OrderService_PlaceOrder, ATwin_IsToldThatItIsOneAndNotThatItsCouponIsUsed) {
  testing::WithStore<Operations>(ExpectTwin);
}

// A part of the way down the tree of categories is enough; without codes nobody asks for them.
Task<> ExpectCategories(Operations& o) {
  const auto above = domain::CategoryId::New();
  auto draft = Quarter();
  draft.add_category_ids(above.ToString());
  const auto coupon = co_await Make(o, draft);
  auto wish = o.Wish({o.anna, o.bob});
  auto& offer = o.stock.offers[wish.items(1).offer_id()];
  for (const auto& id : {above, domain::CategoryId::New()}) offer.add_category_ids(id.ToString());
  wish.add_coupon_codes(coupon.code());
  Call call(o.buyer);
  const auto quote = co_await o.api.QuoteOrder(call.context, QuoteOf(wish));
  EXPECT_THAT(DiscountsOf(quote.sellers(0).lines(0)), IsEmpty());
  EXPECT_THAT(DiscountsOf(quote.sellers(1).lines(0)),
              ElementsAre("coupon/" + coupon.code() + " MARKETPLACE 500"));
}
TEST(OrderService_QuoteOrder, ACouponOfACategory) { testing::WithStore<Operations>(ExpectCategories); }

// Whatever ends the order gives its coupon back: a decline that its buyer cancels, stock that is not there.
Task<> ExpectGivenBack(Operations& o) {
  auto draft = Quarter();
  draft.set_total_limit(1);
  const auto coupon = co_await Make(o, draft);
  const auto uses = [&] {
    domain::Coupon same;
    same.id = domain::CouponId::From(coupon.id());
    return UsesOf(same);
  };
  auto wish = o.Wish({o.anna}, "declined");
  wish.add_coupon_codes(coupon.code());
  Call call(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, wish)), "PAYMENT_DECLINED");
  EXPECT_EQ(uses(), "1/1") << "it waits for another method";
  api::order::CancelOrderRequest cancel;
  cancel.set_order_id((co_await o.api.ListMyOrders(call.context, {})).orders(0).id());
  Call canceller(o.buyer);
  EXPECT_EQ((co_await o.api.CancelOrder(canceller.context, cancel)).state(), api::order::FAILED);
  EXPECT_EQ(uses(), "0/0");

  wish.set_payment_method("visa");
  Call again(o.buyer);
  const auto order = co_await o.api.PlaceOrder(again.context, wish);
  EXPECT_EQ(uses(), "1/1");
  Call late(AccountId::New());
  EXPECT_EQ(co_await FieldOf(o.api.PlaceOrder(late.context, wish)), "couponCodes[0] USED_UP");
  cancel.set_order_id(order.id());
  Call last(o.buyer);
  co_await o.api.CancelOrder(last.context, cancel);
  EXPECT_EQ(uses(), "0/0");
}
TEST(OrderService_PlaceOrder, WithACoupon_ComesBackWithWhateverEndsTheOrder) {
  testing::WithStore<Operations>(ExpectGivenBack);
}

}  // namespace
}  // namespace market::order
