#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/notification/testing/service_fixture.hpp"

namespace market::notification {
namespace {

namespace contract = api::notification;
using Shown = contract::Conversation;
using testing::ReasonOf;

class ConversationsApiTest : public ServiceFixture {
 protected:
  void SetUp() override {
    users_.AddShop(shop_, "Engines");
    users_.names[ada_.ToString()] = "Ada";
    auth_.members[shop_.ToString()] = {{bob_, "owner"}, {tom_, "staff"}};
    engine_ = products_.Add(shop_, "Difference engine");
    part_ = orders_.Add(ada_, shop_, "261129-7K3M9Q2A-1");
  }

  contract::StartConversationRequest AboutProduct(std::string text = "Does it come with a crank?") const {
    contract::StartConversationRequest request;
    request.set_seller_id(shop_.ToString());
    request.set_product_id(engine_);
    request.set_text(std::move(text));
    return request;
  }
  contract::StartConversationRequest AboutOrder(std::string text = "It is on its way") const {
    contract::StartConversationRequest request;
    request.set_seller_order_id(part_);
    request.set_text(std::move(text));
    return request;
  }
  Call AsBuyer() const { return Call(ada_); }
  Call AsShop() const { return For(shop_, bob_); }
  static Call AsAKey(AccountId maker, SellerId shop) {
    return Call(maker, {.everything = false, .sellers = {shop}}, "SendMessage", identity::Bearer::kApiKey);
  }
  static Task<contract::ListMessagesResponse> Messages(NotificationService& service, CallContext& call,
                                                       std::string id, int size = 0, std::string token = "") {
    contract::ListMessagesRequest request;
    request.set_conversation_id(std::move(id));
    request.set_page_size(size);
    request.set_page_token(std::move(token));
    return service.ListMessages(call, std::move(request));
  }
  static Task<contract::Message> Say(NotificationService& service, CallContext& call, std::string id,
                                     std::string text) {
    contract::SendMessageRequest request;
    request.set_conversation_id(std::move(id));
    request.set_text(std::move(text));
    return service.SendMessage(call, std::move(request));
  }
  static Task<Shown> Look(NotificationService& service, CallContext& call, std::string id) {
    contract::GetConversationRequest request;
    request.set_conversation_id(std::move(id));
    return service.GetConversation(call, std::move(request));
  }

  const AccountId ada_ = AccountId::New();  // buys
  const AccountId bob_ = AccountId::New();  // owns the shop
  const AccountId tom_ = AccountId::New();  // works there
  const AccountId eve_ = AccountId::New();
  const SellerId shop_ = SellerId::New();
  std::string engine_;
  std::string part_;
};

TEST_F(ConversationsApiTest, ABuyerAsks_AndTheShopAnswers) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());
    EXPECT_EQ(begun.side(), Shown::BUYER);
    EXPECT_EQ(begun.seller_name(), "Engines");
    EXPECT_FALSE(begun.has_buyer_name()) << "answers that may be kept name nobody";
    EXPECT_EQ((co_await Look(service, ada, begun.id())).buyer_name(), "Ada");
    EXPECT_EQ(begun.product_id(), engine_);
    EXPECT_EQ(begun.title(), "Difference engine");
    EXPECT_EQ(begun.unread_count(), 0);
    EXPECT_EQ(outbox_wakes_, 1);
    EXPECT_EQ(WaitingMails(), "2") << "the whole team";

    auto bob = AsShop();
    contract::ListConversationsRequest of_shop;
    of_shop.set_seller_id(shop_.ToString());
    auto list = co_await service.ListConversations(bob, of_shop);
    EXPECT_EQ(list.unread_count(), 1);
    EXPECT_EQ(list.conversations_size(), 1);
    EXPECT_EQ(list.conversations(0).side(), Shown::SHOP);
    EXPECT_EQ(list.conversations(0).unread_count(), 1);
    EXPECT_EQ((co_await service.ListConversations(bob, {})).conversations_size(), 0) << "bob buys nothing";

    const auto answer = co_await Say(service, bob, begun.id(), "It does.");
    EXPECT_EQ(answer.side(), Shown::SHOP);
    EXPECT_EQ(answer.author_name(), "Engines") << "not who of the team";
    const auto messages = co_await Messages(service, ada, begun.id());
    EXPECT_EQ(messages.messages_size(), 2);
    EXPECT_EQ(messages.messages(0).text(), "It does.");
    EXPECT_EQ(messages.messages(1).author_name(), "Ada");

