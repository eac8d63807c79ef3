#include "services/notification/messages.hpp"

#include <gtest/gtest.h>

namespace market::notification {
namespace {

outbox::Message Arrived(const outbox::NewMessage& sent) {
  return {.id = Uuid::NewV7(),
          .topic = sent.topic,
          .key = sent.key,
          .payload = sent.payload,
          .trace = sent.trace};
}

domain::Conversation AConversation() {
  return {.id = domain::ConversationId::New(),
          .parties = {.buyer = AccountId::New(),
                      .seller = SellerId::New(),
                      .seller_name = "Engines",
                      .subject = {}},
          .version = 7};
}

TEST(NotificationMessages, AMail_IsReadAsItWasWritten) {
  const domain::News news{.kind = domain::Kind::kMessageReceived,
                          .facts = {.title = "Difference engine",
                                    .seller = SellerId::New(),
                                    .conversation = Uuid::NewV7(),
                                    .product = Uuid::NewV7()}};
  const auto ada = AccountId::New();
  const auto mail = MailFrom(Arrived(MailMessage({.account = ada, .news = &news}, "trace")));
  EXPECT_EQ(mail.account, ada);
  EXPECT_EQ(mail.news.kind, news.kind);
  EXPECT_EQ(mail.news.facts.title, news.facts.title);
  EXPECT_EQ(mail.news.facts.seller, news.facts.seller);
  EXPECT_EQ(mail.news.facts.conversation, news.facts.conversation);
  EXPECT_EQ(mail.news.facts.product, news.facts.product);
  EXPECT_FALSE(mail.news.facts.order.has_value());
}

TEST(NotificationMessages, EventsOfAConversation_HaveIdsAlone) {
  namespace contract = ::marketplace::notification::v1;
  const auto conversation = AConversation();
  const domain::Message message{.id = domain::MessageId::New(),
                                .conversation = conversation.id,
                                .side = domain::Side::kShop,
                                .text = "It does."};
  const auto sent = MessageSentEvent(conversation, message);
  EXPECT_EQ(sent.type, "notification.MessageSent");
  EXPECT_EQ(sent.about.aggregate, "conversation/" + conversation.id.ToString());
  EXPECT_EQ(sent.about.version, 7);
  EXPECT_EQ(sent.about.buyer, conversation.parties.buyer);
  EXPECT_EQ(sent.about.seller, conversation.parties.seller);
  contract::MessageSent payload;
  ASSERT_TRUE(payload.ParseFromString(sent.payload));
  EXPECT_EQ(payload.message_id(), message.id.ToString());
  EXPECT_EQ(payload.side(), "SHOP");
  EXPECT_FALSE(sent.payload.contains("It does."));

  contract::ConversationReported reported;
  ASSERT_TRUE(
      reported.ParseFromString(ConversationReportedEvent(conversation, domain::Side::kBuyer).payload));
  EXPECT_EQ(reported.conversation_id(), conversation.id.ToString());
  EXPECT_EQ(reported.side(), "BUYER");
}

}  // namespace
}  // namespace market::notification
