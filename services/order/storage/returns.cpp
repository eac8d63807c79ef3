#include "services/order/storage/returns.hpp"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/picture_claims/claims.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using domain::LineNow;
using domain::Return;
using domain::ReturnLine;
using domain::ReturnState;
using domain::ReturnStep;
using domain::Units;
using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;
using postgres::Tx;

// A return r, with its order o, its lines n and its steps p.
constexpr Columns kReturn{Column{"r.id", &Return::id},
                          Column{"r.order_id", &Return::order},
                          Column{"r.seller_order_id", &Return::part},
                          Column{"r.seller_id", &Return::seller},
                          Column{"r.buyer_id", &Return::buyer},
                          Column{"r.number", &Return::number},
                          Column{"r.state", &Return::state},
                          Column{"n.lines", &Return::lines, &ReturnLine::line},
                          Column{"n.offers", &Return::lines, &ReturnLine::offer},
                          Column{"n.titles", &Return::lines, &ReturnLine::title},
                          Column{"n.skus", &Return::lines, &ReturnLine::sku},
                          Column{"n.quantities", &Return::lines, &ReturnLine::quantity},
                          Column{"n.restocked", &Return::lines, &ReturnLine::restocked},
                          Column{"r.reason", &Return::reason},
                          Column{"r.text", &Return::text},
                          Column{"r.pictures", &Return::pictures},
                          Column{"r.carrier", &Return::carrier},
                          Column{"r.tracking_number", &Return::tracking_number},
                          Column{"r.amount_minor", &Return::amount_minor},
                          Column{"o.currency", &Return::currency},
                          Column{"r.rejected_reason", &Return::rejected_reason},
                          Column{"p.states", &Return::steps, &ReturnStep::state},
                          Column{"p.times", &Return::steps, &ReturnStep::at},
                          Column{"p.actors", &Return::steps, &ReturnStep::actor},
                          Column{"r.version", &Return::version},
                          Column{"r.created_at", &Return::created_at},
                          Column{"r.updated_at", &Return::updated_at}};
constexpr Sql kFromReturns{R"sql(
  FROM order_return r JOIN orders o ON o.id = r.order_id
  JOIN LATERAL (
    SELECT array_agg(u.line_id ORDER BY l.position) AS lines, array_agg(l.offer_id ORDER BY l.position) AS offers,
           array_agg(l.title ORDER BY l.position) AS titles, array_agg(l.sku ORDER BY l.position) AS skus,
           array_agg(u.quantity ORDER BY l.position) AS quantities, array_agg(u.restocked ORDER BY l.position) AS restocked
    FROM order_return_line u JOIN order_line l ON l.id = u.line_id WHERE u.return_id = r.id) n ON true
  JOIN LATERAL (
    SELECT array_agg(t.state::text ORDER BY t.sequence) AS states, array_agg(t.at ORDER BY t.sequence) AS times,
           array_agg(t.actor ORDER BY t.sequence) AS actors
    FROM order_return_step t WHERE t.return_id = r.id) p ON true)sql"};

constexpr Sql kInScopeOfReturn{
    " AND ($2::uuid IS NULL AND $3::uuid[] IS NULL OR r.buyer_id = $2 OR r.seller_id = ANY ($3))"};
constexpr ComposedStatement kFindReturn{
    "order_return.find", "SELECT " + kReturn + kFromReturns + " WHERE r.id = $1" + kInScopeOfReturn};

constexpr auto kReturnsWanted = Sql{R"sql(
  AND ($1::uuid IS NULL OR r.buyer_id = $1) AND ($2::uuid[] IS NULL OR r.seller_id = ANY ($2))
  AND ($3::uuid IS NULL OR r.seller_id = $3) AND ($4::uuid IS NULL OR r.buyer_id = $4) AND ($5::uuid IS NULL OR r.order_id = $5)
  AND ($6::text IS NULL OR r.state = $6) AND ($7::uuid IS NULL OR r.id < $7) ORDER BY r.id DESC LIMIT $8)sql"};
constexpr auto kListed = "SELECT " + kReturn + kFromReturns;
// Found by what narrows it most, so that each has its index.
constexpr ComposedStatement kReturnsOfOrder{"order_return.list_of_order",
                                            kListed + " WHERE r.order_id = $5" + kReturnsWanted};
constexpr ComposedStatement kReturnsOfBuyer{
    "order_return.list_of_buyer",
    kListed + " WHERE r.buyer_id = coalesce($1::uuid, $4::uuid)" + kReturnsWanted};
constexpr ComposedStatement kReturnsOfSellers{
    "order_return.list_of_sellers",
    kListed + " WHERE r.seller_id = ANY (coalesce($2::uuid[], ARRAY[$3::uuid]))" + kReturnsWanted};
