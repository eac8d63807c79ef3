// How an offer becomes another: its row is locked, the change is judged and written.
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "platform/conversions/conversions.hpp"
#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/new_offer.hpp"
#include "services/product/storage/offers.hpp"
#include "services/product/storage/own_offer.hpp"
#include "services/product/storage/stock_moves.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;
using Offer = api::product::Offer;

struct LockedOffer {
  std::int64_t version = 0;
  bool done = false;  // the operation has changed it before
  SellerId seller;
};
// An operation $2 that has moved the stock of an offer has left a movement of it.
constexpr Columns kLockedOffer{
    Column{"version", &LockedOffer::version},
    Column{"($2::uuid IS NOT NULL AND (last_batch IS NOT DISTINCT FROM $2 OR EXISTS ("
           "SELECT FROM stock_movement m WHERE m.cause_id = $2 AND m.offer_id = offer.id)))",
           &LockedOffer::done},
    Column{"seller_id", &LockedOffer::seller}};
constexpr ComposedStatement kLockOwnOffer{
    "offer.lock_own",
    "SELECT " + kLockedOffer + " FROM offer WHERE id = $1 AND seller_id = ANY($3) FOR NO KEY UPDATE"};
// Of whichever shop, for operators.
constexpr ComposedStatement kLockAnyOffer{
    "offer.lock_any", "SELECT " + kLockedOffer + " FROM offer WHERE id = $1 FOR NO KEY UPDATE"};
// After the offer, as everywhere.
constexpr Statement kLockStock{"stock.lock_of_offer",
                               "SELECT FROM stock WHERE offer_id = $1 ORDER BY id FOR UPDATE"};

constexpr Statement kWriteOffer{
    "offer.write",
    "UPDATE offer SET own_currency = $2, options = jsonb_object($3::text[], $4::text[]), "
    "weight_grams = $5, tax_class = $6, state = $7, last_batch = $8, version = version + 1, "
    "updated_at = market_now() WHERE id = $1"};
constexpr Statement kDetachOffer{
    "offer.detach",
    "UPDATE offer SET state = 'ARCHIVED', detached_reason = $2, last_batch = NULL, version = version + 1, "
    "updated_at = market_now() WHERE id = $1"};
// Whatever it was told of before: somebody is to look.
constexpr Statement kWatchStock{
    "stock.watch",
    "WITH watched AS (UPDATE stock SET low_at = $2, version = version + 1 WHERE offer_id = $1) "
    "INSERT INTO low_stock_look (offer_id) VALUES ($1)"};

Error Mismatch(std::string field, std::string words) {
  return Error(Code::kAborted, "ETAG_MISMATCH", words).WithField(std::move(field), "ETAG_MISMATCH", words);
}

Error StaysDetached() {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "the marketplace has withdrawn this offer, so its shop can't bring it back")
      .WithMetadata("from", std::string(Name(domain::OfferState::kArchived)))
      .WithMetadata("to", std::string(Name(domain::OfferState::kActive)));
}

domain::OfferState StateOf(const Offer& offer) {
  return offer.state() == Offer::ACTIVE ? domain::OfferState::kActive : domain::OfferState::kArchived;
}

bool SamePrices(const PriceRows& one, const PriceRows& other) {
  using google::protobuf::util::MessageDifferencer;
  return std::ranges::equal(one, other, &MessageDifferencer::Equals);
}

// The price that the offer has afterwards is the one without times in the currency of its shop.
void PutPrices(Offer& offer, const OfferEdit& edit) {
  auto prices = edit.prices.value_or(offer.prices());
  if (edit.price) SetStanding(prices, conversions::ToProto(*edit.price));
  Arrange(prices);
  if (prices.size() > kPricesMax) {
    throw InvalidArgument("price", "TOO_MANY",
                          "an offer has at most " + std::to_string(kPricesMax) + " prices");
  }
  const std::string own(edit.price ? edit.price->currency.Code() : offer.price().currency());
  const auto* standing = StandingIn(prices, own);
  if (standing == nullptr) throw InvalidArgument("prices", "REQUIRED", "one price must be without times");
  if (own == offer.price().currency() && SamePrices(prices, offer.prices())) return;
  *offer.mutable_price() = standing->price();
  offer.clear_compare_at();
  offer.clear_lowest_price_30d();
  *offer.mutable_prices() = std::move(prices);
}

Offer Edited(Offer offer, const OfferEdit& edit) {
  if (edit.price || edit.prices) PutPrices(offer, edit);
  if (edit.options) *offer.mutable_options() = *edit.options;
  if (edit.low_stock_threshold) {
    offer.clear_low_stock_threshold();
    if (*edit.low_stock_threshold) offer.set_low_stock_threshold(**edit.low_stock_threshold);
  }
  if (edit.weight_grams) {
    offer.clear_weight_grams();
    if (*edit.weight_grams) offer.set_weight_grams(**edit.weight_grams);
  }
  if (edit.tax_class) {
    offer.clear_tax_class();
    if (*edit.tax_class) offer.set_tax_class(**edit.tax_class);
  }
  if (edit.state) {
    if (*edit.state == domain::OfferState::kActive && offer.has_detached_reason()) throw StaysDetached();
    offer.set_state(storage::StateOf(*edit.state));
  }
  return offer;
}

std::optional<std::int64_t> ThresholdOf(const Offer& offer) {
  return offer.has_low_stock_threshold() ? std::optional(offer.low_stock_threshold()) : std::nullopt;
}

