#include <gtest/gtest.h>

#include "services/product/testing/service_fixture.hpp"

namespace market::product {
namespace {

using api::product::Review;

// A person who is signed in, with what an edge would know.
struct Person {
  explicit Person(AccountId account, rpc::Reach reach = {}, const char* method = "CreateReview") {
    identity::Principal principal{.account = account};
    for (const auto& seller : reach.sellers)
      principal.sellers.push_back({seller, {marketplace::options::v1::PRODUCTS_READ}});
    rpc::CallContextBuilder(context)
        .OperationId(Uuid::NewV7())
        .Caller(std::move(principal))
        .Reach(std::move(reach))
        .Method(api::ProductMethods().Find(method))
        .ClientAddress("203.0.113.9");
  }
  CallContext context{Soon()};
};

// A product that Ada has got.
struct Got {
  Shop shop;
  std::string product;
  AccountId ada = AccountId::New();
  std::string line;
};

Task<Got> Buy(Service& service) {
  Got got;
  got.shop = co_await OpenShop(service);
  const auto made = co_await Put(
      service, got.shop, ProductOf(got.shop, "Reviewed", {OfferOf(Uuid::NewV7().ToString(), 100, 1)}));
  got.product = made.id();
  got.line = service.orders.Bring(got.ada, made.id(), made.offers(0).id(), got.shop.seller);
  co_return got;
}

api::product::CreateReviewRequest Reviewing(const std::string& line, int rating) {
  api::product::CreateReviewRequest request;
  request.set_line_id(line);
  request.set_rating(rating);
  request.set_title("It differs");
  request.set_author_name("Ada");
  return request;
}

Task<Review> Write(Service& service, Got got, int rating = 5) {
  Person ada(got.ada);
  co_return co_await service.operations.CreateReview(ada.context, Reviewing(got.line, rating));
}

TEST(ProductService_CreateReview, IsForWhoGotIt) {
  WithService([](Service& service) -> Task<> {
    const auto got = co_await Buy(service);
    Person eve(AccountId::New());
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateReview(eve.context, Reviewing(got.line, 5))),
              "NOT_FOUND");
    service.orders.lines[got.line].delivered = false;
    Person ada(got.ada);
    EXPECT_EQ(co_await ReasonOf(service.operations.CreateReview(ada.context, Reviewing(got.line, 5))),
              "NOT_REVIEWABLE");
    service.orders.lines[got.line].delivered = true;
    const auto made = co_await service.operations.CreateReview(ada.context, Reviewing(got.line, 5));
    EXPECT_EQ((co_await service.operations.CreateReview(ada.context, Reviewing(got.line, 5))).id(), made.id())
        << "the same operation";
    EXPECT_EQ(co_await ReasonOf(Write(service, got)), "ALREADY_EXISTS");
    EXPECT_EQ(made.product_id(), got.product);
    EXPECT_EQ(made.seller_id(), got.shop.seller.ToString());
    EXPECT_EQ(made.rating(), 5);
    EXPECT_EQ(made.title(), "It differs");
    EXPECT_EQ(made.author_name(), "Ada");
    EXPECT_FALSE(made.has_language());
    EXPECT_FALSE(made.has_reply());
    EXPECT_FALSE(made.has_hidden_reason());
    EXPECT_EQ(made.state(), Review::PUBLISHED);
    EXPECT_EQ(made.etag(), "1");
    EXPECT_FALSE(made.DebugString().contains(got.ada.ToString())) << "who it was is nobody's business";
  });
}

TEST(ProductService_UpdateReview, FollowsMaskAndPrecondition) {
  WithService([](Service& service) -> Task<> {
    const auto got = co_await Buy(service);
    const auto made = co_await Write(service, got);
    Person ada(got.ada);
    api::product::UpdateReviewRequest request;
    request.set_review_id(made.id());
    request.mutable_review()->set_text("It turns.");
    request.set_if_match("7");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateReview(ada.context, request)), "ETAG_MISMATCH");
    request.set_if_match(made.etag());
    auto edited = co_await service.operations.UpdateReview(ada.context, request);
    EXPECT_EQ(edited.rating(), 5);
    EXPECT_EQ(edited.text(), "It turns.");
    request.clear_if_match();
    request.mutable_update_mask()->add_paths("author_name");
    edited = co_await service.operations.UpdateReview(ada.context, request);
    EXPECT_FALSE(edited.has_author_name());
    EXPECT_EQ(edited.title(), "It differs");
    request.mutable_update_mask()->add_paths("rating");
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateReview(ada.context, request)), "INVALID_ARGUMENT");
    Person eve(AccountId::New());
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateReview(eve.context, request)), "INVALID_ARGUMENT");
    request.mutable_review()->set_rating(1);
    EXPECT_EQ(co_await ReasonOf(service.operations.UpdateReview(eve.context, request)), "NOT_FOUND");

    api::product::DeleteReviewRequest gone;
    gone.set_review_id(made.id());
    gone.set_if_match("1");
    EXPECT_EQ(co_await ReasonOf(service.operations.DeleteReview(eve.context, gone)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(service.operations.DeleteReview(ada.context, gone)), "ETAG_MISMATCH");
    gone.set_if_match(edited.etag());
    co_await service.operations.DeleteReview(ada.context, gone);
    api::product::GetReviewRequest get;
    get.set_review_id(made.id());
    EXPECT_EQ(co_await ReasonOf(service.operations.GetReview(ada.context, get)), "NOT_FOUND");
  });
}

