// The auth service as order's tests see it: whose e-mail is whose.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/core/error.hpp"

namespace market::order::testing {

class FakeAccounts final : public api::AuthStandIn {
 public:
  std::map<std::string, std::string> accounts;             // by e-mail
  std::map<std::string, std::vector<std::string>> guests;  // the same

  Task<api::auth::FindAccountResponse> FindAccount(CallContext&,
                                                   api::auth::FindAccountRequest request) override {
    api::auth::FindAccountResponse response;
    if (const auto found = accounts.find(request.email()); found != accounts.end())
      response.set_account_id(found->second);
    if (request.guests()) {
      for (const auto& guest : guests[request.email()]) response.add_guest_ids(guest);
    }
    if (response.account_id().empty() && response.guest_ids().empty()) throw NotFound("the account");
    co_return response;
  }
};

}  // namespace market::order::testing