// By how many units the count moves the stock.
std::int64_t DeltaOf(const Offer& before, const std::optional<StockCount>& count) {
  if (!count) return 0;
  if (count->expected && *count->expected != before.on_hand())
    throw Mismatch("expectedStock", "there are " + std::to_string(before.on_hand()) + " units now");
  return count->units - before.on_hand();
}

void AppendWrite(Batch& batch, const domain::OfferId& id, const Offer& before, const Offer& after,
                 const OfferEdit& edit) {
  const TextMapColumns options(after.options());
  batch.Add(kWriteOffer, id, after.price().currency(), options.keys, options.values,
            after.has_weight_grams() ? std::optional(after.weight_grams()) : std::nullopt,
            after.has_tax_class() ? std::optional<std::string_view>(after.tax_class()) : std::nullopt,
            StateOf(after), edit.operation_id);
  if (!SamePrices(before.prices(), after.prices())) {
    const PriceColumns prices(after.prices());
    batch.Add(kSetPrices, id, prices.currencies, prices.starts, prices.ends, prices.amounts, prices.compared);
  }
  const bool restored = before.state() != after.state() && after.state() == Offer::ACTIVE;
  if (ThresholdOf(before) != ThresholdOf(after) || (restored && after.has_low_stock_threshold()))
    batch.Add(kLockStock, id).Add(kWatchStock, id, ThresholdOf(after));
}

// What the database refused; within its handler.
[[noreturn]] void Refuse(const SqlError& error) {
  if (error.IsUniqueViolation("offer_options_once")) throw OptionsTaken();
  if (error.constraint == "stock_within_bounds") throw StockBelowReserved();
  throw;
}

}  // namespace

Task<Offer> Offers::Update(Work work, domain::OfferId id, SellerScope scope, OfferEdit edit) {
  const auto update = [&](postgres::Tx& tx) -> Task<Offer> {
    Batch look("offer.look");
    look.Add(kLockOwnOffer, id, edit.operation_id, scope);
    if (edit.stock) look.Add(kLockStock, id);
    look.Add(kOwnOffer, id, scope);
    const auto found = co_await tx.Execute(std::move(look));
    const auto locked = kLockedOffer.ReadAtMostOne(found.front());
    if (!locked) throw NotFound("the offer");
    const auto before = OnlyOffer(found.back());
    if (locked->done) co_return before;
    if (edit.if_version && *edit.if_version != locked->version)
      throw Mismatch("ifMatch", "the offer has changed since it was read");
    const auto after = Edited(before, edit);
    const auto delta = DeltaOf(before, edit.stock);
    const bool changes = !google::protobuf::util::MessageDifferencer::Equals(before, after);
    if (!changes && delta == 0) co_return before;  // it was so before

    Batch batch("offer.update");
    if (changes) {
      AppendWrite(batch, id, before, after, edit);
      events::Append(batch, work, OfferChangedEvent(after, locked->version + 1));
    }
    if (delta != 0) {
      batch.Add(kAdjustStock, id, scope, delta, edit.operation_id.value(), edit.stock->reason,
                edit.stock->account);
    }
    const auto moved = batch.Size() - 1;
    batch.Add(kOwnOffer, id, scope);
    if (delta == 0) co_return OnlyOffer((co_await tx.ExecuteAndCommit(std::move(batch))).back());
    const auto results = co_await tx.Execute(std::move(batch));
    auto offer = OnlyOffer(results.back());
    Batch told("stock.adjusted");
    events::Append(told, work,
                   StockAdjustedEvent(offer, delta, kMovedStock.ReadOne(results.at(moved)).version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return offer;
  };
  try {
    co_return co_await database_.Transaction(work, update);
  } catch (const SqlError& error) {
    // An earlier run of this operation has moved the stock meanwhile, and then it has done the rest.
    if (!error.IsUniqueViolation("stock_movement_cause")) Refuse(error);
  }
  co_return OnlyOffer(co_await database_.Read(work, kOwnOffer, id, scope));
}

Task<Offer> Offers::Detach(Work work, domain::OfferId id, audit::Act act) {
  const auto detach = [&](postgres::Tx& tx) -> Task<Offer> {
    const auto locked =
        kLockedOffer.ReadAtMostOne(co_await tx.Execute(kLockAnyOffer, id, std::optional<Uuid>()));
    if (!locked) throw NotFound("the offer");
    const SellerScope scope{locked->seller};
    const auto before = OnlyOffer(co_await tx.Execute(kOwnOffer, id, scope));
    if (before.has_detached_reason()) co_return before;
    act.target_type = "offer";
    act.target_id = before.id();
    act.seller = locked->seller;
    act.before = {{"state", Offer::State_Name(before.state())}};
    act.after = {{"state", Offer::State_Name(Offer::ARCHIVED)}};
    auto after = before;
    after.set_state(Offer::ARCHIVED);
    Batch batch("offer.detach");
    batch.Add(kDetachOffer, id, act.reason);
    events::Append(batch, work, OfferChangedEvent(after, locked->version + 1));
    events::Append(batch, work, OfferDetachedEvent(after, locked->version + 1));
    audit::Append(batch, work, act);
    batch.Add(kOwnOffer, id, scope);
    co_return OnlyOffer((co_await tx.ExecuteAndCommit(std::move(batch))).back());
  };
  co_return co_await database_.Transaction(work, detach);
}

}  // namespace market::product::storage