TEST(ProductService_HiddenReview, IsSeenByAuthorShopAndOperators) {
  WithService([](Service& service) -> Task<> {
    const auto got = co_await Buy(service);
    const auto made = co_await Write(service, got);
    Person moderator(AccountId::New(), {.everything = true}, "HideReview");
    api::product::HideReviewRequest hide;
    hide.set_review_id(made.id());
    hide.set_reason("rude");
    EXPECT_EQ((co_await service.operations.HideReview(moderator.context, hide)).state(), Review::HIDDEN);

    api::product::GetReviewRequest get;
    get.set_review_id(made.id());
    api::product::ListReviewsOfProductRequest list;
    list.set_product_id(got.product);
    api::product::ListReviewsOfSellerRequest of_seller;
    of_seller.set_seller_id(got.shop.seller.ToString());
    const auto seen = [&](CallContext& call) -> Task<std::string> {
      const auto reason = co_await ReasonOf(service.operations.GetReview(call, get));
      const auto listed = co_await service.operations.ListReviewsOfProduct(call, list);
      const auto of_shop = co_await service.operations.ListReviewsOfSeller(call, of_seller);
      EXPECT_EQ(listed.rating().count(), 0);
      EXPECT_EQ(of_shop.rating().count(), 0);
      if (listed.reviews_size() > 0) EXPECT_EQ(listed.reviews(0).hidden_reason(), "rude");
      co_return reason + std::to_string(listed.reviews_size()) + std::to_string(of_shop.reviews_size());
    };
    Call anybody;
    Person ada(got.ada);
    Person eve(AccountId::New(), {.sellers = {SellerId::New()}});
    Person shop(AccountId::New(), {.sellers = {got.shop.seller}});
    EXPECT_EQ(co_await seen(anybody.context), "NOT_FOUND00");
    EXPECT_EQ(co_await seen(eve.context), "NOT_FOUND00");
    EXPECT_EQ(co_await seen(ada.context), "11");
    EXPECT_EQ(co_await seen(shop.context), "11");
    EXPECT_EQ(co_await seen(moderator.context), "11");
    Person key(got.ada);
    auto principal = key.context.Caller();
    principal.bearer = identity::Bearer::kApiKey;
    rpc::CallContextBuilder(key.context).Caller(principal);
    EXPECT_EQ(co_await seen(key.context), "NOT_FOUND00") << "a key has written nothing of its own";

    api::product::UnhideReviewRequest unhide;
    unhide.set_review_id(made.id());
    Person again(AccountId::New(), {.everything = true}, "UnhideReview");
    EXPECT_EQ((co_await service.operations.UnhideReview(again.context, unhide)).state(), Review::PUBLISHED);
    EXPECT_EQ(co_await ReasonOf(service.operations.GetReview(anybody.context, get)), "");
  });
}

TEST(ProductService_Reviews, PageByTokensOfThatList) {
  WithService([](Service& service) -> Task<> {
    auto got = co_await Buy(service);
    for (const int rating : {4, 2, 5}) {
      co_await Write(service, got, rating);
      got.line = service.orders.Bring(got.ada, got.product, Uuid::NewV7().ToString(), got.shop.seller);
    }
    Call anybody;
    api::product::ListReviewsOfProductRequest request;
    request.set_product_id(got.product);
    request.set_order_by("-rating");
    request.set_page_size(2);
    auto page = co_await service.operations.ListReviewsOfProduct(anybody.context, request);
    EXPECT_EQ(page.rating().average_hundredths(), 367);
    EXPECT_EQ(page.rating().count(), 3);
    EXPECT_EQ(page.reviews(0).rating() * 10 + page.reviews(1).rating(), 54);
    request.set_page_token(page.next_page_token());
    page = co_await service.operations.ListReviewsOfProduct(anybody.context, request);
    EXPECT_EQ(page.reviews_size(), 1);
    EXPECT_EQ(page.reviews(0).rating(), 2);
    EXPECT_FALSE(page.has_next_page_token());
    for (const std::string order : {"rating", "newest"}) {
      request.set_order_by(order);
      EXPECT_EQ(co_await ReasonOf(service.operations.ListReviewsOfProduct(anybody.context, request)),
                "INVALID_PAGE_TOKEN");
    }
    request.clear_page_token();
    request.set_rating(4);
    EXPECT_EQ((co_await service.operations.ListReviewsOfProduct(anybody.context, request)).reviews_size(), 1);
    request.set_product_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(service.operations.ListReviewsOfProduct(anybody.context, request)),
              "NOT_FOUND");
  });
}

