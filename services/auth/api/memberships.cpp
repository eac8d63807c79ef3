#include "services/auth/api/auth_service.hpp"
#include "services/auth/credentials/roles.hpp"

namespace market::auth {

Task<google::protobuf::Empty> AuthService::BindSeller(CallContext& call,
                                                      api::auth::BindSellerRequest request) {
  const auto role = domain::kMemberRoles.Find(request.role());
  if (!role) throw InvalidArgument("role", "UNKNOWN_ROLE", "is not a role of a seller's member");
  const auto bound =
      co_await deps_.memberships.Set(call, AccountId::From(request.account_id()),
                                     SellerId::From(request.seller_id()), *role, request.version());
  if (bound == storage::Binding::kNoSuchAccount) throw NotFound("the account");
  co_return google::protobuf::Empty();
}

// An account that is gone has no membership left to end.
Task<google::protobuf::Empty> AuthService::UnbindSeller(CallContext& call,
                                                        api::auth::UnbindSellerRequest request) {
  co_await deps_.memberships.Set(call, AccountId::From(request.account_id()),
                                 SellerId::From(request.seller_id()), std::nullopt, request.version());
  co_return google::protobuf::Empty();
}

Task<api::auth::ListMembersResponse> AuthService::ListMembers(CallContext& call,
                                                              api::auth::ListMembersRequest request) {
  api::auth::ListMembersResponse response;
  for (const auto& found : co_await deps_.memberships.List(call, SellerId::From(request.seller_id()))) {
    auto& member = *response.add_members();
    member.set_account_id(found.account.ToString());
    member.set_role(std::string(domain::Name(found.role)));
  }
  co_return response;
}

Task<api::auth::GetContactsResponse> AuthService::GetContacts(CallContext& call,
                                                              api::auth::GetContactsRequest request) {
  std::vector<AccountId> accounts;
  for (const auto& id : request.account_ids()) accounts.push_back(AccountId::From(id));
  api::auth::GetContactsResponse response;
  for (const auto& found : co_await deps_.memberships.Contacts(call, std::move(accounts))) {
    auto& contact = *response.add_contacts();
    contact.set_account_id(found.account.ToString());
    contact.set_email(found.email);
  }
  co_return response;
}

Task<api::auth::FindAccountResponse> AuthService::FindAccount(CallContext& call,
                                                              api::auth::FindAccountRequest request) {
  const auto email = domain::NormalizeEmail(request.email());
  const auto found = co_await deps_.accounts.FindId(call, email);
  api::auth::FindAccountResponse response;
  if (found) response.set_account_id(found->ToString());
  if (request.guests()) {
    for (const auto& guest : co_await deps_.accounts.FindGuests(call, email))
      response.add_guest_ids(guest.ToString());
  }
  if (!found && response.guest_ids().empty()) throw NotFound("the account");
  co_return response;
}

Task<api::auth::CountOperatorsResponse> AuthService::CountOperators(
    CallContext& call, api::auth::CountOperatorsRequest request) {
  std::vector<domain::Role> roles;
  if (const auto permission = identity::PermissionOf(request.permission())) {
    for (const auto word : domain::kRoles.words) {
      const auto role = domain::kRoles.Require(word);
      if (Of(role).Has(*permission)) roles.push_back(role);
    }
  }
  api::auth::CountOperatorsResponse response;
  response.set_operators(co_await deps_.accounts.CountWithRoles(call, std::move(roles)));
  co_return response;
}

}  // namespace market::auth
