// The payment service put together: database, provider, charges, worker, operations, in construction order.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "platform/host/host.hpp"
#include "platform/http/client.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/rpc/page_token.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/api/second_person.hpp"
#include "services/payment/process/dispute_run.hpp"
#include "services/payment/process/reconciliation.hpp"
#include "services/payment/provider/sandbox_payouts.hpp"
#include "services/payment/provider/sepa.hpp"
#include "services/payment/provider/stripe.hpp"
#include "services/payment/workers/audit.hpp"
#include "services/payment/workers/commission_invoices.hpp"
#include "services/payment/workers/disputes.hpp"
#include "services/payment/workers/payouts.hpp"
#include "services/payment/workers/reconcile.hpp"
#include "services/payment/workers/recovery.hpp"
#include "services/payment/workers/settlement.hpp"
#include "services/payment/workers/subscribers.hpp"
#include "services/payment/workers/webhooks.hpp"

namespace market::payment {

struct Settings {
  explicit Settings(config::Properties& properties);

  enum class Kind : std::uint8_t { kSandbox, kStripe };

  config::Property<Kind> provider;
  config::Property<std::string> provider_url;
  config::Property<std::string> provider_key;
  config::Property<std::chrono::milliseconds> provider_timeout;
  config::Property<std::int64_t> provider_connections;
  config::Property<std::int64_t> provider_requests_per_s;
  config::Property<std::string> provider_ca_file;
  config::Property<std::string> webhook_secrets;
  config::Property<std::string> public_url;
  config::Property<std::chrono::milliseconds> resolve_poll;
  config::Property<SecondPerson::Rule> second_person;
  config::Property<std::int64_t> reserve_ppm;
  config::Property<std::chrono::milliseconds> reserve_kept;

  enum class PayoutProvider : std::uint8_t { kSandbox, kSepa };
  config::Property<PayoutProvider> payout_provider;
  config::Property<domain::PayoutSchedule> payout_schedule;
  config::Property<std::vector<std::string>> payout_minimum;
  config::Property<std::chrono::milliseconds> payout_poll;
  config::Property<std::chrono::milliseconds> payout_watch;
  config::Property<std::string> sepa_directory;
  config::Property<std::string> sepa_name;
  config::Property<std::string> sepa_iban;
  config::Property<std::string> sepa_bic;
  config::Property<std::string> bank_key;
  config::Property<BankChanges::Need> bank_change_needs;
  config::Property<std::chrono::milliseconds> bank_change_hold;
  config::Property<std::chrono::milliseconds> reconcile_settling;

  config::Property<std::chrono::milliseconds> dispute_poll;
  config::Property<std::int64_t> operator_entry_limit;
  config::Property<std::string> trader_name;
  config::Property<std::vector<std::string>> trader_lines;
  config::Property<std::string> trader_city;
  config::Property<std::string> trader_region;
  config::Property<std::string> trader_postal_code;
  config::Property<std::string> trader_country;
  config::Property<std::string> trader_vat_number;
  config::Property<std::string> trader_register_number;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
    api::OrderApi& orders;
    api::NotificationApi& notifications;
  };

  Service(host::Host& host, const Settings& settings);

  // Before Start. Apart from the constructor since order and payment know each other.
  void Connect(Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::PaymentApi& Api() { return neighbour_; }

 private:
  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  storage::Payments payments_;
  storage::Ledger ledger_;
  storage::PersonalData personal_data_;
  storage::CommissionRules rules_;
  storage::SimulatedSales sold_;
  SecondPerson second_person_;
  storage::Sales sales_;
  storage::Webhooks told_;
  storage::Payouts payouts_;
  storage::PayoutAccounts payout_accounts_;
  storage::Statements statements_;
  storage::BankNumbers bank_numbers_;
  storage::Findings findings_;
  storage::CommissionInvoices commission_invoices_;
  storage::OperatorEntries operator_entries_;
  storage::Disputes disputes_;
  events::Log log_;
  std::optional<events::Subscription> orders_told_;
  std::optional<events::Subscription> acts_told_;
  std::optional<events::Subscription> notifications_told_;
  Metrics metrics_;
  http::Client client_;
  provider::Guard guard_;
  provider::Stripe provider_;
  Charges charges_;
  runtime::TaskGroup charges_group_;
  rpc::PageTokens pages_;
  provider::SandboxPayouts sandbox_payouts_;
  std::optional<provider::SepaFiles> sepa_files_;
  PayoutRun payout_run_;
  PayoutWorkers payout_workers_;
  Recovery recovery_;
  Audit audit_;
  DisputeRun dispute_run_;
  DisputeWorker dispute_worker_;
  ProviderEvents provider_events_;
  Webhooks webhooks_;
  Settlement settlement_;
  Reconciliation reconciliation_;
  Reconcile reconcile_;
  ShopTraders traders_;
  CommissionInvoicing commission_invoicing_;
  market::documents::Printer printer_;
  PaymentService service_;
  api::PaymentNeighbour neighbour_{service_};
};

}  // namespace market::payment
