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
  Task<api::auth::ListSessionsResponse> ListSessions(CallContext&, api::auth::ListSessionsRequest) override {
    Unused();
  }
  Task<google::protobuf::Empty> EndSession(CallContext&, api::auth::EndSessionRequest) override { Unused(); }
  Task<google::protobuf::Empty> EndAllSessions(CallContext&, api::auth::EndAllSessionsRequest) override {
    Unused();
  }
  Task<api::auth::Account> ChangePassword(CallContext&, api::auth::ChangePasswordRequest) override {
    Unused();
  }
  Task<api::auth::TokenMail> SendVerification(CallContext&, api::auth::SendVerificationRequest) override {
    Unused();
  }
  Task<api::auth::TokenMail> ChangeEmail(CallContext&, api::auth::ChangeEmailRequest) override { Unused(); }
  Task<api::auth::VerifyEmailResponse> VerifyEmail(CallContext&, api::auth::VerifyEmailRequest) override {
    Unused();
  }
  Task<api::auth::TokenMail> RequestPasswordReset(CallContext&,
                                                  api::auth::RequestPasswordResetRequest) override {
    Unused();
  }
  Task<api::auth::ResetPasswordResponse> ResetPassword(CallContext&,
                                                       api::auth::ResetPasswordRequest) override {
    Unused();
  }
  Task<api::auth::MailedToken> RevealMailedToken(CallContext&, api::auth::RevealMailedTokenRequest) override {
    Unused();
  }
  Task<api::auth::Account> GetMyAccount(CallContext&, api::auth::GetMyAccountRequest) override { Unused(); }
  Task<marketplace::type::v1::KeySet> GetKeys(CallContext&, api::auth::GetKeysRequest) override { Unused(); }

 private:
  [[noreturn]] static void Unused() { throw std::logic_error("user never calls this"); }
};

}  // namespace market::user
