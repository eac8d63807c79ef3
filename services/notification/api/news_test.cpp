#include "services/notification/api/news.hpp"

#include <gtest/gtest.h>

#include "marketplace/auth/v1/events.pb.h"
#include "marketplace/order/v1/events.pb.h"
#include "marketplace/payment/v1/events.pb.h"
#include "marketplace/product/v1/events.pb.h"
#include "marketplace/user/v1/events.pb.h"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

namespace order = ::marketplace::order::v1;
using domain::Audience;
using domain::Kind;

class NewsTest : public StoreFixture {
 protected:
  template <class Part>
  Part PartOf() const {
    Part part;
    part.set_order_id(order_.ToString());
    part.set_seller_order_id(part_.ToString());
    part.set_number("260829-1");
    return part;
  }
  std::vector<domain::News> Told(const google::protobuf::Message& what) const {
    return NewsFrom(EventOf(what, buyer_.ToString(), shop_.ToString()));
  }
  // "PARCEL_SHIPPED buyer, SALE team"
  std::string Heard(const google::protobuf::Message& what) const {
    std::string all;
    for (const auto& news : Told(what)) {
      const auto whom = news.account == buyer_                 ? "buyer"
                        : news.account                         ? "account"
                        : news.audience == Audience::kTeam     ? "team"
                        : news.audience == Audience::kOwners   ? "owners"
                        : news.audience == Audience::kManagers ? "managers"
                                                               : "invited";
      all += (all.empty() ? "" : ", ") + std::string(Name(news.kind)) + ' ' + whom;
    }
    return all;
  }

  AccountId buyer_ = AccountId::New();
  SellerId shop_ = SellerId::New();
  Uuid order_ = Uuid::NewV7();
  Uuid part_ = Uuid::NewV7();
};

TEST_F(NewsTest, AnOrder_IsToldToItsBuyer_AndEachPartToItsShop) {
  order::OrderPlaced placed;
  placed.set_order_id(order_.ToString());
  placed.set_number("260829");
  placed.mutable_total()->set_amount(300);
  placed.mutable_total()->set_currency("EUR");
  const auto other_shop = SellerId::New();
  for (const auto& shop : {shop_, other_shop}) {
    auto& part = *placed.add_parts();
    part.set_seller_order_id(part_.ToString());
    part.set_seller_id(shop.ToString());
    part.set_number("260829-1");
    part.mutable_total()->set_amount(150);
    part.mutable_total()->set_currency("EUR");
  }
  EXPECT_EQ(Heard(placed), "ORDER_PLACED buyer, SALE team, SALE team");
  const auto news = Told(placed);
  EXPECT_EQ(news[0].facts.title, "260829");
  EXPECT_EQ(news[0].facts.order, order_);
  EXPECT_EQ(news[0].facts.amount, (Money{.minor = 300, .currency = Currency::Parse("EUR")}));
  EXPECT_EQ(news[1].facts.seller, shop_);
  EXPECT_EQ(news[2].facts.seller, other_shop);
  EXPECT_EQ(news[2].facts.seller_order, part_);
  EXPECT_EQ(news[2].facts.amount->minor, 150);
}