TEST(ProductService_Reply, IsOfTheShopThatSoldIt) {
  WithService([](Service& service) -> Task<> {
    const auto got = co_await Buy(service);
    const auto made = co_await Write(service, got, 1);
    api::product::ReplyToReviewRequest reply;
    reply.set_review_id(made.id());
    reply.set_text("Sorry");
    Person rival(AccountId::New(), {.sellers = {SellerId::New()}}, "ReplyToReview");
    EXPECT_EQ(co_await ReasonOf(service.operations.ReplyToReview(rival.context, reply)), "NOT_FOUND");
    Person shop(AccountId::New(), {.sellers = {got.shop.seller}}, "ReplyToReview");
    const auto replied = co_await service.operations.ReplyToReview(shop.context, reply);
    EXPECT_EQ(replied.reply().text(), "Sorry");
    EXPECT_TRUE(replied.reply().has_create_time());
    EXPECT_EQ(
        Sql("SELECT permission || ' ' || target_type FROM audit_event WHERE target_id = '" + made.id() + "'"),
        "reviews.reply review");
  });
}

TEST(ProductService_Reports, NameAContactOrAreSigned) {
  WithService([](Service& service) -> Task<> {
    const auto got = co_await Buy(service);
    api::product::ReportContentRequest report;
    report.set_product_id(got.product);
    report.set_reason(api::product::ContentReport::DANGEROUS);
    report.set_text("It burns.");
    Call anybody;
    EXPECT_EQ(co_await ReasonOf(service.operations.ReportContent(anybody.context, report)),
              "INVALID_ARGUMENT");
    report.set_contact_email("eve@example.test");
    const auto first = co_await service.operations.ReportContent(anybody.context, report);
    report.clear_contact_email();
    Person ada(got.ada);
    const auto second = co_await service.operations.ReportContent(ada.context, report);
    EXPECT_NE(first.id(), second.id());

    const auto review = co_await Write(service, got);
    api::product::ReportReviewRequest rude;
    rude.set_review_id(review.id());
    rude.set_reason(api::product::ContentReport::OFFENSIVE);
    rude.set_text("Rude.");
    Person eve(AccountId::New());
    Person eve_again(eve.context.Caller().account);
    const auto third = co_await service.operations.ReportReview(eve.context, rude);
    EXPECT_EQ((co_await service.operations.ReportReview(eve_again.context, rude)).id(), third.id());

    Person moderator(AccountId::New(), {.everything = true}, "ResolveReport");
    api::product::ResolveReportRequest resolve;
    resolve.set_report_id(third.id());
    resolve.set_decision(api::product::ContentReport::NO_ACTION);
    resolve.set_answer("It is an opinion.");
    const auto resolved = co_await service.operations.ResolveReport(moderator.context, resolve);
    EXPECT_EQ(resolved.state(), api::product::ContentReport::RESOLVED);
    EXPECT_EQ(resolved.decision(), api::product::ContentReport::NO_ACTION);
    EXPECT_EQ(resolved.answer(), "It is an opinion.");
    EXPECT_EQ(resolved.review_id(), review.id());
    EXPECT_EQ(resolved.account_id(), eve.context.Caller().account.ToString());

    api::product::ListReportsRequest list;
    list.set_state(api::product::ContentReport::OPEN);
    list.set_page_size(1);
    std::vector<std::string> open;
    for (;;) {
      const auto page = co_await service.operations.ListReports(moderator.context, list);
      for (const auto& one : page.reports()) {
        if (one.product_id() == got.product) open.push_back(one.id());
      }
      if (!page.has_next_page_token()) break;
      list.set_page_token(page.next_page_token());
    }
    EXPECT_EQ(open, (std::vector{first.id(), second.id()}));
    list.set_state(api::product::ContentReport::RESOLVED);
    if (!list.page_token().empty())
      EXPECT_EQ(co_await ReasonOf(service.operations.ListReports(moderator.context, list)),
                "INVALID_PAGE_TOKEN");
  });
}

}  // namespace
}  // namespace market::product
