#include "services/product/storage/reservations.hpp"

#include <map>
#include <optional>

#include "platform/postgres/columns.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Result;
using postgres::Sql;
using postgres::SqlError;
using postgres::Statement;
using postgres::Tx;

// Enough for any one order; what is left over is expired by the next buyer or the sweeper.
constexpr int kDueMax = 1000;

constexpr Statement kOpen{"reservation.open",
                          "INSERT INTO reservation_order (order_id, state) VALUES ($1, 'OPEN')"};

// An offer that is not for sale gives a null id, which aborts the whole reservation.
constexpr Statement kHold{
    "reservation.hold",
    "INSERT INTO reservation (order_id, offer_id, quantity, state, expires_at) "
    "SELECT $1, o.id, line.quantity, 'HELD', market_now() + $4::interval "
    "FROM unnest($2::uuid[], $3::bigint[]) AS line (offer_id, quantity) "
    "LEFT JOIN (offer o JOIN product p ON p.id = o.product_id AND p.state = 'PUBLISHED') "
    "ON o.id = line.offer_id AND o.state = 'ACTIVE'"};

constexpr Statement kMoveStock{"stock.move",
                               "UPDATE stock SET on_hand = on_hand + $2, reserved = reserved + $3, version = "
                               "version + 1 WHERE offer_id = $1"};

// Counting holds that are due as free.
struct OfferStock {
  domain::OfferId offer;
  bool for_sale = false;
  std::int64_t available = 0;
};
constexpr Columns kOfferStock{
    Column{"line.offer_id", &OfferStock::offer}, Column{"o.id IS NOT NULL", &OfferStock::for_sale},
    Column{"coalesce(s.on_hand - s.reserved, 0) + coalesce((SELECT sum(r.quantity) FROM reservation r "
           "WHERE r.offer_id = line.offer_id AND r.state = 'HELD' AND r.expires_at <= market_now()), 0)",
           &OfferStock::available}};

constexpr ComposedStatement kLook{
    "reservation.look",
    "SELECT " + kOfferStock +
        " FROM unnest($1::uuid[]) AS line (offer_id) "
        "LEFT JOIN (offer o JOIN product p ON p.id = o.product_id AND p.state = 'PUBLISHED') "
        "ON o.id = line.offer_id AND o.state = 'ACTIVE' "
        "LEFT JOIN stock s ON s.offer_id = o.id ORDER BY line.offer_id"};

// Without lines: it was released before it arrived.
struct Known {
  domain::ReservationState state = domain::ReservationState::kOpen;
  std::optional<domain::OfferId> offer;
  std::optional<std::int64_t> quantity;
};
constexpr Columns kKnown{Column{"h.state", &Known::state}, Column{"r.offer_id", &Known::offer},
                         Column{"r.quantity", &Known::quantity}};

constexpr ComposedStatement kRepeat{"reservation.repeat",
                                    "SELECT " + kKnown +
                                        " FROM reservation_order h LEFT JOIN reservation r USING (order_id) "
                                        "WHERE h.order_id = $1 ORDER BY r.offer_id"};

constexpr Columns kHoldName{Column{"order_id", &Hold::order}, Column{"offer_id", &Hold::offer}};

struct DueHold {
  Hold hold;
  std::int64_t quantity = 0;
};
constexpr Columns kDueHold{Inside{&DueHold::hold, kHoldName}, Column{"quantity", &DueHold::quantity}};

constexpr ComposedStatement kLockDueOf{
    "reservation.lock_due_of",
    "SELECT " + kDueHold +
        " FROM reservation "
        "WHERE offer_id = ANY($1) AND state = 'HELD' AND expires_at <= market_now() "
        "ORDER BY offer_id, order_id LIMIT $2 FOR UPDATE"};

// Rows that others hold are theirs to end.
constexpr ComposedStatement kLockFreeDueOf{
    "reservation.lock_free_due_of",
    "SELECT " + kDueHold +
        " FROM reservation "
        "WHERE offer_id = ANY($1) AND state = 'HELD' AND expires_at <= market_now() "
        "ORDER BY offer_id, order_id LIMIT $2 FOR UPDATE SKIP LOCKED"};

constexpr Sql kDueFirst{
    " FROM reservation r WHERE state = 'HELD' AND expires_at <= market_now() "
    "AND NOT EXISTS (SELECT FROM unnest($2::uuid[], $3::uuid[]) AS aside (order_id, offer_id) "
    "WHERE aside.order_id = r.order_id AND aside.offer_id = r.offer_id) ORDER BY expires_at LIMIT $1"};
constexpr ComposedStatement kLockDue{"reservation.lock_due",
                                     "SELECT " + kDueHold + kDueFirst + " FOR UPDATE SKIP LOCKED"};
