#include "services/payment/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "services/payment/migrations.hpp"

namespace market::payment {
namespace {

// The work under way keeps its errors for whoever waits for it; nothing is left for the group to tell.
void Ignore(std::string_view, std::exception_ptr) {}

http::Client ClientOf(boost::asio::io_context& io, const Settings& settings) {
  // Card payments and a key that moves money go to nobody who has not proved his name.
  if (*settings.provider == Settings::Kind::kStripe && !settings.provider_url->starts_with("https://"))
    throw std::invalid_argument("payment.provider = stripe is asked by https:// only");
  return http::Client(io, *settings.provider_url,
                      {.pool_size = static_cast<std::size_t>(*settings.provider_connections),
                       .ca_file = *settings.provider_ca_file});
}

constexpr std::string_view kSecretOfSandbox = "whsec_sandbox";

WebhookDoor DoorOf(const Settings& settings) {
  const bool stripe = *settings.provider == Settings::Kind::kStripe;
  WebhookDoor door{.provider = stripe ? "stripe" : "sandbox", .secrets = {}};
  std::string_view rest = *settings.webhook_secrets;
  while (!rest.empty()) {
    const auto end = rest.find(',');
    auto secret = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    secret.remove_prefix(std::min(secret.find_first_not_of(" \n"), secret.size()));
    secret = secret.substr(0, secret.find_last_not_of(" \n") + 1);
    // Everybody knows that one.
    if (stripe && secret == kSecretOfSandbox)
      throw std::invalid_argument("with Stripe, give the secret of its endpoint");
    if (!secret.empty()) door.secrets.emplace_back(secret);
  }
  return door;
}

std::int64_t RateOf(const Settings& settings) {
  constexpr std::int64_t kOfStripe = 80;
  if (*settings.provider_requests_per_s > 0 || *settings.provider == Settings::Kind::kSandbox)
    return *settings.provider_requests_per_s;
  return kOfStripe;
}

}  // namespace

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : provider(properties.Choice<Kind>("payment.provider", "who moves the money",
                                       {{"sandbox", Kind::kSandbox}, {"stripe", Kind::kStripe}},
                                       Kind::kSandbox)),
      provider_url(properties.Text("payment.provider_url",
                                   "where the payment provider is: https://api.stripe.com, http://host:port",
                                   config::Required{})),
      provider_key(
          properties.Secret("payment.provider_key", "API key for the payment provider", "sk_sandbox")),
      provider_timeout(properties.Duration("payment.provider_timeout",
                                           "how long a payment waits for the provider before it is UNKNOWN",
                                           100ms, 1min, 5s)),
      provider_connections(properties.Int("payment.provider_connections",
                                          "connections to the provider at once", "connections", 1, 1024, 64)),
      provider_requests_per_s(properties.Int("payment.provider_requests_per_s",
                                             "how many the provider takes from this process; 0: no limit with"
                                             " the sandbox, 80 with Stripe, which allows an account 100",
                                             "requests a second", 0, 100'000, 0)),
      provider_ca_file(
          properties.Text("payment.provider_ca_file",
                          "whose certificates the provider may have; empty: those that the system"
                          " trusts",
                          "")),
      webhook_secrets(
          properties.Secret("payment.webhook_secrets",
                            "with which the provider signs its webhooks; several, separated by commas,"
                            " while a new one takes the place of an old one",
                            std::string(kSecretOfSandbox))),
      resolve_poll(properties.Duration("payment.resolve_poll", "how often UNKNOWN payments are looked for",
                                       50ms, 1min, 1s)),
      second_person(properties.Choice<SecondPerson::Rule>(
          "payment.second_person",
          "whether commission rules wait for a second operator: auto is when there is more than one who may",
          {{"auto", SecondPerson::Rule::kAuto},
           {"always", SecondPerson::Rule::kAlways},
           {"never", SecondPerson::Rule::kNever}},
          SecondPerson::Rule::kAuto)),
      reserve_ppm(
          properties.Int("payment.reserve_ppm",
                         "how much of what a shop earned is kept back for a while when it is completed",
                         "parts per million", 0, 1'000'000, 0)),
      reserve_kept(properties.Duration("payment.reserve_kept", "how long that is kept back", 1s, 24h * 730,
                                       24h * 90)) {}

Service::Service(host::Host& host, const Settings& settings)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("payment")),
      sealer_(database_, "payment"),
      answers_(database_),
      payments_(database_),
      ledger_(database_),
      personal_data_(database_),
      rules_(database_),
      sold_(database_),
      second_person_(*settings.second_person),
      sales_(database_),
      told_(database_),
      log_(database_, host.EventOptions("payment")),
      metrics_(host.Metrics()),
      client_(config::Naming("payment.provider_url", [&] { return ClientOf(host.Io(), settings); })),
      guard_({.requests_per_s = static_cast<double>(RateOf(settings))}),
      provider_(client_, guard_, *settings.provider_key),
      charges_(payments_, provider_, host.SystemTime(), metrics_,
               {.provider_timeout = *settings.provider_timeout}),
      charges_group_(host.Io().get_executor(), Ignore),
      recovery_(payments_, charges_, host.Tracer(),
                {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      audit_(payments_, ledger_, metrics_, recovery_.Driving(), {}),
      provider_events_(payments_, provider_, charges_),
      webhooks_(told_, provider_events_, charges_, metrics_, host.Tracer(),
                {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      settlement_(database_, sales_, ledger_,
                  {.poll = *settings.resolve_poll,
                   .patience = host.Patience(),
                   .reserve = {.ppm = *settings.reserve_ppm, .kept = *settings.reserve_kept},
                   .events_kept = host.EventOptions("payment").kept}),
      service_({payments_, ledger_, charges_, charges_group_, host.SystemTime(), pages_, personal_data_,
                rules_, sold_, second_person_, sales_, settlement_.Settling(), told_,
                config::Naming("payment.webhook_secrets", [&] { return DoorOf(settings); })}) {
  guard_.OnTurnedAway([this](std::string_view why) { metrics_.TurnedAway(why); });
  guard_.OnChange([this](auto state) { metrics_.BreakerIs(static_cast<int>(state)); });
}

void Service::Connect(Peers peers) {
  second_person_.Connect(peers.auth);
  orders_told_.emplace(database_, host_.Tracer(), TellOrders(peers.orders),
                       OrdersSubscription(host_.RelayOptions("payment")));
  acts_told_.emplace(database_, host_.Tracer(), rpc::Telling(peers.auth, audit::kListKeeper),
                     audit::ActsSubscription(host_.RelayOptions("payment")));
  notifications_told_.emplace(database_, host_.Tracer(), TellNotification(peers.notifications),
                              NotificationSubscription(host_.RelayOptions("payment")));
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("payment", database_, kMigrations);
  pages_.Use(co_await host_.SecretOf(database_));
  co_await host_.OpenLog("payment", log_);
  host_.RunSealer("payment", sealer_);
  host_.RunSubscription("payment", orders_told_.value());
  host_.RunSubscription("payment", acts_told_.value());
  host_.RunSubscription("payment", notifications_told_.value());
  host_.RunPublication("payment", database_, PublicFacts());
  host_.SweepAnswers("payment", answers_);
  // After the calls have ended and before the database closes.
  // What is torn here is asked for at the next start.
  host_.OnStop("payment.charges", 8s, [this](runtime::Deadline limit) -> Task<> {
    bool late = false;
    try {
      co_await charges_group_.Join(limit - 2s);
    } catch (const Error&) {
      late = true;
    }
    if (!late) co_return;
    charges_group_.Cancel();
    co_await charges_group_.Join(limit);
  });
  host_.Background().Run(recovery_.Driving());
  host_.Background().Run(audit_.Unresolved());
  host_.Background().Run(audit_.Books());
  host_.Background().Run(webhooks_.Reading());
  host_.Background().Run(webhooks_.Counting());
  host_.Background().Run(settlement_.Settling());
  host_.Background().Run(settlement_.Folding());
  host_.Background().Run(settlement_.Sweeping());
}

}  // namespace market::payment
