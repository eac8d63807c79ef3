#include "platform/conversions/conversions.hpp"
#include "platform/conversions/enum_number.hpp"
#include "services/notification/api/convert.hpp"

namespace market::notification {
namespace {

namespace contract = ::marketplace::notification::v1;

}  // namespace

contract::Conversation ToProto(const domain::Conversation& conversation, const Names& names) {
  const auto& parties = conversation.parties;
  contract::Conversation out;
  out.set_id(conversation.id.ToString());
  if (conversation.side)
    out.set_side(conversions::NumberOf<contract::Conversation::Side>(*conversation.side));
  out.set_seller_id(parties.seller.ToString());
  out.set_seller_name(parties.seller_name);
  if (const auto name = names.find(parties.buyer); name != names.end()) out.set_buyer_name(name->second);
  if (parties.subject.product) out.set_product_id(parties.subject.product->ToString());
  if (parties.subject.seller_order) out.set_seller_order_id(parties.subject.seller_order->ToString());
  out.set_title(parties.subject.title);
  out.set_unread_count(conversation.unread);
  out.set_reported(conversation.reported);
  for (const auto& report : conversation.reports) {
    auto& one = *out.add_reports();
    one.set_side(conversions::NumberOf<contract::Conversation::Side>(report.side));
    one.set_reason(report.reason);
    *one.mutable_create_time() = conversions::ToProto(report.created_at);
  }
  *out.mutable_last_message_time() = conversions::ToProto(conversation.last_message_at);
  *out.mutable_create_time() = conversions::ToProto(conversation.created_at);
  return out;
}

contract::Message ToProto(const domain::Message& message, const domain::Parties& parties,
                          const Names& names) {
  contract::Message out;
  out.set_id(message.id.ToString());
  out.set_conversation_id(message.conversation.ToString());
  out.set_side(conversions::NumberOf<contract::Conversation::Side>(message.side));
  if (message.side == domain::Side::kShop) {
    out.set_author_name(parties.seller_name);
  } else if (const auto name = names.find(parties.buyer); name != names.end()) {
    out.set_author_name(name->second);
  }
  out.set_text(message.text);
  *out.mutable_create_time() = conversions::ToProto(message.created_at);
  return out;
}

contract::Terms ToProto(const domain::Terms& terms) {
  contract::Terms out;
  out.set_kind(conversions::NumberOf<contract::Terms::Kind>(terms.kind));
  out.set_language(terms.language);
  out.set_version(terms.version);
  out.set_title(terms.title);
  out.set_body(terms.body);
  *out.mutable_create_time() = conversions::ToProto(terms.created_at);
  return out;
}

domain::Terms TermsFrom(const contract::PublishTermsRequest& request) {
  return {.kind = domain::kTermsKinds.Require(contract::Terms::Kind_Name(request.kind())),
          .language = request.language(),
          .version = request.version(),
          .title = request.title(),
          .body = request.body(),
          .created_at = {}};
}

}  // namespace market::notification
