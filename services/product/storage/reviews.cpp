#include "services/product/storage/reviews.hpp"

#include <array>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "platform/idempotency/forget.hpp"
#include "platform/picture_claims/claims.hpp"
#include "services/product/storage/review_rows.hpp"

namespace market::product::storage {

// What decides about an act on a review.
struct Reviews::Locked {
  domain::Review review;
  bool may_change = false;  // its author may
  bool may_reply = false;   // the shop may
};

namespace {

using domain::Review;
using domain::ReviewId;
using domain::ReviewState;
using picture_claims::Claims;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

constexpr ComposedStatement kInsertReview{"review.insert", R"sql(
INSERT INTO review AS r (id, line_id, order_id, product_id, offer_id, seller_id, account_id, rating, title, text, language, author_name, pictures, pictures_claim)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING )sql" +
                                                               kReview};
constexpr ComposedStatement kFindOwnReview{
    "review.find_own", "SELECT " + kReview + " FROM review r WHERE r.id = $1 AND r.account_id = $2"};
constexpr ComposedStatement kFindReview{
    "review.find", "SELECT " + kReview + " FROM review r WHERE r.id = $1 AND " + kVisibleReview};

constexpr ComposedStatement kWriteReview{"review.write", R"sql(
UPDATE review r SET state = $2, rating = nullif($3::integer, 0), title = $4, text = $5, language = $6, author_name = $7, reply = $8,
  replied_at = CASE WHEN $8 <> '' THEN coalesce(r.replied_at, market_now()) END, hidden_reason = $9, version = $10, pictures = $11,
  pictures_claim = $12, updated_at = market_now()
WHERE r.id = $1 RETURNING )sql" + kReview};

constexpr ComposedStatement kFindReviewPictures{
    "review.find_pictures", "SELECT " + picture_claims::kShown + " FROM review s WHERE s.id = $1"};

constexpr Statement kCountForProduct{"review.count_for_product", R"sql(
UPDATE product SET rating_sum = rating_sum + $2, rating_count = rating_count + $3 WHERE id = $1)sql"};
constexpr Statement kOpenSellerRating{
    "review.open_seller_rating", "INSERT INTO seller_rating (seller_id) VALUES ($1) ON CONFLICT DO NOTHING"};
constexpr Statement kCountForSeller{"review.count_for_seller", R"sql(
UPDATE seller_rating SET rating_sum = rating_sum + $2, rating_count = rating_count + $3 WHERE seller_id = $1)sql"};

constexpr ComposedStatement kRatingOfProduct{"review.rating_of_product", "SELECT " + kRating + R"sql(
FROM product WHERE id = $1 AND (state = 'PUBLISHED' OR seller_id = ANY($2::uuid[]) OR $3::boolean))sql"};
constexpr ComposedStatement kRatingOfSeller{"review.rating_of_seller",
                                            "SELECT " + kRating + " FROM seller_rating WHERE seller_id = $1"};

// $1 the subject, $5 the rating that is wanted, $6 to $8 where the page begins.
constexpr auto Listing(const auto& subject, const auto& beyond, const auto& order) {
  return "SELECT " + kReview + " FROM review r WHERE " + subject + " = $1 AND " + kVisibleReview +
         " AND ($5::integer = 0 OR r.rating = $5) AND ($8::uuid IS NULL OR " + beyond + ") ORDER BY " +
         order + ", r.created_at DESC, r.id DESC LIMIT $9";
}
constexpr auto NewestReviews(const auto& subject) {
  return Listing(subject, "($6::integer IS NOT NULL AND (r.created_at, r.id) < ($7::timestamptz, $8))",
                 "r.created_at DESC");
}
constexpr auto RatingUp(const auto& subject) {
  return Listing(
      subject, "(r.rating > $6::integer OR (r.rating = $6 AND (r.created_at, r.id) < ($7::timestamptz, $8)))",
      "r.rating");
}
constexpr auto RatingDown(const auto& subject) {
  return Listing(subject, "(r.rating, r.created_at, r.id) < ($6::integer, $7::timestamptz, $8)",
                 "r.rating DESC");
}
constexpr postgres::Sql kProduct{"r.product_id"};
constexpr postgres::Sql kSeller{"r.seller_id"};
constexpr ComposedStatement kNewestOfProduct{"review.newest_of_product", NewestReviews(kProduct)};
constexpr ComposedStatement kRatingUpOfProduct{"review.rating_up_of_product", RatingUp(kProduct)};
constexpr ComposedStatement kRatingDownOfProduct{"review.rating_down_of_product", RatingDown(kProduct)};
constexpr ComposedStatement kNewestOfSeller{"review.newest_of_seller", NewestReviews(kSeller)};
constexpr ComposedStatement kRatingUpOfSeller{"review.rating_up_of_seller", RatingUp(kSeller)};
constexpr ComposedStatement kRatingDownOfSeller{"review.rating_down_of_seller", RatingDown(kSeller)};

constexpr ComposedStatement kLockSomeOf{
    "review.lock_some_of",
    "SELECT " + kReview + " FROM review r WHERE r.account_id = $1 ORDER BY r.id LIMIT 1 FOR UPDATE"};
constexpr Statement kDeleteReview{"review.delete", "DELETE FROM review WHERE id = $1"};

Statement ListOf(const WantedReviews& wanted) {
  const bool of_product = std::holds_alternative<domain::ProductId>(wanted.subject);
  switch (wanted.order) {
    case ReviewOrder::kRatingUp:
      return of_product ? Statement(kRatingUpOfProduct) : Statement(kRatingUpOfSeller);
    case ReviewOrder::kRatingDown:
      return of_product ? Statement(kRatingDownOfProduct) : Statement(kRatingDownOfSeller);
    case ReviewOrder::kNewest:
      break;
  }
  return of_product ? Statement(kNewestOfProduct) : Statement(kNewestOfSeller);
}

// The product first, then the shop: always in this order.
void AppendCount(Batch& batch, const Review& review, std::int64_t before, std::int64_t after) {
  if (before == after) return;
  const auto difference = domain::Difference(before, after);
  batch.Add(kCountForProduct, review.product, difference.sum, difference.count)
      .Add(kOpenSellerRating, review.seller)
      .Add(kCountForSeller, review.seller, difference.sum, difference.count);
}

Error ReviewClosed(const char* what) { return Error(Code::kFailedPrecondition, "REVIEW_CLOSED", what); }

void RequireVersion(const Review& review, std::optional<std::int64_t> if_version) {
  if (if_version && *if_version != review.version)
    throw Error(Code::kAborted, "ETAG_MISMATCH", "the review has changed since it was read");
}

// Of two edits at once the one that claimed later decides which pictures there are.
void TakeClaim(Review& review, std::int64_t claim) {
  if (claim < review.pictures_claim)
    throw Unavailable("the pictures of the review are being changed by another request; try again");
  review.pictures_claim = claim;
}

}  // namespace

