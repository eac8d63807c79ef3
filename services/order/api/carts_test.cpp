#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "platform/runtime/both.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;
using testing::WithStore;
using ApiCart = api::order::Cart;

// Who has no account.
struct Nobody {
  CallContext context{Soon()};
};

struct CartWorld : Operations {
  explicit CartWorld(boost::asio::io_context& io) : Operations(io) {}

  std::string Offer(std::int64_t price_minor = 1000, std::int64_t available = 10) {
    const auto id = AnOfferOf(anna, price_minor);
    stock.offers[id].set_available(available);
    return id;
  }
  Task<api::order::CreateCartResponse> Create(CallContext& call, std::string token = "") {
    api::order::CreateCartRequest request;
    request.set_cart_token(std::move(token));
    co_return co_await api.CreateCart(call, std::move(request));
  }
  Task<ApiCart> Get(CallContext& call, std::string id, std::string token = "") {
    api::order::GetCartRequest request;
    request.set_cart_id(std::move(id));
    request.set_cart_token(std::move(token));
    co_return co_await api.GetCart(call, std::move(request));
  }
  Task<ApiCart> Put(CallContext& call, std::string id, std::string offer, std::int64_t quantity,
                    std::string token = "") {
    api::order::PutCartItemRequest request;
    request.set_cart_id(std::move(id));
    request.set_cart_token(std::move(token));
    request.set_offer_id(std::move(offer));
    request.set_quantity(quantity);
    co_return co_await api.PutCartItem(call, std::move(request));
  }
  Task<ApiCart> Remove(CallContext& call, std::string id, std::string offer) {
    api::order::DeleteCartItemRequest request;
    request.set_cart_id(std::move(id));
    request.set_offer_id(std::move(offer));
    co_return co_await api.DeleteCartItem(call, std::move(request));
  }
  Task<ApiCart> Merge(CallContext& call, std::string id, std::string token) {
    api::order::MergeCartRequest request;
    request.set_cart_id(std::move(id));
    request.set_cart_token(std::move(token));
    co_return co_await api.MergeCart(call, std::move(request));
  }
  Task<api::order::Order> CheckOut(Call& call, std::string id, std::string method = "visa",
                                   std::string quote = "") {
    api::order::CheckoutCartRequest request;
    request.set_cart_id(std::move(id));
    request.set_shipping_address_id("home");
    request.set_payment_method(std::move(method));
    request.set_quote_hash(std::move(quote));
    co_return co_await api.CheckoutCart(call.context, std::move(request));
  }
  // The buyer's cart with 2 units of an offer in it.
  Task<ApiCart> Filled() {
    Call call(buyer);
    const auto made = co_await Create(call.context);
    co_return co_await Put(call.context, made.cart().id(), Offer(), 2);
  }
};

// "AVAILABLE 2000, GONE": what is in it, and what it costs.
std::string TextOf(const ApiCart& cart) {
  std::string text;
  for (const auto& item : cart.items()) {
    text += (text.empty() ? "" : ", ") + api::order::CartItem::State_Name(item.state());
    if (item.has_total()) text += ' ' + std::to_string(item.total().amount());
  }
  return text;
}

TEST(Carts, OfAGuest_AreOpenedByTheirToken) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Nobody guest;
    Call signed_in(o.buyer);
    const auto made = co_await o.Create(guest.context);
    const auto id = made.cart().id();
    EXPECT_NE(made.cart_token(), "");
    EXPECT_EQ(made.expires_in(), 24 * 3600);
    const auto cart = co_await o.Put(guest.context, id, o.Offer(), 2, made.cart_token());
    EXPECT_EQ(TextOf(cart), "AVAILABLE 2000");
    EXPECT_EQ(cart.currency(), "EUR");
    EXPECT_EQ(TextOf(co_await o.Get(signed_in.context, id, made.cart_token())), "AVAILABLE 2000");

    const auto other = co_await o.Create(guest.context);
    EXPECT_EQ(co_await ReasonOf(o.Get(guest.context, id)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(o.Get(guest.context, id, other.cart_token())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(o.Put(guest.context, id, o.Offer(), 1, other.cart_token())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(o.Merge(signed_in.context, id, other.cart_token())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(signed_in, id)), "NOT_FOUND");

    const auto again = co_await o.Create(guest.context, made.cart_token());
    EXPECT_EQ(again.cart().id(), id) << "a page finds its cart by the token";
    EXPECT_EQ(again.cart_token(), "");
  });
}

