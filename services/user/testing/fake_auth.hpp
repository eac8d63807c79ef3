// The auth service as user's tests see it: it takes memberships, knows e-mails, or is down.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/core/error.hpp"

namespace market::user {

class FakeAuth final : public api::AuthStandIn {
 public:
  bool down = false;
  bool no_such_account = false;
  std::vector<api::auth::BindSellerRequest> bindings;
  std::vector<api::auth::UnbindSellerRequest> unbindings;
  std::map<AccountId, std::string> emails;

  Task<google::protobuf::Empty> BindSeller(CallContext&, api::auth::BindSellerRequest request) override {
    if (down) throw Unavailable("auth is down");
    if (no_such_account) throw NotFound("the account");
    bindings.push_back(std::move(request));
    co_return google::protobuf::Empty();
  }

  Task<google::protobuf::Empty> UnbindSeller(CallContext&, api::auth::UnbindSellerRequest request) override {
    if (down) throw Unavailable("auth is down");
    unbindings.push_back(std::move(request));
    co_return google::protobuf::Empty();
  }
  Task<api::auth::GetContactsResponse> GetContacts(CallContext&,
                                                   api::auth::GetContactsRequest request) override {
    if (down) throw Unavailable("auth is down");
    api::auth::GetContactsResponse response;
    for (const auto& id : request.account_ids()) {
      const auto found = emails.find(AccountId::From(id));
      if (found == emails.end()) continue;
      auto& contact = *response.add_contacts();
      contact.set_account_id(id);
      contact.set_email(found->second);
    }
    co_return response;
  }
  Task<api::auth::FindAccountResponse> FindAccount(CallContext&,
                                                   api::auth::FindAccountRequest request) override {
    if (down) throw Unavailable("auth is down");
    for (const auto& [account, email] : emails) {
      if (email != request.email()) continue;
      api::auth::FindAccountResponse response;
      response.set_account_id(account.ToString());
      co_return response;
    }
    throw NotFound("the account");
  }
};

}  // namespace market::user