constexpr ComposedStatement kListDue{"reservation.list_due", "SELECT " + kHoldName + kDueFirst};

constexpr ComposedStatement kLockHold{
    "reservation.lock_hold",
    "SELECT " + kDueHold +
        " FROM reservation "
        "WHERE order_id = $1 AND offer_id = $2 AND state = 'HELD' FOR UPDATE SKIP LOCKED"};

constexpr Statement kExpire{
    "reservation.expire",
    "UPDATE reservation r SET state = 'EXPIRED', expires_at = NULL, updated_at = market_now() "
    "FROM unnest($1::uuid[], $2::uuid[]) AS due (order_id, offer_id) "
    "WHERE r.order_id = due.order_id AND r.offer_id = due.offer_id"};

struct Whole {
  domain::ReservationState state = domain::ReservationState::kOpen;
};
constexpr Columns kWhole{Column{"state", &Whole::state}};

constexpr ComposedStatement kLockOrder{
    "reservation.lock_order", "SELECT " + kWhole + " FROM reservation_order WHERE order_id = $1 FOR UPDATE"};

constexpr Columns kReservedLine{Column{"offer_id", &domain::ReservedLine::offer},
                                Column{"quantity", &domain::ReservedLine::quantity},
                                Column{"state", &domain::ReservedLine::state}};

constexpr ComposedStatement kLockLines{"reservation.lock_lines",
                                       "SELECT " + kReservedLine +
                                           " FROM reservation "
                                           "WHERE order_id = $1 ORDER BY offer_id FOR UPDATE"};

constexpr Statement kBar{"reservation.bar",
                         "INSERT INTO reservation_order (order_id, state) VALUES ($1, 'RELEASED') "
                         "ON CONFLICT (order_id) DO NOTHING"};

constexpr Statement kSetWhole{"reservation.set_whole",
                              "UPDATE reservation_order SET state = $2, updated_at = market_now() "
                              "WHERE order_id = $1"};

constexpr Statement kSetLines{
    "reservation.set_lines",
    "UPDATE reservation SET state = $3, expires_at = NULL, updated_at = market_now() "
    "WHERE order_id = $1 AND offer_id = ANY($2)"};

constexpr Statement kShip{"stock.ship",
                          "INSERT INTO stock_movement (id, offer_id, kind, delta, reason, order_id) "
                          "VALUES ($1, $2, 'SHIPMENT', $3, 'shipped', $4)"};

// Sorted by offer, as the rows must be locked; a transaction's last statements, so that a popular row is
// locked for no longer than its commit.
class StockMoves {
 public:
  void Add(const domain::OfferId& offer, std::int64_t on_hand, std::int64_t reserved) {
    auto& move = moves_[offer];
    move.on_hand += on_hand;
    move.reserved += reserved;
  }
  void Add(const domain::Change& change) {
    for (const auto& move : change.stock) Add(move.offer, move.on_hand, move.reserved);
  }
  void AppendTo(Batch& batch) const {
    for (const auto& [offer, move] : moves_) {
      if (move.on_hand != 0 || move.reserved != 0) batch.Add(kMoveStock, offer, move.on_hand, move.reserved);
    }
  }

 private:
  struct Move {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
  };
  std::map<domain::OfferId, Move> moves_;
};

// Ends the holds that a kLock…Due… statement has locked.
void AppendExpiry(Batch& batch, StockMoves& moves, const Result& due) {
  if (due.empty()) return;
  std::vector<domain::OrderId> orders;
  std::vector<domain::OfferId> offers;
  for (const auto& [hold, quantity] : kDueHold.ReadAll(due)) {
    orders.push_back(hold.order);
    offers.push_back(hold.offer);
    moves.Add(hold.offer, 0, -quantity);
  }
  batch.Add(kExpire, orders, offers);
}

void AppendLines(Batch& batch, const domain::OrderId& order, const domain::Change& change) {
  if (!change.lines.empty()) batch.Add(kSetLines, order, change.lines, change.to);
}

std::vector<domain::OfferId> OffersOf(std::span<const domain::Line> lines) {
  std::vector<domain::OfferId> offers;
  for (const auto& line : lines) offers.push_back(line.offer);
  return offers;
}

void AppendReservation(Batch& batch, const domain::OrderId& order, std::span<const domain::Line> lines,
                       std::chrono::milliseconds hold_for) {
  std::vector<std::int64_t> quantities;
  for (const auto& line : lines) quantities.push_back(line.quantity);
  batch.Add(kOpen, order).Add(kHold, order, OffersOf(lines), quantities, hold_for);
}

bool DoesNotFit(const SqlError& error) { return error.constraint == "stock_reserved_within_on_hand"; }

// The order's rows, locked until the transaction ends.
struct LockedOrder {
  std::optional<domain::ReservationState> state;  // none: it never asked
  std::vector<domain::ReservedLine> lines;
};

