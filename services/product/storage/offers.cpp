#include "services/product/storage/offers.hpp"

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/new_offer.hpp"
#include "services/product/storage/product_stand.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;

struct OfferKey {
  std::int64_t sold_out = 0;
};
constexpr Columns kOfferKey{Column{"o.sold_out", &OfferKey::sold_out}};

// A row without an offer: the product is there and has none after this place.
constexpr ComposedStatement kListOffers{
    "offer.list_of_product", "SELECT " + kGivenOffer + ", " + kOfferKey +
                                 " FROM product p LEFT JOIN LATERAL (SELECT * FROM (SELECT " + kChosenOffer +
                                 ", " + kSoldOut + "::int AS sold_out FROM offer o " + kStockOfOffer +
                                 "WHERE o.product_id = p.id AND o.state = 'ACTIVE') o "
                                 "WHERE (o.sold_out, o.price, o.id) > ($3::bigint, $4::bigint, $5::uuid) "
                                 "ORDER BY o.sold_out, o.price, o.id LIMIT $6) o ON true "
                                 "WHERE p.id = $1 AND (p.state = 'PUBLISHED' OR $7 OR p.seller_id = ANY($2)) "
                                 "ORDER BY o.sold_out, o.price, o.id"};

constexpr ComposedStatement kLockForOffer{
    "product.lock_for_offer", "SELECT " + kProductStand +
                                  " FROM product WHERE id = $1 AND state <> 'ARCHIVED' "
                                  "AND (seller_id = ANY($2) OR state = 'PUBLISHED') FOR NO KEY UPDATE"};

struct OfferCount {
  std::int64_t offers = 0;
};
constexpr Columns kOfferCount{Column{"count(*)", &OfferCount::offers}};

constexpr ComposedStatement kCountOffers{
    "offer.count", "SELECT " + kOfferCount + " FROM offer WHERE product_id = $1 AND seller_id = ANY($2)"};

constexpr ComposedStatement kOwnOffer{"offer.own", "SELECT " + kOffer + " FROM offer o " + kStockOfOffer +
                                                       "WHERE o.id = $1 AND o.seller_id = ANY($2)"};

struct ChangedOffer {
  std::int64_t version = 0;
};
constexpr Columns kChangedOffer{Column{"version", &ChangedOffer::version}};

constexpr ComposedStatement kUpdateOffer{
    "offer.update",
    "UPDATE offer SET price = coalesce($3::bigint, price), currency = coalesce($4::text, currency), "
    "options = CASE WHEN $5::text[] IS NULL THEN options ELSE jsonb_object($5::text[], $6::text[]) END, "
    "version = version + 1, updated_at = market_now() "
    "WHERE id = $1 AND seller_id = ANY($2) AND ($7::bigint IS NULL OR version = $7) "
    "AND (price, currency, options) IS DISTINCT FROM "
    "(coalesce($3::bigint, price), coalesce($4::text, currency), "
    "CASE WHEN $5::text[] IS NULL THEN options ELSE jsonb_object($5::text[], $6::text[]) END) RETURNING " +
        kChangedOffer};

struct MovedStock {
  std::int64_t version = 0;
};
constexpr Columns kMovedStock{Column{"version", &MovedStock::version}};

constexpr ComposedStatement kAdjustStock{
    "stock.adjust",
    "WITH moved AS ("
    "  UPDATE stock SET on_hand = on_hand + $3, version = stock.version + 1 FROM offer"
    "  WHERE offer.id = $1 AND offer.seller_id = ANY($2)"
    "  AND offer_id = $1 AND location = default_location() AND shard = 0"
    "  RETURNING stock.id, offer_id, stock.version), "
    "noted AS ("
    "  INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, reason, account_id)"
    "  SELECT 'ADJUSTMENT', id, offer_id, $3, 0, $4, $5, $6 FROM moved) "
    "SELECT " +
        kMovedStock + " FROM moved"};

constexpr Columns kOfferForSale{
    Column{"o.id", Into<&api::product::OfferForSale::mutable_offer_id>()},
    Column{"o.product_id", Into<&api::product::OfferForSale::mutable_product_id>()},
    Column{"o.seller_id", Into<&api::product::OfferForSale::mutable_seller_id>()},
    Column{"p.title", Into<&api::product::OfferForSale::mutable_title>()},
    Column{"o.sku", Into<&api::product::OfferForSale::mutable_sku>()},
    Column{"o.options", Into<&api::product::OfferForSale::mutable_options>()},
    Column{"o.price", [](api::product::OfferForSale& offer,
                         std::int64_t minor) { offer.mutable_price()->set_amount(minor); }},
    Column{"o.currency",
           [](api::product::OfferForSale& offer, std::string_view code) {
             offer.mutable_price()->mutable_currency()->assign(code);
           }},
    Column{"s.available",
           [](api::product::OfferForSale& offer, std::int64_t units) { offer.set_available(units); }},
    Column{"p.state = 'PUBLISHED' AND o.state = 'ACTIVE'",
           [](api::product::OfferForSale& offer, bool for_sale) { offer.set_for_sale(for_sale); }}};

// The ids stand in a subselect, so that no plan looks cheaper for knowing how many there are: else it would
// be made anew for each call.
constexpr ComposedStatement kGetOffers{
    "offer.get_many", "SELECT " + kOfferForSale + " FROM offer o JOIN product p ON p.id = o.product_id " +
                          kStockOfOffer + "WHERE o.id = ANY ((SELECT $1)::uuid[])"};

struct OfferOwner {
  SellerId seller;
};
constexpr Columns kOfferOwner{Column{"seller_id", &OfferOwner::seller}};
constexpr ComposedStatement kOwnerOfOffer{
    "offer.owner", "SELECT " + kOfferOwner + " FROM offer WHERE id = $1 AND seller_id = ANY($2)"};

