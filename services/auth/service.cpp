#include "services/auth/service.hpp"

#include <stdexcept>

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "platform/rpc/token_source.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/workers/outbox_handlers.hpp"
#include "services/auth/workers/subscribers.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;

domain::Lifetimes LifetimesOf(const Settings& settings) {
  return {.idle = *settings.session_idle,
          .absolute = *settings.session_lifetime,
          .retry_window = *settings.refresh_retry_window,
          .live_max = *settings.sessions_max};
}

// Verifiers know a key by then, and more than storage reads of those that were retired within the life of a token
// can't be made.
constexpr std::chrono::minutes kNextKeyPublishedMin{3};
static_assert(kNextKeyPublishedMin > identity::kKeysKnownAfter);

domain::MailLifetimes MailLifetimesOf(const Settings& settings) {
  return {.usual = *settings.mailed_token_lifetime, .claim = *settings.claim_lifetime};
}

Keys KeysOf(const Settings& settings) {
  try {
    return KeysFromRoot(*settings.root_key);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("auth.root_key: ") + error.what());
  }
}

Passwords::Options PasswordsOf(const Settings& settings, std::vector<Pepper> peppers, Metrics& metrics) {
  return {.cost = {},
          .peppers = std::move(peppers),
          .strength_bits_min = static_cast<double>(*settings.password_bits),
          .queue = {.places = static_cast<std::size_t>(*settings.hash_threads),
                    .waiting_max = static_cast<std::size_t>(*settings.hash_queue),
                    .waiting_of_caller_max = static_cast<std::size_t>(*settings.hash_queue_of_address),
                    .max_wait = 4s},  // of the 5 s that the contract gives to who comes in
          .on_done = [&metrics](std::chrono::nanoseconds took) { metrics.Hashed(took); },
          .on_place = [&metrics](resilience::Standing standing,
                                 std::chrono::nanoseconds took) { metrics.Waited(standing, took); }};
}

Limits::Options LimitsOf(const Settings& settings) {
  return {.sign_ups = {.count = *settings.sign_ups, .window = *settings.sign_ups_window},
          .sign_ins = {.count = *settings.sign_ins, .window = *settings.sign_ins_window},
          .mails = {.count = *settings.mails, .window = *settings.mails_window},
          .guesses = {.count = *settings.guesses, .window = *settings.guesses_window}};
}

}  // namespace

