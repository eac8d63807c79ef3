// Claims of reviews on pictures that user keeps (0009_review_pictures.sql has the rules).
//
// Begin, then user is asked to keep pictures, then Reviews writes what the review shows and makes the claim due; or
// Reviews takes pictures away and makes a claim that is due at once. In the end SettleDue tells user. So no review
// shows what is not kept, and whatever breaks, nothing is kept for long that no review shows. Owner: the service; io
// thread only. Fails as platform/postgres does.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::storage {

class ReviewClaims {
 public:
  explicit ReviewClaims(postgres::Database& database) : database_(database) {}

  // A new one, due so long after the last request of its kind must have ended.
  Task<std::int64_t> Begin(Work work, domain::ReviewId review);

  struct Settled {
    domain::ReviewId review;
    std::int64_t number = 0;
    std::vector<std::string> shown;  // as a review keeps them; none of one that is not there
  };
  // What the review of the claim shows that has been due for the longest time: `tell` is called, and the claim goes
  // when it comes back. False: none is due. Two at once never take the same.
  Task<bool> SettleDue(Work work, std::function<Task<>(Settled)> tell);

  // For the transaction that writes a review. With a claim; throws Error UNAVAILABLE where it was settled meanwhile.
  static Task<> Use(postgres::Tx& tx, std::int64_t number);
  // Without one, since it shows less than before; gives the claim's number.
  static Task<std::int64_t> Release(postgres::Tx& tx, domain::ReviewId review);
  static void AppendRelease(postgres::Batch& batch, domain::ReviewId review);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
