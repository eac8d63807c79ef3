// Reviews in PostgreSQL, and the ratings of products and shops that follow from them.
//
// Both are counted in the transaction of each act, under the review's row and then theirs: at all times a rating is
// what its PUBLISHED reviews sum to. Whose review may be seen or changed is a scope; a row outside of it does not exist
// (Error NOT_FOUND). Owner: the service; io thread only. Fails as platform/postgres does, plus the refusals named at
// each function.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/review.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/seller_scope.hpp"

namespace market::product::storage {

// Whose reviews somebody has a hand in: who sees them when they are HIDDEN.
struct ReviewScope {
  std::optional<AccountId> author = std::nullopt;
  SellerScope sellers = {};
  bool everything = false;
};

// A line that was delivered, and what its buyer says of it.
struct ReviewDraft {
  domain::ReviewId id;
  domain::LineId line;
  domain::OrderId order;
  domain::ProductId product;
  domain::OfferId offer;
  SellerId seller;
  AccountId author;
  domain::Opinion opinion;
  std::int64_t claim = 0;  // by which its pictures are kept; 0: it has none
};

using ReviewSubject = std::variant<domain::ProductId, SellerId>;

enum class ReviewOrder : std::uint8_t { kNewest, kRatingUp, kRatingDown };

// What a list of reviews is ordered by.
struct ReviewPosition {
  std::int64_t rating = 0;
  Time created_at;
  domain::ReviewId id;
};

struct WantedReviews {
  ReviewSubject subject;
  std::int64_t rating = 0;  // only those with so many stars; 0: all
  ReviewOrder order = ReviewOrder::kNewest;
};

struct ListedReviews {
  domain::Rating rating;  // of the subject, by all its reviews
  std::vector<domain::Review> reviews;
};

class Reviews {
 public:
  explicit Reviews(postgres::Database& database, std::chrono::days open_for = std::chrono::days(30))
      : database_(database), open_for_(open_for) {}

  // What picture_claims::Claims is made with.
  static postgres::Statement FindPictures();

  // Whoever creates names the id: the same id twice is the same review. ALREADY_EXISTS for a line that has one, or had;
  // UNAVAILABLE where its claim was settled meanwhile.
  Task<domain::Review> Create(Work work, ReviewDraft draft);
  Task<std::optional<domain::Review>> Find(Work work, domain::ReviewId id, ReviewScope viewer);
  // Nothing for a product that neither is published nor is in the viewer's scope. At most `limit`.
  Task<std::optional<ListedReviews>> List(Work work, WantedReviews wanted, ReviewScope viewer,
                                          std::optional<ReviewPosition> after, int limit);

  // By its author. An edit that changes nothing leaves version and events alone. ETAG_MISMATCH, REVIEW_CLOSED;
  // UNAVAILABLE where its claim on pictures was settled meanwhile, or a later one decided.
  Task<domain::Review> Update(Work work, domain::ReviewId id, AccountId author, domain::OpinionEdit edit,
                              std::optional<std::int64_t> if_version);
  Task<> Remove(Work work, domain::ReviewId id, AccountId author, std::optional<std::int64_t> if_version);
  // REVIEW_CLOSED so long after the first reply; the same reply again changes nothing.
  Task<domain::Review> Reply(Work work, domain::ReviewId id, SellerScope sellers, std::string text,
                             audit::Act act);
  // Why stands in the act. What is so already stays as it is.
  Task<domain::Review> Hide(Work work, domain::ReviewId id, audit::Act act);
  Task<domain::Review> Unhide(Work work, domain::ReviewId id, audit::Act act);

  // Deletes all that somebody wrote, REMOVED ones too; gives how many there were.
  Task<std::size_t> Forget(Work work, AccountId author);

 private:
  struct Locked;
  // Makes of a review what it is to be; false: it stays as it is.
  using Decide = std::function<bool(Locked&)>;

  Task<domain::Review> Change(Work work, domain::ReviewId id, ReviewScope scope, ReviewNews news,
                              std::optional<audit::Act> act, Decide decide);
  Task<bool> ForgetOne(Work work, AccountId author);

  postgres::Database& database_;
  const std::chrono::days open_for_;
};

}  // namespace market::product::storage