Settings::Settings(config::Properties& properties)
    : root_key(
          properties.Secret("auth.root_key",
                            "at least 32 random characters: seals the keys that sign access tokens; refresh, "
                            "device and mailed tokens, the secrets of authenticators and the pepper of "
                            "passwords are derived from "
                            "it; further lines are roots of before, for the passwords hashed with them")),
      next_key_published(properties.Duration(
          "auth.next_key_published",
          "how long the next signing key is published before it may sign, so that all who verify know it",
          kNextKeyPublishedMin, std::chrono::days(30), 10min)),
      access_token_lifetime(properties.Duration("auth.access_token_lifetime",
                                                "how long an access token is valid", 1s,
                                                identity::kTokenLifetimeMax, 10min)),
      session_idle(properties.Duration("auth.session_idle", "how long a session lives without a refresh", 1s,
                                       std::chrono::days(365), domain::Lifetimes().idle)),
      session_lifetime(properties.Duration("auth.session_lifetime", "how long a session lives at most", 1s,
                                           std::chrono::days(365), domain::Lifetimes().absolute)),
      sessions_max(properties.Int("auth.sessions_max",
                                  "sessions of one account; when one more opens, the one that was not used "
                                  "for longest ends",
                                  "sessions", 1, 1000, domain::Lifetimes().live_max)),
      refresh_retry_window(properties.Duration("auth.refresh_retry_window",
                                               "how long a used refresh token still returns its successor",
                                               0s, 5min, domain::Lifetimes().retry_window)),
      device_lifetime(properties.Duration("auth.device_lifetime",
                                          "how long a device that has signed in is known", 1s,
                                          std::chrono::days(730), std::chrono::days(365))),
      operators_need(properties.Choice<domain::OperatorsNeed>(
          "auth.operators_need", "what operators must have before their tokens carry what their roles allow",
          {{"password", domain::OperatorsNeed::kPassword},
           {"second-factor", domain::OperatorsNeed::kSecondFactor}},
          domain::OperatorsNeed::kPassword)),
      hash_threads(
          properties.Int("auth.hash_threads", "passwords hashed at once, 19 MiB each", "threads", 1, 64, 1)),
      hash_queue(properties.Int("auth.hash_queue",
                                "passwords that may wait, of known devices and again of strangers; more are "
                                "refused with 503, those of whom most are waiting first",
                                "passwords", 1, 1000, 64)),
      hash_queue_of_address(properties.Int(
          "auth.hash_queue_of_address", "passwords of one address that may wait; more are refused with 429",
          "passwords", 1, 1000, 16)),
      sign_ups(properties.Int("auth.sign_ups",
                              "sign-ups of one address (IPv6: /64): so many at once, and as many "
                              "again within each auth.sign_ups_window; more are refused with 429",
                              "sign-ups", 1, 1'000'000, Limits::Options().sign_ups.count)),
      sign_ups_window(properties.Duration("auth.sign_ups_window", "see auth.sign_ups", 1s, 24h,
                                          Limits::Options().sign_ups.window)),
      sign_ins(properties.Int("auth.sign_ins",
                              "sign-ins of one address (IPv6: /64), or of one known device: so "
                              "many at once, and as many again within each auth.sign_ins_window; more are "
                              "refused with 429",
                              "sign-ins", 1, 1'000'000, Limits::Options().sign_ins.count)),
      sign_ins_window(properties.Duration("auth.sign_ins_window", "see auth.sign_ins", 1s, 24h,
                                          Limits::Options().sign_ins.window)),
      mails(properties.Int("auth.mails",
                           "mails that set a new password, asked for from one address (IPv6: /64): "
                           "so many at once, and as many again within each auth.mails_window; more "
                           "are refused with 429",
                           "mails", 1, 1'000'000, Limits::Options().mails.count)),
      mails_window(properties.Duration("auth.mails_window", "see auth.mails", 1s, 24h,
                                       Limits::Options().mails.window)),
      guesses(properties.Int("auth.guesses",
                             "sign-ins with one e-mail that all strangers together may try: so many at once, "
                             "and as many again within each auth.guesses_window; more are refused with 429",
                             "sign-ins", 1, 1'000'000, Limits::Options().guesses.count)),
      guesses_window(properties.Duration("auth.guesses_window", "see auth.guesses", 1s, 24h,
                                         Limits::Options().guesses.window)),
      mailed_token_lifetime(properties.Duration("auth.mailed_token_lifetime",
                                                "how long a token from a mail is good", 1s, 24h,
                                                domain::MailLifetimes().usual)),
      claim_lifetime(properties.Duration(
          "auth.claim_lifetime",
          "how long the token from a mail is good that makes a guest's account a full one", 1s,
          std::chrono::days(90), domain::MailLifetimes().claim)),
      password_bits(properties.Int("auth.password_bits",
                                   "how hard a new password must be to guess: as many guesses as two to the "
                                   "power of this must not find it",
                                   "bits", 0, 60, 26)),
      api_keys(properties.Int("auth.api_keys",
                              "API keys that are good at a time, of a shop and again of an account", "keys",
                              1, 1000, storage::ApiKeyLimits().count)),
      api_key_lifetime(properties.Duration(
          "auth.api_key_lifetime", "how long an API key is good at most, and without a date of its own", 1s,
          std::chrono::days(3650), storage::ApiKeyLimits().lifetime)),
      ended_sessions_kept(
          properties.Duration("auth.ended_sessions_kept",
                              "how long a session that was ended is kept, with its device and address",
                              identity::kTokenLifetimeMax + identity::kTokenSkew, std::chrono::days(365),
                              Sweeper::Kept().sessions)),
      ended_mailed_tokens_kept(
          properties.Duration("auth.ended_mailed_tokens_kept",
                              "how long a mailed token is kept after it has run out, with the address", 0s,
                              std::chrono::days(365), Sweeper::Kept().mailed_tokens)),
      ended_api_keys_kept(properties.Duration(
          "auth.ended_api_keys_kept", "how long an API key is kept after it has expired or was revoked",
          identity::kTokenLifetimeMax + identity::kTokenSkew, std::chrono::days(3650),
          Sweeper::Kept().api_keys)) {}

Service::Service(host::Host& host, const Settings& settings) : Service(host, settings, KeysOf(settings)) {}