TEST_F(NewsTest, PagesOfBothSides_AreToldOfAPart) {
  const auto live = [&](const google::protobuf::Message& what) {
    std::string all;
    for (const auto& news : LiveNewsFrom(EventOf(what, buyer_.ToString(), shop_.ToString()))) {
      EXPECT_EQ(news.event.order, order_);
      const auto whom = news.listener == buyer_.Value()  ? "buyer"
                        : news.listener == shop_.Value() ? "shop"
                                                         : "?";
      all += (all.empty() ? "" : ", ") + news.event.state.value_or("as it was") + ' ' + whom;
    }
    return all;
  };
  order::OrderPlaced placed;
  placed.set_order_id(order_.ToString());
  auto& part = *placed.add_parts();
  part.set_seller_order_id(part_.ToString());
  part.set_seller_id(shop_.ToString());
  EXPECT_EQ(live(placed), "PLACED buyer, PLACED shop");
  order::OrderFailed failed;
  failed.set_order_id(order_.ToString());
  EXPECT_EQ(live(failed), "FAILED buyer") << "the shop never knew";
  EXPECT_EQ(live(PartOf<order::SellerOrderAccepted>()), "ACCEPTED buyer, ACCEPTED shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderShipped>()), "SHIPPED buyer, SHIPPED shop");
  auto shipped = PartOf<order::ParcelShipped>();
  EXPECT_EQ(live(shipped), "PARTIALLY_SHIPPED buyer, PARTIALLY_SHIPPED shop");
  shipped.set_last(true);
  EXPECT_EQ(live(shipped), "") << "SHIPPED is told besides";
  auto delivered = PartOf<order::ParcelDelivered>();
  EXPECT_EQ(live(delivered), "as it was buyer, as it was shop");
  delivered.set_last(true);
  EXPECT_EQ(live(delivered), "");
  EXPECT_EQ(live(PartOf<order::OrderAddressChanged>()), "as it was buyer, as it was shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderDelivered>()), "DELIVERED buyer, DELIVERED shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderCompleted>()), "COMPLETED buyer, COMPLETED shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderRejected>()), "REJECTED buyer, REJECTED shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderCancelled>()), "CANCELLED buyer, CANCELLED shop");
  EXPECT_EQ(live(PartOf<order::SellerOrderUnitsCancelled>()), "as it was buyer, as it was shop");
  order::OrderPaymentNeeded unpaid;
  unpaid.set_order_id(order_.ToString());
  EXPECT_EQ(live(unpaid), "as it was buyer");
  ::marketplace::payment::v1::PaymentRefunded refunded;
  refunded.set_order_id(order_.ToString());
  refunded.set_seller_order_id(part_.ToString());
  EXPECT_EQ(live(refunded), "as it was buyer, as it was shop");
  ::marketplace::user::v1::SellerApproved approved;
  EXPECT_EQ(LiveNewsFrom(EventOf(approved)).size(), 0u);
}

TEST_F(NewsTest, WhatTheShopDoes_IsToldToTheBuyer) {
  EXPECT_EQ(Heard(PartOf<order::SellerOrderAccepted>()), "ORDER_ACCEPTED buyer");
  EXPECT_EQ(Heard(PartOf<order::ParcelShipped>()), "PARCEL_SHIPPED buyer");
  EXPECT_EQ(Heard(PartOf<order::SellerOrderShipped>()), "") << "its last parcel has told it";
  EXPECT_EQ(Heard(PartOf<order::ParcelDelivered>()), "");
  EXPECT_EQ(Heard(PartOf<order::SellerOrderDelivered>()), "ORDER_DELIVERED buyer");
  EXPECT_EQ(Heard(PartOf<order::SellerOrderCompleted>()), "") << "its buyer said so, or has kept it for long";
  auto rejected = PartOf<order::SellerOrderRejected>();
  rejected.set_actor("seller");
  EXPECT_EQ(Heard(rejected), "ORDER_CANCELLED buyer");
  rejected.set_actor("system");
  EXPECT_EQ(Heard(rejected), "ORDER_CANCELLED buyer, SALE_CANCELLED team") << "it let the time pass";
  const auto facts = Told(PartOf<order::ParcelShipped>())[0].facts;
  EXPECT_EQ(facts.title, "260829-1");
  EXPECT_EQ(facts.order, order_);
  EXPECT_EQ(facts.seller_order, part_);
  EXPECT_EQ(facts.seller, shop_);
}

TEST_F(NewsTest, AnotherAddress_IsToldToTheShop) {
  EXPECT_EQ(Heard(PartOf<order::OrderAddressChanged>()), "ORDER_ADDRESS_CHANGED team");
  const auto facts = Told(PartOf<order::OrderAddressChanged>())[0].facts;
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.seller_order, part_);
}