postgres::Statement Reviews::FindPictures() { return kFindReviewPictures; }

Task<Review> Reviews::Create(Work work, ReviewDraft draft) {
  Review review;
  review.id = draft.id;
  review.product = draft.product;
  review.seller = draft.seller;
  review.author = draft.author;
  review.opinion = draft.opinion;
  const auto& opinion = draft.opinion;
  Batch batch("review.create");
  batch.Add(kInsertReview, draft.id, draft.line, draft.order, draft.product, draft.offer, draft.seller,
            draft.author, opinion.rating, opinion.title, opinion.text, opinion.language, opinion.author_name,
            opinion.pictures, draft.claim);
  AppendCount(batch, review, 0, domain::Counted(review));
  events::Append(batch, work, ReviewEvent(ReviewNews::kPublished, review, 0));
  try {
    if (draft.claim == 0)
      co_return kReview.ReadOne((co_await database_.Write(work, std::move(batch))).front());
    co_return co_await database_.Transaction(work, [&](postgres::Tx& tx) -> Task<Review> {
      co_await Claims::Use(tx, draft.claim);
      co_return kReview.ReadOne((co_await tx.ExecuteAndCommit(batch)).front());
    });
  } catch (const SqlError& error) {
    // Of an earlier run, or another one.
    if (!error.IsUniqueViolation("review_pkey") && !error.IsUniqueViolation("review_once_per_line")) throw;
  }
  auto earlier = kReview.ReadAtMostOne(co_await database_.Read(work, kFindOwnReview, draft.id, draft.author));
  if (!earlier) throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "it was reviewed before");
  co_return std::move(*earlier);
}

