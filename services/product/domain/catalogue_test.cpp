#include "services/product/domain/catalogue.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::product::domain {
namespace {

TEST(Catalogue_Publishing, FollowsTheTable) {
  EXPECT_EQ(AfterPublishing(ProductState::kDraft), ProductState::kPublished);
  EXPECT_EQ(AfterPublishing(ProductState::kPublished), ProductState::kPublished);
  EXPECT_EQ(AfterPublishing(ProductState::kArchived), std::nullopt);
}

TEST(Catalogue_StateNames, RoundTripAndNoOther) {
  for (const auto state : {ProductState::kDraft, ProductState::kPublished, ProductState::kArchived}) {
    EXPECT_EQ(kProductStates.Find(Name(state)), state);
  }
  for (const auto state : {OfferState::kActive, OfferState::kArchived}) {
    EXPECT_EQ(kOfferStates.Find(Name(state)), state);
  }
  ProductState product{};
  OfferState offer{};
  EXPECT_THROW(FromText("ACTIVE", product), std::invalid_argument);
  EXPECT_THROW(FromText("DRAFT", offer), std::invalid_argument);
  EXPECT_THROW(FromText("", offer), std::invalid_argument);
}

}  // namespace
}  // namespace market::product::domain
