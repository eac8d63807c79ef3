// What an order costs besides its lines, written and read.
#include <gtest/gtest.h>

#include <array>
#include <exception>

#include "services/order/domain/explain.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order {
namespace {

using testing::Sql;
using testing::Store;

domain::Order ASentOrder() {
  const std::array offers = {testing::AnOffer(1999), testing::AnOffer(500)};
  const std::array items = {domain::Item{offers[0].id, 2}, domain::Item{offers[1].id, 1}};
  domain::Terms terms{.tax_mode = domain::TaxMode::kAdded};
  terms.taxes[offers[0].id] = {.rate_ppm = 190'000, .rate = domain::TaxRateId::New()};
  terms.taxes[offers[1].id] = {.none = domain::NoTax::kNotRegistered};
  terms.deliveries[offers[0].seller] = {
      .way = {.method = domain::DeliveryMethodId::New(), .name = "Parcel", .days_from = 2, .days_to = 4},
      .price_minor = 490,
      .discounts = {{"coupon/HALF, \"one\"", domain::Funder::kMarketplace, 245}},
      .tax = terms.taxes[offers[0].id]};
  terms.deliveries[offers[1].seller] = {
      .way = {.method = domain::DeliveryMethodId::New(), .name = "Counter", .pickup_place = "1 Dock Street"},
      .tax = terms.taxes[offers[1].id]};
  return domain::MakeOrder(Uuid::NewV7(), AccountId::New(), domain::Price(items, offers, terms), {},
                           "pm_card_visa", testing::Now());
}

TEST(OrderDelivery, IsReadAsItWasWritten) {
  testing::WithStore([](Store& store) -> Task<> {
    const auto order = co_await store.Placed(ASentOrder());
    const auto read = co_await store.Read(order);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(read.parts.at(i).delivery, order.parts.at(i).delivery);
      EXPECT_EQ(read.parts[i].lines.at(0).tax, order.parts[i].lines.at(0).tax);
      EXPECT_EQ(read.parts[i].total, order.parts[i].total);
    }
    EXPECT_EQ(read.parts[0].delivery.price.total_minor, 245 + 47);
    for (const auto& amount : domain::Explain(read)) EXPECT_EQ(amount.stored_minor, amount.computed_minor);
  });
}

TEST(OrderDelivery, WhatWasAgreed_Stays) {
  testing::WithStore([](Store& store) -> Task<> {
    const auto order = co_await store.Placed(ASentOrder());
    const auto where = " WHERE id = '" + order.parts[0].id.ToString() + "'";
    for (const auto* column : {"delivery_minor", "delivery_total_minor", "total_minor"}) {
      const auto change = std::string("UPDATE seller_order SET ") + column + " = " + column + " + 1" + where;
      EXPECT_THROW(Sql(change), std::exception) << column;
    }
    EXPECT_THROW(
        Sql("INSERT INTO seller_order (id, order_id, position, seller_id, number, state, total_minor, "
            "created_at,"
            " updated_at, delivery_minor, delivery_total_minor) SELECT gen_random_uuid(), order_id, 9,"
            " gen_random_uuid(), number, state, 10, created_at, updated_at, 5, 6 FROM seller_order" +
            where),
        std::exception)
        << "it does not add up";
  });
}

}  // namespace
}  // namespace market::order
