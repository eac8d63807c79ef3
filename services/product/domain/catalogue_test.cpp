#include "services/product/domain/catalogue.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace market::product::domain {
namespace {

using enum ProductState;
using enum ProductAct;

constexpr auto kStates = {kDraft, kPublished, kProposed, kChangesRequested, kArchived, kTakenDown};

// What the act makes of each state: "DRAFT>PUBLISHED " where it moves, "PUBLISHED " where it has happened.
std::string Allowed(ProductAct act) {
  std::string allowed;
  for (const auto state : kStates) {
    const auto next = After(act, state);
    if (!next) continue;
    allowed += Name(state);
    if (*next != state) allowed += ">" + std::string(Name(*next));
    allowed += ' ';
  }
  return allowed;
}

TEST(Catalogue_Acts, FollowTheTable) {
  EXPECT_EQ(Allowed(kChange), "DRAFT PUBLISHED PROPOSED CHANGES_REQUESTED ARCHIVED ");
  EXPECT_EQ(Allowed(kPublish), "DRAFT>PUBLISHED PUBLISHED CHANGES_REQUESTED>PUBLISHED ");
  EXPECT_EQ(Allowed(kPropose), "DRAFT>PROPOSED PROPOSED CHANGES_REQUESTED>PROPOSED ");
  EXPECT_EQ(Allowed(kArchive), "DRAFT>ARCHIVED PUBLISHED>ARCHIVED CHANGES_REQUESTED>ARCHIVED ARCHIVED ");
  EXPECT_EQ(Allowed(kRestore), "DRAFT PUBLISHED ARCHIVED>DRAFT ");
  EXPECT_EQ(Allowed(kRestorePublished), "DRAFT PUBLISHED ARCHIVED>PUBLISHED ");
  EXPECT_EQ(Allowed(kApprove), "PUBLISHED PROPOSED>PUBLISHED TAKEN_DOWN>PUBLISHED ");
  EXPECT_EQ(Allowed(kRequestChanges), "PROPOSED>CHANGES_REQUESTED CHANGES_REQUESTED ");
  EXPECT_EQ(Allowed(kTakeDown), "PUBLISHED>TAKEN_DOWN PROPOSED>TAKEN_DOWN ARCHIVED>TAKEN_DOWN TAKEN_DOWN ");
}

TEST(Catalogue_Acts, LeadWhereTheySay) {
  for (int i = 1; i < kProductActs; ++i) {
    const auto act = static_cast<ProductAct>(i);
    for (const auto state : kStates) {
      const auto next = After(act, state);
      if (next && *next != state) EXPECT_EQ(*next, Target(act)) << i << Name(state);
    }
  }
  EXPECT_THROW(Target(kChange), std::logic_error);
}

TEST(Catalogue_Restoring, BringsBackWhatMayBeSeen) {
  for (const bool was_published : {false, true}) {
    for (const bool offered : {false, true}) {
      const Archived product{.was_published = was_published, .offered = offered};
      EXPECT_EQ(Restoring(product, Moderation::kNone),
                was_published && offered ? kRestorePublished : kRestore);
      EXPECT_EQ(Restoring(product, Moderation::kAll), kRestore);
    }
  }
}

TEST(Catalogue_WhatShowsAProduct, NeedsAnOffer) {
  for (const auto act : {kPublish, kPropose, kApprove}) EXPECT_TRUE(NeedsAnOffer(act));
  for (const auto act : {kChange, kArchive, kRestore, kRestorePublished, kRequestChanges, kTakeDown})
    EXPECT_FALSE(NeedsAnOffer(act));
}

TEST(Catalogue_StateNames, RoundTripAndNoOther) {
  for (const auto state : kStates) EXPECT_EQ(kProductStates.Find(Name(state)), state);
  for (const auto state : {OfferState::kActive, OfferState::kArchived}) {
    EXPECT_EQ(kOfferStates.Find(Name(state)), state);
  }
  for (const auto who : {OffersBy::kAnybody, OffersBy::kOwnShop}) EXPECT_EQ(kOffersBy.Find(Name(who)), who);
  ProductState product{};
  OfferState offer{};
  OffersBy who{};
  EXPECT_THROW(FromText("ACTIVE", product), std::invalid_argument);
  EXPECT_THROW(FromText("DRAFT", offer), std::invalid_argument);
  EXPECT_THROW(FromText("", offer), std::invalid_argument);
  EXPECT_THROW(FromText("NOBODY", who), std::invalid_argument);
}

}  // namespace
}  // namespace market::product::domain
