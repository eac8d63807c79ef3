#include "services/product/storage/stock.hpp"

#include <limits>

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/own_offer.hpp"
#include "services/product/storage/stock_moves.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using Movement = api::product::StockMovement;

constexpr Columns kMovement{
    Column{"m.id", [](ListedMovement& listed, std::int64_t id) { listed.position = id; }},
    Column{"m.kind",
           [](ListedMovement& listed, std::string_view word) {
             Movement::Kind kind{};
             if (!Movement::Kind_Parse(std::string(word), &kind))
               throw std::logic_error("no such kind of a movement");
             listed.movement.set_kind(kind);
           }},
    Column{"m.on_hand",
           [](ListedMovement& listed, std::int64_t units) { listed.movement.set_on_hand(units); }},
    Column{"m.reserved",
           [](ListedMovement& listed, std::int64_t units) { listed.movement.set_reserved(units); }},
    Column{"m.order_id",
           [](ListedMovement& listed, std::optional<std::string_view> id) {
             if (id) listed.movement.mutable_order_id()->assign(*id);
           }},
    Column{"m.reason",
           [](ListedMovement& listed, std::string_view reason) {
             if (!reason.empty()) listed.movement.mutable_reason()->assign(reason);
           }},
    Column{"m.account_id",
           [](ListedMovement& listed, std::optional<std::string_view> id) {
             if (id) listed.movement.mutable_account_id()->assign(*id);
           }},
    Column{"m.created_at",
           [](ListedMovement& listed, Time time) { Assign(*listed.movement.mutable_create_time(), time); }}};

// A row without a movement: the offer is there and has none before this place.
constexpr ComposedStatement kListMovements{
    "stock.list_movements", "SELECT " + kMovement +
                                " FROM offer o LEFT JOIN LATERAL ("
                                "  SELECT * FROM stock_movement WHERE offer_id = o.id AND id < $4"
                                "  ORDER BY id DESC LIMIT $5) m ON true "
                                "WHERE o.id = $1 AND ($3 OR o.seller_id = ANY($2)) ORDER BY m.id DESC"};

constexpr Columns kLowOffer{Column{"offer", &LowOffer::id},
                            Column{"product", &LowOffer::product},
                            Column{"seller", &LowOffer::seller},
                            Column{"sku", &LowOffer::sku},
                            Column{"available", &LowOffer::available},
                            Column{"threshold", &LowOffer::threshold},
                            Column{"stock_version", &LowOffer::stock_version}};
constexpr ComposedStatement kTakeLow{"stock.take_low", "SELECT " + kLowOffer + " FROM take_low_stock($1)"};

}  // namespace

Task<api::product::Offer> Stock::Adjust(Work work, StockAdjustment adjustment, SellerScope scope) {
  const auto adjust = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch batch("stock.adjust");
    batch
        .Add(kAdjustStock, adjustment.offer, scope, adjustment.delta, adjustment.operation_id,
             adjustment.reason, adjustment.account)
        .Add(kOwnOffer, adjustment.offer, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    auto offer = OnlyOffer(results[1]);
    const auto moved = kMovedStock.ReadOne(results[0]);
    Batch told("stock.adjusted");
    events::Append(told, work, StockAdjustedEvent(offer, adjustment.delta, moved.version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return offer;
  };
  try {
    co_return co_await database_.Transaction(work, adjust);
  } catch (const SqlError& error) {
    if (error.constraint == "stock_within_bounds" && adjustment.delta > 0) {
      throw InvalidArgument("delta", "TOO_LARGE", "the stock of an offer can't be larger than that");
    }
    if (error.constraint == "stock_within_bounds") throw StockBelowReserved();
    // An earlier run of this operation moved the stock.
    if (!error.IsUniqueViolation("stock_movement_cause")) throw;
  }
  co_return OnlyOffer(co_await database_.Read(work, kOwnOffer, adjustment.offer, scope));
}

Task<std::optional<std::vector<ListedMovement>>> Stock::ListMovements(Work work, domain::OfferId offer,
                                                                      Viewer viewer,
                                                                      std::optional<std::int64_t> before,
                                                                      int limit) {
  const auto start = before.value_or(std::numeric_limits<std::int64_t>::max());
  const auto result = co_await database_.List(work, kListMovements, offer, viewer.sellers,
                                              viewer.sees == Sees::kEverything, start, limit);
  if (result.empty()) co_return std::nullopt;
  std::vector<ListedMovement> movements;
  for (const auto row : result) {
    if (kFirstColumn.Read(row, 0).id) kMovement.ReadInto(movements.emplace_back(), row, 0);
  }
  co_return movements;
}

Task<std::size_t> Stock::TellLow(Work work, std::int64_t most) {
  const auto tell = [&](postgres::Tx& tx) -> Task<std::size_t> {
    const auto low = kLowOffer.ReadAll(co_await tx.Execute(kTakeLow, most));
    if (low.empty()) co_return 0;
    Batch told("stock.low");
    for (const auto& offer : low) events::Append(told, work, LowStockEvent(offer));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return low.size();
  };
  co_return co_await database_.Transaction(work, tell);
}

}  // namespace market::product::storage
