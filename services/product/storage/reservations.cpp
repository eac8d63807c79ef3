#include "services/product/storage/reservations.hpp"

#include <algorithm>

#include "platform/postgres/columns.hpp"

namespace market::product::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::SqlError;
using postgres::Statement;

// Of a reservation that fails though nothing is missing afterwards.
constexpr int kAttempts = 3;

constexpr Statement kReserve{"reservation.reserve", "SELECT reserve_units($1, $2, $3, $4)"};
struct Settled {
  std::vector<std::string> outcomes;
};
constexpr Columns kSettled{Column{"outcomes", &Settled::outcomes}};
// Named as its sister: whether somebody is alone is chance.
constexpr Statement kReserveForEach{"reservation.reserve",
                                    "SELECT reserve_for_each($1, $2, $3, $4) AS outcomes"};
constexpr std::size_t kSettledAtOnce = 64;
constexpr Statement kRelease{"reservation.release", "SELECT release_units($1, $2, $3, $4)"};
constexpr Statement kConsume{"reservation.consume", "SELECT consume_units($1, $2, $3, $4)"};
constexpr Statement kRestock{"reservation.restock", "SELECT restock_units($1, $2, $3, $4)"};

struct Committed {
  bool done = false;
};
constexpr Columns kCommitted{Column{"commit_units($1)", &Committed::done}};
constexpr ComposedStatement kCommit{"reservation.commit", "SELECT " + kCommitted};

constexpr Columns kOffered{Column{"wanted.offer_id", &domain::OfferedUnits::offer},
                           Column{"o.id IS NOT NULL", &domain::OfferedUnits::for_sale},
                           Column{"coalesce(s.available, 0)", &domain::OfferedUnits::available}};
constexpr ComposedStatement kLook{
    "reservation.look",
    "SELECT " + kOffered +
        " FROM unnest($1::uuid[]) AS wanted (offer_id) "
        "LEFT JOIN (offer o JOIN product p ON p.id = o.product_id AND p.state = 'PUBLISHED') "
        "ON o.id = wanted.offer_id AND o.state = 'ACTIVE' "
        "LEFT JOIN (SELECT offer_id, sum(on_hand - reserved)::bigint AS available FROM stock"
        "  WHERE offer_id = ANY ($1) GROUP BY offer_id) s ON s.offer_id = o.id ORDER BY wanted.offer_id"};

constexpr Columns kLine{Column{"line_id", &domain::Line::id}, Column{"offer_id", &domain::Line::offer},
                        Column{"quantity", &domain::Line::quantity}};
constexpr Columns kReservedLine{Inside{&domain::ReservedLine::line, kLine},
                                Column{"released", &domain::ReservedLine::released}};
constexpr ComposedStatement kFind{"reservation.find",
                                  "SELECT " + kReservedLine + " FROM reservation WHERE order_id = $1"};

constexpr std::string_view kWithinBounds = "stock_within_bounds";
// A null where a stock row should be named.
constexpr std::string_view kNotNullViolation = "23502";

// The arrays that a function takes.
struct UnitColumns {
  std::vector<domain::LineId> lines;
  std::vector<std::int64_t> quantities;

  explicit UnitColumns(std::span<const domain::Units> units) {
    for (const auto& [line, quantity] : units) {
      lines.push_back(line);
      quantities.push_back(quantity);
    }
  }
};

}  // namespace

Task<ReserveOutcome> Reservations::Reserve(Work work, domain::OrderId order,
                                           std::vector<domain::Line> lines) {
  for (int attempt = 1;; ++attempt) {
    // The last word is that of the row itself, under its lock.
    const auto result = attempt == kAttempts ? co_await TryAlone(work, order, lines)
                                             : co_await TryReserve(work, order, lines);
    if (result == Attempt::kReserved) co_return Reserved{};
    if (result == Attempt::kKnownOrder) co_return co_await Repeat(work, order, lines);
    auto missing = co_await LookAt(work, lines);
    if (!missing.not_for_sale.empty()) co_return NotForSale{std::move(missing.not_for_sale)};
    // Without shortages others were faster, and have given back since.
    if (!missing.shortages.empty() || attempt == kAttempts)
      co_return OutOfStock{std::move(missing.shortages)};
  }
}

Task<Reservations::Attempt> Reservations::TryReserve(Work work, domain::OrderId order,
                                                     std::span<const domain::Line> lines) {
  if (lines.size() == 1) co_return co_await TryWithOthers(work, {order, lines.front()});
  co_return co_await TryAlone(work, order, lines);
}

Task<Reservations::Attempt> Reservations::TryWithOthers(Work work, Buyer buyer) {
  const auto offer = buyer.line.offer;
  auto& till = tills_.try_emplace(offer, kSettledAtOnce).first->second;
  // By then another one may have removed it.
  const auto leave = [this, offer] {
    const auto found = tills_.find(offer);
    if (found != tills_.end() && found->second.IsIdle()) tills_.erase(found);
  };
  const auto settle = [this, work](std::vector<Buyer> buyers) { return Settle(work, std::move(buyers)); };
  Attempt attempt{};
  try {
    attempt = co_await till.Get(work.deadline, std::move(buyer), settle);
  } catch (...) {
    leave();
    throw;
  }
  leave();
  co_return attempt;
}

