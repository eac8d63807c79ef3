// Units set aside for the lines of orders: reserve, commit, release, consume, restock. Never more than there is.
//
// Each is one statement and one commit: a function of migrations/0002_stock.sql, which also states the order of
// locks. A reservation is all lines or none; the CHECK on stock refuses what does not fit, and only then is
// looked for what is missing. Orders of one line that ask for the same offer at the same time are settled together
// (platform/runtime/combining.hpp): one update of its row, one commit for all of them. Reserving is idempotent by order, releasing, consuming and restocking by cause and line,
// committing by itself; operations of one order are serialised by its row in reservation_order. A hold has no
// expiry. Owner: the service; io thread only. Fails as platform/postgres does; after CommitUnknown simply repeat.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <variant>
#include <vector>

#include "platform/postgres/database.hpp"
#include "platform/runtime/combining.hpp"
#include "services/product/domain/reservation.hpp"

namespace market::product::storage {

struct Reserved {};
// Offers with too little, and what is left of them.
struct OutOfStock {
  std::vector<domain::Shortage> shortages;
};
// Offers that don't exist or are not for sale.
struct NotForSale {
  std::vector<domain::OfferId> offers;
};
// All was released, perhaps before it arrived: the order never holds anything again.
struct AlreadyReleased {};
// The order holds other lines.
struct OtherLines {};
using ReserveOutcome = std::variant<Reserved, OutOfStock, NotForSale, AlreadyReleased, OtherLines>;

enum class Step : std::uint8_t { kDone, kGone };

class Reservations {
 public:
  explicit Reservations(postgres::Database& database) : database_(database) {}

  // No line's id twice, here and below.
  Task<ReserveOutcome> Reserve(Work work, domain::OrderId order, std::vector<domain::Line> lines);
  // kGone when all was released. What is shipped already stays as it is.
  Task<Step> Commit(Work work, domain::OrderId order);
  // So many of the named lines, at most what each has left; all that is left, without any. What the cause has
  // given back of a line already it does not give back again. An order that never reserved is barred from it.
  Task<> Release(Work work, domain::OrderId order, domain::CauseId cause, std::vector<domain::Units> units);
  // All of these or none; kGone when the order has no such line, or fewer of it are committed.
  Task<Step> Consume(Work work, domain::OrderId order, domain::CauseId cause,
                     std::vector<domain::Units> units);
  // All of these or none come back into the stock; kGone when the order has no such line, or fewer of it were consumed and
  // are not back.
  Task<Step> Restock(Work work, domain::OrderId order, domain::CauseId cause,
                     std::vector<domain::Units> units);

 private:
  Task<Step> MoveAll(Work work, postgres::Statement statement, domain::OrderId order, domain::CauseId cause,
                     std::vector<domain::Units> units);
  enum class Attempt : std::uint8_t { kReserved, kShort, kKnownOrder };

  struct Buyer {
    domain::OrderId order;
    domain::Line line;
  };
  using Till = runtime::Combining<Buyer, Attempt>;

  Task<Attempt> TryReserve(Work work, domain::OrderId order, std::span<const domain::Line> lines);
  Task<Attempt> TryAlone(Work work, domain::OrderId order, std::span<const domain::Line> lines);
  Task<Attempt> TryWithOthers(Work work, Buyer buyer);
  Task<std::vector<Attempt>> Settle(Work work, std::vector<Buyer> buyers);
  Task<domain::Missing> LookAt(Work work, std::span<const domain::Line> lines);
  Task<ReserveOutcome> Repeat(Work work, domain::OrderId order, std::span<const domain::Line> lines);

  postgres::Database& database_;
  std::unordered_map<domain::OfferId, Till> tills_;  // of offers that somebody asks for just now
};

}  // namespace market::product::storage
