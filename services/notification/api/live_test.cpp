#include <gtest/gtest.h>

#include "marketplace/order/v1/events.pb.h"
#include "platform/runtime/both.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/notification/api/news.hpp"
#include "services/notification/testing/service_fixture.hpp"

namespace market::notification {
namespace {

namespace contract = api::notification;
using testing::Eventually;
using testing::ReasonOf;

class LiveApiTest : public ServiceFixture {
 protected:
  static Call Listens(AccountId account, std::vector<SellerId> shops = {},
                      identity::Bearer bearer = identity::Bearer::kPerson) {
    return Call(account, {.everything = false, .sellers = std::move(shops)}, "ListLiveEvents", bearer);
  }
  static Task<contract::ListLiveEventsResponse> Ask(NotificationService& service, CallContext& call,
                                                    std::string after = "", int wait_ms = 0) {
    contract::ListLiveEventsRequest request;
    request.set_after(std::move(after));
    request.set_wait_ms(wait_ms);
    return service.ListLiveEvents(call, std::move(request));
  }
  // An order of Ada's in the shop.
  Task<> Place(NotificationService& service) {
    marketplace::order::v1::OrderPlaced placed;
    placed.set_order_id(order_.ToString());
    placed.set_number("260829-1");
    placed.mutable_total()->set_amount(100);
    placed.mutable_total()->set_currency("EUR");
    auto& part = *placed.add_parts();
    part.set_seller_order_id(Uuid::NewV7().ToString());
    part.set_seller_id(shop_.ToString());
    part.set_number("260829-1-1");
    *part.mutable_total() = placed.total();
    marketplace::type::v1::DeliverRequest request;
    *request.mutable_event() = EventOf(placed, ada_.ToString());
    Call call(AccountId::New());
    co_await service.Deliver(call, std::move(request));
    co_await Settled();
  }
  // "ORDER PLACED, NOTIFICATION SALE"
  static std::string Words(const contract::ListLiveEventsResponse& page) {
    std::string words;
    for (const auto& event : page.events()) {
      words += (words.empty() ? "" : ", ") + contract::LiveEvent::Kind_Name(event.kind());
      if (event.has_state()) words += ' ' + event.state();
      if (event.has_notification_kind())
        words += ' ' + contract::Notification::Kind_Name(event.notification_kind());
      if (event.has_side()) words += ' ' + contract::Conversation::Side_Name(event.side());
    }
    return words;
  }

  AccountId ada_ = AccountId::New();
  AccountId bob_ = AccountId::New();
  SellerId shop_ = SellerId::New();
  Uuid order_ = Uuid::NewV7();
};

TEST_F(LiveApiTest, Order_IsToldToBuyerAndShop) {
  auth_.members[shop_.ToString()] = {{bob_, "owner"}};
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    auto bob = Listens(bob_, {shop_});
    auto stranger = Listens(AccountId::New(), {SellerId::New()});
    const auto begin = co_await Ask(service, ada);
    EXPECT_EQ(begin.events_size(), 0);
    EXPECT_FALSE(begin.expired());
    EXPECT_EQ(begin.listener(), ada_.ToString());
    co_await Place(service);
    EXPECT_EQ(Words(co_await Ask(service, ada, begin.next())), "ORDER PLACED, NOTIFICATION ORDER_PLACED");
    EXPECT_EQ(Words(co_await Ask(service, bob, begin.next())), "ORDER PLACED, NOTIFICATION SALE");
    EXPECT_EQ(Words(co_await Ask(service, stranger, begin.next())), "");
    auto key = Listens(bob_, {shop_}, identity::Bearer::kApiKey);
    const auto of_key = co_await Ask(service, key, begin.next());
    EXPECT_EQ(Words(of_key), "ORDER PLACED") << "its maker's notifications are none of the key's";
    EXPECT_EQ(of_key.listener(), key.context.Caller().session.ToString());
    EXPECT_TRUE((co_await Ask(service, ada, "p1")).expired());
  });
}

TEST_F(LiveApiTest, Waiter_IsWokenByWhatIsNew) {
  auth_.members[shop_.ToString()] = {{bob_, "owner"}};
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    const auto act = [&]() -> Task<bool> {
      co_await Place(service);
      co_return true;
    };
    std::vector<contract::ListLiveEventsResponse> heard;
    const auto wait = [&]() -> Task<bool> {
      heard.push_back(co_await Ask(service, ada, begin.next(), 20'000));
      co_return true;
    };
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, [](auto, auto) {});
    runtime::Every look({.name = "look", .period = std::chrono::milliseconds(5)},
                        [this] { return live_->Look(); });
    group.Keep("look", look.Run());
    co_await runtime::Both(wait(), act());
    group.Cancel();
    co_await group.Join();
    EXPECT_EQ(Words(heard.at(0)), "ORDER PLACED, NOTIFICATION ORDER_PLACED");
  });
}

