#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::Review;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A buyer who got something, with what an edge would know.
struct Author {
  explicit Author(AccountId account, const char* method = "CreateReview", rpc::Reach reach = {}) {
    rpc::CallContextBuilder(context)
        .OperationId(Uuid::NewV7())
        .Caller({.account = account})
        .Reach(std::move(reach))
        .Method(api::ProductMethods().Find(method))
        .ClientAddress("203.0.113.9");
  }
  CallContext context{Soon()};
};

Task<api::product::CreateReviewRequest> Bought(Service& service, AccountId buyer) {
  const auto shop = co_await OpenShop(service);
  const auto made =
      co_await Put(service, shop, ProductOf(shop, "Pictured", {OfferOf(Uuid::NewV7().ToString(), 100, 1)}));
  api::product::CreateReviewRequest request;
  request.set_line_id(service.orders.Bring(buyer, made.id(), made.offers(0).id(), shop.seller));
  request.set_rating(5);
  co_return request;
}

Task<Review> Create(Service& service, AccountId author, api::product::CreateReviewRequest request) {
  Author call(author);
  co_return co_await service.operations.CreateReview(call.context, std::move(request));
}

Task<Review> Edit(Service& service, AccountId author, std::string id, std::vector<std::string> pictures) {
  Author call(author, "UpdateReview");
  api::product::UpdateReviewRequest request;
  request.set_review_id(std::move(id));
  request.mutable_review();
  for (auto& picture : pictures) request.mutable_review()->add_picture_ids(std::move(picture));
  request.mutable_update_mask()->add_paths("picture_ids");
  co_return co_await service.operations.UpdateReview(call.context, std::move(request));
}

std::vector<std::string> PictureIdsIn(const Review& review) {
  std::vector<std::string> ids;
  for (const auto& picture : review.pictures()) ids.push_back(picture.id());
  return ids;
}

// What user keeps for the review.
std::vector<std::string> KeptFor(const Service& service, const std::string& review) {
  std::vector<std::string> kept;
  const auto found = service.users.keeps.find(review);
  if (found == service.users.keeps.end()) return kept;
  for (const auto& [id, claim] : found->second) kept.push_back(id);
  return kept;
}

TEST(PicturesOfAReview, AreItsAuthorsOwn) {
  WithService([](Service& service) -> Task<> {
    const auto ada = AccountId::New();
    const auto one = service.users.AddPicture(ada);
    const auto two = service.users.AddPicture(ada);
    auto request = co_await Bought(service, ada);
    request.add_picture_ids(one);
    request.add_picture_ids(service.users.AddPicture(AccountId::New()));
    const auto reason = co_await ReasonOf(Create(service, ada, request));
    EXPECT_EQ(reason, "INVALID_ARGUMENT");
    request.set_picture_ids(1, two);
    const auto review = co_await Create(service, ada, request);
    EXPECT_THAT(PictureIdsIn(review), ElementsAre(one, two));
    const auto& shown = review.pictures(0);
    EXPECT_EQ(shown.alt_text(), "of " + ada.ToString());
    EXPECT_EQ(shown.width(), 200);
    EXPECT_EQ(shown.height(), 100);
    EXPECT_EQ(shown.colour(), "#a1b2c3");
    EXPECT_EQ(shown.media(0).webp(), "/pictures/people/aa/" + std::string(62, 'a') + "/160.webp");
    EXPECT_EQ(KeptFor(service, review.id()).size(), 2U);
    co_await service.review_pictures.Settle();
    EXPECT_EQ(KeptFor(service, review.id()).size(), 2U);

    EXPECT_THAT(PictureIdsIn(co_await Edit(service, ada, review.id(), {two})), ElementsAre(two));
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.id()), ElementsAre(two));
    EXPECT_EQ(co_await ReasonOf(Edit(service, AccountId::New(), review.id(), {two})), "NOT_FOUND");
    EXPECT_THAT(PictureIdsIn(co_await Edit(service, ada, review.id(), {})), IsEmpty());
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.id()), IsEmpty());
  });
}

TEST(PicturesOfAReview, AreShownWhileItIs) {
  WithService([](Service& service) -> Task<> {
    const auto ada = AccountId::New();
    const auto picture = service.users.AddPicture(ada);
    auto request = co_await Bought(service, ada);
    request.add_picture_ids(picture);
    const auto review = co_await Create(service, ada, request);
    Author moderator(AccountId::New(), "HideReview", {.everything = true});
    api::product::HideReviewRequest hide;
    hide.set_review_id(review.id());
    hide.set_reason("rude");
    EXPECT_THAT(PictureIdsIn(co_await service.operations.HideReview(moderator.context, hide)), IsEmpty());
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.id()), ElementsAre(picture));
    api::product::UnhideReviewRequest unhide;
    unhide.set_review_id(review.id());
    Author other(AccountId::New(), "UnhideReview", {.everything = true});
    EXPECT_THAT(PictureIdsIn(co_await service.operations.UnhideReview(other.context, unhide)),
                ElementsAre(picture));
    api::product::DeleteReviewRequest gone;
    gone.set_review_id(review.id());
    Author call(ada, "DeleteReview");
    co_await service.operations.DeleteReview(call.context, gone);
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.id()), IsEmpty());
  });
}

// The process ends between what user keeps and the review, or the review is refused: in the end nothing is kept for
// it. user ends: nothing is shown that it has not kept.
TEST(PicturesOfAReview, AreKeptForNothingThatIsNotThere) {
  WithService([](Service& service) -> Task<> {
    const auto ada = AccountId::New();
    const auto picture = service.users.AddPicture(ada);
    auto request = co_await Bought(service, ada);
    const auto review = domain::ReviewId::New();
    Author call(ada);
    google::protobuf::RepeatedPtrField<std::string> wanted;
    wanted.Add(std::string(picture));
    co_await service.review_pictures.Claim(call.context, review.Value(), ada, std::move(wanted), "f");
    EXPECT_THAT(KeptFor(service, review.ToString()), ElementsAre(picture));
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.ToString()), ElementsAre(picture)) << "its request may be under way";
    Sql("UPDATE picture_claim SET due_at = market_now() WHERE shown_by = '" + review.ToString() + "'");
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, review.ToString()), IsEmpty());

    request.add_picture_ids(picture);
    service.users.down = true;
    EXPECT_EQ(co_await ReasonOf(Create(service, ada, request)), "UNAVAILABLE");
    EXPECT_EQ(Sql("SELECT count(*) FROM review WHERE account_id = '" + ada.ToString() + "'"), "0");
    service.users.down = false;
    const auto made = co_await Create(service, ada, request);
    service.users.down = true;
    Author remover(ada, "DeleteReview");
    api::product::DeleteReviewRequest gone;
    gone.set_review_id(made.id());
    co_await service.operations.DeleteReview(remover.context, gone);
    EXPECT_EQ(co_await ReasonOf(service.review_pictures.Settle()), "UNAVAILABLE");
    EXPECT_THAT(KeptFor(service, made.id()), ElementsAre(picture));
    service.users.down = false;
    co_await Eventually([&] {
      return Sql("SELECT count(*) FROM (SELECT FROM picture_claim WHERE due_at <= market_now() FOR UPDATE "
                 "SKIP "
                 "LOCKED) c") == Sql("SELECT count(*) FROM picture_claim WHERE due_at <= market_now()");
    });
    co_await service.review_pictures.Settle();
    EXPECT_THAT(KeptFor(service, made.id()), IsEmpty());
  });
}

}  // namespace
}  // namespace market::product