    contract::MarkConversationReadRequest read;
    read.set_conversation_id(begun.id());
    read.set_message_id(messages.messages(0).id());
    EXPECT_EQ((co_await Look(service, ada, begun.id())).unread_count(), 1);
    EXPECT_EQ((co_await service.MarkConversationRead(ada, read)).unread_count(), 0);
    EXPECT_EQ((co_await service.ListConversations(ada, {})).unread_count(), 0);

    const auto everything = begun.SerializeAsString() + messages.SerializeAsString();
    for (const auto& account : {ada_, bob_, tom_})
      EXPECT_FALSE(everything.contains(account.ToString())) << "no account is told to anybody";
  });
}

TEST_F(ConversationsApiTest, WhatIsReceived_IsTold_WithTheConversation) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());
    Call tom(tom_);
    const auto told = co_await service.ListNotifications(tom, {});
    EXPECT_EQ(told.notifications_size(), 1);
    EXPECT_EQ(told.notifications(0).kind(), contract::Notification::MESSAGE_RECEIVED);
    EXPECT_EQ(told.notifications(0).conversation_id(), begun.id());
    EXPECT_EQ(told.notifications(0).title(), "Difference engine");
    EXPECT_EQ((co_await service.ListNotifications(ada, {})).notifications_size(), 0) << "she wrote it";

    // Who works there asks as well.
    Call bob(bob_);
    const auto own = co_await service.StartConversation(bob, AboutProduct("Do we have one?"));
    EXPECT_EQ(own.side(), Shown::BUYER);
    EXPECT_EQ((co_await service.ListNotifications(tom, {})).notifications_size(), 2);
    EXPECT_EQ((co_await service.ListNotifications(bob, {})).notifications_size(), 1) << "of what ada wrote";
  });
}

TEST_F(ConversationsApiTest, AboutAProduct_ThatEverybodySees_OfAShopThatSells) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto refused = [&](contract::StartConversationRequest request) {
      return ReasonOf(service.StartConversation(ada, std::move(request)));
    };
    auto request = AboutProduct();
    request.set_product_id(products_.Add(shop_, "A draft", api::product::Product::DRAFT));
    EXPECT_EQ(co_await refused(request), "NOT_FOUND");
    request.set_product_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await refused(request), "NOT_FOUND");

    const auto rival = SellerId::New();
    users_.AddShop(rival, "Looms");
    request = AboutProduct();
    request.set_seller_id(rival.ToString());
    EXPECT_EQ(co_await refused(request), "NOT_FOUND") << "it does not offer it";
    products_.sellers[engine_] = {shop_, SellerId::New(), rival};
    EXPECT_EQ(co_await refused(request), "") << "on the last page of the offers";

    users_.AddShop(shop_, "Engines", api::user::Seller::SUSPENDED);
    EXPECT_EQ(co_await refused(AboutProduct()), "NOT_FOUND");
    EXPECT_EQ(co_await refused(AboutOrder()), "") << "an order goes on";

    request = AboutOrder();
    request.set_product_id(engine_);
    EXPECT_EQ(co_await refused(request), "INVALID_ARGUMENT") << "one of the two";
    request = AboutOrder();
    request.set_seller_id(shop_.ToString());
    EXPECT_EQ(co_await refused(request), "INVALID_ARGUMENT");
    request = AboutProduct();
    request.clear_seller_id();
    EXPECT_EQ(co_await refused(request), "INVALID_ARGUMENT");
    request.clear_product_id();
    EXPECT_EQ(co_await refused(request), "INVALID_ARGUMENT");
  });
}

TEST_F(ConversationsApiTest, AboutAnOrder_ByItsBuyerOrItsShop) {
  RunService([&](NotificationService& service) -> Task<> {
    auto bob = AsShop();
    const auto begun = co_await service.StartConversation(bob, AboutOrder());
    EXPECT_EQ(begun.side(), Shown::SHOP);
    EXPECT_EQ(begun.title(), "261129-7K3M9Q2A-1");
    EXPECT_EQ(WaitingMails(), "1") << "the buyer's";
    auto ada = AsBuyer();
    EXPECT_EQ((co_await service.StartConversation(ada, AboutOrder("thanks"))).id(), begun.id());

    auto eve = For(SellerId::New(), eve_);
    EXPECT_EQ(co_await ReasonOf(service.StartConversation(eve, AboutOrder())), "NOT_FOUND");
    auto nowhere = AboutOrder();
    nowhere.set_seller_order_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(service.StartConversation(ada, nowhere)), "NOT_FOUND");
  });
}