TEST_F(NewsTest, Returns_AreToldToTheOtherSide) {
  EXPECT_EQ(Heard(PartOf<order::ReturnRequested>()), "RETURN_REQUESTED team");
  EXPECT_EQ(Heard(PartOf<order::ReturnApproved>()), "RETURN_APPROVED buyer");
  EXPECT_EQ(Heard(PartOf<order::ReturnRejected>()), "RETURN_REJECTED buyer");
  EXPECT_EQ(Heard(PartOf<order::ReturnShipped>()), "RETURN_SENT team");
  EXPECT_EQ(Heard(PartOf<order::ReturnReceived>()), "RETURN_RECEIVED buyer");
  auto closed = PartOf<order::ReturnClosed>();
  closed.mutable_amount()->set_amount(7);
  closed.mutable_amount()->set_currency("EUR");
  EXPECT_EQ(Heard(closed), "RETURN_CLOSED buyer");
  const auto facts = Told(closed)[0].facts;
  EXPECT_EQ(facts.amount.value().minor, 7);
  EXPECT_EQ(facts.title, "260829-1");
  EXPECT_EQ(facts.seller_order, part_);
  EXPECT_EQ(LiveNewsFrom(EventOf(closed, buyer_.ToString(), shop_.ToString())).size(), 2u)
      << "both have the order open";
}

TEST_F(NewsTest, ACancellation_IsToldToTheShop_UnlessItIsItsOwn) {
  auto part = PartOf<order::SellerOrderCancelled>();
  part.set_actor("buyer");
  EXPECT_EQ(Heard(part), "ORDER_CANCELLED buyer, SALE_CANCELLED team");
  part.set_actor("seller");
  EXPECT_EQ(Heard(part), "ORDER_CANCELLED buyer");
  part.set_actor("operator");
  EXPECT_EQ(Heard(part), "ORDER_CANCELLED buyer, SALE_CANCELLED team");
  auto units = PartOf<order::SellerOrderUnitsCancelled>();
  units.set_actor("buyer");
  units.mutable_amount()->set_amount(7);
  units.mutable_amount()->set_currency("EUR");
  EXPECT_EQ(Heard(units), "ORDER_CANCELLED buyer, SALE_CANCELLED team");
  EXPECT_EQ(Told(units)[1].facts.amount->minor, 7);
}

TEST_F(NewsTest, Payments) {
  order::OrderPaymentNeeded unpaid;
  unpaid.set_order_id(order_.ToString());
  unpaid.set_number("261124-8F3K2M9Q");
  unpaid.mutable_total()->set_amount(1999);
  unpaid.mutable_total()->set_currency("EUR");
  EXPECT_EQ(Heard(unpaid), "PAYMENT_DECLINED buyer");
  EXPECT_EQ(Told(unpaid)[0].facts.title, "261124-8F3K2M9Q");
  EXPECT_EQ(Told(unpaid)[0].facts.amount->minor, 1999);
  ::marketplace::payment::v1::PaymentRefunded refunded;
  refunded.set_order_id(order_.ToString());
  refunded.set_seller_order_id(part_.ToString());
  refunded.mutable_amount()->set_amount(42);
  refunded.mutable_amount()->set_currency("EUR");
  EXPECT_EQ(Heard(refunded), "ORDER_REFUNDED buyer");
  EXPECT_EQ(Told(refunded)[0].facts.amount->minor, 42);
  order::OrderFailed failed;
  failed.set_order_id(order_.ToString());
  EXPECT_EQ(Heard(failed), "ORDER_FAILED buyer");
}

TEST_F(NewsTest, Accounts) {
  namespace auth = ::marketplace::auth::v1;
  for (const auto* purpose :
       {"VERIFY_EMAIL", "CHANGE_EMAIL", "UNDO_EMAIL_CHANGE", "RESET_PASSWORD", "CLAIM_ACCOUNT"}) {
    auth::TokenMailed mailed;
    mailed.set_account_id(buyer_.ToString());
    mailed.set_token_id(part_.ToString());
    mailed.set_purpose(purpose);
    EXPECT_EQ(Heard(mailed), std::string(purpose) + " buyer");
    EXPECT_EQ(Told(mailed)[0].token, part_);
  }
  auth::SessionOpened opened;
  opened.set_account_id(buyer_.ToString());
  EXPECT_EQ(Heard(opened), "") << "a device that is known";
  opened.set_new_device(true);
  EXPECT_EQ(Heard(opened), "NEW_DEVICE buyer");
  auth::PasswordChanged password;
  password.set_account_id(buyer_.ToString());
  EXPECT_EQ(Heard(password), "PASSWORD_CHANGED buyer");
  auth::EmailChanged email;
  email.set_account_id(buyer_.ToString());
  EXPECT_EQ(Heard(email), "EMAIL_CHANGED buyer");
}