TEST(Carts, OfAnAccount_AreOne_AndItsOwn) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    Call other(AccountId::New());
    const auto made = co_await o.Create(call.context);
    EXPECT_EQ(made.cart_token(), "");
    EXPECT_EQ((co_await o.Create(call.context)).cart().id(), made.cart().id());
    EXPECT_EQ(co_await ReasonOf(o.Get(other.context, made.cart().id())), "NOT_FOUND");
    Call key(o.buyer);
    rpc::CallContextBuilder(key.context).Caller({.account = o.buyer, .bearer = identity::Bearer::kApiKey});
    EXPECT_EQ(co_await ReasonOf(o.Get(key.context, made.cart().id())), "NOT_FOUND") << "a key has no cart";
    api::order::DeleteCartRequest end;
    end.set_cart_id(made.cart().id());
    EXPECT_EQ(co_await ReasonOf(o.api.DeleteCart(other.context, end)), "NOT_FOUND");
    co_await o.api.DeleteCart(call.context, end);
    EXPECT_NE((co_await o.Create(call.context)).cart().id(), made.cart().id());
  });
}

TEST(Carts, TellWhatHasChanged_UntilTheirBuyerHasSeenIt) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const auto id = (co_await o.Create(call.context)).cart().id();
    const auto offer = o.Offer(1000);
    co_await o.Put(call.context, id, offer, 2);
    for (const auto price : {900, 1200}) {
      const auto was = price == 900 ? 1000 : 900;
      o.stock.offers[offer].mutable_price()->set_amount(price);
      for (int look = 0; look < 2; ++look) {
        const auto cart = co_await o.Get(call.context, id);
        EXPECT_EQ(cart.items(0).price_was().amount(), was);
        EXPECT_EQ(cart.total().amount(), 2 * price);
      }
      const auto told = co_await o.Put(call.context, id, offer, 2);
      EXPECT_EQ(told.items(0).price_was().amount(), was) << "the change that sees it still tells it";
      EXPECT_FALSE((co_await o.Get(call.context, id)).items(0).has_price_was());
    }
  });
}

TEST(Carts, LeaveOutWhatCantBeBought) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const auto id = (co_await o.Create(call.context)).cart().id();
    const std::vector offers = {o.Offer(1000), o.Offer(500), o.Offer(500), o.Offer(500), o.Offer(500)};
    for (const auto& offer : offers) co_await o.Put(call.context, id, offer, 2);
    o.stock.offers[offers[1]].set_available(1);
    o.stock.offers[offers[2]].set_for_sale(false);
    o.stock.offers[offers[3]].mutable_price()->set_currency("USD");
    o.stock.offers.erase(offers[4]);
    const auto cart = co_await o.Get(call.context, id);
    EXPECT_EQ(TextOf(cart), "AVAILABLE 2000, LESS_LEFT, GONE, NO_PRICE, GONE");
    EXPECT_EQ(cart.items(1).available(), 1);
    EXPECT_EQ(cart.total().amount(), 2000);
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(call, id)), "OFFER_UNAVAILABLE");
    for (int gone = 2; gone < 5; ++gone) co_await o.Remove(call.context, id, offers.at(gone));
    EXPECT_EQ(TextOf(co_await o.Remove(call.context, id, offers[4])), "AVAILABLE 2000, LESS_LEFT")
        << "once more";
  });
}

TEST(Carts, RefuseWhatNobodyCanBuy) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const auto id = (co_await o.Create(call.context)).cart().id();
    co_await o.Put(call.context, id, o.Offer(), 1);
    const auto closed = o.Offer();
    o.stock.offers[closed].set_for_sale(false);
    const auto in_dollars = o.Offer();
    o.stock.offers[in_dollars].mutable_price()->set_currency("USD");
    EXPECT_EQ(co_await ReasonOf(o.Put(call.context, id, closed, 1)), "OFFER_UNAVAILABLE");
    EXPECT_EQ(co_await ReasonOf(o.Put(call.context, id, Uuid::NewV7().ToString(), 1)), "OFFER_UNAVAILABLE");
    EXPECT_EQ(co_await ReasonOf(o.Put(call.context, id, in_dollars, 1)), "NO_PRICE_IN_CURRENCY");
    EXPECT_EQ(TextOf(co_await o.Put(call.context, id, o.Offer(1000, 1), 5)), "AVAILABLE 1000, LESS_LEFT");
    for (int i = 2; i < 100; ++i) co_await o.Put(call.context, id, o.Offer(), 1);
    EXPECT_EQ(co_await ReasonOf(o.Put(call.context, id, o.Offer(), 1)), "LIMIT_REACHED");
  });
}