api::product::Offer OnlyOffer(const postgres::Result& result) {
  auto offer = kOffer.ReadAtMostOne(result);
  if (!offer) throw NotFound("the offer");
  return std::move(*offer);
}

// The seller a new offer belongs to.
SellerId OfferingSeller(const SellerId& product_seller, const SellerScope& scope) {
  if (std::ranges::find(scope, product_seller) != scope.end()) return product_seller;
  if (scope.size() == 1) return scope.front();
  throw InvalidArgument("productId", "AMBIGUOUS_SELLER",
                        "you belong to several sellers, and none of them made this product");
}

}  // namespace

Task<std::optional<std::vector<ListedOffer>>> Offers::ListOfProduct(Work work, domain::ProductId product,
                                                                    Viewer viewer,
                                                                    std::optional<OfferPosition> after,
                                                                    int limit) {
  const auto start = after.value_or(OfferPosition());
  const auto result = co_await database_.List(work, kListOffers, product, viewer.sellers, start.sold_out,
                                              start.price, start.id, limit, viewer.sees == Sees::kEverything);
  if (result.empty()) co_return std::nullopt;
  std::vector<ListedOffer> offers;
  for (const auto row : result) {
    if (!kFirstColumn.Read(row, 0).id) continue;
    auto& listed = offers.emplace_back();
    kGivenOffer.ReadInto(listed.offer, row, 0);
    listed.position = {.sold_out = kOfferKey.Read(row, kGivenOffer.kCount).sold_out,
                       .price = listed.offer.price().amount(),
                       .id = domain::OfferId::From(listed.offer.id())};
  }
  co_return offers;
}

Task<api::product::Offer> Offers::Create(Work work, domain::OfferId id, domain::ProductId product,
                                         SellerScope scope, api::product::OfferDraft offer) {
  const auto insert = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch look("offer.look");
    look.Add(kLockForOffer, product, scope).Add(kCountOffers, product, scope).Add(kOwnOffer, id, scope);
    const auto found = co_await tx.Execute(std::move(look));
    const auto stand = kProductStand.ReadAtMostOne(found[0]);
    if (!stand) throw NotFound("the product");
    if (auto earlier = kOffer.ReadAtMostOne(found[2])) co_return std::move(*earlier);  // of an earlier run
    const auto seller = OfferingSeller(stand->seller, scope);
    if (kOfferCount.ReadOne(found[1]).offers >= kPerProductMax) {
      throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                  "a seller can have at most 50 offers of one product")
          .WithMetadata("limit", std::to_string(kPerProductMax));
    }
    Batch batch("offer.create");
    AddOffer(batch, work, id, product, seller, offer);
    batch.Add(kOwnOffer, id, scope);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return OnlyOffer(results.back());
  };
  try {
    co_return co_await database_.Transaction(work, insert);
  } catch (const SqlError& error) {
    if (error.IsUniqueViolation("offer_sku_per_seller")) throw SkuTaken();
    throw;
  }
}

Task<api::product::Offer> Offers::Update(Work work, domain::OfferId id, SellerScope scope, OfferEdit edit) {
  std::optional<std::int64_t> amount;
  std::optional<std::string_view> currency;
  if (edit.price) {
    amount = edit.price->minor;
    currency = edit.price->currency.Code();
  }
  std::optional<std::vector<std::string_view>> keys;
  std::optional<std::vector<std::string_view>> values;
  if (edit.options) {
    TextMapColumns columns(*edit.options);
    keys = std::move(columns.keys);
    values = std::move(columns.values);
  }
  const auto update = [&](postgres::Tx& tx) -> Task<api::product::Offer> {
    Batch batch("offer.update");
    batch.Add(kUpdateOffer, id, scope, amount, currency, keys, values, edit.if_version)
        .Add(kOwnOffer, id, scope);
    const auto results = co_await tx.Execute(std::move(batch));
    auto offer = OnlyOffer(results[1]);
    const auto changed = kChangedOffer.ReadAtMostOne(results[0]);
    if (!changed && edit.if_version && offer.etag() != std::to_string(*edit.if_version))
      throw Error(Code::kAborted, "ETAG_MISMATCH", "the offer has changed since it was read");
    if (!changed) co_return offer;  // it was so before
    Batch told("offer.changed");
    events::Append(told, work, OfferChangedEvent(offer, changed->version));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return offer;
  };
  co_return co_await database_.Transaction(work, update);
}

Task<api::product::Offer> Offers::AdjustStock(Work work, StockAdjustment adjustment, SellerScope scope) {
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
    if (error.constraint == "stock_within_bounds") {
      throw Error(Code::kFailedPrecondition, "STOCK_BELOW_RESERVED",
                  "the stock can't fall below what orders have reserved");
    }
    // An earlier run of this operation moved the stock.
    if (!error.IsUniqueViolation("stock_movement_cause")) throw;
  }
  co_return OnlyOffer(co_await database_.Read(work, kOwnOffer, adjustment.offer, scope));
}

Task<std::optional<SellerId>> Offers::SellerOf(Work work, domain::OfferId id, SellerScope scope) {
  const auto owner = kOfferOwner.ReadAtMostOne(co_await database_.Read(work, kOwnerOfOffer, id, scope));
  co_return owner ? std::optional(owner->seller) : std::nullopt;
}

Task<api::product::GetOffersResponse> Offers::GetMany(Work work, std::vector<domain::OfferId> ids) {
  const auto result = co_await database_.Read(work, kGetOffers, ids);
  api::product::GetOffersResponse response;
  for (const auto row : result) kOfferForSale.ReadInto(*response.add_offers(), row);
  co_return response;
}

}  // namespace market::product::storage