TEST_F(ConversationsApiTest, AStranger_ReachesNothing) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());
    const auto message = (co_await Messages(service, ada, begun.id())).messages(0).id();
    auto eve = For(SellerId::New(), eve_);
    EXPECT_EQ(co_await ReasonOf(Look(service, eve, begun.id())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Messages(service, eve, begun.id())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Say(service, eve, begun.id(), "me too")), "NOT_FOUND");
    contract::MarkConversationReadRequest read;
    read.set_conversation_id(begun.id());
    read.set_message_id(message);
    EXPECT_EQ(co_await ReasonOf(service.MarkConversationRead(eve, read)), "NOT_FOUND");
    contract::ReportConversationRequest report;
    report.set_conversation_id(begun.id());
    report.set_reason("mine");
    EXPECT_EQ(co_await ReasonOf(service.ReportConversation(eve, report)), "NOT_FOUND");
    EXPECT_EQ((co_await service.ListConversations(eve, {})).conversations_size(), 0);
    contract::ListConversationsRequest of_shop;
    of_shop.set_seller_id(shop_.ToString());
    EXPECT_EQ(co_await ReasonOf(service.ListConversations(eve, of_shop)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.ListConversations(ada, of_shop)), "NOT_FOUND")
        << "it is not her shop";
  });
}

TEST_F(ConversationsApiTest, AKey_IsTheShopAlone) {
  RunService([&](NotificationService& service) -> Task<> {
    // Its maker has bought in another shop.
    const auto rival = SellerId::New();
    users_.AddShop(rival, "Looms");
    auto request = AboutProduct();
    request.set_product_id(products_.Add(rival, "Loom"));
    request.set_seller_id(rival.ToString());
    Call bob(bob_);
    const auto own = co_await service.StartConversation(bob, request);
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());

    auto key = AsAKey(bob_, shop_);
    const auto list = co_await service.ListConversations(key, {});
    EXPECT_EQ(list.conversations_size(), 1);
    EXPECT_EQ(list.conversations(0).id(), begun.id());
    EXPECT_EQ(co_await ReasonOf(Look(service, key, own.id())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.StartConversation(key, AboutProduct())), "PERMISSION_DENIED");
    EXPECT_EQ((co_await Say(service, key, begun.id(), "It does.")).side(), Shown::SHOP);
  });
}

TEST_F(ConversationsApiTest, Operators_SeeWhatWasReported) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());
    auto operator_call = ByOperator("ListConversations");
    contract::ListConversationsRequest reported;
    reported.set_reported(true);
    EXPECT_EQ((co_await service.ListConversations(operator_call, reported)).conversations_size(), 0);
    EXPECT_EQ(co_await ReasonOf(Messages(service, operator_call, begun.id())), "NOT_FOUND");
    EXPECT_EQ((co_await service.ListConversations(ada, reported)).conversations_size(), 0);

    contract::ReportConversationRequest report;
    report.set_conversation_id(begun.id());
    report.set_reason("They ask me to pay elsewhere.");
    EXPECT_TRUE((co_await service.ReportConversation(ada, report)).reported());
    EXPECT_EQ((co_await service.ListConversations(ada, reported)).conversations_size(), 1);
    EXPECT_EQ((co_await service.ListConversations(ada, reported)).conversations(0).reports_size(), 0);
    const auto seen = co_await service.ListConversations(operator_call, reported);
    EXPECT_EQ(seen.conversations_size(), 1);
    EXPECT_EQ(seen.conversations(0).reports(0).reason(), "They ask me to pay elsewhere.");
    EXPECT_FALSE(seen.conversations(0).has_side());
    EXPECT_EQ((co_await Messages(service, operator_call, begun.id())).messages_size(), 1);
    EXPECT_EQ((co_await service.ListConversations(operator_call, {})).conversations_size(), 0) << "their own";
  });
}

