#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platform/core/error.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Operations;
using testing::ReasonOf;

// Operations whose sellers are registered at home in Germany, and whose buyer lives there.
struct Shops : Operations {
  using Operations::Operations;

  Task<> Begin() {
    users.addresses["home"].set_country_code("DE");
    for (const auto& seller : {anna, bob}) users.Set(seller, api::user::Seller::ACTIVE);
    co_await directory.CatchUp();
    co_await taxes.CatchUp();
  }
  Task<api::order::DeliveryMethod> Sends(SellerId seller, std::string name, std::int64_t price,
                                         std::string country = "", std::string pickup = "") {
    Call call(AccountId::New(), testing::Of(seller));
    api::order::CreateDeliveryMethodRequest request;
    request.set_seller_id(seller.ToString());
    auto& method = *request.mutable_delivery_method();
    method.set_name(std::move(name));
    auto& cost = *method.add_prices();
    cost.set_currency("EUR");
    cost.add_bands()->set_amount(price);
    if (!country.empty()) method.add_countries(country);
    if (!pickup.empty()) method.set_pickup_place(pickup);
    co_return co_await api.CreateDeliveryMethod(call.context, request);
  }
  Task<api::order::Quote> Quoted(const api::order::PlaceOrderRequest& wish) {
    Call call(buyer);
    api::order::QuoteOrderRequest request;
    *request.mutable_items() = wish.items();
    request.set_shipping_address_id(wish.shipping_address_id());
    *request.mutable_delivery_choices() = wish.delivery_choices();
    request.set_quote_hash(wish.quote_hash());
    co_return co_await api.QuoteOrder(call.context, request);
  }
};

void ChooseIn(api::order::PlaceOrderRequest& wish, const api::order::DeliveryMethod& method) {
  auto& choice = *wish.add_delivery_choices();
  choice.set_seller_id(method.seller_id());
  choice.set_delivery_method_id(method.id());
}

Task<> ExpectQuotedAndPlaced(Shops& o) {
  co_await o.Begin();
  const auto parcel = co_await o.Sends(o.anna, "Parcel", 490);
  const auto express = co_await o.Sends(o.anna, "Express", 990);
  co_await o.Sends(o.anna, "Counter", 0, "", "1 Dock Street");
  auto wish = o.Wish({o.anna, o.bob});
  auto quote = co_await o.Quoted(wish);
  const auto& of_anna = quote.sellers(0);
  EXPECT_EQ(of_anna.delivery_options_size(), 3);
  EXPECT_EQ(of_anna.delivery_options(0).name(), "Counter");
  EXPECT_EQ(of_anna.delivery().name(), "Parcel") << "the cheapest that is sent";
  EXPECT_EQ(of_anna.delivery().total().amount(), 490);
  EXPECT_EQ(of_anna.total().amount(), 1999 + 490);
  EXPECT_EQ(of_anna.taxes(0).rate_ppm(), 190'000);
  EXPECT_EQ(of_anna.taxes(0).amount().amount(), 319 + 78) << "of each amount its own";
  EXPECT_TRUE(domain::DeliveryMethodId::From(quote.sellers(1).delivery().delivery_method_id()).IsNil());
  EXPECT_EQ(quote.total().amount(), 2 * 1999 + 490);

  ChooseIn(wish, express);
  wish.set_quote_hash(quote.quote_hash());
  Call early(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(early.context, wish)), "PRICE_CHANGED");
  wish.clear_quote_hash();
  Call call(o.buyer);
  const auto order = co_await o.api.PlaceOrder(call.context, wish);
  EXPECT_EQ(order.total().amount(), 2 * 1999 + 990);
  const auto& sent = order.seller_orders(0).delivery();
  EXPECT_EQ(sent.delivery_method_id(), express.id());
  EXPECT_EQ(sent.tax().rate_ppm(), 190'000);
  EXPECT_TRUE(sent.tax().has_rate_id());
  Call look(o.buyer);
  api::order::ExplainOrderRequest explain;
  explain.set_order_id(order.id());
  const auto explained = co_await o.api.ExplainOrder(look.context, explain);
  EXPECT_TRUE(explained.matches());
  EXPECT_TRUE(
      std::ranges::any_of(explained.amounts(), [](const auto& one) { return one.subject() == "delivery"; }));
}
TEST(OrderService_Delivery, IsQuotedChosenAndKept) { testing::WithStore<Shops>(ExpectQuotedAndPlaced); }

Task<> ExpectPriceChangesNamed(Shops& o) {
  co_await o.Begin();
  const auto parcel = co_await o.Sends(o.anna, "Parcel", 490);
  auto wish = o.Wish({o.anna, o.bob});
  wish.set_quote_hash((co_await o.Quoted(wish)).quote_hash());
  co_await o.Quoted(wish);  // stands
  Call call(AccountId::New(), testing::Of(o.anna));
  api::order::UpdateDeliveryMethodRequest dearer;
  dearer.set_seller_id(o.anna.ToString());
  dearer.set_delivery_method_id(parcel.id());
  auto& price = *dearer.mutable_delivery_method()->add_prices();
  price.set_currency("EUR");
  price.add_bands()->set_amount(590);
  co_await o.api.UpdateDeliveryMethod(call.context, dearer);
  try {
    co_await o.Quoted(wish);
    ADD_FAILURE() << "the same price";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "PRICE_CHANGED");
    EXPECT_EQ(error.metadata.at(1).second, "[]");
    EXPECT_EQ(
        error.metadata.at(2).second,
        R"([{"sellerId":")" + o.anna.ToString() +
            R"(","oldDelivery":{"amount":490,"currency":"EUR"},"newDelivery":{"amount":590,"currency":"EUR"})"
            R"(,"oldTotal":{"amount":2489,"currency":"EUR"},"newTotal":{"amount":2589,"currency":"EUR"}}])");
  }
}
TEST(OrderService_Delivery, ThatCostsSomethingElse_IsNamed) {
  testing::WithStore<Shops>(ExpectPriceChangesNamed);
}

