#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/api/refusals.hpp"
#include "services/auth/credentials/roles.hpp"

namespace market::auth {
namespace {

constexpr auto kAccountsByAge = "accounts|";
constexpr auto kAccountsByEmail = "accounts by e-mail|";

domain::Role RoleFrom(const std::string& name) {
  const auto role = domain::kRoles.Find(name);
  if (!role) throw InvalidArgument("role", "UNKNOWN_ROLE", "is not a role of an account");
  return *role;
}

api::auth::Account Answered(const storage::Acted& acted) {
  if (std::holds_alternative<storage::NoSuchAccount>(acted)) throw NotFound("the account");
  if (std::holds_alternative<storage::LastAdmin>(acted)) {
    throw LastAdmin();
  }
  if (std::holds_alternative<storage::AccountIsClosed>(acted)) {
    throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "its owner has closed the account for good");
  }
  if (std::holds_alternative<storage::IsOperator>(acted)) {
    throw Error(Code::kPermissionDenied, "PERMISSION_DENIED",
                "the account of an operator is for those who may grant roles");
  }
  if (std::holds_alternative<storage::IsGuest>(acted)) {
    throw Error(Code::kFailedPrecondition, "GUEST_ACCOUNT", "a guest claims the account before it has roles");
  }
  return ToProto(std::get<domain::Account>(acted));
}

storage::AccountFilter FilterOf(const api::auth::ListAccountsRequest& request) {
  storage::AccountFilter filter{.state = StateFrom(request.state()), .guest = std::nullopt};
  if (request.has_guest()) filter.guest = request.guest();
  return filter;
}

// What names the list that a page token belongs to.
std::string WordsOf(const storage::AccountFilter& filter) {
  std::string words(filter.state ? Name(*filter.state) : "");
  if (filter.guest) words += *filter.guest ? "|guests" : "|others";
  return words;
}

api::auth::Role RoleMessage(std::string_view name, api::auth::Role::Scope scope,
                            const identity::Permissions& permissions) {
  api::auth::Role message;
  message.set_name(std::string(name));
  message.set_scope(scope);
  for (const auto permission : permissions.All()) {
    message.add_permissions(std::string(identity::NameOf(permission)));
  }
  return message;
}

}  // namespace

Task<api::auth::ListAccountsResponse> AuthService::ListAccounts(CallContext& call,
                                                                api::auth::ListAccountsRequest request) {
  const auto filter = FilterOf(request);
  const auto email = domain::NormalizeEmail(request.email());
  const auto prefix = domain::NormalizeEmail(request.email_prefix());
  const auto size = rpc::PageSize(request.page_size());
  api::auth::ListAccountsResponse response;
  if (!email.empty() && !email.starts_with(prefix)) co_return response;

  using Position = storage::AccountActs::Position;
  const bool by_email = email.empty() && !prefix.empty();
  const auto list =
      (by_email ? kAccountsByEmail : kAccountsByAge) + WordsOf(filter) + '|' + (by_email ? prefix : email);
  std::vector<domain::Account> accounts;
  if (by_email) {
    std::optional<Position> after;
    if (const auto key = deps_.pages.Decode<std::string, AccountId>(list, request.page_token()))
      after = Position{std::get<0>(*key), std::get<1>(*key)};
    accounts = co_await deps_.account_acts.ListByEmail(call, prefix, filter, after, size + 1);
  } else {
    std::optional<AccountId> before;
    if (const auto key = deps_.pages.Decode<AccountId>(list, request.page_token()))
      before = std::get<0>(*key);
    accounts = email.empty() ? co_await deps_.account_acts.List(call, filter, before, size + 1)
                             : co_await deps_.account_acts.ListOfEmail(call, email, filter, before, size + 1);
  }
  const auto kept = rpc::FillPage(*response.mutable_accounts(), size, accounts,
                                  [](const domain::Account& account) { return ToProto(account); });
  if (kept < accounts.size()) {
    const auto& last = accounts[kept - 1];
    response.set_next_page_token(by_email
                                     ? deps_.pages.Encode(list, domain::NormalizeEmail(last.email), last.id)
                                     : deps_.pages.Encode(list, last.id));
  }
  co_return response;
}

Task<api::auth::Account> AuthService::GetAccount(CallContext& call, api::auth::GetAccountRequest request) {
  const auto account = co_await deps_.accounts.Find(call, AccountId::From(request.account_id()));
  if (!account) throw NotFound("the account");
  co_return ToProto(*account);
}

// Who may take every role away may disable whoever has one; nobody else, or a role would be as good as all
// above it.
Task<api::auth::Account> AuthService::DisableAccount(CallContext& call,
                                                     api::auth::DisableAccountRequest request) {
  const auto target = call.Caller().permissions.Has(marketplace::options::v1::ROLES_GRANT)
                          ? storage::Target::kAnybody
                          : storage::Target::kNoOperator;
  co_return Answered(co_await deps_.account_acts.Disable(call, AccountId::From(request.account_id()),
                                                         request.reason(), target,
                                                         rpc::ActOf(call, request.reason())));
}

Task<api::auth::Account> AuthService::EnableAccount(CallContext& call,
                                                    api::auth::EnableAccountRequest request) {
  co_return Answered(co_await deps_.account_acts.Enable(call, AccountId::From(request.account_id()),
                                                        rpc::ActOf(call, request.reason())));
}

Task<api::auth::Account> AuthService::GrantRole(CallContext& call, api::auth::GrantRoleRequest request) {
  const auto role = RoleFrom(request.role());
  co_return Answered(co_await deps_.account_acts.Grant(call, AccountId::From(request.account_id()), role,
                                                       rpc::ActOf(call, request.reason())));
}

Task<api::auth::Account> AuthService::RevokeRole(CallContext& call, api::auth::RevokeRoleRequest request) {
  const auto role = RoleFrom(request.role());
  co_return Answered(co_await deps_.account_acts.Revoke(call, AccountId::From(request.account_id()), role,
                                                        rpc::ActOf(call, request.reason())));
}

Task<api::auth::ListRolesResponse> AuthService::ListRoles(CallContext& call,
                                                          api::auth::ListRolesRequest request) {
  api::auth::ListRolesResponse response;
  for (const auto word : domain::kRoles.words) {
    *response.add_roles() = RoleMessage(word, api::auth::Role::MARKETPLACE, Of(domain::kRoles.Require(word)));
  }
  for (const auto word : domain::kMemberRoles.words) {
    *response.add_roles() =
        RoleMessage(word, api::auth::Role::SELLER, Of(domain::kMemberRoles.Require(word)));
  }
  co_return response;
}

}  // namespace market::auth
