#include "services/order/domain/order_number.hpp"

#include <gtest/gtest.h>

#include "services/order/domain/pricing.hpp"

namespace market::order::domain {
namespace {

using namespace std::chrono_literals;

Time Day(std::chrono::year_month_day day) { return Time(std::chrono::sys_days(day)); }

TEST(NumberFrom, ReadsAWholeNumberAsPeopleWriteIt) {
  const auto made = Day(2026y / 11 / 24) + 13h;
  const auto number = OrderNumber(made, 0x1f2e3d4c5bULL);
  const auto sought = NumberFrom(number);
  ASSERT_TRUE(sought);
  EXPECT_EQ(sought->order, number);
  EXPECT_FALSE(sought->part);
  EXPECT_TRUE(sought->NamesFew());
  EXPECT_EQ(sought->from, Day(2026y / 11 / 24));
  EXPECT_EQ(sought->until, Day(2026y / 11 / 25));
  EXPECT_EQ(NumberFrom("26l124-oOlI2m9q").value().order, "261124-00112M9Q");
}

TEST(NumberFrom, KnowsAPartByItsPosition) {
  const auto sought = NumberFrom("261124-8f3k2m9q-12");
  ASSERT_TRUE(sought);
  EXPECT_EQ(sought->order, "261124-8F3K2M9Q");
  EXPECT_EQ(sought->part, "261124-8F3K2M9Q-12");
}

TEST(NumberFrom, SaysWhenItMayHaveBeenMade) {
  const auto times = [](std::string_view text) {
    const auto sought = NumberFrom(text).value();
    EXPECT_FALSE(sought.NamesFew()) << text;
    return std::pair(sought.from, sought.until);
  };
  const auto of = [](Time from, Time until) { return std::pair(std::optional(from), std::optional(until)); };
  EXPECT_EQ(times("2"), std::pair(std::optional<Time>(), std::optional<Time>()));
  EXPECT_EQ(times("26"), of(Day(2026y / 1 / 1), Day(2027y / 1 / 1)));
  EXPECT_EQ(times("261"), times("26"));
  EXPECT_EQ(times("2612"), of(Day(2026y / 12 / 1), Day(2027y / 1 / 1)));
  EXPECT_EQ(times("280229"), of(Day(2028y / 2 / 29), Day(2028y / 3 / 1)));
  EXPECT_EQ(times("280229-"), times("280229"));
}

TEST(NumberFrom, NoNumberBeginsSo) {
  for (const auto* text : {"", "A", "26-", "2613", "260229", "260100", "261124x", "261124-U", "261124 8",
                           "261124-8F3K2M9Q-x", "261124-8F3K2M9Q-1234", "no number"}) {
    EXPECT_FALSE(NumberFrom(text)) << text;
  }
}

}  // namespace
}  // namespace market::order::domain
