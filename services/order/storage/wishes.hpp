// The wish list in PostgreSQL: offers that accounts look out for, with their prices at that time. Every query is one
// account's. Owner: the service; io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/wish.hpp"

namespace market::order::storage {

struct Wish {
  domain::OfferId offer;
  std::string currency;                     // "": the market's first one, in which it had no price
  std::optional<std::int64_t> price_minor;  // when it was put there
  Time created_at;
  bool in_stock = false;  // when it was put there; written only
};

// One that is to be looked at.
struct WatchedWish {
  AccountId account;
  domain::OfferId offer;
  std::string currency;
  domain::Sight known;
  std::optional<Time> told_at;
  std::int64_t told = 0;  // how often
};

// What comes of it.
struct WishSeen {
  WatchedWish wish;
  domain::WishLook look;
  std::string title;  // of the offer's product, as its shop wrote it
  domain::ProductId product;
  std::optional<Money> price;
};

// Where a page ends.
struct WishUpTo {
  Time created_at;
  domain::OfferId offer;
};

class Wishes {
 public:
  static constexpr std::int64_t kOfAccountMax = 200;

  explicit Wishes(postgres::Database& database) : database_(database) {}

  // The newest first.
  Task<std::vector<Wish>> List(Work work, AccountId account, std::optional<WishUpTo> after,
                               std::int64_t limit);
  // What is there already stays as it is. Nothing when the account has as many as it may.
  Task<std::optional<Wish>> Put(Work work, AccountId account, Wish wish);
  Task<> Delete(Work work, AccountId account, domain::OfferId offer);

  // Those at which nobody has looked for so long, at most `limit`: from now on somebody has.
  Task<std::vector<WatchedWish>> TakeUnlooked(Work work, std::chrono::milliseconds since, std::size_t limit);
  // What is known of them from now on, with the events of what there is to tell. One that was deleted meanwhile tells
  // nothing.
  Task<> Tell(Work work, std::vector<WishSeen> seen);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