Service::Service(host::Host& host, const Settings& settings, Keys keys)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("auth")),
      sealer_(database_, "auth"),
      answers_(database_),
      accounts_(database_, LifetimesOf(settings)),
      guests_(database_, LifetimesOf(settings), MailLifetimesOf(settings)),
      memberships_(database_),
      sessions_(database_, LifetimesOf(settings)),
      mailings_(database_, MailLifetimesOf(settings)),
      second_factors_(database_, LifetimesOf(settings)),
      account_acts_(database_),
      api_keys_(database_, {.count = *settings.api_keys, .lifetime = *settings.api_key_lifetime}),
      caller_limits_(database_),
      stored_keys_(database_, {.published_before = *settings.next_key_published,
                               .published_after = identity::kTokenLifetimeMax + 2 * identity::kTokenSkew}),
      audit_events_(database_),
      erasures_(database_, {.last = *settings.access_token_lifetime + identity::kTokenSkew},
                ServicesToErase()),
      own_data_(database_),
      log_(database_, host.EventOptions("auth")),
      revocations_(database_, log_,
                   {.token_lifetime_max = identity::kTokenLifetimeMax + identity::kTokenSkew}),
      relay_(database_, host.Tracer(), host.RelayOptions("auth")),
      sweeper_(sessions_, mailings_, second_factors_, api_keys_, stored_keys_, caller_limits_,
               {.sessions = *settings.ended_sessions_kept,
                .mailed_tokens = *settings.ended_mailed_tokens_kept,
                .api_keys = *settings.ended_api_keys_kept}),
      erasure_(erasures_),
      erasure_work_(erasures_, erasure_, host.Tracer(), {.patience = host.Patience()}),
      metrics_(host.Metrics()),
      passwords_(PasswordsOf(settings, std::move(keys.peppers), metrics_)),
      limits_(LimitsOf(settings)),
      refresh_tokens_(std::move(keys.refresh)),
      signing_keys_(std::move(keys.seal)),
      key_reader_(stored_keys_, signing_keys_),
      access_tokens_(signing_keys_, host.Issuer(),
                     std::chrono::duration_cast<std::chrono::seconds>(*settings.access_token_lifetime),
                     *settings.operators_need, host.SystemTime()),
      device_tokens_(std::move(keys.device),
                     std::chrono::duration_cast<std::chrono::seconds>(*settings.device_lifetime),
                     host.SystemTime()),
      mailed_tokens_(std::move(keys.mailed)),
      codes_(std::move(keys.codes)),
      service_({accounts_,
                guests_,
                memberships_,
                sessions_,
                second_factors_,
                revocations_,
                account_acts_,
                api_keys_,
                stored_keys_,
                signing_keys_,
                audit_events_,
                pages_,
                passwords_,
                limits_,
                caller_limits_,
                refresh_tokens_,
                access_tokens_,
                device_tokens_,
                codes_,
                host.SystemTime(),
                mailings_,
                mailed_tokens_,
                std::chrono::duration_cast<std::chrono::seconds>(*settings.mailed_token_lifetime),
                metrics_,
                [this] { relay_.Wake(); },
                erasures_,
                own_data_}),
      acts_told_(database_, host.Tracer(), rpc::Telling(neighbour_, audit::kListKeeper),
                 audit::ActsSubscription(host.RelayOptions("auth"))) {
  host.Metrics().Collect([this] { metrics_.Measured(passwords_.CurrentLoad(), limits_.Refused()); });
}

void Service::Connect(Peers peers) {
  service_.Connect(peers);
  erasure_.Connect(peers.WithPersonalData());
  HandleOutbox(relay_, peers.users);
  notifications_told_.emplace(database_, host_.Tracer(), TellNotification(peers.notifications),
                              NotificationSubscription(host_.RelayOptions("auth")));
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("auth", database_, kMigrations);
  co_await key_reader_.Begin(runtime::After(10s));
  pages_.Use(co_await host_.SecretOf(database_));
  co_await host_.OpenLog("auth", log_);
  host_.RunSealer("auth", sealer_);
  host_.RunSubscription("auth", acts_told_);
  host_.RunSubscription("auth", notifications_told_.value());
  host_.RunPublication("auth", database_, PublicFacts());
  host_.RunRelay("auth", relay_);
  host_.SweepAnswers("auth", answers_);
  host_.Background().Run(sweeper_.Sweeping());
  host_.Background().Run(key_reader_.Reading());
  host_.Background().Run(erasure_work_.Driving());
}

identity::TokenVerifier::Source Service::Tokens() {
  return {
      .keys = [this](runtime::Deadline) { return PublicKeys(); },
      .revoked = [this](std::string after,
                        runtime::Deadline deadline) { return Revoked(std::move(after), deadline); },
      .api_keys = [this](std::string digest,
                         runtime::Deadline deadline) { return ResolveApiKey(std::move(digest), deadline); }};
}

Task<std::vector<identity::PublicKey>> Service::PublicKeys() { co_return signing_keys_.Published(); }

Task<std::optional<identity::ApiKeyGrant>> Service::ResolveApiKey(std::string digest,
                                                                  runtime::Deadline deadline) {
  CallContext call(deadline);
  marketplace::type::v1::ResolveApiKeyRequest request;
  request.set_digest(std::move(digest));
  try {
    co_return rpc::ReadGrant(co_await service_.ResolveApiKey(call, std::move(request)));
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
  }
  co_return std::nullopt;
}

Task<identity::Revoked> Service::Revoked(std::string after, runtime::Deadline deadline) {
  marketplace::type::v1::FeedRequest request;
  request.set_after(std::move(after));
  co_return rpc::ReadRevoked(co_await revocations_.Feed(deadline, std::move(request)));
}

}  // namespace market::auth
