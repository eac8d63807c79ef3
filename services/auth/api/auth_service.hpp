// AuthService as the contract has it. What every call has in common (token, policy, field rules, errors,
// metrics) was done by the edge before.
//
// Owner: the auth service; io thread only; outlives its callers.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/auth/api/turns.hpp"
#include "services/auth/credentials/access_tokens.hpp"
#include "services/auth/credentials/device_tokens.hpp"
#include "services/auth/credentials/keys.hpp"
#include "services/auth/credentials/limits.hpp"
#include "services/auth/credentials/one_time_codes.hpp"
#include "services/auth/credentials/passwords.hpp"
#include "services/auth/credentials/signing_keys.hpp"
#include "services/auth/metrics.hpp"
#include "services/auth/process/personal_data_peers.hpp"
#include "services/auth/storage/account_acts.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/api_keys.hpp"
#include "services/auth/storage/audit_events.hpp"
#include "services/auth/storage/caller_limits.hpp"
#include "services/auth/storage/erasures.hpp"
#include "services/auth/storage/guests.hpp"
#include "services/auth/storage/mailings.hpp"
#include "services/auth/storage/memberships.hpp"
#include "services/auth/storage/own_data.hpp"
#include "services/auth/storage/revocations.hpp"
#include "services/auth/storage/second_factors.hpp"
#include "services/auth/storage/sessions.hpp"
#include "services/auth/storage/signing_keys.hpp"

namespace market::auth {

class AuthService final : public api::AuthApi {
 public:
  struct Deps {
    storage::Accounts& accounts;
    storage::Guests& guests;
    storage::Memberships& memberships;
    storage::Sessions& sessions;
    storage::SecondFactors& second_factors;
    storage::Revocations& revocations;
    storage::AccountActs& account_acts;
    storage::ApiKeys& api_keys;
    storage::SigningKeys& stored_keys;
    SigningKeys& signing_keys;
    storage::AuditEvents& audit_events;
    const rpc::PageTokens& pages;
    Passwords& passwords;
    Limits& limits;
    storage::CallerLimits& caller_limits;
    const RefreshTokens& refresh_tokens;
    const AccessTokens& access_tokens;
    const DeviceTokens& device_tokens;
    const OneTimeCodes& codes;
    const Clock& clock;
    storage::Mailings& mailings;
    const MailedTokens& mailed_tokens;
    std::chrono::seconds mailed_token_lifetime;
    Metrics& metrics;
    std::function<void()> wake_outbox;  // something was appended
    storage::Erasures& erasures;
    storage::OwnData& own_data;
  };

  explicit AuthService(Deps deps) : deps_(std::move(deps)) {}

  // Before the first call. Apart from the constructor since auth and the others know each other.
  void Connect(Peers peers) { peers_.emplace(peers); }

