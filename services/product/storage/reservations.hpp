// Units set aside for orders: reserve, commit, release, consume, expire. Never more than there is.
//
// A reservation is all lines or none, in one round trip; the CHECK on stock refuses what does not fit. Every
// operation is idempotent by order id, and operations of one order are serialised by its row in
// reservation_order. Holds end by the database's clock; one that stands in the way of a buyer is expired in
// that buyer's transaction, so correctness needs no sweeper. Locks are taken in the order that
// migrations/0002_stock.sql states, so nothing deadlocks. Owner: the service; io thread only. Fails as
// platform/postgres does; after CommitUnknown simply repeat.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/product/domain/reservation.hpp"

namespace market::product::storage {

struct Shortage {
  domain::OfferId offer;
  std::int64_t available = 0;
  bool operator==(const Shortage&) const = default;
};

struct Reserved {};
// Lines with too little, and what is left of them.
struct OutOfStock {
  std::vector<Shortage> shortages;
};
// Offers that don't exist or are not for sale.
struct NotForSale {
  std::vector<domain::OfferId> offers;
};
// The order's reservation was released, perhaps before it arrived: it never holds anything again.
struct AlreadyReleased {};
// The order holds other lines.
struct OtherLines {};
using ReserveOutcome = std::variant<Reserved, OutOfStock, NotForSale, AlreadyReleased, OtherLines>;

// One line of an order's reservation.
struct Hold {
  domain::OrderId order;
  domain::OfferId offer;
  auto operator<=>(const Hold&) const = default;
};

enum class Step : std::uint8_t { kDone, kGone };

class Reservations {
 public:
  Reservations(postgres::Database& database, std::chrono::milliseconds hold_for)
      : database_(database), hold_for_(hold_for) {}

  // A repeat gives Reserved even when the holds have expired since; Commit takes those again.
  Task<ReserveOutcome> Reserve(Work work, domain::OrderId order, std::vector<domain::Line> lines);
  Task<Step> Commit(Work work, domain::OrderId order);
  // Of some offers, or of all without names. An order that never reserved is barred from doing so.
  Task<> Release(Work work, domain::OrderId order, std::vector<domain::OfferId> offers);
  Task<Step> Consume(Work work, domain::OrderId order, std::vector<domain::OfferId> offers);
  // Ends at most `limit` holds that are due, all or none; how many it ended. `aside` are left alone.
  Task<std::size_t> ExpireDue(Work work, std::size_t limit, std::vector<Hold> aside = {});
  // For when that fails: their names, and one of them by itself. It may have ended already.
  Task<std::vector<Hold>> ListDue(Work work, std::size_t limit, std::vector<Hold> aside);
  Task<> Expire(Work work, Hold hold);

 private:
  enum class Attempt : std::uint8_t { kReserved, kShort, kKnownOrder };
  enum class Expiry : std::uint8_t { kLeave, kFirst };
  struct Look;

  Task<Attempt> TryReserve(Work work, domain::OrderId order, std::span<const domain::Line> lines);
  Task<Attempt> TryReserveAfterExpiry(Work work, domain::OrderId order, std::span<const domain::Line> lines);
  Task<Look> LookAt(Work work, std::span<const domain::Line> lines);
  Task<ReserveOutcome> Repeat(Work work, domain::OrderId order, std::span<const domain::Line> lines);
  Task<Step> TryCommit(Work work, domain::OrderId order, Expiry expiry);

  postgres::Database& database_;
  const std::chrono::milliseconds hold_for_;
};

}  // namespace market::product::storage