Task<LockedOrder> Lock(Tx& tx, domain::OrderId order) {
  Batch batch("reservation.lock");
  batch.Add(kLockOrder, order).Add(kLockLines, order);
  const auto results = co_await tx.Execute(std::move(batch));
  LockedOrder locked{.state = {}, .lines = kReservedLine.ReadAll(results[1])};
  if (const auto whole = kWhole.ReadAtMostOne(results[0])) locked.state = whole->state;
  co_return locked;
}

}  // namespace

// What stands against a reservation that did not fit.
struct Reservations::Look {
  std::vector<domain::OfferId> not_for_sale;
  std::vector<Shortage> shortages;
};

Task<ReserveOutcome> Reservations::Reserve(Work work, domain::OrderId order,
                                           std::vector<domain::Line> lines) {
  lines = domain::SumByOffer(lines);
  auto attempt = co_await TryReserve(work, order, lines);
  if (attempt == Attempt::kShort) {
    auto look = co_await LookAt(work, lines);
    if (look.not_for_sale.empty() && look.shortages.empty()) {
      attempt = co_await TryReserveAfterExpiry(work, order, lines);
      if (attempt == Attempt::kShort) look = co_await LookAt(work, lines);
    }
    if (attempt == Attempt::kShort) {
      if (!look.not_for_sale.empty()) co_return NotForSale{std::move(look.not_for_sale)};
      // Without shortages others were faster, and have given back since: the buyer may try again.
      co_return OutOfStock{std::move(look.shortages)};
    }
  }
  if (attempt == Attempt::kKnownOrder) co_return co_await Repeat(work, order, lines);
  co_return Reserved{};
}

Task<Reservations::Attempt> Reservations::TryReserve(Work work, domain::OrderId order,
                                                     std::span<const domain::Line> lines) {
  Batch batch("reservation.reserve");
  AppendReservation(batch, order, lines, hold_for_);
  for (const auto& line : lines) batch.Add(kMoveStock, line.offer, 0, line.quantity);
  try {
    co_await database_.Write(work, std::move(batch));
    co_return Attempt::kReserved;
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("reservation_order_pkey")) co_return Attempt::kKnownOrder;
    if (DoesNotFit(error) || error.Is("23502")) co_return Attempt::kShort;
    throw;
  }
}

Task<Reservations::Attempt> Reservations::TryReserveAfterExpiry(Work work, domain::OrderId order,
                                                                std::span<const domain::Line> lines) {
  const auto reserve = [&](Tx& tx) -> Task<> {
    Batch first("reservation.reserve_after_expiry");
    AppendReservation(first, order, lines, hold_for_);
    first.Add(kLockDueOf, OffersOf(lines), kDueMax);
    const auto results = co_await tx.Execute(std::move(first));
    Batch second("reservation.move_after_expiry");
    StockMoves moves;
    AppendExpiry(second, moves, results.back());
    for (const auto& line : lines) moves.Add(line.offer, 0, line.quantity);
    moves.AppendTo(second);
    if (!second.Empty()) co_await tx.ExecuteAndCommit(std::move(second));
  };
  try {
    co_await database_.Transaction(work, reserve);
    co_return Attempt::kReserved;
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("reservation_order_pkey")) co_return Attempt::kKnownOrder;
    if (DoesNotFit(error) || error.Is("23502")) co_return Attempt::kShort;
    throw;
  }
}

Task<Reservations::Look> Reservations::LookAt(Work work, std::span<const domain::Line> lines) {
  const auto stocks = kOfferStock.ReadAll(co_await database_.Read(work, kLook, OffersOf(lines)));
  Look look;
  for (std::size_t i = 0; i < stocks.size(); ++i) {
    const auto& [offer, for_sale, available] = stocks[i];
    if (!for_sale) {
      look.not_for_sale.push_back(offer);
    } else if (available < lines[i].quantity) {
      look.shortages.push_back({offer, available});
    }
  }
  co_return look;
}

Task<ReserveOutcome> Reservations::Repeat(Work work, domain::OrderId order,
                                          std::span<const domain::Line> lines) {
  std::vector<domain::Line> known;
  for (const auto& [state, offer, quantity] : kKnown.ReadAll(co_await database_.Read(work, kRepeat, order))) {
    if (state == domain::ReservationState::kReleased) co_return AlreadyReleased{};
    known.push_back({offer.value(), quantity.value()});
  }
  if (!std::ranges::equal(known, lines)) co_return OtherLines{};
  co_return Reserved{};
}