Task<> ExpectUnavailable(Shops& o) {
  co_await o.Begin();
  const auto french = co_await o.Sends(o.anna, "Parcel", 490, "FR");
  auto wish = o.Wish({o.anna, o.bob});
  try {
    co_await o.Quoted(wish);
    ADD_FAILURE() << "it goes to Germany";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "DELIVERY_UNAVAILABLE");
    EXPECT_EQ(error.metadata.at(0).second,
              R"([{"sellerId":")" + o.anna.ToString() + R"(","why":"COUNTRY_NOT_SERVED"}])");
  }
  Call call(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, wish)), "DELIVERY_UNAVAILABLE");
  const auto german = co_await o.Sends(o.anna, "Parcel", 490, "DE");
  ChooseIn(wish, french);
  EXPECT_EQ(co_await ReasonOf(o.Quoted(wish)), "DELIVERY_UNAVAILABLE");
  wish.clear_delivery_choices();
  ChooseIn(wish, german);
  EXPECT_EQ((co_await o.Quoted(wish)).sellers(0).delivery().delivery_method_id(), german.id());
  Call member(AccountId::New(), testing::Of(o.anna));
  api::order::DeleteDeliveryMethodRequest gone;
  gone.set_seller_id(o.anna.ToString());
  gone.set_delivery_method_id(german.id());
  co_await o.api.DeleteDeliveryMethod(member.context, gone);
  EXPECT_EQ(co_await ReasonOf(o.Quoted(wish)), "DELIVERY_UNAVAILABLE");
  // Of a shop that has no part in it: as if nothing was said. Twice of one.
  wish = o.Wish({o.bob});
  ChooseIn(wish, french);
  EXPECT_EQ((co_await o.Quoted(wish)).sellers_size(), 1);
  wish = o.Wish({o.anna});
  for (int i = 0; i < 2; ++i) ChooseIn(wish, french);
  EXPECT_EQ(co_await ReasonOf(o.Quoted(wish)), "INVALID_ARGUMENT");
}
TEST(OrderService_Delivery, ThatCannotBe_SaysWhoseAndWhy) { testing::WithStore<Shops>(ExpectUnavailable); }

Task<> ExpectAddresses(Shops& o) {
  co_await o.Begin();
  auto wish = o.Wish({o.anna});
  auto& there = *wish.mutable_shipping_address();
  there.set_recipient("Grace");
  there.add_lines("2 Road");
  there.set_city("Wien");
  there.set_country_code("AT");
  Call both(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(both.context, wish)), "INVALID_ARGUMENT");
  wish.clear_shipping_address_id();
  Call call(o.buyer);
  const auto order = co_await o.api.PlaceOrder(call.context, wish);
  EXPECT_EQ(order.shipping_address().recipient(), "Grace");
  EXPECT_EQ(order.seller_orders(0).lines(0).tax().rate_ppm(), 200'000) << "as where it goes";
  there.set_country_code("XX");
  Call nowhere(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(nowhere.context, wish)), "INVALID_ARGUMENT");

  // What is fetched needs none, and is taxed where the shop is.
  wish.clear_shipping_address();
  Call unsaid(o.buyer);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(unsaid.context, wish)), "INVALID_ARGUMENT");
  EXPECT_EQ((co_await o.Quoted(wish)).sellers(0).lines(0).tax().reason(), "ADDRESS_NEEDED");
  co_await o.Sends(o.anna, "Counter", 100, "", "1 Dock Street");
  Call fetched(o.buyer);
  const auto counter = co_await o.api.PlaceOrder(fetched.context, wish);
  EXPECT_FALSE(counter.has_shipping_address());
  EXPECT_EQ(counter.seller_orders(0).delivery().pickup_place(), "1 Dock Street");
  EXPECT_EQ(counter.seller_orders(0).lines(0).tax().rate_ppm(), 190'000);
}
TEST(OrderService_Delivery, GoesToAnAddressOrIsFetched) { testing::WithStore<Shops>(ExpectAddresses); }

