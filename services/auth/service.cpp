#include "services/auth/service.hpp"

#include <stdexcept>

#include "services/auth/migrations.hpp"
#include "services/auth/workers/outbox_handlers.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;

domain::Lifetimes LifetimesOf(const Settings& settings) {
  return {.idle = *settings.session_idle,
          .absolute = *settings.session_lifetime,
          .retry_window = *settings.refresh_retry_window};
}

Keys KeysOf(const Settings& settings) {
  try {
    return KeysFromPem(*settings.signing_key);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("auth.signing_key: ") + error.what());
  }
}

Passwords::Options PasswordsOf(const Settings& settings, Metrics& metrics) {
  return {.cost = {},
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
          .sign_ins = {.count = *settings.sign_ins, .window = *settings.sign_ins_window}};
}

}  // namespace

Settings::Settings(config::Properties& properties)
    : signing_key(
          properties.Secret("auth.signing_key", "private EC P-256 key (PEM) that signs access tokens")),
      access_token_lifetime(properties.Duration("auth.access_token_lifetime",
                                                "how long an access token is valid", 1s, 1h, 10min)),
      session_idle(properties.Duration("auth.session_idle", "how long a session lives without a refresh", 1s,
                                       std::chrono::days(365), domain::Lifetimes().idle)),
      session_lifetime(properties.Duration("auth.session_lifetime", "how long a session lives at most", 1s,
                                           std::chrono::days(365), domain::Lifetimes().absolute)),
      refresh_retry_window(properties.Duration("auth.refresh_retry_window",
                                               "how long a used refresh token still returns its successor",
                                               0s, 5min, domain::Lifetimes().retry_window)),
      device_lifetime(properties.Duration("auth.device_lifetime",
                                          "how long a device that has signed in is known", 1s,
                                          std::chrono::days(730), std::chrono::days(365))),
      hash_threads(
          properties.Int("auth.hash_threads", "passwords hashed at once, 19 MiB each", "threads", 1, 64, 1)),
      hash_queue(properties.Int("auth.hash_queue",
                                "passwords that may wait, of known devices and again of strangers; more are "
                                "refused with 503, those of whom most are waiting first",
                                "passwords", 1, 1000, 64)),
      hash_queue_of_address(properties.Int(
          "auth.hash_queue_of_address", "passwords of one address that may wait; more are refused with 429",
          "passwords", 1, 1000, 16)),
      sign_ups(
          properties.Int("auth.sign_ups",
                         "sign-ups of one address (IPv6: /64) at a replica: so many at once, and as many "
                         "again within each auth.sign_ups_window; more are refused with 429",
                         "sign-ups", 1, 1'000'000, Limits::Options().sign_ups.count)),
      sign_ups_window(properties.Duration("auth.sign_ups_window", "see auth.sign_ups", 1s, 24h,
                                          Limits::Options().sign_ups.window)),
      sign_ins(properties.Int("auth.sign_ins",
                              "sign-ins of one address (IPv6: /64), or of one known device, at a replica: so "
                              "many at once, and as many again within each auth.sign_ins_window; more are "
                              "refused with 429",
                              "sign-ins", 1, 1'000'000, Limits::Options().sign_ins.count)),
      sign_ins_window(properties.Duration("auth.sign_ins_window", "see auth.sign_ins", 1s, 24h,
                                          Limits::Options().sign_ins.window)) {}

Service::Service(host::Host& host, const Settings& settings) : Service(host, settings, KeysOf(settings)) {}

Service::Service(host::Host& host, const Settings& settings, Keys keys)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("auth")),
      sealer_(database_, "auth"),
      answers_(database_),
      accounts_(database_, LifetimesOf(settings)),
      memberships_(database_),
      sessions_(database_, LifetimesOf(settings)),
      log_(database_, host.EventOptions("auth")),
      relay_(database_, host.Tracer(), host.RelayOptions("auth")),
      sweeper_(sessions_),
      metrics_(host.Metrics()),
      passwords_(PasswordsOf(settings, metrics_)),
      limits_(LimitsOf(settings)),
      refresh_tokens_(std::move(keys.refresh)),
      access_tokens_(std::move(keys.signing), host.Issuer(),
                     std::chrono::duration_cast<std::chrono::seconds>(*settings.access_token_lifetime),
                     host.SystemTime()),
      device_tokens_(std::move(keys.device),
                     std::chrono::duration_cast<std::chrono::seconds>(*settings.device_lifetime),
                     host.SystemTime()),
      service_({accounts_, memberships_, sessions_, passwords_, limits_, refresh_tokens_, access_tokens_,
                device_tokens_, metrics_, [this] { relay_.Wake(); }}) {
  host.Metrics().Collect([this] { metrics_.Measured(passwords_.CurrentLoad(), limits_.Refused()); });
}

void Service::Connect(Peers peers) {
  service_.Connect(peers.users);
  HandleOutbox(relay_, peers.users);
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("auth", database_, kMigrations);
  co_await host_.OpenLog("auth", log_);
  host_.RunSealer("auth", sealer_);
  host_.RunRelay("auth", relay_);
  host_.SweepAnswers("auth", answers_);
  host_.Background().Run(sweeper_.Sweeping());
}

identity::TokenVerifier::FetchKeys Service::OwnKeys() {
  return [this](runtime::Deadline) { return PublicKeys(); };
}

Task<std::vector<identity::PublicKey>> Service::PublicKeys() {
  co_return std::vector{access_tokens_.Public()};
}

}  // namespace market::auth
