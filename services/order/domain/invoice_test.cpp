#include "services/order/domain/invoice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace market::order::domain {
namespace {

struct Article {
  std::int64_t quantity = 1;
  std::int64_t unit_minor = 0;
  std::int64_t rate_ppm = 0;
  std::vector<Discount> discounts = {};
};

Line ALine(const Article& article, TaxMode mode) {
  const auto price = MakePrice(
      article.quantity * article.unit_minor, article.discounts,
      {.rate_ppm = article.rate_ppm, .none = article.rate_ppm == 0 ? NoTax::kNotRegistered : NoTax::kNone},
      mode);
  return {.id = LineId::New(),
          .title = "Engine",
          .sku = "E-1",
          .options = {{"size", "M"}},
          .quantity = article.quantity,
          .unit_price = {article.unit_minor, {}},
          .discounts = price.discounts,
          .tax = price.tax,
          .total = {price.total_minor, {}}};
}

SellerOrder APart(const std::vector<Article>& articles, struct Price delivery,
                  TaxMode mode = TaxMode::kIncluded) {
  SellerOrder part{.id = SellerOrderId::New(), .number = "261124-8F3K2M9Q-1"};
  for (const auto& article : articles) part.lines.push_back(ALine(article, mode));
  part.delivery = {.way = {.name = "Parcel"}, .price = std::move(delivery)};
  for (const auto& line : part.lines) part.total.minor += line.total.minor;
  part.total.minor += part.delivery.price.total_minor;
  return part;
}

Order AnOrderTo(const std::string& recipient) {
  Order order{.buyer = AccountId::New()};
  order.address = {.recipient = recipient, .lines = {"1 Street"}, .city = "Berlin", .country_code = "DE"};
  order.created_at = Time(std::chrono::seconds(1'000));
  return order;
}

std::vector<LineNow> NowOf(const SellerOrder& part, std::span<const std::int64_t> cancelled) {
  std::vector<LineNow> now;
  for (std::size_t i = 0; i < part.lines.size(); ++i) {
    const auto& line = part.lines[i];
    now.push_back({.part = part.id,
                   .line = line.id,
                   .quantity = line.quantity,
                   .cancelled = cancelled[i],
                   .total_minor = line.total.minor});
  }
  return now;
}

InvoiceContent Billed(const SellerOrder& part, std::span<const std::int64_t> cancelled) {
  return MakeInvoice(AnOrderTo("Ada"), part, BilledUnits(part.id, NowOf(part, cancelled)),
                     {.name = "Engines Ltd"}, Time(std::chrono::seconds(2'000)));
}

TEST(Invoice, OfAllUnits_HasTheAmountsOfTheOrder) {
  const auto part = APart(
      {{.quantity = 3, .unit_minor = 1999, .rate_ppm = 190'000},
       {.quantity = 1,
        .unit_minor = 500,
        .rate_ppm = 70'000,
        .discounts = {{"coupon/WELCOME", Funder::kMarketplace, 50},
                      {"coupon/WELCOME", Funder::kSeller, 20}}}},
      MakePrice(490, {{"coupon/SENT", Funder::kSeller, 490}}, {.rate_ppm = 190'000}, TaxMode::kIncluded));
  const auto content = Billed(part, std::array<std::int64_t, 2>{0, 0});
  EXPECT_EQ(content.seller.name, "Engines Ltd");
  EXPECT_EQ(content.buyer.name, "Ada");
  EXPECT_EQ(content.buyer.country_code, "DE");
  EXPECT_EQ(content.order_number, "261124-8F3K2M9Q-1");
  EXPECT_EQ(content.supplied_at, Time(std::chrono::seconds(2'000)));
  ASSERT_EQ(content.lines.size(), 2u);
  EXPECT_EQ(content.lines[0].quantity, 3);
  EXPECT_EQ(content.lines[0].price.total_minor, 5997);
  EXPECT_EQ(content.lines[0].price.tax, part.lines[0].tax);
  EXPECT_EQ(content.lines[1].price.discounts, part.lines[1].discounts);
  EXPECT_EQ(content.delivery->price, part.delivery.price);
  EXPECT_EQ(content.coupons, (std::vector<BilledCoupon>{{"WELCOME", 70}, {"SENT", 490}}));
  EXPECT_EQ(content.taxes, (std::vector<TaxAmount>{{190'000, 5039, 958}, {70'000, 402, 28}}));
  EXPECT_EQ(SumOf(content.taxes).Gross(), part.total.minor);
  EXPECT_TRUE(content.untaxed.empty());
}

TEST(Invoice, WithoutTax_SaysWhyOnce) {
  const auto part = APart({{.quantity = 1, .unit_minor = 100}, {.quantity = 2, .unit_minor = 100}}, {});
  const auto content = Billed(part, std::array<std::int64_t, 2>{0, 1});
  EXPECT_EQ(content.untaxed, std::vector{NoTax::kNotRegistered});
  EXPECT_EQ(content.taxes, (std::vector<TaxAmount>{{0, 200, 0}}));
}

TEST(Invoice, LeavesOutWhatWasCancelled) {
  const auto part = APart({{.quantity = 1, .unit_minor = 700}, {.quantity = 3, .unit_minor = 100}}, {});
  const auto content = Billed(part, std::array<std::int64_t, 2>{1, 1});
  ASSERT_EQ(content.lines.size(), 1u);
  EXPECT_EQ(content.lines[0].line, part.lines[1].id);
  EXPECT_EQ(content.lines[0].quantity, 2);
  EXPECT_EQ(content.lines[0].price.total_minor, 200);
}

TEST(Invoice, OfWhatThePartDoesNotHave_IsNone) {
  const auto part = APart({{.quantity = 1, .unit_minor = 700}}, {});
  const auto make = [&](std::vector<Units> units) {
    return MakeInvoice(AnOrderTo("Ada"), part, units, {.name = "Engines Ltd"}, {});
  };
  EXPECT_THROW(make({}), std::invalid_argument);
  EXPECT_THROW(make({{LineId::New(), 1}}), std::invalid_argument);
  EXPECT_THROW(make({{part.lines[0].id, 2}}), std::invalid_argument);
  EXPECT_THROW(make({{part.lines[0].id, 0}}), std::invalid_argument);
}

// Whatever it costs, is taxed and taken off, and whatever of it is cancelled: a document adds up, and comes to what the
// cancellation leaves of the part.
TEST(Invoice, AddsUp_WhateverWasCancelled) {
  std::minstd_rand random(7);
  for (int round = 0; round < 3'000; ++round) {
    const auto mode = random() % 2 == 0 ? TaxMode::kIncluded : TaxMode::kAdded;
    std::vector<Article> articles;
    std::vector<std::int64_t> cancelled;
    for (auto lines = random() % 4 + 1; lines > 0; --lines) {
      Article article{.quantity = static_cast<std::int64_t>(random() % 9 + 1),
                      .unit_minor = static_cast<std::int64_t>(random() % 99'999 + 1),
                      .rate_ppm = std::array<std::int64_t, 4>{0, 70'000, 190'000, 255'000}[random() % 4]};
      const auto most = article.quantity * article.unit_minor;
      if (random() % 2 == 0)
        article.discounts.push_back(
            {"coupon/A", Funder::kSeller, static_cast<std::int64_t>(random()) % most / 2});
      if (random() % 3 == 0)
        article.discounts.push_back(
            {"coupon/B", Funder::kMarketplace, static_cast<std::int64_t>(random()) % most / 2});
      cancelled.push_back(static_cast<std::int64_t>(random()) % (article.quantity + 1));
      articles.push_back(std::move(article));
    }
    cancelled.back() = articles.back().quantity - 1;
    const auto part =
        APart(articles,
              MakePrice(static_cast<std::int64_t>(random() % 1000), {}, {.rate_ppm = 190'000}, mode), mode);
    const auto content = Billed(part, cancelled);
    std::int64_t total = content.delivery->price.total_minor;
    std::int64_t tax = content.delivery->price.tax.amount_minor;
    for (const auto& [id, title, sku, options, quantity, unit_minor, price] : content.lines) {
      ASSERT_EQ(price.base_minor, quantity * unit_minor);
      ASSERT_EQ(price.total_minor, price.base_minor - SumOf(price.discounts) +
                                       (mode == TaxMode::kAdded ? price.tax.amount_minor : 0));
      for (const auto& discount : price.discounts) ASSERT_GE(discount.amount_minor, 0);
      ASSERT_GE(price.tax.amount_minor, 0);
      ASSERT_LE(price.tax.amount_minor, price.total_minor);
      total += price.total_minor;
      tax += price.tax.amount_minor;
    }
    ASSERT_EQ(total, part.total.minor - CostOfGone(part.id, NowOf(part, cancelled)));
    ASSERT_EQ(SumOf(content.taxes).Gross(), total);
    ASSERT_EQ(SumOf(content.taxes).tax_minor, tax);
  }
}

TEST(Credits, AreDueOfWhatWentBackBeyondTheCancelled) {
  const HeardRefund cancelled{Uuid::NewV7(), 500};
  const HeardRefund later{Uuid::NewV7(), 300};
  EXPECT_TRUE(CreditsDue({}, 500, 0).empty());
  EXPECT_TRUE(CreditsDue(std::array{cancelled}, 500, 0).empty());
  EXPECT_EQ(CreditsDue(std::array{cancelled, later}, 500, 0), (std::vector<Credit>{{later.id, 300}}));
  // The refund of what was cancelled is heard of last: it is the amounts that count.
  EXPECT_EQ(CreditsDue(std::array{later, cancelled}, 500, 0), (std::vector<Credit>{{cancelled.id, 300}}));
  auto credited = later;
  credited.credited = true;
  const HeardRefund third{Uuid::NewV7(), 1};
  EXPECT_EQ(CreditsDue(std::array{cancelled, credited, third}, 500, 300),
            (std::vector<Credit>{{third.id, 1}}));
  EXPECT_TRUE(CreditsDue(std::array{cancelled, credited}, 500, 300).empty());
  // One that comes to light late, among others that have their notes.
  EXPECT_EQ(CreditsDue(std::array{third, credited}, 0, 300), (std::vector<Credit>{{third.id, 1}}));
  // Two at once keep their order.
  EXPECT_EQ(CreditsDue(std::array{later, third}, 0, 0),
            (std::vector<Credit>{{later.id, 300}, {third.id, 1}}));
}

TEST(Credits, AreSplitByRates) {
  const std::array left = {TaxAmount{190'000, 100'00, 19'00}, TaxAmount{70'000, 100'00, 7'00}};
  EXPECT_EQ(SplitCredit(left, 226'00), (std::vector<TaxAmount>(left.begin(), left.end())));
  EXPECT_EQ(SplitCredit(left, 22'60), (std::vector<TaxAmount>{{190'000, 10'00, 1'90}, {70'000, 10'00, 70}}));
  EXPECT_EQ(SplitCredit(left, 1), (std::vector<TaxAmount>{{190'000, 1, 0}})) << "the larger remainder";
  EXPECT_THROW(SplitCredit(left, 226'01), std::invalid_argument);
  EXPECT_THROW(LeftOf(left, std::array{TaxAmount{1, 1, 0}}), std::invalid_argument);
}

// In whatever steps it goes back: never more of a rate than there is, and in the end nothing is left.
TEST(Credits, InAllSteps_LeaveNothing) {
  std::minstd_rand random(3);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<TaxAmount> left;
    for (const std::int64_t rate : {255'000, 190'000, 70'000, 0}) {
      const auto gross = static_cast<std::int64_t>(random() % 50'000);
      const auto tax = MakePrice(gross, {}, {.rate_ppm = rate}, TaxMode::kIncluded).tax.amount_minor;
      left.push_back({rate, gross - tax, tax});
    }
    while (SumOf(left).Gross() > 0) {
      const auto amount = static_cast<std::int64_t>(random()) % SumOf(left).Gross() + 1;
      const auto split = SplitCredit(left, amount);
      ASSERT_EQ(SumOf(split).Gross(), amount);
      left = LeftOf(left, split);
      for (const auto& tax : left) {
        ASSERT_GE(tax.net_minor, 0);
        ASSERT_GE(tax.tax_minor, 0);
      }
    }
  }
}

}  // namespace
}  // namespace market::order::domain
