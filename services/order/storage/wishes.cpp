#include "services/order/storage/wishes.hpp"

#include <utility>

#include "marketplace/order/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"
#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kWish{Column{"w.offer_id", &Wish::offer}, Column{"w.currency", &Wish::currency},
                        Column{"w.price_minor", &Wish::price_minor},
                        Column{"w.created_at", &Wish::created_at}};

events::NewEvent WishEvent(const WishSeen& seen) {
  const auto fill = [&](auto what) {
    what.set_offer_id(seen.wish.offer.ToString());
    what.set_product_id(seen.product.ToString());
    what.set_title(seen.title);
    if (seen.price) *what.mutable_price() = conversions::ToProto(*seen.price);
    return events::Of(what,
                      {.aggregate = "wish/" + seen.wish.account.ToString() + '/' + seen.wish.offer.ToString(),
                       .version = seen.wish.told + 1,
                       .buyer = seen.wish.account});
  };
  return seen.look.news == domain::WishNews::kPriceFell ? fill(marketplace::order::v1::WishPriceFell())
                                                        : fill(marketplace::order::v1::WishBackInStock());
}

constexpr ComposedStatement kList{"wish.list", "SELECT " + kWish + R"sql( FROM wish w
WHERE w.account_id = $1 AND ($2::timestamptz IS NULL OR (w.created_at, w.offer_id) < ($2, $3::uuid))
ORDER BY w.created_at DESC, w.offer_id DESC LIMIT $4)sql"};
// Those of one account are counted one after the other, or two would both be the last that there is room for.
constexpr Statement kLockWishes{
    "wish.lock", "SELECT pg_advisory_xact_lock(hashtextextended('wish/' || $1::uuid::text, 0))"};
constexpr Statement kPutWish{"wish.put", R"sql(
INSERT INTO wish (account_id, offer_id, currency, price_minor, known_minor, known_stock)
SELECT $1, $2, $3, $4, $4, $6 FROM (SELECT count(*) AS wishes FROM wish WHERE account_id = $1) AS there WHERE wishes < $5
ON CONFLICT (account_id, offer_id) DO NOTHING)sql"};
constexpr ComposedStatement kFindWish{
    "wish.find", "SELECT " + kWish + " FROM wish w WHERE w.account_id = $1 AND w.offer_id = $2"};
constexpr Statement kDeleteWish{"wish.delete", "DELETE FROM wish WHERE account_id = $1 AND offer_id = $2"};

constexpr Columns kWatched{Column{"w.account_id", &WatchedWish::account},
                           Column{"w.offer_id", &WatchedWish::offer},
                           Column{"w.currency", &WatchedWish::currency},
                           Column{"w.known_minor", &WatchedWish::known, &domain::Sight::price_minor},
                           Column{"w.known_stock", &WatchedWish::known, &domain::Sight::in_stock},
                           Column{"w.told_at", &WatchedWish::told_at},
                           Column{"w.told", &WatchedWish::told}};
constexpr ComposedStatement kTakeWishes{"wish.take_unlooked", R"sql(
UPDATE wish w SET looked_at = market_now()
FROM (SELECT account_id, offer_id FROM wish WHERE looked_at <= market_now() - $1::interval
      ORDER BY looked_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
WHERE w.account_id = due.account_id AND w.offer_id = due.offer_id
RETURNING )sql" + kWatched};
constexpr Statement kKnowWish{"wish.know", R"sql(
UPDATE wish SET known_minor = $3, known_stock = $4 WHERE account_id = $1 AND offer_id = $2)sql"};
// Ends the transaction when it was deleted, or told by somebody else.
constexpr Statement kToldWish{"wish.told", R"sql(
WITH told AS (
  UPDATE wish SET known_minor = $3, known_stock = $4, told_at = market_now(), told = told + 1
  WHERE account_id = $1 AND offer_id = $2 AND told = $5 RETURNING 1)
SELECT require(count(*) = 1) FROM told)sql"};

}  // namespace

Task<std::vector<Wish>> Wishes::List(Work work, AccountId account, std::optional<WishUpTo> after,
                                     std::int64_t limit) {
  const auto time = after ? std::optional(after->created_at) : std::nullopt;
  const auto offer = after ? std::optional(after->offer) : std::nullopt;
  co_return kWish.ReadAll(co_await database_.List(work, kList, account, time, offer, limit));
}

Task<std::optional<Wish>> Wishes::Put(Work work, AccountId account, Wish wish) {
  Batch batch("wish.put");
  batch.Add(kLockWishes, account)
      .Add(kPutWish, account, wish.offer, wish.currency, wish.price_minor, kOfAccountMax, wish.in_stock)
      .Add(kFindWish, account, wish.offer);
  const auto done = co_await database_.Write(work, std::move(batch));
  co_return kWish.ReadAtMostOne(done.back());
}

Task<> Wishes::Delete(Work work, AccountId account, domain::OfferId offer) {
  co_await database_.Write(work, kDeleteWish, account, offer);
}

Task<std::vector<WatchedWish>> Wishes::TakeUnlooked(Work work, std::chrono::milliseconds since,
                                                    std::size_t limit) {
  co_return kWatched.ReadAll(co_await database_.Write(work, kTakeWishes, since, limit));
}

Task<> Wishes::Tell(Work work, std::vector<WishSeen> seen) {
  Batch known("wish.know");
  for (const auto& one : seen) {
    const auto& wish = one.wish;
    const auto& look = one.look;
    if (look.news != domain::WishNews::kNone) {
      Batch told("wish.told");
      told.Add(kToldWish, wish.account, wish.offer, look.known.price_minor, look.known.in_stock, wish.told);
      events::Append(told, work, WishEvent(one));
      try {
        co_await database_.Write(work, std::move(told));
      } catch (const postgres::SqlError& error) {
        if (!error.Is("MK001")) throw;
      }
    } else if (look.known != wish.known) {
      known.Add(kKnowWish, wish.account, wish.offer, look.known.price_minor, look.known.in_stock);
    }
  }
  if (!known.Empty()) co_await database_.Write(work, std::move(known));
}

}  // namespace market::order::storage
