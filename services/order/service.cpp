#include "services/order/service.hpp"

#include "platform/audit/telling.hpp"
#include "platform/postgres/migrate.hpp"
#include "platform/rpc/telling.hpp"
#include "services/order/migrations.hpp"
#include "services/order/workers/outbox_handlers.hpp"
#include "services/order/workers/subscribers.hpp"

namespace market::order {

using namespace std::chrono_literals;

Settings::Settings(config::Properties& properties)
    : lease(properties.Duration("order.lease", "how long a checkout belongs to the process that drives it",
                                12s, 5min, 15s)),
      checkout_deadline(properties.Duration("order.checkout_deadline",
                                            "how long an order may wait for its payment before it is undone",
                                            10s, 24h, 10min)),
      recovery_poll(properties.Duration("order.recovery_poll", "how often orphaned checkouts are looked for",
                                        50ms, 1min, 1s)),
      open_of_buyer(properties.Int("order.open_checkouts_of_buyer",
                                   "how many orders of one account may wait for their payment", "orders", 1,
                                   1000, 20)),
      pay_within(
          properties.Duration("order.pay_within",
                              "how long an order whose payment was declined or lost is kept for its buyer "
                              "to pay it with another method",
                              1s, 24h, 10min)),
      payments_of_order(properties.Int("order.payments_of_order",
                                       "how many times it may be tried to pay one order", "payments", 1, 100,
                                       10)),
      buyers_need(properties.Choice<identity::PeopleNeed>(
          "order.buyers_need", "what people must have before they place an order",
          {{"nothing", identity::PeopleNeed::kNothing},
           {"verified-email", identity::PeopleNeed::kVerifiedEmail}},
          identity::PeopleNeed::kNothing)),
      accept_within(properties.Duration("order.accept_within",
                                        "how long a shop may take to accept an order before it is rejected",
                                        1min, 24h * 90, 72h)),
      delivered_after(properties.Duration("order.delivered_after",
                                          "after how long what was shipped counts as delivered", 1min,
                                          24h * 365, 24h * 14)),
      completed_after(properties.Duration("order.completed_after",
                                          "after how long what was delivered is completed", 1min, 24h * 365,
                                          24h * 14)),
      return_window(properties.Duration("order.return_window",
                                        "how long after it was delivered something may be sent back", 24h,
                                        24h * 730, 24h * 14)),
      return_answer_within(properties.Duration(
          "order.return_answer_within",
          "how long a shop may take to answer what a buyer wants to send back, before it is approved", 1min,
          24h * 90, 72h)),
      return_send_within(properties.Duration("order.return_send_within",
                                             "how long a buyer may take to send back what was approved, "
                                             "before it is rejected",
                                             1min, 24h * 90, 24h * 14)),
      return_refund_within(
          properties.Duration("order.return_refund_within",
                              "how long a shop may take to look at what came back, before it is paid back",
                              1min, 24h * 90, 24h * 14)),
      tax(properties.Choice<Taxing>(
          "order.tax", "whether what is sold is taxed, by the rates that operators keep, or not at all",
          {{"off", Taxing::kOff}, {"by-table", Taxing::kByTable}}, Taxing::kByTable)),
      prices_include_tax(properties.Choice<domain::TaxMode>(
          "order.prices_include_tax",
          "whether the prices of the market have their tax in them, or it is added",
          {{"included", domain::TaxMode::kIncluded}, {"added", domain::TaxMode::kAdded}},
          domain::TaxMode::kIncluded)),
      carts_kept(properties.Duration("order.carts_kept",
                                     "how long a guest's cart is opened by its token, and any cart is kept "
                                     "that nobody changes",
                                     1h, 400 * 24h, 90 * 24h)),
      wishes_every(
          properties.Duration("order.wishes_every",
                              "how often an offer on somebody's wish list is looked at, to tell them "
                              "that it costs less or can be bought again",
                              1min, 7 * 24h, 1h)) {}

Service::Service(host::Host& host, const Settings& settings, Peers peers)
    : host_(host),
      database_(host.Io(), host.DatabaseOptions("order")),
      sealer_(database_, "order"),
      answers_(database_),
      metrics_(host.Metrics()),
      orders_(database_),
      checkouts_(database_, {.lease = *settings.lease,
                             .deadline = *settings.checkout_deadline,
                             .open_of_buyer = static_cast<std::int32_t>(*settings.open_of_buyer),
                             .pay_within = *settings.pay_within,
                             .payments_of_order = static_cast<std::int32_t>(*settings.payments_of_order)}),
      transitions_(database_),
      returns_(database_, *settings.return_window),
      return_claims_(database_, storage::Returns::FindPictures()),
      return_pictures_(return_claims_, peers.users),
      personal_data_(database_),
      coupons_(database_),
      carts_(database_),
      wishes_(database_),
      invoices_(database_),
      sales_(database_),
      log_(database_, host.EventOptions("order")),
      acts_told_(database_, host.Tracer(), rpc::Telling(peers.auth, audit::kListKeeper),
                 audit::ActsSubscription(host.RelayOptions("order"))),
      notifications_told_(database_, host.Tracer(), TellNotification(peers.notifications),
                          NotificationSubscription(host.RelayOptions("order"))),
      payments_told_(database_, host.Tracer(), TellPayment(peers.payments),
                     PaymentSubscription(host.RelayOptions("order"))),
      sellers_(peers.users),
      delivery_methods_(database_),
      tax_rates_(database_),
      taxes_(tax_rates_, sellers_, host.SystemTime(), *settings.tax),
      terms_(delivery_methods_, sellers_, taxes_, *settings.prices_include_tax),
      relay_(database_, host.Tracer(), host.RelayOptions("order")),
      invoicing_(invoices_, orders_, peers.users),
      checkout_(checkouts_, peers.products, peers.payments, host.SystemTime(), metrics_, host.Patience()),
      recovery_(checkouts_, orders_, checkout_, host.Tracer(), metrics_,
                {.poll = *settings.recovery_poll, .patience = host.Patience()}),
      timers_(database_, {.accept_within = *settings.accept_within,
                          .delivered_after = *settings.delivered_after,
                          .completed_after = *settings.completed_after,
                          .answer_within = *settings.return_answer_within,
                          .send_within = *settings.return_send_within,
                          .refund_within = *settings.return_refund_within}),
      part_timers_(timers_, transitions_, returns_, relay_, host.Tracer(), host.SystemTime(), metrics_,
                   {.poll = *settings.recovery_poll, .patience = host.Patience()}),
      cart_sweeper_(carts_, *settings.carts_kept),
      wish_watch_(wishes_, peers.products, sellers_, host.SystemTime(), *settings.wishes_every),
      service_({orders_,
                checkouts_,
                transitions_,
                checkout_,
                relay_,
                peers.users,
                peers.products,
                sellers_,
                host.SystemTime(),
                pages_,
                metrics_,
                *settings.buyers_need,
                personal_data_,
                delivery_methods_,
                tax_rates_,
                terms_,
                coupons_,
                carts_,
                wishes_,
                cart_tokens_,
                sales_,
                peers.auth,
                *settings.carts_kept,
                returns_,
                return_pictures_,
                invoices_,
                printer_}) {
  HandleOutbox(relay_, {orders_, checkouts_, transitions_, peers.products, peers.payments, invoicing_});
}

Task<> Service::Start() {
  co_await host_.OpenDatabase("order", database_, kMigrations);
  const auto secret = co_await host_.SecretOf(database_);
  pages_.Use(secret);
  cart_tokens_.Use(secret);
  co_await taxes_.CatchUp();
  co_await host_.OpenLog("order", log_);
  host_.RunSealer("order", sealer_);
  host_.RunSubscription("order", acts_told_);
  host_.RunSubscription("order", notifications_told_);
  host_.RunSubscription("order", payments_told_);
  host_.RunPublication("order", database_, PublicFacts());
  host_.RunRelay("order", relay_);
  host_.Background().Run({.name = "order.sellers", .period = 1s}, [this] { return sellers_.CatchUp(); });
  host_.Background().Run({.name = "order.taxes", .period = 1s}, [this] { return taxes_.CatchUp(); });
  host_.Background().Run(recovery_.Driving());
  host_.Background().Run(recovery_.Measuring());
  host_.Background().Run(part_timers_.Moving());
  host_.Background().Run(cart_sweeper_.Sweeping());
  host_.Background().Run({.name = "order.wishes", .period = 2s}, [this] { return wish_watch_.LookAround(); });
  host_.Background().Run({.name = "order.return_pictures", .period = 1s},
                         [this] { return return_pictures_.Settle(); });
  host_.SweepAnswers("order", answers_);
}

}  // namespace market::order