TEST_F(NewsTest, Shops) {
  namespace user = ::marketplace::user::v1;
  const auto card = [&](auto what) {
    what.mutable_seller()->set_id(shop_.ToString());
    what.mutable_seller()->set_display_name("Analytical Engines");
    return what;
  };
  EXPECT_EQ(Heard(card(user::SellerApproved())), "SHOP_APPROVED owners");
  EXPECT_EQ(Heard(card(user::SellerSuspended())), "SHOP_SUSPENDED owners");
  EXPECT_EQ(Heard(card(user::SellerReinstated())), "SHOP_REINSTATED owners");
  EXPECT_EQ(Heard(card(user::SellerClosed())), "SHOP_CLOSED owners");
  EXPECT_EQ(Told(card(user::SellerClosed()))[0].facts.title, "Analytical Engines");
  user::MemberInvited invited;
  invited.set_invitation_id(part_.ToString());
  invited.set_seller_id(shop_.ToString());
  EXPECT_EQ(Heard(invited), "MEMBER_INVITED invited");
  EXPECT_EQ(Told(invited)[0].invitation, part_);
}

TEST_F(NewsTest, Offers) {
  namespace product = ::marketplace::product::v1;
  const auto engine = [&](auto what) {
    what.set_product_id(part_.ToString());
    what.set_seller_id(shop_.ToString());
    what.set_sku("ENGINE-1");
    return what;
  };
  EXPECT_EQ(Heard(engine(product::LowStock())), "LOW_STOCK team");
  EXPECT_EQ(Heard(engine(product::OfferDetached())), "OFFER_DETACHED team");
  const auto facts = Told(engine(product::LowStock()))[0].facts;
  EXPECT_EQ(facts.title, "ENGINE-1");
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.product, part_);
}

TEST_F(NewsTest, Invoices) {
  order::InvoiceIssued issued;
  issued.set_number("2026-000001");
  issued.set_order_id(order_.ToString());
  issued.set_seller_order_id(part_.ToString());
  issued.set_seller_order_number("260829-1");
  issued.mutable_total()->set_amount(300);
  issued.mutable_total()->set_currency("EUR");
  EXPECT_EQ(Heard(issued), "INVOICE_ISSUED buyer");
  const auto facts = Told(issued)[0].facts;
  EXPECT_EQ(facts.title, "260829-1");
  EXPECT_EQ(facts.order, order_);
  EXPECT_EQ(facts.amount.value().minor, 300);
}

TEST_F(NewsTest, Payouts) {
  namespace payment = ::marketplace::payment::v1;
  const auto payout = [](auto what) {
    what.set_payout_id(Uuid::NewV7().ToString());
    what.mutable_amount()->set_amount(300);
    what.mutable_amount()->set_currency("EUR");
    return what;
  };
  EXPECT_EQ(Heard(payout(payment::PayoutPaid())), "PAYOUT_PAID managers");
  EXPECT_EQ(Heard(payout(payment::PayoutFailed())), "PAYOUT_FAILED managers");
  EXPECT_EQ(Heard(payout(payment::PayoutReturned())), "PAYOUT_FAILED managers");
  const auto facts = Told(payout(payment::PayoutPaid()))[0].facts;
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.amount.value().minor, 300);
}

TEST_F(NewsTest, Fines) {
  namespace payment = ::marketplace::payment::v1;
  payment::SellerEntryBooked booked;
  booked.set_seller_id(shop_.ToString());
  booked.set_cause("FINE");
  booked.set_reason("sent ten orders late");
  booked.mutable_amount()->set_amount(2500);
  booked.mutable_amount()->set_currency("EUR");
  EXPECT_EQ(Heard(booked), "SHOP_FINED managers");
  const auto facts = Told(booked)[0].facts;
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.title, "sent ten orders late");
  EXPECT_EQ(facts.amount.value().minor, 2500);
  booked.set_cause("GOODWILL");
  EXPECT_TRUE(Told(booked).empty());
}