TEST_F(ConversationsApiTest, PagesGoOn_AndBelongToTheirList) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct("1"));
    for (const auto* text : {"2", "3"}) {
      Call next(ada_);
      co_await Say(service, next, begun.id(), text);
    }
    const auto page = co_await Messages(service, ada, begun.id(), 2);
    EXPECT_EQ(page.messages(1).text(), "2");
    const auto rest = co_await Messages(service, ada, begun.id(), 2, page.next_page_token());
    EXPECT_EQ(rest.messages_size(), 1);
    EXPECT_EQ(rest.messages(0).text(), "1");
    EXPECT_FALSE(rest.has_next_page_token());

    Call again(ada_);
    const auto other = co_await service.StartConversation(again, AboutOrder());
    EXPECT_EQ(co_await ReasonOf(Messages(service, ada, other.id(), 2, page.next_page_token())),
              "INVALID_PAGE_TOKEN");
    contract::ListConversationsRequest list;
    list.set_page_size(1);
    const auto first = co_await service.ListConversations(ada, list);
    EXPECT_EQ(first.conversations(0).id(), other.id());
    list.set_page_token(first.next_page_token());
    EXPECT_EQ((co_await service.ListConversations(ada, list)).conversations(0).id(), begun.id());
    list.set_unread(true);
    EXPECT_EQ(co_await ReasonOf(service.ListConversations(ada, list)), "INVALID_PAGE_TOKEN");
  });
}

TEST_F(ConversationsApiTest, TheSameRequest_SendsOnce) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct());
    co_await service.StartConversation(ada, AboutProduct());
    Call next(ada_);
    const auto one = co_await Say(service, next, begun.id(), "and?");
    EXPECT_EQ((co_await Say(service, next, begun.id(), "and?")).id(), one.id());
    EXPECT_EQ((co_await Messages(service, ada, begun.id())).messages_size(), 2);
  });
}

TEST_F(ConversationsApiTest, WhoLeaves_TakesTheirWordsAlong) {
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    const auto begun = co_await service.StartConversation(ada, AboutProduct("My name is Ada"));
    auto bob = AsShop();
    co_await Say(service, bob, begun.id(), "Hello");
    contract::ReportConversationRequest report;
    report.set_conversation_id(begun.id());
    report.set_reason("He asked Ada");
    co_await service.ReportConversation(ada, report);

    CallContext call(Soon());
    marketplace::type::v1::ExportPersonalDataRequest wanted;
    wanted.set_account_id(ada_.ToString());
    const auto told = co_await service.ExportPersonalData(call, wanted);
    std::string kinds;
    for (const auto& record : told.records()) kinds += record.kind() + ",";
    EXPECT_EQ(kinds, "conversation,conversation report,message,notification,");
    EXPECT_EQ(told.records(2).fields().at("text"), "My name is Ada");

    marketplace::type::v1::ErasePersonalDataRequest erase;
    erase.set_account_id(ada_.ToString());
    for (int i = 0; i < 2; ++i) co_await service.ErasePersonalData(call, erase);
    users_.names.clear();
    const auto left = co_await Messages(service, bob, begun.id());
    EXPECT_EQ(left.messages_size(), 2);
    EXPECT_EQ(left.messages(0).text(), "Hello");
    EXPECT_EQ(left.messages(1).text(), "erased");
    EXPECT_FALSE(left.messages(1).has_author_name());
    EXPECT_EQ(Sql("SELECT reason FROM conversation_report"), "erased");
    EXPECT_EQ(Sql("SELECT count(*) FROM writing_limit WHERE account_id = '" + ada_.ToString() + "'"), "0");
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event"), "1") << "the second time there was nothing to do";
  });
}

TEST_F(ConversationsApiTest, WhileAuthIsDown_NothingIsSentThatNobodyWouldBeToldOf) {
  auth_.down = true;
  RunService([&](NotificationService& service) -> Task<> {
    auto ada = AsBuyer();
    EXPECT_EQ(co_await ReasonOf(service.StartConversation(ada, AboutProduct())), "UNAVAILABLE");
    EXPECT_EQ((co_await service.ListConversations(ada, {})).conversations_size(), 0);
  });
}

}  // namespace
}  // namespace market::notification
