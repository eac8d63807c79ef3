#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "platform/picture_claims/claims.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using picture_claims::Claims;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string KeptOne(char digit) { return "id-" + std::string(1, digit) + " content 5 4 #a1b2c3 "; }

Task<storage::ReviewDraft> SoldTo(Stores& stores, AccountId author) {
  const auto shop = co_await OpenShop(stores);
  const auto made =
      co_await Put(stores, shop, ProductOf(shop, "Shown", {OfferOf(Uuid::NewV7().ToString(), 100, 1)}));
  co_return storage::ReviewDraft{
      .id = domain::ReviewId::New(),
      .line = domain::LineId::New(),
      .order = domain::OrderId::New(),
      .product = domain::ProductId::From(made.id()),
      .offer = domain::OfferId::From(made.offers(0).id()),
      .seller = shop.seller,
      .author = author,
      .opinion = {.rating = 5, .title = "", .text = "", .language = "", .author_name = ""}};
}

// What user is told of this review, claim by claim: its pictures' digits; "!" where it is told nothing.
Task<std::vector<std::string>> Told(Stores& stores, domain::ReviewId review) {
  std::vector<std::string> told;
  const auto tell = [&](Claims::Settled settled) -> Task<> {
    if (settled.shown_by != review.Value()) co_return;
    std::string shown;
    for (const auto& kept : settled.shown) shown += kept[3];
    told.push_back(shown);
    co_return;
  };
  while (co_await stores.review_claims.SettleDue(Soon(), tell)) {
  }
  co_return told;
}

void MakeDue(domain::ReviewId review) {
  Sql("UPDATE picture_claim SET due_at = market_now() WHERE shown_by = '" + review.ToString() + "'");
}

Task<domain::OpinionEdit> Showing(Stores& stores, domain::ReviewId review, std::vector<std::string> kept) {
  co_return domain::OpinionEdit{
      .pictures = domain::ShownPictures{.claim = co_await stores.review_claims.Begin(Soon(), review.Value()),
                                        .kept = kept}};
}

TEST(ReviewClaims, AreToldOnceTheReviewIsWritten) {
  WithStores([](Stores& stores) -> Task<> {
    const auto ada = AccountId::New();
    auto draft = co_await SoldTo(stores, ada);
    draft.claim = co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    draft.opinion.pictures = {KeptOne('1'), KeptOne('2')};
    EXPECT_THAT(co_await Told(stores, draft.id), IsEmpty()) << "its request is under way";
    const auto made = co_await stores.reviews.Create(Soon(), draft);
    EXPECT_THAT(made.opinion.pictures, ElementsAre(KeptOne('1'), KeptOne('2')));
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre("12"));
    EXPECT_THAT(co_await Told(stores, draft.id), IsEmpty());

    const auto edit = co_await Showing(stores, draft.id, {KeptOne('3')});
    const auto edited = co_await stores.reviews.Update(Soon(), draft.id, ada, edit, std::nullopt);
    EXPECT_THAT(edited.opinion.pictures, ElementsAre(KeptOne('3')));
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre("3"));
    co_await stores.reviews.Update(Soon(), draft.id, ada, {.rating = 2}, std::nullopt);
    EXPECT_THAT(co_await Told(stores, draft.id), IsEmpty()) << "its pictures stayed";
    co_await stores.reviews.Hide(Soon(), draft.id, audit::SomeAct());
    EXPECT_THAT(co_await Told(stores, draft.id), IsEmpty()) << "it may be seen again";
    co_await stores.reviews.Remove(Soon(), draft.id, ada, std::nullopt);
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre(""));
  });
}

TEST(ReviewClaims, ThatBrokeOff_AreToldWhenTheirTimeIsOver) {
  WithStores([](Stores& stores) -> Task<> {
    const auto ada = AccountId::New();
    const auto draft = co_await SoldTo(stores, ada);
    co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    MakeDue(draft.id);
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre("")) << "of a review that is not there";
    co_await stores.reviews.Create(Soon(), draft);
    co_await Showing(stores, draft.id, {});
    co_await Showing(stores, draft.id, {});
    MakeDue(draft.id);
    EXPECT_LE((co_await Told(stores, draft.id)).size(), 2U);
    EXPECT_EQ(Sql("SELECT count(*) FROM picture_claim WHERE shown_by = '" + draft.id.ToString() + "'"), "0");
  });
}

TEST(ReviewClaims, WhoseTellingFails_AreToldAgain) {
  WithStores([](Stores& stores) -> Task<> {
    const auto draft = co_await SoldTo(stores, AccountId::New());
    co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    MakeDue(draft.id);
    const auto fail = [](Claims::Settled) -> Task<> {
      throw std::runtime_error("user is away");
      co_return;
    };
    bool failed = false;
    try {
      while (co_await stores.review_claims.SettleDue(Soon(), fail)) {
      }
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    co_await Eventually([&] {
      return Sql("SELECT count(*) FROM (SELECT FROM picture_claim WHERE shown_by = '" + draft.id.ToString() +
                 "' FOR UPDATE SKIP LOCKED) c") == "1";
    });
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre(""));
  });
}

// A request that was held up until user was told without it, or behind a later one, writes nothing.
TEST(ReviewClaims, ThatAreOver_DecideNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto ada = AccountId::New();
    auto draft = co_await SoldTo(stores, ada);
    draft.claim = co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    draft.opinion.pictures = {KeptOne('1')};
    MakeDue(draft.id);
    co_await Told(stores, draft.id);
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Create(Soon(), draft)), "UNAVAILABLE");
    draft.claim = co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    co_await stores.reviews.Create(Soon(), draft);

    const auto early = co_await Showing(stores, draft.id, {KeptOne('2')});
    const auto late = co_await Showing(stores, draft.id, {KeptOne('3')});
    co_await stores.reviews.Update(Soon(), draft.id, ada, late, std::nullopt);
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Update(Soon(), draft.id, ada, early, std::nullopt)),
              "UNAVAILABLE");
    const auto stopped = co_await Showing(stores, draft.id, {KeptOne('4')});
    MakeDue(draft.id);
    co_await Told(stores, draft.id);
    EXPECT_EQ(co_await ReasonOf(stores.reviews.Update(Soon(), draft.id, ada, stopped, std::nullopt)),
              "UNAVAILABLE");
    EXPECT_EQ(Sql("SELECT pictures[1] FROM review WHERE id = '" + draft.id.ToString() + "'"), KeptOne('3'));
  });
}

TEST(ReviewClaims, OfWhoIsForgotten_LetPicturesGo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto ada = AccountId::New();
    auto draft = co_await SoldTo(stores, ada);
    draft.claim = co_await stores.review_claims.Begin(Soon(), draft.id.Value());
    draft.opinion.pictures = {KeptOne('1')};
    co_await stores.reviews.Create(Soon(), draft);
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre("1"));
    co_await stores.reviews.Forget(Soon(), ada);
    EXPECT_THAT(co_await Told(stores, draft.id), ElementsAre(""));
  });
}

}  // namespace
}  // namespace market::product
