#include "services/product/domain/review.hpp"

#include <gtest/gtest.h>

namespace market::product::domain {
namespace {

Review ReviewOf(ReviewState state, std::int64_t rating) {
  Review review;
  review.state = state;
  review.opinion.rating = rating;
  return review;
}

TEST(Review_Counts, WhileItIsPublished) {
  EXPECT_EQ(Counted(ReviewOf(ReviewState::kPublished, 4)), 4);
  EXPECT_EQ(Counted(ReviewOf(ReviewState::kHidden, 4)), 0);
  EXPECT_EQ(Counted(ReviewOf(ReviewState::kRemoved, 0)), 0);
}

TEST(Review_Difference, IsWhatARatingGainsOrLoses) {
  EXPECT_EQ(Difference(0, 5), (Rating{5, 1}));
  EXPECT_EQ(Difference(5, 0), (Rating{-5, -1}));
  EXPECT_EQ(Difference(2, 5), (Rating{3, 0}));
  EXPECT_EQ(Difference(3, 3), (Rating{}));
}

TEST(Review_Average, IsInHundredthsRoundedHalfUp) {
  EXPECT_EQ(AverageHundredths({}), 0);
  EXPECT_EQ(AverageHundredths({5, 1}), 500);
  EXPECT_EQ(AverageHundredths({17, 4}), 425);
  EXPECT_EQ(AverageHundredths({5, 3}), 167);
  EXPECT_EQ(AverageHundredths({4, 3}), 133);
  EXPECT_EQ(AverageHundredths({33, 8}), 413) << "4.125";
  EXPECT_EQ(AverageHundredths({4'999'999, 1'000'000}), 500);
}

TEST(Review_Edit, ChangesWhatItNames) {
  const Opinion before{.rating = 4, .title = "t", .text = "x", .language = "en", .author_name = "Ada"};
  EXPECT_EQ(Edited(before, {}), before);
  const auto after = Edited(before, {.rating = 2,
                                     .title = std::nullopt,
                                     .text = "",
                                     .language = std::nullopt,
                                     .author_name = std::nullopt});
  EXPECT_EQ(after, (Opinion{.rating = 2, .title = "t", .text = "", .language = "en", .author_name = "Ada"}));
}

TEST(Review_Words, RoundTrip) {
  for (const auto word : kReviewStates.words) EXPECT_EQ(Name(kReviewStates.Require(word)), word);
  for (const auto word : kReportReasons.words) EXPECT_EQ(Name(kReportReasons.Require(word)), word);
  for (const auto word : kReportStates.words) EXPECT_EQ(Name(kReportStates.Require(word)), word);
  for (const auto word : kDecisions.words) EXPECT_EQ(Name(kDecisions.Require(word)), word);
}

}  // namespace
}  // namespace market::product::domain
