// What buyers and shops write to each other: begun, listed, read, marked as read, reported.
#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/rpc/page.hpp"
#include "services/notification/api/convert.hpp"
#include "services/notification/api/notification_service.hpp"

namespace market::notification {
namespace {

using domain::ConversationId;
using domain::Side;

// What is done is answered without asking anybody for names. And answers are kept for repetitions: by a shop's own key,
// which the erasure of its buyer's account does not find.
const Names kNobody;

bool IsPerson(const CallContext& call) { return call.Caller().bearer == identity::Bearer::kPerson; }

// What its maker has bought is nothing of an API key.
storage::Scope ReadingScope(const CallContext& call) {
  storage::Scope scope{
      .buyer = std::nullopt, .sellers = call.Reach().sellers, .reported = call.Reach().everything};
  if (IsPerson(call)) scope.buyer = call.Caller().account;
  return scope;
}

// Operators write nothing.
storage::Scope WritingScope(const CallContext& call) {
  auto scope = ReadingScope(call);
  scope.reported = false;
  return scope;
}

domain::Draft DraftOf(const CallContext& call, const std::string& text) {
  return {.id = domain::MessageId(call.OperationId()), .author = call.Caller().account, .text = text};
}

// What a list shows, and to whom.
struct Listing {
  storage::Scope scope;
  storage::Shelf shelf = storage::Shelf::kOfBuyer;
};

Listing ListingOf(const CallContext& call, const api::notification::ListConversationsRequest& request) {
  const auto& sellers = call.Reach().sellers;
  if (const auto seller = SellerId::Parse(request.seller_id())) {
    if (std::ranges::find(sellers, *seller) == sellers.end()) throw NotFound("the seller");
    return {.scope = {.buyer = std::nullopt, .sellers = {*seller}}, .shelf = storage::Shelf::kOfShops};
  }
  if (request.reported() && call.Reach().everything)
    return {.scope = ReadingScope(call), .shelf = storage::Shelf::kReported};
  if (!IsPerson(call)) return {.scope = WritingScope(call), .shelf = storage::Shelf::kOfShops};
  return {.scope = {.buyer = call.Caller().account, .sellers = {}}, .shelf = storage::Shelf::kOfBuyer};
}

std::string FilterOf(const CallContext& call, api::notification::ListConversationsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return "conversations|" + call.Caller().account.ToString() + '|' + request.SerializeAsString();
}

}  // namespace

Task<domain::Conversation> NotificationService::Require(CallContext& call, ConversationId id,
                                                        storage::Scope scope) {
  auto found = co_await deps_.conversations.Find(call, id, std::move(scope));
  if (!found) throw NotFound("the conversation");
  co_return std::move(*found);
}

Task<domain::Parties> NotificationService::PartiesOf(
    CallContext& call, const api::notification::StartConversationRequest& request) {
  if (request.seller_order_id().empty() == request.product_id().empty())
    throw InvalidArgument("productId", "REQUIRED", "either a product or a seller order");
  if (!request.product_id().empty()) {
    if (request.seller_id().empty()) throw InvalidArgument("sellerId", "REQUIRED", "which shop to write to");
    if (!IsPerson(call)) throw Error(Code::kPermissionDenied, "PERMISSION_DENIED", "a key is no buyer");
    return deps_.counterparts.OfProduct(call, request.seller_id(), request.product_id());
  }
  if (!request.seller_id().empty())
    throw InvalidArgument("sellerId", "UNEXPECTED", "a seller order says which shop it is");
  return deps_.counterparts.OfSellerOrder(call, request.seller_order_id());
}

Task<api::notification::Conversation> NotificationService::StartConversation(
    CallContext& call, api::notification::StartConversationRequest request) {
  auto parties = co_await PartiesOf(call, request);
  const auto scope = WritingScope(call);
  const bool buys = scope.buyer == parties.buyer;
  if (!buys && std::ranges::find(scope.sellers, parties.seller) == scope.sellers.end())
    throw NotFound("the seller order");
  const auto side = buys ? Side::kBuyer : Side::kShop;
  auto others = co_await deps_.counterparts.Others(call, parties, domain::Other(side), call.Caller().account);
  auto sent = co_await deps_.conversations.Start(call, std::move(parties), side,
                                                 DraftOf(call, request.text()), std::move(others));
  if (sent.mails > 0) deps_.wake_outbox();
  deps_.wake_live();
  co_return ToProto(sent.conversation, kNobody);
}

Task<api::notification::Message> NotificationService::SendMessage(
    CallContext& call, api::notification::SendMessageRequest request) {
  const auto scope = WritingScope(call);
  const auto conversation = co_await Require(call, ConversationId::From(request.conversation_id()), scope);
  auto others = co_await deps_.counterparts.Others(
      call, conversation.parties, domain::Other(conversation.side.value()), call.Caller().account);
  const auto sent = co_await deps_.conversations.Send(call, conversation.id, scope,
                                                      DraftOf(call, request.text()), std::move(others));
  if (!sent) throw NotFound("the conversation");
  if (sent->mails > 0) deps_.wake_outbox();
  deps_.wake_live();
  co_return ToProto(sent->message, conversation.parties, kNobody);
}

Task<api::notification::ListConversationsResponse> NotificationService::ListConversations(
    CallContext& call, api::notification::ListConversationsRequest request) {
  const auto listing = ListingOf(call, request);
  const auto filter = FilterOf(call, request);
  std::optional<storage::ConversationPlace> after;
  if (const auto key = deps_.pages.Decode<Time, ConversationId>(filter, request.page_token()))
    after.emplace(std::get<0>(*key), std::get<1>(*key));
  const auto size = rpc::PageSize(request.page_size());
  auto found = co_await deps_.conversations.List(
      call, listing.scope,
      {.shelf = listing.shelf, .unread = request.unread(), .reported = request.reported()}, after, size + 1);
  std::vector<AccountId> buyers;
  for (const auto& one : found) buyers.push_back(one.parties.buyer);
  const auto names = co_await deps_.counterparts.NamesOf(call, std::move(buyers));
  api::notification::ListConversationsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_conversations(), size, found,
                                  [&](const domain::Conversation& one) { return ToProto(one, names); });
  if (kept < found.size()) {
    const auto& last = found[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.last_message_at, last.id));
  }
  response.set_unread_count(co_await deps_.conversations.CountUnread(call, listing.scope, listing.shelf));
  co_return response;
}