TEST(Carts, ThatCostMoreThanAnOrderMay_HaveNoTotal) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const auto id = (co_await o.Create(call.context)).cart().id();
    ApiCart cart;
    for (int i = 0; i < 11; ++i) cart = co_await o.Put(call.context, id, o.Offer(99'999'999, 999), 999);
    EXPECT_EQ(cart.items_size(), 11);
    EXPECT_FALSE(cart.has_total());
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(call, id)), "AMOUNT_TOO_LARGE");
  });
}

TEST(Carts, KeepWhatTheirOrderIsToHave) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const auto cart = co_await o.Filled();
    api::order::PutCartDeliveryRequest delivery;
    delivery.set_cart_id(cart.id());
    auto& choice = *delivery.add_delivery_choices();
    choice.set_seller_id(o.anna.ToString());
    choice.set_delivery_method_id(Uuid().ToString());  // as its shop sends without a method of its own
    const auto sent = co_await o.api.PutCartDelivery(call.context, delivery);
    EXPECT_EQ(sent.delivery_choices(0).delivery_method_id(), choice.delivery_method_id());
    *delivery.add_delivery_choices() = delivery.delivery_choices(0);
    EXPECT_EQ(co_await ReasonOf(o.api.PutCartDelivery(call.context, delivery)), "INVALID_ARGUMENT");
    api::order::PutCartCouponsRequest coupons;
    coupons.set_cart_id(cart.id());
    testing::Sql(
        "INSERT INTO coupon (id, code, kind, percentage_ppm, category_ids, product_ids, funder) VALUES"
        " (gen_random_uuid(), 'OF-A-CART', 'PERCENTAGE', 100000, '{}', '{}', 'MARKETPLACE')");
    for (int i = 0; i < 2; ++i) coupons.add_coupon_codes("OF-A-CART");
    const auto off = co_await o.api.PutCartCoupons(call.context, coupons);
    EXPECT_EQ(off.coupon_codes_size(), 1);
    EXPECT_EQ(off.delivery_choices_size(), 1);
    EXPECT_EQ((co_await o.CheckOut(call, cart.id())).total().amount(), 1800) << "a tenth of 2 for 1,000 each";
    const auto after = co_await o.Get(call.context, cart.id());
    EXPECT_EQ(after.coupon_codes_size() + after.delivery_choices_size(), 0) << "they were for that order";
  });
}

TEST(Carts, OfAGuest_ComeIntoTheAccounts_AndBecomeAnOrder) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Nobody guest;
    const auto made = co_await o.Create(guest.context);
    co_await o.Put(guest.context, made.cart().id(), o.Offer(), 2, made.cart_token());
    Call call(o.buyer);
    const auto own = co_await o.Merge(call.context, made.cart().id(), made.cart_token());
    EXPECT_EQ(TextOf(own), "AVAILABLE 2000");
    EXPECT_EQ(TextOf(co_await o.Merge(call.context, made.cart().id(), made.cart_token())), "AVAILABLE 2000");
    EXPECT_EQ(co_await ReasonOf(o.Get(guest.context, made.cart().id(), made.cart_token())), "NOT_FOUND");
    const auto order = co_await o.CheckOut(call, own.id(), "visa");
    EXPECT_EQ(order.state(), api::order::PLACED);
    EXPECT_EQ(order.total().amount(), 2000);
    const auto after = co_await o.Get(call.context, own.id());
    EXPECT_EQ(after.items_size(), 0);
    EXPECT_FALSE(after.has_order_id());
    Call other(o.buyer);
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(other, own.id())), "CART_EMPTY");
  });
}

TEST(Carts, CheckedOutWithTwoKeysAtOnce_AreBoughtOnce) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    const auto cart = co_await o.Filled();
    Call one(o.buyer);
    Call two(o.buyer);
    const auto [first, second] =
        co_await runtime::Both(ReasonOf(o.CheckOut(one, cart.id())), ReasonOf(o.CheckOut(two, cart.id())));
    EXPECT_NE(first.empty(), second.empty()) << first << ' ' << second;
    const auto refused = first + second;
    EXPECT_TRUE(refused == "CART_EMPTY" || refused == "CART_IN_CHECKOUT") << refused;
    EXPECT_EQ(testing::Sql("SELECT count(*) FROM orders WHERE buyer_id = '" + o.buyer.ToString() + "'"), "1");
  });
}

