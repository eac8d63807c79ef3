#include "services/payment/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "services/payment/migrations.hpp"

namespace market::payment {
namespace {

// The work under way keeps its errors for whoever waits for it; nothing is left for the group to tell.
void Ignore(std::string_view, std::exception_ptr) {}

}  // namespace

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : provider_url(properties.Text("payment.provider_url", "where the payment provider is: http://host:port",
                                   config::Required{})),
      provider_key(
          properties.Secret("payment.provider_key", "API key for the payment provider", "sk_sandbox")),
      provider_timeout(properties.Duration("payment.provider_timeout",
                                           "how long a payment waits for the provider before it is UNKNOWN",
                                           100ms, 1min, 5s)),
      provider_connections(properties.Int("payment.provider_connections",
                                          "connections to the provider at once", "connections", 1, 1024, 64)),
      resolve_poll(properties.Duration("payment.resolve_poll", "how often UNKNOWN payments are looked for",
                                       50ms, 1min, 1s)),
      second_person(properties.Choice<SecondPerson::Rule>(
          "payment.second_person",
          "whether commission rules wait for a second operator: auto is when there is more than one who may",
          {{"auto", SecondPerson::Rule::kAuto},
           {"always", SecondPerson::Rule::kAlways},
           {"never", SecondPerson::Rule::kNever}},
          SecondPerson::Rule::kAuto)),
      reconcile_settling(properties.Duration("payment.reconcile_settling",
                                             "how long money is left alone before a difference is a finding",
                                             1s, 24h, 15min)) {}

Service::Service(host::Host& host, const Settings& settings)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("payment")),
      sealer_(database_, "payment"),
      answers_(database_),
      payments_(database_),
      ledger_(database_),
      personal_data_(database_),
      rules_(database_),
      sales_(database_),
      second_person_(*settings.second_person),
      findings_(database_),
      log_(database_, host.EventOptions("payment")),
      metrics_(host.Metrics()),
      client_(config::Naming("payment.provider_url",
                             [&] {
                               return http::Client(
                                   host.Io(), *settings.provider_url,
                                   {.pool_size = static_cast<std::size_t>(*settings.provider_connections)});
                             })),
      provider_(client_, *settings.provider_key),
      charges_(payments_, provider_, host.SystemTime(), metrics_,
               {.provider_timeout = *settings.provider_timeout}),
      charges_group_(host.Io().get_executor(), Ignore),
      recovery_(payments_, charges_, host.Tracer(),
                {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      audit_(payments_, ledger_, metrics_, recovery_.Driving(), {}),
      reconciliation_(findings_, ledger_, provider_, {.settling = *settings.reconcile_settling}),
      reconcile_(reconciliation_, findings_, metrics_, {}),
      service_({payments_, ledger_, charges_, charges_group_, host.SystemTime(), pages_, personal_data_,
                rules_, sales_, second_person_, findings_}) {}

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
  host_.Background().Run(reconcile_.Comparing());
  host_.Background().Run(reconcile_.Measuring());
}

}  // namespace market::payment
