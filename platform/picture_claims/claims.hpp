// Claims of what a service shows (a review, a return) on pictures that another keeps (migration set "picture_claims" has
// the rules).
//
// Begin, then the keeper is asked to keep pictures, then the service writes what it shows and Use makes the claim due in
// the same transaction; or it shows less than before, and Release makes a claim that is due at once. In the end SettleDue
// tells the keeper. So nothing shows what is not kept, and whatever breaks, nothing is kept for long that nothing shows.
// Owner: the service; `database` must outlive it. Io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"

namespace market::picture_claims {

// What one thing shows, each as the service keeps it.
struct Shown {
  std::vector<std::string> pictures;
};
inline constexpr postgres::Columns kShown{postgres::Column{"s.pictures", &Shown::pictures}};

class Claims {
 public:
  // `find_shown`: "SELECT " + kShown + of the thing whose id is $1; no row where it is not there. A constant, as all are.
  Claims(postgres::Database& database, const postgres::Statement& find_shown)
      : database_(database), find_shown_(find_shown) {}

  // A new one, due so long after the last request of its kind must have ended.
  Task<std::int64_t> Begin(Work work, Uuid shown_by);

  struct Settled {
    Uuid shown_by;
    std::int64_t number = 0;
    std::vector<std::string> shown;  // none of what is not there
  };
  // What the thing of the claim shows that has been due for the longest time: `tell` is called, and the claim goes when
  // it comes back. False: none is due. Two at once never take the same.
  Task<bool> SettleDue(Work work, std::function<Task<>(Settled)> tell);

  // For the transaction that writes the thing. With a claim; throws Error UNAVAILABLE where it was settled meanwhile.
  static Task<> Use(postgres::Tx& tx, std::int64_t number);
  // Without one, since it shows less than before; gives the claim's number.
  static Task<std::int64_t> Release(postgres::Tx& tx, Uuid shown_by);
  static void AppendRelease(postgres::Batch& batch, Uuid shown_by);

 private:
  postgres::Database& database_;
  postgres::Statement find_shown_;
};

}  // namespace market::picture_claims
