#include "services/notification/messages.hpp"

#include <stdexcept>

#include "platform/conversions/conversions.hpp"

namespace market::notification {
namespace {

namespace contract = ::marketplace::notification::v1;

std::optional<Uuid> UuidFrom(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto id = Uuid::Parse(text);
  if (!id) throw std::runtime_error("the payload has an id that is none");
  return id;
}

std::string RecipientOf(const domain::Told& told) {
  return told.account ? told.account->ToString() : told.news->invitation.value().ToString();
}

events::Subject About(const domain::Conversation& conversation) {
  return {.aggregate = "conversation/" + conversation.id.ToString(),
          .version = conversation.version,
          .seller = conversation.parties.seller,
          .buyer = conversation.parties.buyer};
}

}  // namespace

outbox::NewMessage MailMessage(const domain::Told& told, std::string trace) {
  const auto& news = *told.news;
  contract::MailOrdered mail;
  mail.set_kind(std::string(domain::Name(news.kind)));
  if (told.account) mail.set_account_id(told.account->ToString());
  if (news.token) mail.set_token_id(news.token->ToString());
  if (news.invitation) mail.set_invitation_id(news.invitation->ToString());
  mail.set_title(news.facts.title);
  if (news.facts.order) mail.set_order_id(news.facts.order->ToString());
  if (news.facts.seller_order) mail.set_seller_order_id(news.facts.seller_order->ToString());
  if (news.facts.seller) mail.set_seller_id(news.facts.seller->ToString());
  if (news.facts.amount) *mail.mutable_amount() = conversions::ToProto(*news.facts.amount);
  if (news.facts.deadline) *mail.mutable_deadline() = conversions::ToProto(*news.facts.deadline);
  if (news.facts.conversation) mail.set_conversation_id(news.facts.conversation->ToString());
  if (news.facts.product) mail.set_product_id(news.facts.product->ToString());
  return {.topic = std::string(kMail),
          .key = RecipientOf(told),
          .payload = mail.SerializeAsString(),
          .trace = std::move(trace)};
}

Mail MailFrom(const outbox::Message& message) {
  contract::MailOrdered order;
  if (!order.ParseFromString(message.payload)) throw std::runtime_error("the payload is no MailOrdered");
  const auto kind = domain::kKinds.Find(order.kind());
  if (!kind) throw std::runtime_error("the payload is a mail of an unknown kind");
  Mail mail;
  if (!order.account_id().empty()) mail.account = AccountId::From(order.account_id());
  mail.news.kind = *kind;
  mail.news.token = UuidFrom(order.token_id());
  mail.news.invitation = UuidFrom(order.invitation_id());
  mail.news.facts = {.title = order.title(),
                     .order = UuidFrom(order.order_id()),
                     .seller_order = UuidFrom(order.seller_order_id())};
  mail.news.facts.conversation = UuidFrom(order.conversation_id());
  mail.news.facts.product = UuidFrom(order.product_id());
  if (!order.seller_id().empty()) mail.news.facts.seller = SellerId::From(order.seller_id());
  if (order.has_amount()) mail.news.facts.amount = conversions::MoneyFrom(order.amount());
  if (order.has_deadline()) mail.news.facts.deadline = conversions::TimeFrom(order.deadline(), "deadline");
  return mail;
}

events::NewEvent MessageSentEvent(const domain::Conversation& conversation, const domain::Message& message) {
  contract::MessageSent sent;
  sent.set_conversation_id(conversation.id.ToString());
  sent.set_message_id(message.id.ToString());
  sent.set_side(std::string(domain::Name(message.side)));
  return events::Of(sent, About(conversation));
}

events::NewEvent ConversationReportedEvent(const domain::Conversation& conversation, domain::Side side) {
  contract::ConversationReported reported;
  reported.set_conversation_id(conversation.id.ToString());
  reported.set_side(std::string(domain::Name(side)));
  return events::Of(reported, About(conversation));
}

}  // namespace market::notification
