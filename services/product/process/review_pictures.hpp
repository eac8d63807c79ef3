// The pictures of reviews: their authors' own, which user keeps as long as a review shows them (ADR 47).
//
// Owner: the service; `claims` and `users` outlive it. Io thread only.
#pragma once
#include <string>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "services/product/domain/review.hpp"
#include "services/product/storage/review_claims.hpp"

namespace market::product {

class ReviewPictures {
 public:
  ReviewPictures(storage::ReviewClaims& claims, api::UserApi& users) : claims_(claims), users_(users) {}

  // Has user keep them for the review, which must be written with what this gives. Throws Error INVALID_ARGUMENT on
  // the first of `wanted` in `field` that is no picture of the author, and what user throws besides.
  Task<domain::ShownPictures> Claim(CallContext& call, domain::ReviewId review, AccountId author,
                                    std::vector<domain::PictureId> wanted, std::string field);

  // Tells user what reviews show whose claims are due, until none is.
  Task<> Settle();

 private:
  Task<bool> SettleOne();

  storage::ReviewClaims& claims_;
  api::UserApi& users_;
};

}  // namespace market::product
