#include <algorithm>

#include "platform/rpc/act.hpp"
#include "platform/rpc/partial_update.hpp"
#include "platform/telemetry/log.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

namespace options = marketplace::options::v1;

constexpr std::chrono::milliseconds kBindLimit{500};

bool Grants(const CallContext& call, const SellerId& seller, identity::Permission permission) {
  const auto granted = call.Caller().SellersWith(permission);
  return std::ranges::find(granted, seller) != granted.end();
}

Error LastOwner() {
  return Error(Code::kFailedPrecondition, "LAST_OWNER", "it is the last owner of the shop");
}

Error Denied(const std::string& message) {
  return Error(Code::kPermissionDenied, "PERMISSION_DENIED", message);
}

void LogDeferred(const CallContext& call, std::string_view event, const SellerId& seller,
                 const Error& error) {
  telemetry::log::Info(event, {{"seller_id", seller.ToString()}, {"reason", error.reason}}, &call.Trace());
}

}  // namespace

void UserService::RequireControl(const CallContext& call, const SellerId& seller,
                                 const std::string& otherwise) {
  if (!Grants(call, seller, options::SELLERS_CONTROL)) throw Denied(otherwise);
}

Task<> UserService::TryBind(CallContext& call, domain::Member member) {
  auto binding = CallContext::ForWork(kBindLimit, call.Span());
  try {
    co_await deps_.auth.BindSeller(binding, BindingOf(member));
  } catch (const Error& error) {
    LogDeferred(call, "user.bind_deferred", member.seller, error);
  }
  deps_.wake_outbox();
}

Task<> UserService::TryUnbind(CallContext& call, SellerId seller, AccountId account, std::int64_t version) {
  auto binding = CallContext::ForWork(kBindLimit, call.Span());
  try {
    co_await deps_.auth.UnbindSeller(binding, UnbindingOf(seller, account, version));
  } catch (const Error& error) {
    LogDeferred(call, "user.unbind_deferred", seller, error);
  }
  deps_.wake_outbox();
}

Task<api::user::ListMembersResponse> UserService::ListMembers(CallContext& call,
                                                              api::user::ListMembersRequest request) {
  const auto members = co_await deps_.members.List(call, SellerId::From(request.seller_id()));
  // There is no seller without a member.
  if (members.empty()) throw NotFound("the seller");
  api::user::ListMembersResponse response;
  for (const auto& member : members) *response.add_members() = ToProto(member);
  co_return response;
}

Task<api::user::Member> UserService::UpdateMember(CallContext& call, api::user::UpdateMemberRequest request) {
  const auto seller = SellerId::From(request.seller_id());
  const auto account = AccountId::From(request.account_id());
  if (!rpc::PartialUpdate(request.member(), request.update_mask()).Changes("role")) {
    throw InvalidArgument("member.role", "REQUIRED", "the role is what can be changed");
  }
  const auto role = RoleFrom(request.member().role(), "member.role");
  const auto changed =
      co_await deps_.members.SetRole(call, seller, account, role, rpc::ExpectedVersion(request.if_match()),
                                     call.Trace().ToTraceparent(), rpc::ActOf(call));
  if (std::holds_alternative<storage::Missing>(changed)) throw NotFound("the member");
  if (std::holds_alternative<storage::VersionDiffers>(changed)) throw EtagMismatch();
  if (std::holds_alternative<storage::LastOwner>(changed)) throw LastOwner();
  const auto& member = std::get<domain::Member>(changed);
  co_await TryBind(call, member);
  co_return ToProto(member);
}

Task<google::protobuf::Empty> UserService::RemoveMember(CallContext& call,
                                                        api::user::RemoveMemberRequest request) {
  using Whom = storage::Members::Whom;
  const auto seller = SellerId::From(request.seller_id());
  const auto account = AccountId::From(request.account_id());
  const bool goes = account == call.Caller().account;
  if (!goes && !Grants(call, seller, options::MEMBERS_WRITE)) throw Denied("you can only go yourself");
  const auto whom = goes || Grants(call, seller, options::SELLERS_CONTROL) ? Whom::kAnybody : Whom::kStaff;
  std::optional<audit::Act> act;
  if (!goes) {
    act = rpc::ActOf(call);
    act->permission = identity::NameOf(options::MEMBERS_WRITE);
  }
  const auto removed =
      co_await deps_.members.Remove(call, seller, account, whom, rpc::ExpectedVersion(request.if_match()),
                                    call.Trace().ToTraceparent(), std::move(act));
  if (std::holds_alternative<storage::Missing>(removed)) throw NotFound("the member");
  if (std::holds_alternative<storage::VersionDiffers>(removed)) throw EtagMismatch();
  if (std::holds_alternative<storage::LastOwner>(removed)) throw LastOwner();
  if (std::holds_alternative<storage::NotStaff>(removed)) {
    throw Denied("only an owner removes who is above staff");
  }
  co_await TryUnbind(call, seller, account, std::get<storage::Ended>(removed).version);
  co_return google::protobuf::Empty();
}

}  // namespace market::user