Task<> ExpectTaxes(Shops& o) {
  co_await o.Begin();
  auto wish = o.Wish({o.anna, o.anna, o.anna});
  const auto offer = [&](int item) -> api::product::OfferForSale& {
    return o.stock.offers[wish.items(item).offer_id()];
  };
  offer(0).set_tax_class("reduced");
  offer(1).set_tax_class("zero");
  const auto taxed = co_await o.Quoted(wish);
  const auto& part = taxed.sellers(0);
  EXPECT_EQ(part.lines(0).tax().rate_ppm(), 70'000);
  EXPECT_EQ(part.lines(1).tax().reason(), "ZERO_RATED");
  EXPECT_EQ(part.lines(2).tax().amount().amount(), 319);
  EXPECT_EQ(part.taxes_size(), 3);
  EXPECT_EQ(part.total().amount(), 3 * 1999);

  // Who is not registered charges none.
  o.users.vat_registered = false;
  o.users.Set(o.anna, api::user::Seller::ACTIVE);
  co_await o.directory.CatchUp();
  const auto untaxed = co_await o.Quoted(wish);
  for (const auto& line : untaxed.sellers(0).lines()) EXPECT_EQ(line.tax().reason(), "SELLER_NOT_REGISTERED");
  EXPECT_EQ(untaxed.quote_hash(), taxed.quote_hash()) << "it costs the same";

  // Where a market adds its tax, the total is larger.
  o.users.vat_registered = true;
  o.users.Set(o.anna, api::user::Seller::ACTIVE);
  co_await o.directory.CatchUp();
  OrderTerms added(o.delivery_methods, o.directory, o.taxes, domain::TaxMode::kAdded);
  OrderService market(o.DepsWith(identity::PeopleNeed::kNothing, o.checkout, o.stock, added));
  Call call(o.buyer);
  const auto order = co_await market.PlaceOrder(call.context, wish);
  EXPECT_EQ(order.total().amount(), 3 * 1999 + 140 + 0 + 380);
  EXPECT_EQ(order.seller_orders(0).taxes(0).mode(), "ADDED");
}
TEST(OrderService_Delivery, TaxesAreOfTheClassAndTheSeller) { testing::WithStore<Shops>(ExpectTaxes); }

Task<> ExpectRates(Shops& o) {
  Call call(AccountId::New(), {.everything = true});
  api::order::CreateTaxRateRequest request;
  auto& rate = *request.mutable_tax_rate();
  rate.set_country_code("NO");
  rate.set_tax_class("standard");
  rate.set_rate_ppm(250'000);
  rate.set_source("Skatteetaten");
  const auto made = co_await o.api.CreateTaxRate(call.context, request);
  co_await o.Begin();
  o.users.addresses["home"].set_country_code("NO");
  auto wish = o.Wish({o.anna});
  EXPECT_EQ((co_await o.Quoted(wish)).sellers(0).lines(0).tax().rate_id(), made.id());

  api::order::ListTaxRatesRequest list;
  list.set_country_code("NO");
  EXPECT_EQ((co_await o.api.ListTaxRates(call.context, list)).tax_rates(0).rate_ppm(), 250'000);
  list.clear_country_code();
  list.set_page_size(10);
  int seen = 0;
  do {
    const auto page = co_await o.api.ListTaxRates(call.context, list);
    seen += page.tax_rates_size();
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_GE(seen, 80);

  api::order::EndTaxRateRequest end;
  end.set_tax_rate_id(made.id());
  end.mutable_valid_until()->set_seconds(1'700'000'000);
  EXPECT_EQ((co_await o.api.EndTaxRate(call.context, end)).valid_until().seconds(), 1'700'000'000);
  co_await o.taxes.CatchUp();
  EXPECT_EQ((co_await o.Quoted(wish)).sellers(0).lines(0).tax().reason(), "NO_RATE");
}
TEST(OrderService_Delivery, RatesAreKeptByOperators) { testing::WithStore<Shops>(ExpectRates); }

}  // namespace
}  // namespace market::order