// Who asks for one order twice is settled after the others.
Task<std::vector<Reservations::Attempt>> Reservations::Settle(Work work, std::vector<Buyer> buyers) {
  std::vector<Attempt> attempts(buyers.size(), Attempt::kShort);
  std::vector<std::size_t> together;
  std::vector<std::size_t> alone;
  for (std::size_t i = 0; i < buyers.size(); ++i) {
    const bool again =
        std::ranges::any_of(together, [&](auto other) { return buyers[other].order == buyers[i].order; });
    (again || buyers.size() == 1 ? alone : together).push_back(i);
  }
  if (!together.empty()) {
    std::vector<domain::OrderId> orders;
    std::vector<domain::LineId> lines;
    std::vector<std::int64_t> quantities;
    for (const auto i : together) {
      orders.push_back(buyers[i].order);
      lines.push_back(buyers[i].line.id);
      quantities.push_back(buyers[i].line.quantity);
    }
    try {
      const auto settled = kSettled.ReadOne(co_await database_.Write(work, kReserveForEach, orders, lines,
                                                                     buyers.front().line.offer, quantities));
      for (std::size_t at = 0; at < together.size(); ++at) {
        const auto& outcome = settled.outcomes.at(at);
        if (outcome == "RESERVED") attempts[together[at]] = Attempt::kReserved;
        if (outcome == "KNOWN") attempts[together[at]] = Attempt::kKnownOrder;
      }
    } catch (const SqlError& error) {
      if (error.constraint != kWithinBounds) throw;  // other replicas were faster: all are short
    }
  }
  for (const auto i : alone)
    attempts[i] = co_await TryAlone(work, buyers[i].order, std::span(&buyers[i].line, 1));
  co_return attempts;
}

Task<Reservations::Attempt> Reservations::TryAlone(Work work, domain::OrderId order,
                                                   std::span<const domain::Line> lines) {
  std::vector<domain::LineId> ids;
  std::vector<domain::OfferId> offers;
  std::vector<std::int64_t> quantities;
  for (const auto& [id, offer, quantity] : lines) {
    ids.push_back(id);
    offers.push_back(offer);
    quantities.push_back(quantity);
  }
  try {
    co_await database_.Write(work, kReserve, order, ids, offers, quantities);
    co_return Attempt::kReserved;
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("reservation_order_pkey")) co_return Attempt::kKnownOrder;
    if (error.constraint == kWithinBounds || error.Is(kNotNullViolation)) co_return Attempt::kShort;
    throw;
  }
}

Task<domain::Missing> Reservations::LookAt(Work work, std::span<const domain::Line> lines) {
  std::vector<domain::OfferId> offers;
  for (const auto& line : lines) offers.push_back(line.offer);
  std::ranges::sort(offers);
  const auto repeated = std::ranges::unique(offers);
  offers.erase(repeated.begin(), repeated.end());
  co_return domain::FindMissing(lines, kOffered.ReadAll(co_await database_.Read(work, kLook, offers)));
}

Task<ReserveOutcome> Reservations::Repeat(Work work, domain::OrderId order,
                                          std::span<const domain::Line> lines) {
  const auto found = kReservedLine.ReadAll(co_await database_.Read(work, kFind, order));
  switch (domain::JudgeRepeat(found, lines)) {
    case domain::Repeat::kSame:
      co_return Reserved{};
    case domain::Repeat::kGone:
      co_return AlreadyReleased{};
    case domain::Repeat::kOther:
      break;
  }
  co_return OtherLines{};
}

Task<Step> Reservations::Commit(Work work, domain::OrderId order) {
  const auto result = co_await database_.Write(work, kCommit, order);
  co_return kCommitted.ReadOne(result).done ? Step::kDone : Step::kGone;
}

Task<> Reservations::Release(Work work, domain::OrderId order, domain::CauseId cause,
                             std::vector<domain::Units> units) {
  const UnitColumns columns(units);
  co_await database_.Write(work, kRelease, order, cause, columns.lines, columns.quantities);
}

Task<Step> Reservations::Consume(Work work, domain::OrderId order, domain::CauseId cause,
                                 std::vector<domain::Units> units) {
  return MoveAll(work, kConsume, order, cause, std::move(units));
}

Task<Step> Reservations::Restock(Work work, domain::OrderId order, domain::CauseId cause,
                                 std::vector<domain::Units> units) {
  return MoveAll(work, kRestock, order, cause, std::move(units));
}

// All of these units or none.
Task<Step> Reservations::MoveAll(Work work, Statement statement, domain::OrderId order, domain::CauseId cause,
                                 std::vector<domain::Units> units) {
  const UnitColumns columns(units);
  try {
    co_await database_.Write(work, statement, order, cause, columns.lines, columns.quantities);
    co_return Step::kDone;
  } catch (const SqlError& error) {
    if (error.constraint != "reservation_adds_up" && !error.Is(kNotNullViolation)) throw;
  }
  co_return Step::kGone;
}

}  // namespace market::product::storage