constexpr ComposedStatement kReturnsOfAll{"order_return.list", kListed + " WHERE true" + kReturnsWanted};

// Parts first, as transitions.cpp locks them.
constexpr Statement kLockPartOfReturn{"order_return.lock_part", R"sql(
  SELECT FROM seller_order s JOIN orders o ON o.id = s.order_id
  WHERE s.id = $1 AND s.order_id = $2 AND o.buyer_id = $3 FOR UPDATE OF s)sql"};
constexpr ComposedStatement kLockReturn{
    "order_return.lock",
    Sql{"SELECT FROM order_return r JOIN seller_order s ON s.id = r.seller_order_id WHERE r.id = $1"} +
        kInScopeOfReturn + " FOR UPDATE OF s, r"};
constexpr Statement kStepDone{"order_return.operation_done", R"sql(
  SELECT 1 FROM order_return_step WHERE return_id = $1 AND operation_id = $2)sql"};

// What a return depends on, read under the lock of its part.
struct PartNow {
  domain::State state = domain::State::kShipped;
  SellerId seller;
  std::string number;
  Currency currency;
  std::int64_t delivery_minor = 0;  // of its total
  std::optional<Time> delivered_at;
  std::int64_t returns = 0;  // that it has
  Time now;
};
constexpr Columns kPartNowOfReturn{
    Column{"s.state", &PartNow::state},
    Column{"s.seller_id", &PartNow::seller},
    Column{"s.number", &PartNow::number},
    Column{"o.currency", &PartNow::currency},
    Column{"s.delivery_total_minor", &PartNow::delivery_minor},
    Column{R"sql((SELECT max(e.at) FROM order_event e
      WHERE e.order_id = s.order_id AND e.seller_order_id = s.id AND e.to_state = 'DELIVERED'))sql",
           &PartNow::delivered_at},
    Column{"(SELECT count(*) FROM order_return r WHERE r.seller_order_id = s.id)", &PartNow::returns},
    Column{"market_now()", &PartNow::now}};