  Task<api::auth::Session> SignUp(CallContext& call, api::auth::SignUpRequest request) override;
  // guests.cpp
  Task<api::auth::Session> SignUpGuest(CallContext& call, api::auth::SignUpGuestRequest request) override;
  Task<api::auth::Session> ClaimAccount(CallContext& call, api::auth::ClaimAccountRequest request) override;
  Task<api::auth::Session> SignIn(CallContext& call, api::auth::SignInRequest request) override;
  Task<api::auth::Session> RefreshSession(CallContext& call,
                                          api::auth::RefreshSessionRequest request) override;
  // Ends the session: it can't be refreshed, and its access token is refused everywhere within 2 s.
  Task<google::protobuf::Empty> SignOut(CallContext& call, api::auth::SignOutRequest request) override;
  Task<api::auth::ListSessionsResponse> ListSessions(CallContext& call,
                                                     api::auth::ListSessionsRequest request) override;
  Task<google::protobuf::Empty> EndSession(CallContext& call, api::auth::EndSessionRequest request) override;
  Task<google::protobuf::Empty> EndAllSessions(CallContext& call,
                                               api::auth::EndAllSessionsRequest request) override;
  Task<api::auth::Account> ChangePassword(CallContext& call,
                                          api::auth::ChangePasswordRequest request) override;
  Task<api::auth::TokenMail> RequestPasswordReset(CallContext& call,
                                                  api::auth::RequestPasswordResetRequest request) override;
  Task<api::auth::ResetPasswordResponse> ResetPassword(CallContext& call,
                                                       api::auth::ResetPasswordRequest request) override;
  Task<api::auth::TokenMail> SendVerification(CallContext& call,
                                              api::auth::SendVerificationRequest request) override;
  Task<api::auth::TokenMail> ChangeEmail(CallContext& call, api::auth::ChangeEmailRequest request) override;
  Task<api::auth::VerifyEmailResponse> VerifyEmail(CallContext& call,
                                                   api::auth::VerifyEmailRequest request) override;
  Task<api::auth::MailedToken> RevealMailedToken(CallContext& call,
                                                 api::auth::RevealMailedTokenRequest request) override;
  // own_data.cpp
  Task<api::auth::Account> CloseMyAccount(CallContext& call,
                                          api::auth::CloseMyAccountRequest request) override;
  Task<api::auth::ExportMyDataResponse> ExportMyData(CallContext& call,
                                                     api::auth::ExportMyDataRequest request) override;
  Task<api::auth::Account> GetMyAccount(CallContext& call, api::auth::GetMyAccountRequest request) override;
  Task<api::auth::ListAccountsResponse> ListAccounts(CallContext& call,
                                                     api::auth::ListAccountsRequest request) override;
  Task<api::auth::Account> GetAccount(CallContext& call, api::auth::GetAccountRequest request) override;
  Task<api::auth::Account> DisableAccount(CallContext& call,
                                          api::auth::DisableAccountRequest request) override;
  Task<api::auth::Account> EnableAccount(CallContext& call, api::auth::EnableAccountRequest request) override;
  Task<api::auth::Account> GrantRole(CallContext& call, api::auth::GrantRoleRequest request) override;
  Task<api::auth::Account> RevokeRole(CallContext& call, api::auth::RevokeRoleRequest request) override;
  Task<api::auth::ListRolesResponse> ListRoles(CallContext& call,
                                               api::auth::ListRolesRequest request) override;
  Task<api::auth::ListAuditEventsResponse> ListAuditEvents(
      CallContext& call, api::auth::ListAuditEventsRequest request) override;
  Task<google::protobuf::Empty> Deliver(CallContext& call,
                                        marketplace::type::v1::DeliverRequest request) override;
  Task<api::auth::NewApiKey> CreateSellerApiKey(CallContext& call,
                                                api::auth::CreateSellerApiKeyRequest request) override;
  Task<api::auth::ListApiKeysResponse> ListSellerApiKeys(
      CallContext& call, api::auth::ListSellerApiKeysRequest request) override;
  Task<google::protobuf::Empty> RevokeSellerApiKey(CallContext& call,
                                                   api::auth::RevokeSellerApiKeyRequest request) override;
  Task<api::auth::NewApiKey> CreateApiKey(CallContext& call, api::auth::CreateApiKeyRequest request) override;
  Task<api::auth::ListApiKeysResponse> ListApiKeys(CallContext& call,
                                                   api::auth::ListApiKeysRequest request) override;
  Task<google::protobuf::Empty> RevokeApiKey(CallContext& call,
                                             api::auth::RevokeApiKeyRequest request) override;
  Task<marketplace::type::v1::ApiKeyGrant> ResolveApiKey(
      CallContext& call, marketplace::type::v1::ResolveApiKeyRequest request) override;
  Task<marketplace::type::v1::KeySet> GetKeys(CallContext& call, api::auth::GetKeysRequest request) override;
  Task<api::auth::ListSigningKeysResponse> ListSigningKeys(
      CallContext& call, api::auth::ListSigningKeysRequest request) override;
  Task<api::auth::ListSigningKeysResponse> RotateSigningKeys(
      CallContext& call, api::auth::RotateSigningKeysRequest request) override;
  Task<api::auth::ListSigningKeysResponse> RemoveSigningKey(
      CallContext& call, api::auth::RemoveSigningKeyRequest request) override;
  Task<marketplace::type::v1::RevocationFeed> Feed(CallContext& call,
                                                   marketplace::type::v1::FeedRequest request) override;
  Task<api::auth::Session> AnswerChallenge(CallContext& call,
                                           api::auth::AnswerChallengeRequest request) override;
  Task<api::auth::NewAuthenticator> CreateAuthenticator(
      CallContext& call, api::auth::CreateAuthenticatorRequest request) override;
  Task<api::auth::ListAuthenticatorsResponse> ListAuthenticators(
      CallContext& call, api::auth::ListAuthenticatorsRequest request) override;
  Task<api::auth::ConfirmedAuthenticator> ConfirmAuthenticator(
      CallContext& call, api::auth::ConfirmAuthenticatorRequest request) override;
  Task<google::protobuf::Empty> DeleteAuthenticator(CallContext& call,
                                                    api::auth::DeleteAuthenticatorRequest request) override;
  Task<api::auth::RecoveryCodes> RenewRecoveryCodes(CallContext& call,
                                                    api::auth::RenewRecoveryCodesRequest request) override;
  // memberships.cpp
  Task<google::protobuf::Empty> BindSeller(CallContext& call, api::auth::BindSellerRequest request) override;
  Task<google::protobuf::Empty> UnbindSeller(CallContext& call,
                                             api::auth::UnbindSellerRequest request) override;
  Task<api::auth::ListMembersResponse> ListMembers(CallContext& call,
                                                   api::auth::ListMembersRequest request) override;
  Task<api::auth::GetContactsResponse> GetContacts(CallContext& call,
                                                   api::auth::GetContactsRequest request) override;
  Task<api::auth::FindAccountResponse> FindAccount(CallContext& call,
                                                   api::auth::FindAccountRequest request) override;
  Task<api::auth::CountOperatorsResponse> CountOperators(CallContext& call,
                                                         api::auth::CountOperatorsRequest request) override;

