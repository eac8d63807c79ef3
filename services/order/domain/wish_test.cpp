#include "services/order/domain/wish.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace market::order::domain {
namespace {

using namespace std::chrono_literals;

const Time kAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);
const Sight kKnown{.price_minor = 1000, .in_stock = true};

TEST(LookAgain, AFall_AndWhatIsBack_AreNews) {
  const auto fell = LookAgain(kKnown, {900, true}, std::nullopt, kAt);
  EXPECT_EQ(fell.news, WishNews::kPriceFell);
  EXPECT_EQ(fell.known, (Sight{900, true}));
  EXPECT_EQ(LookAgain(fell.known, {900, true}, std::nullopt, kAt).news, WishNews::kNone) << "once";
  EXPECT_EQ(LookAgain({1000, false}, {1000, true}, std::nullopt, kAt).news, WishNews::kBackInStock);
  EXPECT_EQ(LookAgain({std::nullopt, true}, {900, true}, std::nullopt, kAt).news, WishNews::kNone);
}

TEST(LookAgain, ARise_AndWhatRunsOut_AreKnownAtOnce) {
  const auto rose = LookAgain(kKnown, {1200, true}, std::nullopt, kAt);
  EXPECT_EQ(rose.news, WishNews::kNone);
  EXPECT_EQ(rose.known.price_minor, 1200);
  const auto out = LookAgain(kKnown, {800, false}, std::nullopt, kAt);
  EXPECT_EQ(out.news, WishNews::kNone) << "nobody can buy it at that";
  EXPECT_EQ(out.known, (Sight{1000, false}));
  EXPECT_EQ(LookAgain(kKnown, {std::nullopt, true}, std::nullopt, kAt).known, kKnown);
}

TEST(LookAgain, OnceADay_AndLaterWhatStillHolds) {
  const auto soon = LookAgain(kKnown, {900, true}, kAt - 23h, kAt);
  EXPECT_EQ(soon.news, WishNews::kNone);
  EXPECT_EQ(soon.known, kKnown) << "it is told later";
  EXPECT_EQ(LookAgain(soon.known, {900, true}, kAt - 24h, kAt).news, WishNews::kPriceFell);
  EXPECT_EQ(LookAgain(soon.known, {1000, true}, kAt - 24h, kAt).news, WishNews::kNone) << "no more";
}

}  // namespace
}  // namespace market::order::domain
