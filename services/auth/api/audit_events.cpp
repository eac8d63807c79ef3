#include "marketplace/type/v1/act.pb.h"
#include "platform/conversions/conversions.hpp"
#include "platform/events/event.hpp"
#include "platform/rpc/page.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"

namespace market::auth {
namespace {

using marketplace::type::v1::ActRecorded;

// Of what another service says; nothing where it says nothing.
template <class Value>
std::optional<Value> ToldId(const std::string& text) {
  const auto id = Value::Parse(text);
  if (!id && !text.empty())
    throw InvalidArgument("event.payload", "INVALID_UUID", "names an id that is none");
  return id;
}

storage::AuditEvent EventFrom(const marketplace::type::v1::Event& event, const ActRecorded& told) {
  const auto id = ToldId<Uuid>(told.act_id());
  if (!id) throw InvalidArgument("event.payload", "REQUIRED", "names no act");
  return {.id = *id,
          .at = conversions::TimeFrom(event.time(), "event.time"),
          .act = {.account = ToldId<AccountId>(told.account_id()),
                  .actor = told.actor(),
                  .api_key = ToldId<Uuid>(told.api_key_id()),
                  .service = told.service(),
                  .permission = told.permission(),
                  .method = told.method(),
                  .request_id = told.request_id(),
                  .trace_id = told.trace_id(),
                  .address = told.address(),
                  .target_type = told.target_type(),
                  .target_id = told.target_id(),
                  .seller = ToldId<SellerId>(told.seller_id()),
                  .reason = told.reason(),
                  .before = {told.before().begin(), told.before().end()},
                  .after = {told.after().begin(), told.after().end()}},
          .email = std::nullopt};
}

api::auth::AuditEvent AsListed(const storage::AuditEvent& event) {
  const auto& act = event.act;
  api::auth::AuditEvent message;
  message.set_id(event.id.ToString());
  message.set_service(act.service);
  *message.mutable_create_time() = conversions::ToProto(event.at);
  auto& actor = *message.mutable_actor();
  actor.set_kind(act.actor);
  if (act.account) actor.set_account_id(act.account->ToString());
  if (event.email) actor.set_email(*event.email);
  if (act.api_key) actor.set_api_key_id(act.api_key->ToString());
  message.set_permission(act.permission);
  message.set_method(act.method);
  message.mutable_target()->set_type(act.target_type);
  message.mutable_target()->set_id(act.target_id);
  if (act.seller) message.set_seller_id(act.seller->ToString());
  message.set_reason(act.reason);
  message.set_address(act.address);
  message.set_trace_id(act.trace_id);
  message.set_request_id(act.request_id);
  message.mutable_before()->insert(act.before.begin(), act.before.end());
  message.mutable_after()->insert(act.after.begin(), act.after.end());
  return message;
}

storage::WantedActs WantedBy(const api::auth::ListAuditEventsRequest& request) {
  storage::WantedActs wanted{.account = AccountId::Parse(request.actor_id()),
                             .api_key = Uuid::Parse(request.api_key_id()),
                             .target_id = GivenText(request.target_id()),
                             .target_type = GivenText(request.target_type()),
                             .method = GivenText(request.method()),
                             .service = GivenText(request.service()),
                             .seller = SellerId::Parse(request.seller_id()),
                             .from = std::nullopt,
                             .to = std::nullopt};
  if (request.has_create_time_from()) {
    wanted.from = conversions::TimeFrom(request.create_time_from(), "createTimeFrom");
  }
  if (request.has_create_time_to()) {
    wanted.to = conversions::TimeFrom(request.create_time_to(), "createTimeTo");
  }
  if (wanted.from && wanted.to && *wanted.from >= *wanted.to) {
    throw InvalidArgument("createTimeTo", "OUT_OF_RANGE", "must be later than createTimeFrom");
  }
  return wanted;
}

}  // namespace

Task<api::auth::ListAuditEventsResponse> AuthService::ListAuditEvents(
    CallContext& call, api::auth::ListAuditEventsRequest request) {
  const auto wanted = WantedBy(request);
  const auto size = rpc::PageSize(request.page_size());
  const auto token = request.page_token();
  request.clear_page_size();
  request.clear_page_token();
  const auto filter = "audit_events|" + request.SerializeAsString();
  std::optional<storage::ActPosition> before;
  if (const auto position = deps_.pages.Decode<Time, Uuid>(filter, token)) {
    before = storage::ActPosition{std::get<0>(*position), std::get<1>(*position)};
  }
  auto events = co_await deps_.audit_events.List(call, wanted, before, size + 1);
  api::auth::ListAuditEventsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_audit_events(), size, events,
                                  [](const storage::AuditEvent& event) { return AsListed(event); });
  if (kept < events.size()) {
    const auto& last = events[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.at, last.id));
  }
  co_return response;
}

// A service tells of its own record only.
Task<google::protobuf::Empty> AuthService::Deliver(CallContext& call,
                                                   marketplace::type::v1::DeliverRequest request) {
  const auto told = events::As<ActRecorded>(request.event());
  if (!told) throw InvalidArgument("event.type", "UNKNOWN_VALUE", "is no event that is acted upon");
  if (!call.Service().empty() && call.Service() != told->service()) {
    throw InvalidArgument("event.payload", "NOT_YOURS", "is of the record of another service");
  }
  co_await deps_.audit_events.Keep(call, EventFrom(request.event(), *told));
  co_return google::protobuf::Empty();
}

}  // namespace market::auth