 private:
  Task<Visitor> Admit(CallContext& call, std::string_view email_key, std::string_view device_token);
  Task<api::auth::Session> JudgeSignIn(CallContext& call, api::auth::SignInRequest request);
  // Throws SECOND_FACTOR_REQUIRED with the challenge that waits for it.
  Task<> AskForCode(CallContext& call, const storage::Proven& proven);
  // The first of these authenticators that shows `code` about now. Throws Error RATE_LIMITED.
  Task<std::optional<storage::UsedStep>> FindStep(CallContext& call, AccountId account,
                                                  const std::vector<Uuid>& authenticators,
                                                  std::string_view code);
  std::vector<std::string> DigestsOf(AccountId account, const std::vector<std::string>& codes) const;
  // Counts the visitor before a hash is spent. Throws for one that comes too often, at this replica or at all.
  Task<> Count(CallContext& call, Entry entry, const Visitor& visitor);
  // A password that was right, while its judge's turn and place at a hash are kept.
  struct Judged {
    Turns::Turn turn;
    Passwords::Place place;
    storage::Proven proven;
    Passwords::Match match;
    bool asks_for_code = false;
  };
  Task<storage::SignInTry> CountTry(CallContext& call, std::string_view email_key, const Visitor& visitor);
  // Throws for a wrong one. Until the storage forgets it, the right one counts as a try too.
  Task<Judged> JudgePassword(CallContext& call, std::string email_key, const Visitor& visitor,
                             std::string password);
  // The caller's own, once more, before what a thief of their token must not do. Judged as a sign-in from the
  // device that the session made known: strangers who guess do not keep the owner out.
  Task<Judged> JudgeOwner(CallContext& call, std::string password);
  struct OwnerProof {
    std::string email_key;
    std::optional<std::int64_t> password_version;  // of who has one
  };
  // JudgeOwner, but for a guest, before what needs no more of the password.
  Task<OwnerProof> ProveOwner(CallContext& call, std::string password);
  Task<marketplace::type::v1::ExportPersonalDataResponse> TellOwn(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest ask);
  storage::NewSession NewSession(const CallContext& call) const;
  storage::NewToken NewToken() const;
  api::auth::TokenMail TokenMail() const;
  // The answer of everything that gives a session: an access token, the refresh token at `sequence` and what
  // makes the device a known one.
  api::auth::Session Answer(const Uuid& session, std::int64_t sequence, const domain::Account& account) const;

  // Of a shop or, without one, of the whole marketplace.
  Task<api::auth::NewApiKey> MakeApiKey(CallContext& call, storage::NewApiKey key, std::string secret);
  Task<api::auth::ListApiKeysResponse> ApiKeysOf(CallContext& call, std::optional<SellerId> seller,
                                                 int page_size, std::string page_token);
  Task<google::protobuf::Empty> EndApiKey(CallContext& call, std::string id, std::optional<SellerId> seller);

  // Tells user at once, so that the new account finds its profile. Best effort: the outbox is the guarantee.
  Task<> TryCreateProfile(CallContext& call, AccountId account, std::string display_name);

  Deps deps_;
  std::optional<Peers> peers_;
  Turns turns_{Turns::Options{}};
};

}  // namespace market::auth