constexpr ComposedStatement kReadPartOfReturn{
    "order_return.part",
    "SELECT " + kPartNowOfReturn + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id = $1"};
constexpr Columns kOpenUnits{Column{"n.line_id", &Units::line},
                             Column{"sum(n.quantity)::bigint", &Units::quantity}};
constexpr ComposedStatement kUnitsOnTheirWay{"order_return.open_units", "SELECT " + kOpenUnits + R"sql(
  FROM order_return r JOIN order_return_line n ON n.return_id = r.id
  WHERE r.seller_order_id = $1 AND r.state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED') GROUP BY n.line_id)sql"};

constexpr ComposedStatement kFindReturnPictures{
    "order_return.find_pictures",
    "SELECT " + picture_claims::kShown + " FROM order_return s WHERE s.id = $1"};
constexpr Statement kInsertReturn{"order_return.insert", R"sql(
  INSERT INTO order_return (id, order_id, seller_order_id, position, seller_id, buyer_id, number, reason, text, pictures,
                            amount_minor, delivery_minor, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13))sql"};
constexpr Statement kInsertReturnLines{"order_return.insert_lines", R"sql(
  INSERT INTO order_return_line (return_id, line_id, quantity)
  SELECT $1, u.line, u.quantity FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity))sql"};
constexpr Statement kInsertStep{"order_return.step", R"sql(
  INSERT INTO order_return_step (return_id, state, at, actor, actor_id, operation_id) VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr Statement kMoveReturn{"order_return.move", R"sql(
  UPDATE order_return SET state = $2, carrier = coalesce($3, carrier), tracking_number = coalesce($4, tracking_number),
                          amount_minor = $5, delivery_minor = $6, rejected_reason = $7, version = version + 1,
                          updated_at = $8, moved_at = market_now()
  WHERE id = $1)sql"};
constexpr Statement kUnitsAreBack{"order_return.units_are_back", R"sql(
  WITH back AS (
    UPDATE order_return_line n SET gone_before = l.cancelled + l.returned
    FROM order_line l WHERE n.return_id = $1 AND l.id = n.line_id RETURNING n.line_id, n.quantity)
  UPDATE order_line l SET returned = l.returned + back.quantity FROM back WHERE l.id = back.line_id)sql"};
constexpr Statement kRestockLines{"order_return.restock", R"sql(
  UPDATE order_return_line n SET restocked = u.quantity
  FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity) WHERE n.return_id = $1 AND n.line_id = u.line)sql"};
constexpr Statement kTouchPartOfReturn{"order_return.touch_part", R"sql(
  WITH part AS (UPDATE seller_order SET version = version + 1, updated_at = $2 WHERE id = $1 RETURNING order_id)
  UPDATE orders o SET version = o.version + 1, updated_at = $2 FROM part WHERE o.id = part.order_id)sql"};

struct ReturnColumns {
  explicit ReturnColumns(const std::vector<Units>& units) {
    for (const auto& [line, quantity] : units) {
      lines.push_back(line);
      quantities.push_back(quantity);
    }
  }
  std::vector<domain::LineId> lines;
  std::vector<std::int64_t> quantities;
};

struct FoundPart {
  PartNow part;
  std::vector<LineNow> lines;
  std::vector<Units> open;  // in returns that have not ended
};

// After its lock, which a later statement sees more than.
Task<FoundPart> ReadPart(Tx& tx, domain::SellerOrderId part) {
  Batch read("order_return.part");
  read.Add(kReadPartOfReturn, part).Add(kUnitsOfPart, part).Add(kUnitsOnTheirWay, part);
  const auto found = co_await tx.Execute(std::move(read));
  co_return FoundPart{kPartNowOfReturn.ReadOne(found[0]), kLineNow.ReadAll(found[1]),
                      kOpenUnits.ReadAll(found[2])};
}

void RequireWindow(const PartNow& part, std::chrono::milliseconds window) {
  if (!part.delivered_at || part.now <= *part.delivered_at + window) return;
  const auto until = conversions::ToProto(*part.delivered_at + window);
  throw Error(Code::kFailedPrecondition, "RETURN_WINDOW_OVER", "the time to send it back is over")
      .WithMetadata("until", google::protobuf::util::TimeUtil::ToString(until));
}

void AddFind(Batch& batch, const domain::ReturnId& id, const Scope& scope) {
  batch.Add(kFindReturn, id, scope.BuyerId(), scope.SellerIds());
}

Task<Return> CommitReturn(Tx& tx, Batch batch, const domain::ReturnId& id) {
  AddFind(batch, id, Scope::Everything());
  const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
  co_return kReturn.ReadOne(written.back());
}

// The event of its newest state.
events::NewEvent ReturnEventOf(const Return& coming, domain::ActorRole actor) {
  switch (coming.state) {
    case ReturnState::kRequested:
      return ReturnRequestedEvent(coming);
    case ReturnState::kApproved:
      return ReturnApprovedEvent(coming, actor);
    case ReturnState::kInTransit:
      return ReturnShippedEvent(coming);
    case ReturnState::kReceived:
      return ReturnReceivedEvent(coming);
    case ReturnState::kClosed:
      return ReturnClosedEvent(coming, actor);
    case ReturnState::kRejected:
      break;
  }
  return ReturnRejectedEvent(coming, actor);
}

std::vector<Units> RestockedOf(const Return& coming, const Restock& restock) {
  if (restock.what == Restock::What::kAll) return coming.UnitsOf();
  domain::RequireOfReturn(coming, restock.some);
  return restock.some;
}

// What a closed one makes true elsewhere: its money goes back, and what can be sold again is for sale.
void AppendClosing(Batch& batch, const Return& coming, const domain::ComingBack& back,
                   const std::vector<Units>& restocked, const std::string& trace, Time now) {
  batch.Add(kUnitsAreBack, coming.id).Add(kTouchPartOfReturn, coming.part, now);
  const auto amount = back.all ? std::nullopt : std::optional(Money{back.amount_minor, coming.currency});
  outbox::Append(batch, RefundMessage(coming.order, coming.part, {amount, back.lines}, coming.currency, trace,
                                      kReturned));
  if (restocked.empty()) return;
  const ReturnColumns units(restocked);
  batch.Add(kRestockLines, coming.id, units.lines, units.quantities);
  outbox::Append(batch, RestockMessage(coming.order, restocked, trace));
}

void AppendAct(Batch& batch, const Work& work, audit::Act act, const Return& before, ReturnState to) {
  act.target_type = "return";
  act.target_id = before.id.ToString();
  act.seller = before.seller;
  act.before["state"] = domain::Name(before.state);
  act.after["state"] = domain::Name(to);
  audit::Append(batch, work, act);
}

}  // namespace

postgres::Statement Returns::FindPictures() { return kFindReturnPictures; }