Task<std::optional<Review>> Reviews::Find(Work work, ReviewId id, ReviewScope viewer) {
  co_return kReview.ReadAtMostOne(
      co_await database_.Read(work, kFindReview, id, viewer.author, viewer.sellers, viewer.everything));
}

Task<std::optional<ListedReviews>> Reviews::List(Work work, WantedReviews wanted, ReviewScope viewer,
                                                 std::optional<ReviewPosition> after, int limit) {
  std::optional<std::int64_t> rating;
  std::optional<Time> time;
  std::optional<ReviewId> id;
  if (after) {
    rating = after->rating;
    time = after->created_at;
    id = after->id;
  }
  const auto* product = std::get_if<domain::ProductId>(&wanted.subject);
  const Uuid subject = product ? product->Value() : std::get<SellerId>(wanted.subject).Value();
  Batch batch("review.list");
  if (product) {
    batch.Add(kRatingOfProduct, subject, viewer.sellers, viewer.everything);
  } else {
    batch.Add(kRatingOfSeller, subject);
  }
  batch.Add(ListOf(wanted), subject, viewer.author, viewer.sellers, viewer.everything, wanted.rating, rating,
            time, id, limit);
  const auto results = co_await database_.List(work, std::move(batch));
  const auto sum = kRating.ReadAtMostOne(results[0]);
  if (product && !sum) co_return std::nullopt;
  co_return ListedReviews{.rating = sum.value_or(domain::Rating()), .reviews = kReview.ReadAll(results[1])};
}

Task<Review> Reviews::Change(Work work, ReviewId id, ReviewScope scope, ReviewNews news,
                             std::optional<audit::Act> act, Decide decide) {
  static constexpr Columns kLocked{
      postgres::Inside{&Locked::review, kReview},
      Column{"r.created_at + $5::interval > market_now()", &Locked::may_change},
      Column{"coalesce(r.replied_at, market_now()) + $5 > market_now()", &Locked::may_reply}};
  static constexpr ComposedStatement kLock{"review.lock", "SELECT " + kLocked + R"sql(
FROM review r WHERE r.id = $1 AND r.state <> 'REMOVED' AND )sql" +
                                                              kInReviewScope + " FOR UPDATE"};
  const std::chrono::microseconds open_for = open_for_;
  const auto change = [&](postgres::Tx& tx) -> Task<Review> {
    auto locked = kLocked.ReadAtMostOne(
        co_await tx.Execute(kLock, id, scope.author, scope.sellers, scope.everything, open_for));
    if (!locked) throw NotFound("the review");
    const auto before = locked->review.state;
    const auto counted = domain::Counted(locked->review);
    const auto pictures = locked->review.opinion.pictures;
    const auto claim = locked->review.pictures_claim;
    if (!decide(*locked)) co_return std::move(locked->review);
    auto& now = locked->review;
    if (now.pictures_claim != claim) {
      co_await Claims::Use(tx, now.pictures_claim);
    } else if (now.opinion.pictures != pictures) {
      now.pictures_claim = co_await Claims::Release(tx, id.Value());
    }
    ++now.version;
    const auto& opinion = now.opinion;
    Batch batch("review.change");
    batch.Add(kWriteReview, id, now.state, opinion.rating, opinion.title, opinion.text, opinion.language,
              opinion.author_name, now.reply, now.hidden_reason, now.version, opinion.pictures,
              now.pictures_claim);
    AppendCount(batch, now, counted, domain::Counted(now));
    events::Append(batch, work, ReviewEvent(news, now, counted));
    if (act) {
      auto row = *act;
      row.target_type = "review";
      row.target_id = id.ToString();
      row.seller = now.seller;
      row.before = {{"state", std::string(Name(before))}};
      row.after = {{"state", std::string(Name(now.state))}};
      audit::Append(batch, work, row);
    }
    co_return kReview.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, change);
}

