// Returns as callers see them: who may, what is told, which pictures are kept.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "platform/rpc/call_context.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;

// A member of a shop, or an operator.
struct Answering : Call {
  explicit Answering(rpc::Reach reach, const std::string& method) : Call(AccountId::New(), std::move(reach)) {
    rpc::CallContextBuilder(context).Method(api::OrderMethods().Find(method));
  }
};

struct ReturningShop : Operations {
  using Operations::Operations;

  // One unit of anna's, which has arrived.
  Task<api::order::Order> Arrived() {
    const auto order = co_await Placed(buyer, {anna});
    const auto part = domain::SellerOrderId::From(order.seller_orders(0).id());
    const auto scope = storage::Scope::Sellers({anna});
    const storage::Actor shop{domain::ActorRole::kSeller, AccountId::New()};
    co_await transitions.Move(Soon(), part, scope, domain::State::kAccepted, shop, Uuid::NewV7(), "",
                              clock.Now());
    co_await transitions.Send(Soon(), part, scope, {"Royal Mail", "RM1"}, {}, shop, Uuid::NewV7(), "",
                              clock.Now());
    co_await transitions.Move(Soon(), part, scope, domain::State::kDelivered, shop, Uuid::NewV7(), "",
                              clock.Now());
    co_return order;
  }
  static api::order::RequestReturnRequest WishOf(const api::order::Order& order) {
    api::order::RequestReturnRequest request;
    request.set_order_id(order.id());
    request.set_seller_order_id(order.seller_orders(0).id());
    auto& line = *request.add_lines();
    line.set_line_id(order.seller_orders(0).lines(0).id());
    line.set_quantity(1);
    request.set_reason(api::order::Return::DAMAGED);
    request.set_text("The box was wet.");
    return request;
  }
  Task<api::order::Return> Asked(api::order::RequestReturnRequest request) {
    Call call(buyer);
    co_return co_await api.RequestReturn(call.context, std::move(request));
  }
  Task<api::order::Return> Approve(const std::string& id, rpc::Reach as) {
    Answering call(std::move(as), "ApproveReturn");
    api::order::ApproveReturnRequest request;
    request.set_return_id(id);
    co_return co_await api.ApproveReturn(call.context, std::move(request));
  }
  Task<int> Listed(AccountId account, rpc::Reach reach, api::order::ListReturnsRequest request = {}) {
    Call call(account, std::move(reach));
    co_return (co_await api.ListReturns(call.context, std::move(request))).returns_size();
  }
};

TEST(ReturnOperations, ARequest_IsToldWithItsPictures) {
  testing::WithStore<ReturningShop>([](ReturningShop& o) -> Task<> {
    auto request = ReturningShop::WishOf(co_await o.Arrived());
    const auto picture = Uuid::NewV7().ToString();
    request.add_picture_ids(picture);
    std::string field;
    try {
      co_await o.Asked(request);
    } catch (const Error& error) {
      field = error.fields.at(0).field;
    }
    EXPECT_EQ(field, "pictureIds[0]") << "it is nobody's";
    o.users.pictures[picture] = o.buyer.ToString();
    const auto coming = co_await o.Asked(request);
    EXPECT_EQ(coming.state(), api::order::Return::REQUESTED);
    EXPECT_EQ(coming.reason(), api::order::Return::DAMAGED);
    EXPECT_EQ(coming.text(), "The box was wet.");
    EXPECT_EQ(coming.amount().amount(), 1999);
    EXPECT_EQ(coming.pictures(0).id(), picture);
    EXPECT_EQ(coming.pictures(0).alt_text(), "the wet box");
    EXPECT_GT(coming.pictures(0).media_size(), 0);
    EXPECT_EQ(coming.steps(0).actor(), "buyer");
    co_await o.return_pictures.Settle();
    EXPECT_EQ(o.users.settled.shown_by(), coming.id());
    EXPECT_EQ(o.users.settled.picture_ids(0), picture);
  });
}

TEST(ReturnOperations, TheShopOrAnOperator_Answers) {
  testing::WithStore<ReturningShop>([](ReturningShop& o) -> Task<> {
    const auto coming = co_await o.Asked(ReturningShop::WishOf(co_await o.Arrived()));
    EXPECT_EQ(co_await ReasonOf(o.Approve(coming.id(), Of(o.bob))), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(o.Approve(coming.id(), {})), "NOT_FOUND");
    EXPECT_EQ((co_await o.Approve(coming.id(), Of(o.anna))).steps(1).actor(), "seller");
    Answering operating({.everything = true}, "CloseReturn");
    api::order::CloseReturnRequest close;
    close.set_return_id(coming.id());
    close.set_restock(true);
    auto both = close;
    both.add_restock_lines()->set_line_id(coming.lines(0).line_id());
    EXPECT_EQ(co_await ReasonOf(o.api.CloseReturn(operating.context, both)), "INVALID_ARGUMENT");
    close.set_reason("the shop waives it");
    const auto closed = co_await o.api.CloseReturn(operating.context, close);
    EXPECT_EQ(closed.steps(2).actor(), "operator");
    EXPECT_EQ(closed.lines(0).restocked_quantity(), 1);
    EXPECT_EQ(testing::Sql("SELECT target_type || ' ' || reason FROM audit_event WHERE target_id = '" +
                           coming.id() + "'"),
              "return the shop waives it");
  });
}

TEST(ReturnOperations, Lists_AreOfTheirReader) {
  testing::WithStore<ReturningShop>([](ReturningShop& o) -> Task<> {
    co_await o.Asked(ReturningShop::WishOf(co_await o.Arrived()));
    api::order::ListReturnsRequest of_shop;
    of_shop.set_seller_id(o.anna.ToString());
    EXPECT_EQ(co_await o.Listed(o.buyer, {}), 1);
    EXPECT_EQ(co_await o.Listed(AccountId::New(), {}), 0);
    EXPECT_EQ(co_await o.Listed(AccountId::New(), Of(o.anna)), 0) << "who buys nothing sends nothing back";
    EXPECT_EQ(co_await o.Listed(AccountId::New(), Of(o.anna), of_shop), 1);
    EXPECT_EQ(co_await ReasonOf(o.Listed(AccountId::New(), Of(o.bob), of_shop)), "NOT_FOUND");
    EXPECT_EQ(co_await o.Listed(AccountId::New(), {.everything = true}, of_shop), 1);
    of_shop.set_state(api::order::Return::CLOSED);
    EXPECT_EQ(co_await o.Listed(AccountId::New(), {.everything = true}, of_shop), 0);
  });
}

}  // namespace
}  // namespace market::order