Task<Step> Reservations::Commit(Work work, domain::OrderId order) {
  std::optional<Step> step;
  try {
    step = co_await TryCommit(work, order, Expiry::kLeave);
  } catch (const SqlError& error) {
    if (!DoesNotFit(error)) throw;
  }
  if (step) co_return *step;
  try {
    step = co_await TryCommit(work, order, Expiry::kFirst);
  } catch (const SqlError& error) {
    if (!DoesNotFit(error)) throw;
  }
  co_return step.value_or(Step::kGone);
}

Task<Step> Reservations::TryCommit(Work work, domain::OrderId order, Expiry expiry) {
  const auto commit = [&](Tx& tx) -> Task<Step> {
    const auto locked = co_await Lock(tx, order);
    if (locked.state != domain::ReservationState::kOpen) co_return Step::kGone;
    const auto change = domain::Commit(locked.lines);
    if (!change) co_return Step::kGone;
    Batch batch("reservation.commit");
    StockMoves moves;
    if (expiry == Expiry::kFirst && !change->stock.empty()) {
      std::vector<domain::OfferId> wanted;
      for (const auto& move : change->stock) wanted.push_back(move.offer);
      AppendExpiry(batch, moves, co_await tx.Execute(kLockFreeDueOf, wanted, kDueMax));
    }
    AppendLines(batch, order, *change);
    moves.Add(*change);
    moves.AppendTo(batch);
    if (!batch.Empty()) co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Step::kDone;
  };
  co_return co_await database_.Transaction(work, commit);
}

Task<> Reservations::Release(Work work, domain::OrderId order, std::vector<domain::OfferId> offers) {
  const auto release = [&](Tx& tx) -> Task<> {
    // The tombstone comes first: against a reservation under way it waits for that one's end.
    Batch look("reservation.lock_or_bar");
    look.Add(kBar, order).Add(kLockOrder, order).Add(kLockLines, order);
    const auto results = co_await tx.Execute(std::move(look));
    const auto state = kWhole.ReadOne(results[1]).state;
    const auto lines = kReservedLine.ReadAll(results[2]);
    const auto change = domain::Release(lines, offers);
    const auto after = domain::AfterRelease(state, lines, offers);
    Batch batch("reservation.release");
    if (after != state) batch.Add(kSetWhole, order, after);
    AppendLines(batch, order, change);
    StockMoves moves;
    moves.Add(change);
    moves.AppendTo(batch);
    if (!batch.Empty()) co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, release);
}

Task<Step> Reservations::Consume(Work work, domain::OrderId order, std::vector<domain::OfferId> offers) {
  const auto consume = [&](Tx& tx) -> Task<Step> {
    const auto locked = co_await Lock(tx, order);
    const auto change = domain::Consume(locked.lines, offers);
    if (!change) co_return Step::kGone;
    Batch batch("reservation.consume");
    AppendLines(batch, order, *change);
    for (const auto& move : change->stock) batch.Add(kShip, Uuid::NewV7(), move.offer, move.on_hand, order);
    StockMoves moves;
    moves.Add(*change);
    moves.AppendTo(batch);
    if (!batch.Empty()) co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Step::kDone;
  };
  co_return co_await database_.Transaction(work, consume);
}

namespace {

// Holds as the two arrays that a statement takes.
struct HoldColumns {
  std::vector<domain::OrderId> orders;
  std::vector<domain::OfferId> offers;

  explicit HoldColumns(std::span<const Hold> holds) {
    for (const auto& hold : holds) {
      orders.push_back(hold.order);
      offers.push_back(hold.offer);
    }
  }
};

Task<std::size_t> EndLocked(Tx& tx, const Result& due) {
  Batch batch("reservation.expire_due");
  StockMoves moves;
  AppendExpiry(batch, moves, due);
  moves.AppendTo(batch);
  if (!batch.Empty()) co_await tx.ExecuteAndCommit(std::move(batch));
  co_return due.size();
}

}  // namespace

Task<std::size_t> Reservations::ExpireDue(Work work, std::size_t limit, std::vector<Hold> aside) {
  const HoldColumns except(aside);
  const auto expire = [&](Tx& tx) -> Task<std::size_t> {
    const auto due = co_await tx.Execute(kLockDue, limit, except.orders, except.offers);
    co_return co_await EndLocked(tx, due);
  };
  co_return co_await database_.Transaction(work, expire);
}

Task<std::vector<Hold>> Reservations::ListDue(Work work, std::size_t limit, std::vector<Hold> aside) {
  const HoldColumns except(aside);
  co_return kHoldName.ReadAll(co_await database_.List(work, kListDue, limit, except.orders, except.offers));
}

Task<> Reservations::Expire(Work work, Hold hold) {
  const auto expire = [&](Tx& tx) -> Task<std::size_t> {
    const auto due = co_await tx.Execute(kLockHold, hold.order, hold.offer);
    co_return co_await EndLocked(tx, due);
  };
  co_await database_.Transaction(work, expire);
}

}  // namespace market::product::storage
