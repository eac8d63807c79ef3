// AuthService as the contract has it. What every call has in common (token, policy, field rules, errors,
// metrics) was done by the edge before.
//
// Owner: the auth service; io thread only; outlives its callers.
#pragma once
#include <functional>
#include <string>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "services/auth/api/turns.hpp"
#include "services/auth/credentials/access_tokens.hpp"
#include "services/auth/credentials/device_tokens.hpp"
#include "services/auth/credentials/keys.hpp"
#include "services/auth/credentials/limits.hpp"
#include "services/auth/credentials/passwords.hpp"
#include "services/auth/metrics.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/memberships.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth {

class AuthService final : public api::AuthApi {
 public:
  struct Deps {
    storage::Accounts& accounts;
    storage::Memberships& memberships;
    storage::Sessions& sessions;
    Passwords& passwords;
    Limits& limits;
    const RefreshTokens& refresh_tokens;
    const AccessTokens& access_tokens;
    const DeviceTokens& device_tokens;
    Metrics& metrics;
    std::function<void()> wake_outbox;  // something was appended
  };

  explicit AuthService(Deps deps) : deps_(std::move(deps)) {}

  // Before the first call. Apart from the constructor since auth and user know each other.
  void Connect(api::UserApi& users) { users_ = &users; }

  Task<api::auth::Session> SignUp(CallContext& call, api::auth::SignUpRequest request) override;
  Task<api::auth::Session> SignIn(CallContext& call, api::auth::SignInRequest request) override;
  Task<api::auth::Session> RefreshSession(CallContext& call,
                                          api::auth::RefreshSessionRequest request) override;
  // Ends the session, so that it can't be refreshed;
  // its access token runs out by itself within its ten minutes.
  Task<google::protobuf::Empty> SignOut(CallContext& call, api::auth::SignOutRequest request) override;
  Task<api::auth::Account> GetMyAccount(CallContext& call, api::auth::GetMyAccountRequest request) override;
  Task<marketplace::type::v1::KeySet> GetKeys(CallContext& call, api::auth::GetKeysRequest request) override;
  // memberships.cpp
  Task<google::protobuf::Empty> BindSeller(CallContext& call, api::auth::BindSellerRequest request) override;
  Task<google::protobuf::Empty> UnbindSeller(CallContext& call,
                                             api::auth::UnbindSellerRequest request) override;
  Task<api::auth::GetContactsResponse> GetContacts(CallContext& call,
                                                   api::auth::GetContactsRequest request) override;
  Task<api::auth::FindAccountResponse> FindAccount(CallContext& call,
                                                   api::auth::FindAccountRequest request) override;

 private:
  Task<Visitor> Admit(CallContext& call, std::string_view email_key, std::string_view device_token);
  Task<api::auth::Session> JudgeSignIn(CallContext& call, api::auth::SignInRequest request);
  storage::NewSession NewSession() const;
  // The answer of everything that gives a session: an access token, the refresh token at `sequence` and what
  // makes the device a known one.
  api::auth::Session Answer(const Uuid& session, std::int64_t sequence, const domain::Account& account) const;

  // Tells user at once, so that the new account finds its profile. Best effort: the outbox is the guarantee.
  Task<> TryCreateProfile(CallContext& call, AccountId account, std::string display_name);

  Deps deps_;
  api::UserApi* users_ = nullptr;
  Turns turns_{Turns::Options{}};
};

}  // namespace market::auth
