#include "platform/rpc/act.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

Error Invalid() {
  return Error(Code::kFailedPrecondition, "INVITATION_INVALID",
               "the invitation was accepted, withdrawn or has expired");
}

}  // namespace

Task<api::user::Invitation> UserService::CreateInvitation(CallContext& call,
                                                          api::user::CreateInvitationRequest request) {
  domain::Invitation draft{.id = domain::InvitationId(call.OperationId()),
                           .seller = SellerId::From(request.seller_id()),
                           .email = request.email(),
                           .role = RoleFrom(request.role(), "role"),
                           .invited_by = call.Caller().account,
                           .created_at = {},
                           .expires_at = {}};
  if (draft.role != domain::MemberRole::kStaff) {
    RequireControl(call, draft.seller, "only an owner invites managers and owners");
  }
  const auto digest = storage::InvitationTokens::DigestOf(deps_.invitation_tokens.Of(draft.id)).value();
  const auto invited =
      co_await deps_.invitations.Create(call, draft, deps_.invitation_lifetime, digest, rpc::ActOf(call));
  if (std::holds_alternative<storage::Missing>(invited)) throw NotFound("the seller");
  if (const auto* refused = std::get_if<storage::NotAllowed>(&invited)) {
    throw IllegalTransition(*refused, "a closed shop invites nobody");
  }
  if (std::holds_alternative<storage::Exists>(invited)) {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "this e-mail has an open invitation already")
        .WithField("email", "INVITED", "withdraw the open invitation to send another one");
  }
  if (const auto* reached = std::get_if<storage::LimitReached>(&invited)) {
    throw LimitReached(*reached, "a shop can have at most 50 open invitations");
  }
  co_return ToProto(std::get<domain::Invitation>(invited));
}

Task<api::user::ListInvitationsResponse> UserService::ListInvitations(
    CallContext& call, api::user::ListInvitationsRequest request) {
  api::user::ListInvitationsResponse response;
  for (const auto& invitation : co_await deps_.invitations.List(call, SellerId::From(request.seller_id()))) {
    *response.add_invitations() = ToProto(invitation);
  }
  co_return response;
}

Task<google::protobuf::Empty> UserService::DeleteInvitation(CallContext& call,
                                                            api::user::DeleteInvitationRequest request) {
  const bool withdrawn = co_await deps_.invitations.Withdraw(
      call, SellerId::From(request.seller_id()), domain::InvitationId::From(request.invitation_id()),
      rpc::ActOf(call));
  if (!withdrawn) throw NotFound("the invitation");
  co_return google::protobuf::Empty();
}

Task<api::user::Member> UserService::AcceptInvitation(CallContext& call,
                                                      api::user::AcceptInvitationRequest request) {
  const auto account = call.Caller().account;
  const auto digest = storage::InvitationTokens::DigestOf(request.token());
  if (!digest) throw Invalid();
  const auto accepted = co_await deps_.invitations.Accept(
      call, *digest, account, co_await EmailOf(call, account), call.Trace().ToTraceparent());
  if (std::holds_alternative<storage::NotOpen>(accepted)) throw Invalid();
  if (std::holds_alternative<storage::NotYours>(accepted)) {
    throw Error(Code::kFailedPrecondition, "INVITATION_NOT_YOURS",
                "the invitation is for an account with another e-mail");
  }
  if (std::holds_alternative<storage::Exists>(accepted)) {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "you are in the team of this shop already");
  }
  if (const auto* reached = std::get_if<storage::LimitReached>(&accepted)) {
    throw LimitReached(*reached, "a shop can have at most 50 members, an account be in at most 20 teams");
  }
  const auto& member = std::get<domain::Member>(accepted);
  co_await TryBind(call, member);
  co_return ToProto(member);
}

// An account that was just erased has none.
Task<std::string> UserService::EmailOf(CallContext& call, AccountId account) {
  api::auth::GetContactsRequest request;
  request.add_account_ids(account.ToString());
  const auto response = co_await deps_.auth.GetContacts(call, std::move(request));
  co_return response.contacts_size() == 1 ? response.contacts(0).email() : "";
}

Task<api::user::RevealedInvitation> UserService::RevealInvitation(
    CallContext& call, api::user::RevealInvitationRequest request) {
  const auto id = domain::InvitationId::From(request.invitation_id());
  const auto invitation = co_await deps_.invitations.Find(call, id);
  if (!invitation) throw NotFound("the invitation");
  const auto seller =
      co_await deps_.sellers.Find(call, invitation->seller, {.everything = true, .sellers = {}});
  api::user::RevealedInvitation response;
  *response.mutable_invitation() = ToProto(*invitation);
  *response.mutable_seller() = CardOf(seller.value());
  response.set_token(deps_.invitation_tokens.Of(id));
  co_return response;
}

}  // namespace market::user
