// The auth service as user's tests see it: it takes memberships, or is down.
#pragma once
#include <stdexcept>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/core/error.hpp"

namespace market::user {

class FakeAuth final : public api::AuthApi {
 public:
  bool down = false;
  std::vector<api::auth::BindSellerRequest> bindings;

  Task<google::protobuf::Empty> BindSeller(CallContext&, api::auth::BindSellerRequest request) override {
    if (down) throw Unavailable("auth is down");
    bindings.push_back(std::move(request));
    co_return google::protobuf::Empty();
  }

  Task<api::auth::Session> SignUp(CallContext&, api::auth::SignUpRequest) override { Unused(); }
  Task<api::auth::Session> SignIn(CallContext&, api::auth::SignInRequest) override { Unused(); }
  Task<api::auth::Session> RefreshSession(CallContext&, api::auth::RefreshSessionRequest) override {
    Unused();
  }
  Task<google::protobuf::Empty> SignOut(CallContext&, api::auth::SignOutRequest) override { Unused(); }
  Task<api::auth::Account> GetMyAccount(CallContext&, api::auth::GetMyAccountRequest) override { Unused(); }
  Task<marketplace::type::v1::KeySet> GetKeys(CallContext&, api::auth::GetKeysRequest) override { Unused(); }

 private:
  [[noreturn]] static void Unused() { throw std::logic_error("user never calls this"); }
};

}  // namespace market::user
