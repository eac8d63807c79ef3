// AuthService over a real database and a user service that is a fake, with cheap hashes: for the tests of its
// operations.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/rpc/call_context.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/testing/fake_peers.hpp"

namespace market::auth {

inline constexpr std::string_view kRoot = "a root secret that only tests have";
inline constexpr std::string_view kIssuer = "https://market.test";
inline constexpr const char* kPassword = "correct horse battery";
inline constexpr std::chrono::seconds kTokenLife{1800};
inline constexpr storage::KeyTimes kKeyTimes{.published_before = std::chrono::minutes(10),
                                             .published_after = std::chrono::hours(1)};

class AuthServiceFixture : public ::testing::Test {
 protected:
  using Body = std::function<Task<>(AuthService&)>;
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(testing::Soon());
      storage::Accounts accounts(database, lifetimes_);
      storage::Guests guests(database, lifetimes_, {});
      storage::Sessions sessions(database, lifetimes_);
      storage::Mailings mailings(database, {.usual = kTokenLife});
      storage::SecondFactors second_factors(database, lifetimes_);
      events::Log log(database, {});
      storage::Revocations revocations(database, log, {.token_lifetime_max = std::chrono::hours(1)});
      storage::AccountActs account_acts(database);
      storage::ApiKeys api_keys(database, {.count = 3, .lifetime = std::chrono::days(30)});
      storage::Memberships memberships(database);
      storage::CallerLimits caller_limits(database);
      storage::AuditEvents audit_events(database);
      storage::Erasures erasures(database, {}, ServicesToErase());
      storage::OwnData own_data(database);
      const OneTimeCodes codes("key");
      accounts_ = &accounts;
      account_acts_ = &account_acts;
      memberships_ = &memberships;
      const auto keys = KeysFromRoot(kRoot);
      storage::SigningKeys stored_keys(database, kKeyTimes);
      SigningKeys signing_keys(keys.seal);
      if ((co_await stored_keys.Published(testing::Soon())).empty())
        co_await stored_keys.Begin(testing::Soon(), signing_keys.Make(), signing_keys.Make());
      signing_keys.Use(co_await stored_keys.Published(testing::Soon()));
      const AccessTokens access_tokens(signing_keys, std::string(kIssuer), std::chrono::minutes(10),
                                       operators_need_, clock_);
      ring_.Replace(signing_keys.Published());
      const DeviceTokens device_tokens(keys.device, std::chrono::days(365), clock_);
      AuthService service(
          {accounts,     guests,        memberships,   sessions,    second_factors,
           revocations,  account_acts,  api_keys,      stored_keys, signing_keys,
           audit_events, pages_,        *passwords_,   *limits_,    caller_limits,
           keys.refresh, access_tokens, device_tokens, codes,       clock_,
           mailings,     keys.mailed,   kTokenLife,    metrics_,    [this] { ++outbox_wakes_; },
           erasures,     own_data});
      service.Connect(peers_.With(users_));
      co_await body(service);
      co_await database.Close(testing::Soon());
    });
  }

  static CallContext Anonymous() { return CallContext(testing::Soon()); }

  // A call by whom the access token speaks of.
  identity::Principal PrincipalOf(const api::auth::Session& session) {
    const auto claims = ring_.Verify(session.access_token(), kIssuer, clock_.Now());
    if (!claims) throw std::logic_error("the access token does not verify");
    return claims->principal;
  }

  // A call by this session, whoever asks.
  void Sign(CallContext& call, const api::auth::Session& session) {
    rpc::CallContextBuilder(call).Caller(PrincipalOf(session));
  }

  static api::auth::SignUpRequest NewAccount(std::string email) {
    api::auth::SignUpRequest request;
    request.set_email(std::move(email));
    request.set_password(kPassword);
    request.set_display_name("Ada");
    return request;
  }
  static api::auth::SignInRequest Credentials(std::string email, std::string password = kPassword) {
    api::auth::SignInRequest request;
    request.set_email(std::move(email));
    request.set_password(std::move(password));
    return request;
  }

  static Task<api::auth::Session> SignUp(AuthService& service, std::string email) {
    CallContext call(testing::Soon());
    co_return co_await service.SignUp(call, NewAccount(std::move(email)));
  }
  static Task<api::auth::Session> SignIn(AuthService& service, std::string email,
                                         std::string password = kPassword) {
    CallContext call(testing::Soon());
    co_return co_await service.SignIn(call, Credentials(std::move(email), std::move(password)));
  }
  static Task<api::auth::Session> SignInFrom(AuthService& service, std::string address,
                                             api::auth::SignInRequest request) {
    CallContext call(testing::Soon());
    rpc::CallContextBuilder(call).ClientAddress(std::move(address));
    co_return co_await service.SignIn(call, std::move(request));
  }
  static Task<api::auth::Session> SignUpFrom(AuthService& service, std::string address, std::string email) {
    CallContext call(testing::Soon());
    rpc::CallContextBuilder(call).ClientAddress(std::move(address));
    co_return co_await service.SignUp(call, NewAccount(std::move(email)));
  }
  static api::auth::SignInRequest WithDevice(api::auth::SignInRequest request, std::string token) {
    request.set_device_token(std::move(token));
    return request;
  }
  static Task<api::auth::Session> Refresh(AuthService& service, std::string token) {
    CallContext call(testing::Soon());
    api::auth::RefreshSessionRequest request;
    request.set_refresh_token(std::move(token));
    co_return co_await service.RefreshSession(call, request);
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }

  testing::TemporaryDatabase temporary_{kMigrations};
  testing::FakeClock clock_;
  domain::OperatorsNeed operators_need_ = domain::OperatorsNeed::kPassword;
  domain::Lifetimes lifetimes_;
  std::unique_ptr<Passwords> passwords_ =
      std::make_unique<Passwords>(Passwords::Options{.cost = {.memory_kib = 64, .passes = 1}});
  std::optional<Limits> limits_{Limits::Options{.sign_ups = {.count = 20, .window = std::chrono::hours(1)}}};
  telemetry::Metrics registry_;
  Metrics metrics_{registry_};
  FakeUsers users_;
  FakePeers peers_;
  const rpc::PageTokens pages_{"a secret"};
  storage::Accounts* accounts_ = nullptr;  // while a body runs, like the next
  storage::AccountActs* account_acts_ = nullptr;
  storage::Memberships* memberships_ = nullptr;
  identity::KeyRing ring_;
  int outbox_wakes_ = 0;
};

}  // namespace market::auth
