// What buyers say of what they got: written, read, answered by shops, hidden by operators.
#include "platform/conversions/conversions.hpp"
#include "platform/conversions/enum_number.hpp"
#include "platform/conversions/kept_picture.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

using domain::ReviewId;
using ReviewMessage = api::product::Review;

ReviewMessage ReviewProto(const domain::Review& review) {
  const auto& opinion = review.opinion;
  ReviewMessage out;
  out.set_id(review.id.ToString());
  out.set_product_id(review.product.ToString());
  out.set_seller_id(review.seller.ToString());
  out.set_rating(static_cast<std::int32_t>(opinion.rating));
  out.set_title(opinion.title);
  out.set_text(opinion.text);
  if (!opinion.language.empty()) out.set_language(opinion.language);
  if (!opinion.author_name.empty()) out.set_author_name(opinion.author_name);
  if (review.replied_at) {
    out.mutable_reply()->set_text(review.reply);
    *out.mutable_reply()->mutable_create_time() = conversions::ToProto(*review.replied_at);
  }
  out.set_state(conversions::NumberOf<ReviewMessage::State>(review.state));
  if (review.state == domain::ReviewState::kPublished) {
    for (const auto& kept : opinion.pictures)
      conversions::ShowKept(*out.add_pictures(), PicturePlace::kPeople, kept);
  }
  if (!review.hidden_reason.empty()) out.set_hidden_reason(review.hidden_reason);
  *out.mutable_create_time() = conversions::ToProto(review.created_at);
  *out.mutable_update_time() = conversions::ToProto(review.updated_at);
  out.set_etag(std::to_string(review.version));
  return out;
}

api::product::Rating RatingProto(const domain::Rating& rating) {
  api::product::Rating out;
  out.set_average_hundredths(static_cast<std::int32_t>(domain::AverageHundredths(rating)));
  out.set_count(rating.count);
  return out;
}

// A key has written nothing of its own. Members of a shop see all of its reviews, whatever their role.
storage::ReviewScope ReaderOf(const CallContext& call) {
  storage::ReviewScope scope{.everything = call.Reach().everything};
  const auto* caller = call.CallerOrNull();
  if (caller == nullptr) return scope;
  if (caller->bearer == identity::Bearer::kPerson) scope.author = caller->account;
  scope.sellers = caller->SellersWith(marketplace::options::v1::PRODUCTS_READ);
  return scope;
}

domain::OpinionEdit EditOf(const api::product::UpdateReviewRequest& request) {
  const auto& change = request.review();
  const rpc::PartialUpdate update(change, request.update_mask());
  domain::OpinionEdit edit;
  update.Take("rating", change.rating(), edit.rating)
      .Take("title", change.title(), edit.title)
      .Take("text", change.text(), edit.text)
      .Take("language", change.language(), edit.language)
      .Take("author_name", change.author_name(), edit.author_name);
  if (edit.rating == 0) throw InvalidArgument("review.rating", "REQUIRED", "a review has 1 to 5 stars");
  return edit;
}

storage::ReviewOrder ReviewOrderOf(const std::string& order_by) {
  if (order_by == "rating") return storage::ReviewOrder::kRatingUp;
  if (order_by == "-rating") return storage::ReviewOrder::kRatingDown;
  return storage::ReviewOrder::kNewest;
}

// A page of either list: what differs is whose reviews they are.
template <class Response, class Request>
Task<Response> PageOfReviews(CallContext& call, storage::Reviews& reviews, const rpc::PageTokens& pages,
                             storage::ReviewSubject subject, std::string name, Request request) {
  const auto order = ReviewOrderOf(request.order_by());
  const auto filter =
      name + '|' + std::to_string(request.rating()) + '|' + std::to_string(static_cast<int>(order));
  std::optional<storage::ReviewPosition> after;
  if (const auto key = pages.Decode<std::int64_t, Time, ReviewId>(filter, request.page_token())) {
    after = {.rating = std::get<0>(*key), .created_at = std::get<1>(*key), .id = std::get<2>(*key)};
  }
  const auto size = rpc::PageSize(request.page_size());
  auto found = co_await reviews.List(call, {.subject = subject, .rating = request.rating(), .order = order},
                                     ReaderOf(call), after, size + 1);
  if (!found) throw NotFound("the product");
  Response response;
  const auto kept = rpc::FillPage(*response.mutable_reviews(), size, found->reviews, ReviewProto);
  if (kept < found->reviews.size()) {
    const auto& last = found->reviews[kept - 1];
    response.set_next_page_token(pages.Encode(filter, last.opinion.rating, last.created_at, last.id));
  }
  *response.mutable_rating() = RatingProto(found->rating);
  co_return response;
}

}  // namespace

