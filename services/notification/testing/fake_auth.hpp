// The auth service as notification's tests see it: it knows members, e-mails and mailed tokens, or is down.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/core/error.hpp"

namespace market::notification {

class FakeAuth final : public api::AuthStandIn {
 public:
  bool down = false;
  std::map<std::string, std::vector<std::pair<AccountId, std::string>>>
      members;  // of sellers, with their roles
  std::map<std::string, std::string> emails;
  std::map<std::string, api::auth::MailedToken> tokens;

  Task<api::auth::ListMembersResponse> ListMembers(CallContext&,
                                                   api::auth::ListMembersRequest request) override {
    if (down) throw Unavailable("auth is down");
    api::auth::ListMembersResponse response;
    for (const auto& [account, role] : members[request.seller_id()]) {
      auto& member = *response.add_members();
      member.set_account_id(account.ToString());
      member.set_role(role);
    }
    co_return response;
  }

  Task<api::auth::GetContactsResponse> GetContacts(CallContext&,
                                                   api::auth::GetContactsRequest request) override {
    if (down) throw Unavailable("auth is down");
    api::auth::GetContactsResponse response;
    for (const auto& id : request.account_ids()) {
      if (!emails.contains(id)) continue;
      auto& contact = *response.add_contacts();
      contact.set_account_id(id);
      contact.set_email(emails.at(id));
    }
    co_return response;
  }

  Task<api::auth::MailedToken> RevealMailedToken(CallContext&,
                                                 api::auth::RevealMailedTokenRequest request) override {
    if (down) throw Unavailable("auth is down");
    const auto found = tokens.find(request.token_id());
    if (found == tokens.end()) throw NotFound("the token");
    co_return found->second;
  }
};

}  // namespace market::notification