Task<Review> Reviews::Update(Work work, ReviewId id, AccountId author, domain::OpinionEdit edit,
                             std::optional<std::int64_t> if_version) {
  return Change(work, id, {.author = author}, ReviewNews::kChanged, std::nullopt,
                [edit = std::move(edit), if_version](Locked& locked) {
                  auto& review = locked.review;
                  RequireVersion(review, if_version);
                  if (!locked.may_change) throw ReviewClosed("the review is too old to be changed");
                  auto edited = domain::Edited(review.opinion, edit);
                  if (edited == review.opinion) return false;
                  if (edit.pictures) TakeClaim(review, edit.pictures->claim);
                  review.opinion = std::move(edited);
                  return true;
                });
}

Task<> Reviews::Remove(Work work, ReviewId id, AccountId author, std::optional<std::int64_t> if_version) {
  co_await Change(work, id, {.author = author}, ReviewNews::kRemoved, std::nullopt,
                  [if_version](Locked& locked) {
                    auto& review = locked.review;
                    RequireVersion(review, if_version);
                    if (!locked.may_change) throw ReviewClosed("the review is too old to be deleted");
                    review.state = ReviewState::kRemoved;
                    review.opinion = {};
                    review.reply.clear();
                    review.hidden_reason.clear();
                    return true;
                  });
}

Task<Review> Reviews::Reply(Work work, ReviewId id, SellerScope sellers, std::string text, audit::Act act) {
  return Change(work, id, {.sellers = std::move(sellers)}, ReviewNews::kReplied, std::move(act),
                [text = std::move(text)](Locked& locked) {
                  auto& review = locked.review;
                  if (review.reply == text) return false;
                  if (!locked.may_reply) throw ReviewClosed("the reply is too old to be replaced");
                  review.reply = text;
                  return true;
                });
}

Task<Review> Reviews::Hide(Work work, ReviewId id, audit::Act act) {
  auto reason = act.reason;
  return Change(work, id, {.everything = true}, ReviewNews::kHidden, std::move(act),
                [reason = std::move(reason)](Locked& locked) {
                  auto& review = locked.review;
                  if (review.state == ReviewState::kHidden) return false;
                  review.state = ReviewState::kHidden;
                  review.hidden_reason = reason;
                  return true;
                });
}

Task<Review> Reviews::Unhide(Work work, ReviewId id, audit::Act act) {
  return Change(work, id, {.everything = true}, ReviewNews::kUnhidden, std::move(act), [](Locked& locked) {
    auto& review = locked.review;
    if (review.state == ReviewState::kPublished) return false;
    review.state = ReviewState::kPublished;
    review.hidden_reason.clear();
    return true;
  });
}

Task<std::size_t> Reviews::Forget(Work work, AccountId author) {
  std::size_t forgotten = 0;
  while (co_await ForgetOne(work, author)) ++forgotten;
  co_return forgotten;
}

// Each in a transaction of its own, so that no two erasures wait for each other's products.
Task<bool> Reviews::ForgetOne(Work work, AccountId author) {
  const auto forget = [&](postgres::Tx& tx) -> Task<bool> {
    auto review = kReview.ReadAtMostOne(co_await tx.Execute(kLockSomeOf, author));
    if (!review) co_return false;
    const auto counted = domain::Counted(*review);
    const bool was_removed = review->state == ReviewState::kRemoved;
    review->state = ReviewState::kRemoved;
    ++review->version;
    Batch batch("review.forget");
    batch.Add(kDeleteReview, review->id);
    // What a shop or an operator was answered has the words of the review.
    idempotency::AppendReopenNaming(batch, std::array{review->id.ToString()});
    if (!review->opinion.pictures.empty()) Claims::AppendRelease(batch, review->id.Value());
    AppendCount(batch, *review, counted, 0);
    if (!was_removed) events::Append(batch, work, ReviewEvent(ReviewNews::kRemoved, *review, counted));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, forget);
}

}  // namespace market::product::storage
