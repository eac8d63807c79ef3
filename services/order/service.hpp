// The order service put together: database, stores, saga, workers, operations, in construction order.
#pragma once
#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "peers/user/kept_pictures.hpp"
#include "platform/documents/printer.hpp"
#include "platform/host/host.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/picture_claims/claims.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/process/invoicing.hpp"
#include "services/order/process/rate_table.hpp"
#include "services/order/process/wish_watch.hpp"
#include "services/order/storage/returns.hpp"
#include "services/order/storage/timers.hpp"
#include "services/order/workers/cart_sweeper.hpp"
#include "services/order/workers/recovery.hpp"
#include "services/order/workers/timers.hpp"

namespace market::order {

struct Settings {
  explicit Settings(config::Properties& properties);

  config::Property<std::chrono::milliseconds> lease;
  config::Property<std::chrono::milliseconds> checkout_deadline;
  config::Property<std::chrono::milliseconds> recovery_poll;
  config::Property<std::int64_t> open_of_buyer;
  config::Property<std::chrono::milliseconds> pay_within;
  config::Property<std::int64_t> payments_of_order;
  config::Property<identity::PeopleNeed> buyers_need;
  config::Property<std::chrono::milliseconds> accept_within;
  config::Property<std::chrono::milliseconds> delivered_after;
  config::Property<std::chrono::milliseconds> completed_after;
  config::Property<std::chrono::milliseconds> return_window;
  config::Property<std::chrono::milliseconds> return_answer_within;
  config::Property<std::chrono::milliseconds> return_send_within;
  config::Property<std::chrono::milliseconds> return_refund_within;
  config::Property<Taxing> tax;
  config::Property<domain::TaxMode> prices_include_tax;
  config::Property<std::chrono::milliseconds> carts_kept;
  config::Property<std::chrono::milliseconds> wishes_every;
};

class Service final : public host::Service {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
    api::ProductApi& products;
    api::PaymentApi& payments;
    api::NotificationApi& notifications;
  };

  Service(host::Host& host, const Settings& settings, Peers peers);

  Task<> Start() override;
  rpc::Binding Binding() override { return api::Bind(service_); }
  idempotency::Store* Answers() override { return &answers_; }
  // For services of the same process.
  api::OrderApi& Api() { return neighbour_; }

 private:
  host::Host& host_;
  postgres::Database database_;
  audit::Sealer sealer_;
  idempotency::PgStore answers_;
  Metrics metrics_;
  storage::Orders orders_;
  storage::Checkouts checkouts_;
  storage::Transitions transitions_;
  storage::Returns returns_;
  picture_claims::Claims return_claims_;
  peers::KeptPictures return_pictures_;
  storage::PersonalData personal_data_;
  storage::Coupons coupons_;
  storage::Carts carts_;
  storage::Wishes wishes_;
  storage::Invoices invoices_;
  storage::Sales sales_;
  storage::CartTokens cart_tokens_;
  events::Log log_;
  events::Subscription acts_told_;
  events::Subscription notifications_told_;
  events::Subscription payments_told_;
  SellerDirectory sellers_;
  storage::DeliveryMethods delivery_methods_;
  storage::TaxRates tax_rates_;
  RateTable taxes_;
  OrderTerms terms_;
  outbox::Relay relay_;
  Invoicing invoicing_;
  market::documents::Printer printer_;
  Checkout checkout_;
  Recovery recovery_;
  storage::Timers timers_;
  PartTimers part_timers_;
  CartSweeper cart_sweeper_;
  WishWatch wish_watch_;
  rpc::PageTokens pages_;
  OrderService service_;
  api::OrderNeighbour neighbour_{service_};
};

}  // namespace market::order