TEST_F(NewsTest, Disputes) {
  namespace payment = ::marketplace::payment::v1;
  const auto dispute = [](auto what) {
    for (auto* id : {what.mutable_dispute_id(), what.mutable_order_id(), what.mutable_seller_order_id()})
      *id = Uuid::NewV7().ToString();
    what.set_seller_order_number("261130-ABCDEFGH-1");
    what.mutable_amount()->set_amount(300);
    what.mutable_amount()->set_currency("EUR");
    if constexpr (requires { what.mutable_evidence_due(); }) what.mutable_evidence_due()->set_seconds(86'400);
    return what;
  };
  EXPECT_EQ(Heard(dispute(payment::DisputeOpened())), "DISPUTE_OPENED managers");
  EXPECT_EQ(Heard(dispute(payment::DisputeWon())), "DISPUTE_ENDED managers");
  EXPECT_EQ(Heard(dispute(payment::DisputeLost())), "DISPUTE_ENDED managers");
  const auto facts = Told(dispute(payment::DisputeOpened()))[0].facts;
  EXPECT_EQ(facts.title, "261130-ABCDEFGH-1");
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.deadline, Time(std::chrono::days(1)));
}

TEST_F(NewsTest, Wishes) {
  namespace order = ::marketplace::order::v1;
  const auto wish = [&](auto what) {
    what.set_product_id(part_.ToString());
    what.set_title("Engine");
    what.mutable_price()->set_amount(999);
    what.mutable_price()->set_currency("EUR");
    return what;
  };
  EXPECT_EQ(Heard(wish(order::WishBackInStock())), "WISH_BACK_IN_STOCK buyer");
  EXPECT_EQ(Heard(wish(order::WishPriceFell())), "WISH_PRICE_FELL buyer");
  const auto facts = Told(wish(order::WishPriceFell()))[0].facts;
  EXPECT_EQ(facts.title, "Engine");
  EXPECT_EQ(facts.product, part_);
  EXPECT_EQ(facts.amount.value().minor, 999);
}

TEST_F(NewsTest, Products_AreToldOfWhatOperatorsDo) {
  namespace product = ::marketplace::product::v1;
  using product::Product;
  product::ProductStateChanged moved;
  moved.set_product_id(part_.ToString());
  moved.set_seller_id(shop_.ToString());
  moved.set_title("Engine");
  const auto heard = [&](Product::State from, Product::State state) {
    moved.set_from(from);
    moved.set_state(state);
    return Heard(moved);
  };
  EXPECT_EQ(heard(Product::PROPOSED, Product::PUBLISHED), "PRODUCT_APPROVED team");
  EXPECT_EQ(heard(Product::TAKEN_DOWN, Product::PUBLISHED), "PRODUCT_APPROVED team");
  EXPECT_EQ(heard(Product::PROPOSED, Product::CHANGES_REQUESTED), "PRODUCT_CHANGES_REQUESTED team");
  EXPECT_EQ(heard(Product::DRAFT, Product::PUBLISHED), "") << "its shop did it";
  EXPECT_EQ(heard(Product::ARCHIVED, Product::PUBLISHED), "");
  EXPECT_EQ(heard(Product::DRAFT, Product::PROPOSED), "");
  EXPECT_EQ(heard(Product::PUBLISHED, Product::ARCHIVED), "");
  EXPECT_EQ(heard(Product::PUBLISHED, Product::TAKEN_DOWN), "PRODUCT_TAKEN_DOWN team");
  const auto facts = Told(moved)[0].facts;
  EXPECT_EQ(facts.title, "Engine");
  EXPECT_EQ(facts.seller, shop_);
  EXPECT_EQ(facts.product, part_);
}

TEST_F(NewsTest, AnotherType_IsRefused) {
  EXPECT_THROW(NewsFrom(EventOf(::marketplace::auth::v1::AccountCreated())), Error);
}

}  // namespace
}  // namespace market::notification