TEST_F(LiveApiTest, NothingNew_IsAPositionFurtherOn) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    Sql("INSERT INTO terms (kind, language, version, title, body) VALUES ('TERMS', 'en', '1', 't', 'b')");
    const auto page = co_await Ask(service, ada, begin.next(), 1);
    EXPECT_EQ(page.events_size(), 0);
    EXPECT_FALSE(page.expired());
    EXPECT_NE(page.next(), begin.next());
  });
}

TEST_F(LiveApiTest, TokenThatEnds_EndsTheWait) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    ended_.insert("Bearer " + ada_.ToString());
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, [](auto, auto) {});
    runtime::Every look({.name = "look", .period = std::chrono::milliseconds(5)},
                        [this] { return live_->Look(); });
    group.Keep("look", look.Run());
    EXPECT_EQ(co_await ReasonOf(Ask(service, ada, begin.next(), 20'000)), "UNAUTHENTICATED");
    group.Cancel();
    co_await group.Join();
  });
}

TEST_F(LiveApiTest, Close_LetsEverybodyGo) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    live_->Close();
    EXPECT_EQ((co_await Ask(service, ada, begin.next(), 20'000)).events_size(), 0);
  });
}

TEST_F(LiveApiTest, TooManyWho_Wait) {
  live_options_.waits = 3;
  live_options_.waits_each = 2;
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    auto bob = Listens(bob_);
    const auto begin = co_await Ask(service, ada);
    int left = 0;
    const auto wait = [&](AccountId who) -> Task<> {
      auto call = Listens(who);
      co_await Ask(service, call, begin.next(), 20'000);
      ++left;
    };
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, [](auto, auto) {});
    for (const auto who : {ada_, ada_, bob_}) group.Spawn("waits", wait(who));
    for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    EXPECT_EQ(co_await ReasonOf(Ask(service, bob, begin.next(), 20'000)), "OVERLOADED");
    live_->Close();
    co_await group.Join();
    EXPECT_EQ(left, 3);
  });
  live_options_.waits = 10;
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    const auto wait = [&]() -> Task<> {
      auto call = Listens(ada_);
      co_await Ask(service, call, begin.next(), 20'000);
    };
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, [](auto, auto) {});
    for (int i = 0; i < 2; ++i) group.Spawn("waits", wait());
    for (int i = 0; i < 3; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    EXPECT_EQ(co_await ReasonOf(Ask(service, ada, begin.next(), 20'000)), "RATE_LIMITED");
    live_->Close();
    co_await group.Join();
    EXPECT_EQ(co_await ReasonOf(Ask(service, ada, begin.next(), 1)), "") << "there is room again";
  });
}

TEST_F(LiveApiTest, Message_IsToldToBothSides) {
  users_.AddShop(shop_, "Engines");
  const auto part = orders_.Add(ada_, shop_, "261129-7K3M9Q2A-1");
  auth_.members[shop_.ToString()] = {{bob_, "owner"}};
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = Listens(ada_);
    const auto begin = co_await Ask(service, ada);
    contract::StartConversationRequest request;
    request.set_seller_order_id(part);
    request.set_text("Is it on its way?");
    Call as_buyer(ada_);
    const auto conversation = co_await service.StartConversation(as_buyer, std::move(request));
    co_await Settled();
    const auto page = co_await Ask(service, ada, begin.next());
    EXPECT_EQ(Words(page), "MESSAGE BUYER");
    EXPECT_EQ(page.events(0).conversation_id(), conversation.id());
    EXPECT_EQ(page.DebugString().find("way"), std::string::npos) << "no text";
    auto reads_orders = Listens(bob_, {shop_});
    EXPECT_EQ(Words(co_await Ask(service, reads_orders, begin.next())), "NOTIFICATION MESSAGE_RECEIVED");
    identity::Permissions messages;
    messages.Add(marketplace::options::v1::MESSAGES_READ);
    Call reads_messages(bob_, {}, "ListLiveEvents");
    rpc::CallContextBuilder(reads_messages.context)
        .Caller({.account = bob_,
                 .session = Uuid::NewV7(),
                 .permissions = {},
                 .sellers = {{.seller = shop_, .permissions = messages}},
                 .bearer = identity::Bearer::kApiKey});
    EXPECT_EQ(Words(co_await Ask(service, reads_messages, begin.next())), "MESSAGE BUYER");
  });
}

}  // namespace
}  // namespace market::notification
