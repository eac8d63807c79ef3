// The operations over a real database, with peers in memory, and callers. For tests only.
#pragma once
#include <chrono>
#include <initializer_list>
#include <string>

#include "platform/documents/printer.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/process/invoicing.hpp"
#include "services/order/process/rate_table.hpp"
#include "services/order/testing/fake_accounts.hpp"
#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/fake_users.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order::testing {

// A caller. With an operation id a repetition is told from a second wish.
struct Call {
  explicit Call(AccountId account, rpc::Reach reach = {}, Uuid operation = Uuid::NewV7())
      : key{.request = {.principal = account.ToString(),
                        .method = "PlaceOrder",
                        .key = Uuid::NewV7().ToString(),
                        .fingerprint = std::string(32, 'f')},
            .operation_id = operation} {
    rpc::CallContextBuilder(context)
        .RequestKey(&key)
        .Caller({.account = account})
        .Reach(std::move(reach))
        .OperationId(operation)
        .Method(api::OrderMethods().Find("CancelOrder"));
  }
  idempotency::RequestKey key;
  CallContext context{Soon()};
};

// The operations over a real database and peers in memory.
struct Operations : Store {
  explicit Operations(boost::asio::io_context& io) : Store(io) {
    faults.Heal();
    api::user::Address home;
    home.set_recipient("Ada");
    home.add_lines("1 Street");
    home.set_city("London");
    home.set_country_code("GB");
    users.addresses["home"] = home;
  }

  std::string AnOfferOf(SellerId seller, std::int64_t price_minor = 1999) {
    api::product::OfferForSale offer;
    offer.set_offer_id(Uuid::NewV7().ToString());
    offer.set_product_id(Uuid::NewV7().ToString());
    offer.set_seller_id(seller.ToString());
    offer.set_title("Engine");
    offer.set_sku("E-1");
    offer.mutable_price()->set_amount(price_minor);
    offer.mutable_price()->set_currency("EUR");
    offer.set_for_sale(true);
    offer.set_available(100);
    stock.offers[offer.offer_id()] = offer;
    return offer.offer_id();
  }
  api::order::PlaceOrderRequest Wish(std::initializer_list<SellerId> sellers, std::string method = "visa") {
    api::order::PlaceOrderRequest request;
    for (const auto& seller : sellers) {
      auto& item = *request.add_items();
      item.set_offer_id(AnOfferOf(seller));
      item.set_quantity(1);
    }
    request.set_shipping_address_id("home");
    request.set_payment_method(std::move(method));
    return request;
  }
  Task<api::order::Order> Placed(AccountId account, std::initializer_list<SellerId> sellers) {
    Call call(account);
    co_return co_await api.PlaceOrder(call.context, Wish(sellers));
  }

  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  Faults faults{1};
  FakeStock stock{faults, 100};
  FakePayments payments{faults};
  FakeUsers users;
  FakeAccounts auth;
  SellerDirectory directory{users};
  Checkout checkout{checkouts, stock, payments, clock, metrics};
  telemetry::Tracer tracer;
  outbox::Relay relay{database, tracer};
  rpc::PageTokens pages{"secret"};
  OrderService::Deps DepsWith(identity::PeopleNeed buyers_need) {
    return DepsWith(buyers_need, checkout, stock, terms);
  }
  OrderService::Deps DepsWith(identity::PeopleNeed buyers_need, Checkout& driver, FakeStock& shelves,
                              OrderTerms& on) {
    return {.orders = orders,
            .checkouts = checkouts,
            .transitions = transitions,
            .checkout = driver,
            .relay = relay,
            .users = users,
            .products = shelves,
            .sellers = directory,
            .clock = clock,
            .pages = pages,
            .metrics = metrics,
            .buyers_need = buyers_need,
            .personal_data = personal_data,
            .delivery_methods = delivery_methods,
            .tax_rates = tax_rates,
            .terms = on,
            .coupons = coupons,
            .carts = carts,
            .wishes = wishes,
            .cart_tokens = cart_tokens,
            .sales = sales,
            .auth = auth,
            .carts_kept = std::chrono::hours(24),
            .returns = returns,
            .return_pictures = return_pictures,
            .invoices = invoices,
            .printer = printer};
  }
  storage::DeliveryMethods delivery_methods{database};
  storage::TaxRates tax_rates{database};
  RateTable taxes{tax_rates, directory, clock};
  OrderTerms terms{delivery_methods, directory, taxes, domain::TaxMode::kIncluded};
  storage::PersonalData personal_data{database};
  storage::Coupons coupons{database};
  storage::Carts carts{database};
  storage::Wishes wishes{database};
  storage::CartTokens cart_tokens{"secret"};
  storage::Returns returns{database, std::chrono::hours(14 * 24)};
  picture_claims::Claims return_claims{database, storage::Returns::FindPictures()};
  peers::KeptPictures return_pictures{return_claims, users};
  storage::Invoices invoices{database};
  Invoicing invoicing{invoices, orders, users};
  market::documents::Printer printer;
  OrderService api{DepsWith(identity::PeopleNeed::kNothing)};
  AccountId buyer = AccountId::New();
  SellerId anna = SellerId::New();
  SellerId bob = SellerId::New();
};

inline rpc::Reach Of(SellerId seller) { return {.sellers = {seller}}; }

}  // namespace market::order::testing
