#include "services/notification/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "services/notification/migrations.hpp"

namespace market::notification {

using namespace std::chrono_literals;

namespace {

// A mail that is refused for good, or can't be written, waits for an operator, and the next ones of its
// recipient do not wait for it.
outbox::Relay::Options MailRelay(outbox::Relay::Options relay) {
  relay.lease = kMailLimit + 20s;
  relay.patience.tries = 3;
  relay.parked = outbox::Relay::Parked::kIsPassed;
  return relay;
}

mail::SmtpOptions SmtpOf(const Settings& settings) {
  return {.host = *settings.smtp_host,
          .port = static_cast<std::uint16_t>(*settings.smtp_port),
          .security = *settings.smtp_security,
          .user = *settings.smtp_user,
          .password = *settings.smtp_password,
          .ca_file = *settings.smtp_ca_file,
          .threads = static_cast<std::size_t>(*settings.smtp_connections)};
}

storage::Conversations::Limits LimitsOf(const Settings& settings) {
  return {
      .messages = {.count = static_cast<int>(*settings.messages), .window = 1h},
      .conversations = {.count = static_cast<int>(*settings.conversations), .window = std::chrono::days(1)}};
}

Live::Options LiveOptionsOf(const Settings& settings) {
  return {.waits = static_cast<std::size_t>(*settings.live_waits),
          .waits_each = static_cast<std::size_t>(*settings.live_waits_each)};
}

}  // namespace

Settings::Settings(config::Properties& properties)
    : kept(properties.Duration("notification.kept", "how long people can read what they were told", 1h,
                               std::chrono::days(3650), std::chrono::days(90))),
      mail_kept(properties.Duration("notification.mail_kept",
                                    "how long a mail is tried to be sent; then it is parked", 1min,
                                    std::chrono::days(7), std::chrono::days(1))),
      market(
          properties.Text("notification.market", "what the marketplace is called in mails", "Marketplace")),
      public_url(
          properties.Text("notification.public_url",
                          "where people reach the marketplace, for links in mails: https://shop.example.com",
                          config::Required{})),
      mail_from(
          properties.Text("notification.mail_from", "the address that mails come from", config::Required{})),
      smtp_host(properties.Text("notification.smtp_host", "name of the mail server", config::Required{})),
      smtp_port(properties.Int("notification.smtp_port", "port of the mail server", "", 1, 65535, 587)),
      smtp_security(properties.Choice<mail::Security>(
          "notification.smtp_security", "how mails are kept secret on their way to the mail server",
          {{"none", mail::Security::kNone},
           {"starttls", mail::Security::kStartTls},
           {"tls", mail::Security::kTls}},
          mail::Security::kStartTls)),
      smtp_user(
          properties.Text("notification.smtp_user", "who signs in at the mail server; empty: nobody", "")),
      smtp_password(properties.Secret("notification.smtp_password", "its password", "")),
      smtp_ca_file(properties.Text("notification.smtp_ca_file",
                                   "PEM file of who vouches for the mail server; empty: the system's list",
                                   "")),
      smtp_connections(properties.Int("notification.smtp_connections", "mails that are handed over at once",
                                      "", 1, 32, 4)),
      messages(properties.Int("notification.messages",
                              "messages that one account may write at once, and again in each hour",
                              "messages", 1, 100'000, 60)),
      conversations(properties.Int("notification.conversations",
                                   "conversations that one account may begin at once, and again in each day",
                                   "conversations", 1, 100'000, 20)),
      live_kept(properties.Duration("notification.live_kept",
                                    "for how long who lost a stream of live events can go on where it was",
                                    1min, std::chrono::days(30), 24h)),
      live_waits(properties.Int("notification.live_waits", "calls that wait for live events at once", "calls",
                                1, 50'000, 4000)),
      live_waits_each(properties.Int("notification.live_waits_per_account",
                                     "of one account or API key, over all gateways", "calls", 1, 10'000,
                                     24)) {}

Service::Service(host::Host& host, const Settings& settings)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("notification")),
      sealer_(database_, "notification"),
      answers_(database_),
      notifications_(database_),
      personal_data_(database_),
      conversations_(database_, LimitsOf(settings)),
      terms_(database_),
      live_events_(database_),
      log_(database_, host.EventOptions("notification")),
      relay_(database_, host.Tracer(), MailRelay(host.RelayOptions("notification"))),
      sweeper_(database_, notifications_, conversations_,
               {.notifications = *settings.kept, .events = host.EventOptions("notification").kept}),
      metrics_(host.Metrics()),
      live_(
          live_events_, metrics_,
          [&host](std::string token, runtime::Deadline deadline) {
            return host.Edge().StillHolds(std::move(token), deadline);
          },
          LiveOptionsOf(settings)),
      live_watch_(live_, live_events_, *settings.live_kept),
      telling_(notifications_),
      bounced_(database_),
      smtp_(config::Naming("notification.smtp_host", [&] { return SmtpOf(settings); })),
      mailing_(bounced_, unsubscribe_tokens_,
               [this](std::string from, std::string to, std::string bytes, runtime::Deadline deadline) {
                 return smtp_.Send(std::move(from), std::move(to), std::move(bytes), deadline);
               },
               host.SystemTime(), metrics_,
               {.market = *settings.market,
                .public_url = *settings.public_url,
                .from = *settings.mail_from,
                .kept = *settings.mail_kept}),
      service_({notifications_, telling_, unsubscribe_tokens_, pages_, [this] { relay_.Wake(); },
                personal_data_, conversations_, counterparts_, terms_, live_,
                [this] { live_watch_.Wake(); }}) {
  HandleOutbox(relay_, mailing_);
  // Started last, so stopped first: before the server waits for the calls that wait here.
  host.OnStart([this]() -> Task<> {
    host_.OnStop("live", 1s, [this](runtime::Deadline) -> Task<> {
      live_.Close();
      co_return;
    });
    co_return;
  });
}

void Service::Connect(Peers peers) {
  telling_.Connect(peers.auth);
  mailing_.Connect({peers.auth, peers.users});
  counterparts_.Connect({peers.auth, peers.users, peers.products, peers.orders});
  acts_told_.emplace(database_, host_.Tracer(), rpc::Telling(peers.auth, audit::kListKeeper),
                     audit::ActsSubscription(host_.RelayOptions("notification")));
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("notification", database_, kMigrations);
  const auto secret = co_await host_.SecretOf(database_);
  pages_.Use(secret);
  unsubscribe_tokens_.Use(secret);
  bounced_.Use(secret);
  co_await host_.OpenLog("notification", log_);
  co_await live_events_.Settle(runtime::After(60s));
  host_.RunSealer("notification", sealer_);
  host_.RunSubscription("notification", acts_told_.value());
  host_.RunRelay("notification", relay_);
  host_.SweepAnswers("notification", answers_);
  host_.Background().Run(sweeper_.Sweeping());
  host_.Background().Run(live_watch_.Watching());
}

}  // namespace market::notification
