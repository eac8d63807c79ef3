#include "services/order/domain/explain.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace market::order::domain {
namespace {

const auto kEuro = Currency::Parse("EUR");

Line ALine(std::int64_t quantity, std::int64_t unit, std::vector<Discount> discounts = {},
           std::int64_t rate = 0, TaxMode mode = TaxMode::kIncluded) {
  const auto price = MakePrice(quantity * unit, discounts, {.rate_ppm = rate}, mode);
  Line line;
  line.id = LineId::New();
  line.quantity = quantity;
  line.unit_price = {unit, kEuro};
  line.discounts = price.discounts;
  line.tax = price.tax;
  line.total = {price.total_minor, kEuro};
  return line;
}

Order AnOrder(std::vector<std::vector<Line>> parts) {
  Order order;
  order.id = OrderId::New();
  order.total.currency = kEuro;
  for (auto& lines : parts) {
    auto& part = order.parts.emplace_back();
    part.id = SellerOrderId::New();
    part.total.currency = kEuro;
    for (auto& line : lines) part.total = part.total + line.total;
    part.lines = std::move(lines);
    order.total = order.total + part.total;
  }
  return order;
}

bool Matches(const std::vector<ExplainedAmount>& amounts) {
  return std::ranges::all_of(amounts, [](const auto& one) { return one.stored_minor == one.computed_minor; });
}

TEST(Explain, SaysHowEachAmountCameAbout) {
  const auto order = AnOrder({{ALine(3, 1999), ALine(1, 500, {{"coupon/X", Funder::kSeller, 100}})},
                              {ALine(2, 1000, {}, 190'000, TaxMode::kAdded)}});
  const auto amounts = Explain(order);
  ASSERT_EQ(amounts.size(), 7u);
  EXPECT_TRUE(Matches(amounts));
  EXPECT_EQ(amounts[0].formula, "3 x 1999");
  EXPECT_EQ(amounts[0].id, order.parts[0].lines[0].id.Value());
  EXPECT_EQ(amounts[1].formula, "1 x 500 - 100 (coupon/X)");
  EXPECT_EQ(amounts[2].formula, "2 x 1000 + 380 (tax)");
  EXPECT_EQ(amounts[3].subject, "tax");
  EXPECT_EQ(amounts[3].formula, "2000 x 190000 / 1000000");
  EXPECT_EQ(amounts[4].formula, "5997 + 400");
  EXPECT_EQ(amounts[5].formula, "2380");
  EXPECT_EQ(amounts[6].subject, "order");
  EXPECT_EQ(amounts[6].formula, "6397 + 2380");
}

TEST(Explain, ADelivery_ComesAfterTheLinesOfItsPart) {
  auto order = AnOrder({{ALine(1, 500)}, {ALine(1, 700)}});
  auto& part = order.parts[0];
  part.delivery.price =
      MakePrice(490, {{"coupon/HALF", Funder::kSeller, 245}}, {.rate_ppm = 190'000}, TaxMode::kAdded);
  part.total.minor += 292;
  order.total.minor += 292;
  auto amounts = Explain(order);
  ASSERT_EQ(amounts.size(), 7u);
  EXPECT_TRUE(Matches(amounts));
  EXPECT_EQ(amounts[1].subject, "delivery");
  EXPECT_EQ(amounts[1].id, part.id.Value());
  EXPECT_EQ(amounts[1].formula, "490 - 245 (coupon/HALF) + 47 (tax)");
  EXPECT_EQ(amounts[2].formula, "245 x 190000 / 1000000");
  EXPECT_EQ(amounts[4].formula, "500 + 292");

  ++part.delivery.price.tax.amount_minor;
  EXPECT_FALSE(Matches(Explain(order)));
  --part.delivery.price.tax.amount_minor;
  ++order.parts[1].delivery.price.total_minor;  // of one that cost nothing
  EXPECT_FALSE(Matches(Explain(order)));
}

// A cent off anywhere is seen where it is.
TEST(Explain, AnAmountThatIsOff_DoesNotMatch) {
  const auto good = AnOrder({{ALine(3, 1999, {}, 190'000)}});
  for (int where = 0; where < 4; ++where) {
    auto rotten = good;
    auto& line = rotten.parts[0].lines[0];
    (where == 0   ? line.total.minor
     : where == 1 ? line.tax.amount_minor
     : where == 2 ? rotten.parts[0].total.minor
                  : rotten.total.minor) += 1;
    const auto amounts = Explain(rotten);
    EXPECT_FALSE(Matches(amounts)) << where;
    EXPECT_NE(amounts.at(static_cast<std::size_t>(where)).stored_minor,
              amounts.at(static_cast<std::size_t>(where)).computed_minor)
        << where;
  }
}

}  // namespace
}  // namespace market::order::domain