TEST(Carts, WhoseOrderIsDeclined_WaitForIt) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    const auto cart = co_await o.Filled();
    Call call(o.buyer);
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(call, cart.id(), "declined")), "PAYMENT_DECLINED");
    const auto waiting = co_await o.Get(call.context, cart.id());
    EXPECT_EQ(TextOf(waiting), "AVAILABLE 2000") << "nothing was bought";
    Call other(o.buyer);
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(other, cart.id())), "CART_IN_CHECKOUT");
    api::order::PayOrderRequest pay;
    pay.set_order_id(waiting.order_id());
    pay.set_payment_method("visa");
    Call paying(o.buyer);
    EXPECT_EQ((co_await o.api.PayOrder(paying.context, pay)).state(), api::order::PLACED);
    EXPECT_EQ((co_await o.Get(call.context, cart.id())).items_size(), 0);
  });
}

TEST(Carts, WhoseOrderFails_CanBeCheckedOutAgain) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    const auto cart = co_await o.Filled();
    Call call(o.buyer);
    EXPECT_EQ(co_await ReasonOf(o.CheckOut(call, cart.id(), "declined")), "PAYMENT_DECLINED");
    api::order::CancelOrderRequest cancel;
    cancel.set_order_id((co_await o.Get(call.context, cart.id())).order_id());
    Call cancelling(o.buyer);
    co_await o.api.CancelOrder(cancelling.context, cancel);
    Call again(o.buyer);
    EXPECT_EQ((co_await o.CheckOut(again, cart.id())).state(), api::order::PLACED);
  });
}

// Its process dies after the order was made: whoever drives it on takes out of the cart what it has bought.
TEST(Carts, AreEmptiedByWhoeverDrivesTheirOrder) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    const auto cart = co_await o.Filled();
    Call call(o.buyer);
    const auto pending = co_await o.CheckOut(call, cart.id(), "slow_yes");
    EXPECT_EQ(pending.state(), api::order::PENDING_PAYMENT);
    EXPECT_EQ((co_await o.Get(call.context, cart.id())).order_id(), pending.id());
    const auto id = domain::OrderId::From(pending.id());
    for (int run = 0; run < 3; ++run) {
      auto order = (co_await o.orders.Find(Soon(), id, storage::Scope::Everything())).value();
      const auto lease = co_await o.checkouts.Take(Soon(), id);
      if (lease) co_await o.checkout.Advance(call.context, *lease, order);
    }
    EXPECT_EQ((co_await o.Get(call.context, cart.id())).items_size(), 0);
    EXPECT_EQ((co_await o.CheckOut(call, cart.id(), "slow_yes")).id(), pending.id())
        << "the same key asks again";
  });
}

TEST(WishList, SaysWhatAnOfferCostThen_AndWhatItCostsNow) {
  WithStore<CartWorld>([](CartWorld& o) -> Task<> {
    Call call(o.buyer);
    const std::vector offers = {o.Offer(1000), o.Offer(500), o.Offer(700)};
    api::order::PutWishRequest put;
    for (const auto& offer : offers) {
      put.set_offer_id(offer);
      EXPECT_TRUE((co_await o.api.PutWish(call.context, put)).in_stock());
    }
    o.stock.offers[offers[0]].mutable_price()->set_amount(800);
    o.stock.offers[offers[1]].set_available(0);
    o.stock.offers.erase(offers[2]);
    put.set_offer_id(offers[0]);
    EXPECT_EQ((co_await o.api.PutWish(call.context, put)).price_then().amount(), 1000) << "it was there";
    put.set_offer_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(o.api.PutWish(call.context, put)), "NOT_FOUND");

    api::order::ListWishesRequest list;
    list.set_page_size(2);
    const auto page = co_await o.api.ListWishes(call.context, list);
    EXPECT_EQ(page.wishes(0).offer_id(), offers[2]);
    EXPECT_FALSE(page.wishes(0).has_title()) << "it is no more";
    EXPECT_EQ(page.wishes(0).price_then().amount(), 700);
    EXPECT_FALSE(page.wishes(1).in_stock());
    list.set_page_token(page.next_page_token());
    const auto rest = co_await o.api.ListWishes(call.context, list);
    EXPECT_EQ(rest.wishes_size(), 1);
    EXPECT_EQ(rest.wishes(0).price_then().amount(), 1000);
    EXPECT_EQ(rest.wishes(0).price().amount(), 800);
    EXPECT_FALSE(rest.has_next_page_token());
    Call other(AccountId::New());
    EXPECT_EQ(co_await ReasonOf(o.api.ListWishes(other.context, list)), "INVALID_PAGE_TOKEN");
    api::order::DeleteWishRequest gone;
    gone.set_offer_id(offers[0]);
    co_await o.api.DeleteWish(call.context, gone);
    co_await o.api.DeleteWish(call.context, gone);
    list.clear_page_token();
    list.set_page_size(0);
    EXPECT_EQ((co_await o.api.ListWishes(call.context, list)).wishes_size(), 2);
  });
}

}  // namespace
}  // namespace market::order
