#include "services/payment/service.hpp"

#include <stdexcept>
#include <string_view>

#include "platform/audit/telling.hpp"
#include "platform/rpc/telling.hpp"
#include "services/payment/domain/iban.hpp"
#include "services/payment/migrations.hpp"

namespace market::payment {
namespace {

constexpr std::string_view kDevelopmentKey = "the sandbox's shops have no bank accounts";
constexpr std::size_t kBankKeyCharsMin = 32;

// The development key is known to everybody.
std::string BankKeyOf(const Settings& settings) {
  const std::string& key = *settings.bank_key;
  const bool of_development =
      key == kDevelopmentKey && *settings.payout_provider == Settings::PayoutProvider::kSandbox;
  if (of_development || (key.size() >= kBankKeyCharsMin && key != kDevelopmentKey)) return key;
  throw config::ConfigError("payment.bank_key: at least 32 random characters are expected");
}

// In place, since it has a thread; not at all without a directory.
void OpenFiles(std::optional<provider::SepaFiles>& files, const Settings& settings) {
  const bool needed = *settings.payout_provider == Settings::PayoutProvider::kSepa;
  if (settings.sepa_directory->empty() && !needed) return;
  const auto iban = config::Naming("payment.sepa_iban", [&] {
    const auto number = domain::IbanFrom(*settings.sepa_iban);
    if (!number) throw std::runtime_error("must be the number of a bank account");
    return *number;
  });
  if (settings.sepa_name->empty()) throw config::ConfigError("payment.sepa_name: must say who pays");
  config::Naming("payment.sepa_directory", [&] {
    files.emplace(*settings.sepa_directory,
                  provider::SepaDebtor{.name = *settings.sepa_name, .iban = iban, .bic = *settings.sepa_bic});
    return true;
  });
}

// Those that finish what they have come after the one that is used now.
std::vector<provider::PayoutPort*> PortsOf(const Settings& settings, provider::SandboxPayouts& sandbox,
                                           std::optional<provider::SepaFiles>& files) {
  if (*settings.provider == Settings::Kind::kStripe &&
      *settings.payout_provider == Settings::PayoutProvider::kSandbox)
    throw config::ConfigError(
        "payment.payout_provider: with Stripe, shops are paid by files for a bank (sepa)");
  OpenFiles(files, settings);
  if (!files) return {&sandbox};
  if (*settings.payout_provider == Settings::PayoutProvider::kSepa) return {&*files, &sandbox};
  return {&sandbox, &*files};
}

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

Party TraderOf(const Settings& settings) {
  return {.name = *settings.trader_name,
          .lines = *settings.trader_lines,
          .city = *settings.trader_city,
          .region = *settings.trader_region,
          .postal_code = *settings.trader_postal_code,
          .country_code = *settings.trader_country,
          .vat_number = *settings.trader_vat_number,
          .register_number = *settings.trader_register_number};
}

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

std::string PublicUrlOf(const Settings& settings) {
  std::string url = *settings.public_url;
  while (url.ends_with('/')) url.pop_back();
  const bool is_url = url.empty() || url.starts_with("https://") || url.starts_with("http://");
  if (!is_url) throw std::invalid_argument("must begin with https://");
  return url;
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
      public_url(
          properties.Text("payment.public_url",
                          "where people reach the marketplace, to which their bank sends them back from "
                          "confirming a payment: https://shop.example.com; empty: a card that wants that is "
                          "declined",
                          "")),
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
      reserve_kept(
          properties.Duration("payment.reserve_kept", "how long that is kept back", 1s, 24h * 730, 24h * 90)),
      payout_provider(properties.Choice<PayoutProvider>(
          "payment.payout_provider",
          "who carries money to shops: the payment provider of payment.provider_url, or a bank that takes "
          "files (payment.sepa_directory)",
          {{"sandbox", PayoutProvider::kSandbox}, {"sepa", PayoutProvider::kSepa}},
          PayoutProvider::kSandbox)),
      payout_schedule(properties.Choice<domain::PayoutSchedule>(
          "payment.payout_schedule",
          "when shops are paid what they are due, by UTC: each day, on Mondays, on the first of a month, or "
          "when they ask for it alone",
          {{"daily", domain::PayoutSchedule::kDaily},
           {"weekly", domain::PayoutSchedule::kWeekly},
           {"monthly", domain::PayoutSchedule::kMonthly},
           {"manual", domain::PayoutSchedule::kManual}},
          domain::PayoutSchedule::kWeekly)),
      payout_minimum(properties.List("payment.payout_minimum",
                                     "the least that is paid out, in minor units: of every currency that is "
                                     "not named, and of those that are (1000, JPY=1500)",
                                     std::vector<std::string>{"1000"})),
      payout_poll(properties.Duration("payment.payout_poll",
                                      "how soon the provider is asked what became of a payout; without news "
                                      "less and less often, each 6 hours at least",
                                      50ms, 24h, 10s)),
      payout_watch(
          properties.Duration("payment.payout_watch",
                              "how long after a payout was paid the provider is asked whether it came "
                              "back",
                              0ms, std::chrono::days(90), std::chrono::days(14))),
      sepa_directory(properties.Text("payment.sepa_directory",
                                     "where the files for the bank are written, the same on every replica "
                                     "(pain.001.001.09)",
                                     "")),
      sepa_name(properties.Text("payment.sepa_name", "who pays, as the bank knows it", "")),
      sepa_iban(properties.Text("payment.sepa_iban", "the bank account that shops are paid from", "")),
      sepa_bic(properties.Text("payment.sepa_bic", "the BIC of its bank, where the bank wants one", "")),
      bank_key(
          properties.Secret("payment.bank_key",
                            "at least 32 random characters: seals the numbers of shops' bank accounts, which "
                            "nobody can read without it; the default is for development, with the sandbox",
                            std::string(kDevelopmentKey))),
      bank_change_needs(properties.Choice<BankChanges::Need>(
          "payment.bank_change_needs", "what an owner must have to say where the shop's money goes",
          {{"none", BankChanges::Need::kNone}, {"second-factor", BankChanges::Need::kSecondFactor}},
          BankChanges::Need::kSecondFactor)),
      bank_change_hold(properties.Duration("payment.bank_change_hold",
                                           "how long nothing is paid out after that was changed", 0ms,
                                           std::chrono::days(30), 48h)),
      reconcile_settling(properties.Duration("payment.reconcile_settling",
                                             "how long money is left alone before a difference is a finding",
                                             1s, 24h, 15min)),
      dispute_poll(properties.Duration(
          "payment.dispute_poll",
          "how often the provider is asked about an open dispute, should it not tell by itself", 1s, 24h,
          1h)),
      operator_entry_limit(properties.Int("payment.operator_entry_limit",
                                          "the most that an operator may charge a shop, or give it, at once",
                                          "minor units", 1, 99'999'999, 1'000'000)),
      trader_name(properties.Text("payment.trader_name",
                                  "who runs the marketplace, as it stands in the register: on what it issues "
                                  "for shops",
                                  "Marketplace")),
      trader_lines(properties.List("payment.trader_lines", "street and house of who runs the marketplace",
                                   std::vector<std::string>{})),
      trader_city(properties.Text("payment.trader_city", "the town", "")),
      trader_region(properties.Text("payment.trader_region", "the state, province or county", "")),
      trader_postal_code(
          properties.Text("payment.trader_postal_code", "the postal code, as it is written there", "")),
      trader_country(properties.Text("payment.trader_country", "the country: two letters, ISO 3166-1", "")),
      trader_vat_number(properties.Text("payment.trader_vat_number",
                                        "its VAT number, with the letters of the country before it", "")),
      trader_register_number(
          properties.Text("payment.trader_register_number", "its register and number", "")) {}

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
      payouts_(database_),
      payout_accounts_(database_),
      statements_(database_),
      bank_numbers_(BankKeyOf(settings)),
      findings_(database_),
      commission_invoices_(database_),
      operator_entries_(database_),
      disputes_(database_),
      log_(database_, host.EventOptions("payment")),
      metrics_(host.Metrics()),
      client_(config::Naming("payment.provider_url", [&] { return ClientOf(host.Io(), settings); })),
      guard_({.requests_per_s = static_cast<double>(RateOf(settings))}),
      provider_(client_, guard_, *settings.provider_key),
      charges_(payments_, provider_, host.SystemTime(), metrics_,
               {.provider_timeout = *settings.provider_timeout,
                .public_url = config::Naming("payment.public_url", [&] { return PublicUrlOf(settings); })}),
      charges_group_(host.Io().get_executor(), Ignore),
      sandbox_payouts_(client_, *settings.provider_key),
      payout_run_(payouts_, payout_accounts_, bank_numbers_, PortsOf(settings, sandbox_payouts_, sepa_files_),
                  host.SystemTime(), metrics_,
                  {.schedule = *settings.payout_schedule,
                   .minimums = config::Naming("payment.payout_minimum",
                                              [&] { return PayoutMinimums(*settings.payout_minimum); }),
                   .poll = *settings.payout_poll,
                   .watch = *settings.payout_watch,
                   .port_timeout = *settings.provider_timeout}),
      payout_workers_(payouts_, payout_run_, host.Tracer(), {.patience = host.Patience()}),
      recovery_(payments_, charges_, host.Tracer(),
                {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      audit_(payments_, ledger_, metrics_, recovery_.Driving(), {}),
      dispute_run_(disputes_, payments_, provider_, host.SystemTime(),
                   {.poll = *settings.dispute_poll, .port_timeout = *settings.provider_timeout}),
      dispute_worker_(disputes_, dispute_run_, metrics_, host.Tracer(),
                      {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      provider_events_(payments_, provider_, charges_, dispute_run_),
      webhooks_(told_, provider_events_, charges_, metrics_, host.Tracer(),
                {.poll = *settings.resolve_poll, .patience = host.Patience()}),
      settlement_(database_, sales_, ledger_,
                  {.poll = *settings.resolve_poll,
                   .patience = host.Patience(),
                   .reserve = {.ppm = *settings.reserve_ppm, .kept = *settings.reserve_kept},
                   .events_kept = host.EventOptions("payment").kept}),
      reconciliation_(findings_, ledger_, provider_, {.port = provider_, .webhooks = told_},
                      {.settling = *settings.reconcile_settling}),
      reconcile_(reconciliation_, findings_, metrics_, {}),
      commission_invoicing_(commission_invoices_, traders_,
                            {.poll = *settings.resolve_poll, .marketplace = TraderOf(settings)}),
      service_({payments_,
                ledger_,
                charges_,
                charges_group_,
                host.SystemTime(),
                pages_,
                personal_data_,
                rules_,
                sold_,
                second_person_,
                sales_,
                settlement_.Settling(),
                told_,
                config::Naming("payment.webhook_secrets", [&] { return DoorOf(settings); }),
                payouts_,
                payout_accounts_,
                bank_numbers_,
                payout_run_,
                statements_,
                findings_,
                disputes_,
                dispute_run_,
                BankChanges{.need = *settings.bank_change_needs, .hold = *settings.bank_change_hold},
                commission_invoices_,
                operator_entries_,
                *settings.operator_entry_limit,
                traders_,
                printer_,
                TraderOf(settings)}) {
  guard_.OnTurnedAway([this](std::string_view why) { metrics_.TurnedAway(why); });
  guard_.OnChange([this](auto state) { metrics_.BreakerIs(static_cast<int>(state)); });
}

void Service::Connect(Peers peers) {
  second_person_.Connect(peers.auth);
  traders_.Connect(peers.users);
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
  host_.Background().Run(payout_workers_.Turns());
  host_.Background().Run(payout_workers_.Sending());
  host_.Background().Run(audit_.Unresolved());
  host_.Background().Run(audit_.Books());
  host_.Background().Run(webhooks_.Reading());
  host_.Background().Run(webhooks_.Counting());
  host_.Background().Run(settlement_.Settling());
  host_.Background().Run(settlement_.Folding());
  host_.Background().Run(settlement_.Sweeping());
  host_.Background().Run(dispute_worker_.Asking());
  host_.Background().Run(reconcile_.Comparing());
  host_.Background().Run(reconcile_.Measuring());
  host_.Background().Run(commission_invoicing_.Issuing());
}

}  // namespace market::payment