Task<api::notification::Conversation> NotificationService::GetConversation(
    CallContext& call, api::notification::GetConversationRequest request) {
  const auto conversation =
      co_await Require(call, ConversationId::From(request.conversation_id()), ReadingScope(call));
  co_return ToProto(conversation, co_await deps_.counterparts.NamesOf(call, {conversation.parties.buyer}));
}

Task<api::notification::ListMessagesResponse> NotificationService::ListMessages(
    CallContext& call, api::notification::ListMessagesRequest request) {
  const auto scope = ReadingScope(call);
  const auto conversation = co_await Require(call, ConversationId::From(request.conversation_id()), scope);
  const auto filter = "messages|" + request.conversation_id() + '|' + call.Caller().account.ToString();
  std::optional<std::int64_t> before;
  if (const auto key = deps_.pages.Decode<std::int64_t>(filter, request.page_token()))
    before = std::get<0>(*key);
  const auto size = rpc::PageSize(request.page_size());
  auto found = co_await deps_.conversations.Messages(call, conversation.id, scope, before, size + 1);
  const auto names = co_await deps_.counterparts.NamesOf(call, {conversation.parties.buyer});
  api::notification::ListMessagesResponse response;
  const auto kept = rpc::FillPage(
      *response.mutable_messages(), size, found,
      [&](const domain::Message& message) { return ToProto(message, conversation.parties, names); });
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].number));
  co_return response;
}

Task<api::notification::Conversation> NotificationService::MarkConversationRead(
    CallContext& call, api::notification::MarkConversationReadRequest request) {
  auto marked = co_await deps_.conversations.MarkRead(call, ConversationId::From(request.conversation_id()),
                                                      WritingScope(call),
                                                      domain::MessageId::From(request.message_id()));
  if (!marked) throw NotFound("the conversation or the message");
  co_return ToProto(*marked, kNobody);
}

Task<api::notification::Conversation> NotificationService::ReportConversation(
    CallContext& call, api::notification::ReportConversationRequest request) {
  auto reported =
      co_await deps_.conversations.Report(call, ConversationId::From(request.conversation_id()),
                                          WritingScope(call), call.Caller().account, request.reason());
  if (!reported) throw NotFound("the conversation");
  co_return ToProto(*reported, kNobody);
}

}  // namespace market::notification