Task<ReviewMessage> ProductService::CreateReview(CallContext& call,
                                                 api::product::CreateReviewRequest request) {
  auto draft = co_await deps_.purchases.Delivered(call, domain::LineId::From(request.line_id()),
                                                  call.Caller().account);
  draft.id = ReviewId(call.OperationId());
  draft.opinion = {.rating = request.rating(),
                   .title = std::move(*request.mutable_title()),
                   .text = std::move(*request.mutable_text()),
                   .language = std::move(*request.mutable_language()),
                   .author_name = std::move(*request.mutable_author_name())};
  if (!request.picture_ids().empty()) {
    auto shown = co_await deps_.review_pictures.Claim(call, draft.id.Value(), draft.author,
                                                      request.picture_ids(), "pictureIds");
    draft.claim = shown.claim;
    draft.opinion.pictures = std::move(shown.kept);
  }
  co_return ReviewProto(co_await deps_.reviews.Create(call, std::move(draft)));
}

Task<ReviewMessage> ProductService::GetReview(CallContext& call, api::product::GetReviewRequest request) {
  const auto found = co_await deps_.reviews.Find(call, ReviewId::From(request.review_id()), ReaderOf(call));
  if (!found) throw NotFound("the review");
  co_return ReviewProto(*found);
}

Task<ReviewMessage> ProductService::UpdateReview(CallContext& call,
                                                 api::product::UpdateReviewRequest request) {
  const auto id = ReviewId::From(request.review_id());
  const auto author = call.Caller().account;
  auto edit = EditOf(request);
  if (rpc::PartialUpdate(request.review(), request.update_mask()).Changes("picture_ids")) {
    // Before anything is kept for it.
    const auto found = co_await deps_.reviews.Find(call, id, {.author = author});
    if (!found || found->author != author) throw NotFound("the review");
    auto shown = co_await deps_.review_pictures.Claim(call, id.Value(), author,
                                                      request.review().picture_ids(), "review.pictureIds");
    edit.pictures = {.claim = shown.claim, .kept = std::move(shown.kept)};
  }
  co_return ReviewProto(co_await deps_.reviews.Update(call, id, author, std::move(edit),
                                                      rpc::ExpectedVersion(request.if_match())));
}

Task<google::protobuf::Empty> ProductService::DeleteReview(CallContext& call,
                                                           api::product::DeleteReviewRequest request) {
  co_await deps_.reviews.Remove(call, ReviewId::From(request.review_id()), call.Caller().account,
                                rpc::ExpectedVersion(request.if_match()));
  co_return google::protobuf::Empty();
}

Task<api::product::ListReviewsOfProductResponse> ProductService::ListReviewsOfProduct(
    CallContext& call, api::product::ListReviewsOfProductRequest request) {
  const auto subject = domain::ProductId::From(request.product_id());
  const auto name = "reviews of product|" + request.product_id();
  return PageOfReviews<api::product::ListReviewsOfProductResponse>(call, deps_.reviews, deps_.pages, subject,
                                                                   name, std::move(request));
}

Task<api::product::ListReviewsOfSellerResponse> ProductService::ListReviewsOfSeller(
    CallContext& call, api::product::ListReviewsOfSellerRequest request) {
  const auto subject = SellerId::From(request.seller_id());
  const auto name = "reviews of seller|" + request.seller_id();
  return PageOfReviews<api::product::ListReviewsOfSellerResponse>(call, deps_.reviews, deps_.pages, subject,
                                                                  name, std::move(request));
}

Task<ReviewMessage> ProductService::ReplyToReview(CallContext& call,
                                                  api::product::ReplyToReviewRequest request) {
  co_return ReviewProto(co_await deps_.reviews.Reply(call, ReviewId::From(request.review_id()),
                                                     call.Reach().sellers, std::move(*request.mutable_text()),
                                                     rpc::ActOf(call)));
}

Task<ReviewMessage> ProductService::HideReview(CallContext& call, api::product::HideReviewRequest request) {
  co_return ReviewProto(co_await deps_.reviews.Hide(call, ReviewId::From(request.review_id()),
                                                    rpc::ActOf(call, std::move(*request.mutable_reason()))));
}

Task<ReviewMessage> ProductService::UnhideReview(CallContext& call,
                                                 api::product::UnhideReviewRequest request) {
  co_return ReviewProto(co_await deps_.reviews.Unhide(
      call, ReviewId::From(request.review_id()), rpc::ActOf(call, std::move(*request.mutable_reason()))));
}

}  // namespace market::product