Task<Return> Returns::Request(Work work, NewReturn wanted, AccountId buyer, Time now) {
  auto body = [&](Tx& tx) -> Task<Return> {
    Batch lock("order_return.lock_part");
    lock.Add(kLockPartOfReturn, wanted.part, wanted.order, buyer);
    AddFind(lock, wanted.id, Scope::Buyer(buyer));
    const auto locked = co_await tx.Execute(std::move(lock));
    if (locked[0].empty()) throw NotFound("the seller order");
    if (auto before = kReturn.ReadAtMostOne(locked[1])) co_return std::move(*before);
    const auto found = co_await ReadPart(tx, wanted.part);
    domain::RequireReturnable(found.part.state, found.lines, found.open, wanted.units);
    RequireWindow(found.part, window_);
    if (wanted.claim) co_await picture_claims::Claims::Use(tx, *wanted.claim);

    const auto position = found.part.returns + 1;
    Return coming{.id = wanted.id,
                  .order = wanted.order,
                  .part = wanted.part,
                  .seller = found.part.seller,
                  .buyer = buyer,
                  .number = found.part.number + "-R" + std::to_string(position)};
    for (const auto& [line, quantity] : wanted.units)
      coming.lines.push_back({.line = line, .quantity = quantity});
    const auto back = domain::WhatGoesBack(found.lines, wanted.units, found.part.delivery_minor);
    const ReturnColumns units(wanted.units);
    Batch batch("order_return.request");
    batch
        .Add(kInsertReturn, coming.id, coming.order, coming.part, position, coming.seller, buyer,
             coming.number, wanted.reason, wanted.text, wanted.pictures, back.amount_minor,
             back.delivery_minor, now)
        .Add(kInsertReturnLines, coming.id, units.lines, units.quantities)
        .Add(kInsertStep, coming.id, coming.state, now, domain::ActorRole::kBuyer, buyer, coming.id.Value());
    events::Append(batch, work, ReturnEventOf(coming, domain::ActorRole::kBuyer));
    co_return co_await CommitReturn(tx, std::move(batch), coming.id);
  };
  co_return co_await database_.Transaction(work, body);
}

Task<Return> Returns::Move(Work work, domain::ReturnId id, Scope scope, ReturnMove move, Uuid operation_id,
                           std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Return> {
    Batch lock("order_return.lock");
    lock.Add(kLockReturn, id, scope.BuyerId(), scope.SellerIds());
    AddFind(lock, id, scope);
    lock.Add(kStepDone, id, operation_id);
    const auto locked = co_await tx.Execute(std::move(lock));
    auto coming = kReturn.ReadAtMostOne(locked[1]);
    if (!coming) throw NotFound("the return");
    if (!locked[2].empty()) co_return std::move(*coming);
    const auto& actor = move.actor;
    const bool moved_on = move.from && *move.from != coming->state;  // then no move is legal
    domain::RequireMove(coming->state, moved_on ? coming->state : move.to, actor.role);
    const auto restocked = RestockedOf(*coming, move.restock);

    const auto found = co_await ReadPart(tx, coming->part);
    const auto back = domain::WhatGoesBack(found.lines, coming->UnitsOf(), found.part.delivery_minor);
    Batch batch("order_return.move");
    if (actor.act) AppendAct(batch, work, *actor.act, *coming, move.to);
    coming->state = move.to;
    ++coming->version;
    coming->amount_minor =
        move.to == ReturnState::kRejected ? std::nullopt : std::optional(back.amount_minor);
    batch
        .Add(kMoveReturn, id, move.to, move.shipment ? std::optional(move.shipment->carrier) : std::nullopt,
             move.shipment ? std::optional(move.shipment->tracking_number) : std::nullopt,
             coming->amount_minor, coming->amount_minor ? back.delivery_minor : 0, move.rejected_reason, now)
        .Add(kInsertStep, id, move.to, now, actor.role, actor.account, operation_id);
    if (move.to == ReturnState::kClosed) AppendClosing(batch, *coming, back, restocked, trace, now);
    events::Append(batch, work, ReturnEventOf(*coming, actor.role));
    co_return co_await CommitReturn(tx, std::move(batch), id);
  };
  co_return co_await database_.Transaction(work, body);
}

Task<std::optional<Return>> Returns::Find(Work work, domain::ReturnId id, Scope scope) {
  co_return kReturn.ReadAtMostOne(
      co_await database_.Read(work, kFindReturn, id, scope.BuyerId(), scope.SellerIds()));
}

Task<std::vector<Return>> Returns::List(Work work, Scope scope, ReturnsWanted wanted,
                                        std::optional<domain::ReturnId> before, std::int64_t limit) {
  const auto statement = [&]() -> Statement {
    if (wanted.order) return kReturnsOfOrder;
    if (scope.BuyerId() || wanted.buyer) return kReturnsOfBuyer;
    if (scope.SellerIds() || wanted.seller) return kReturnsOfSellers;
    return kReturnsOfAll;
  };
  co_return kReturn.ReadAll(co_await database_.List(work, statement(), scope.BuyerId(), scope.SellerIds(),
                                                    wanted.seller, wanted.buyer, wanted.order, wanted.state,
                                                    before, limit));
}

}  // namespace market::order::storage
