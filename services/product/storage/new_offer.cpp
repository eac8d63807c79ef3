#include "services/product/storage/new_offer.hpp"

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

constexpr postgres::Statement kInsertOffer{
    "offer.insert",
    "WITH made AS ("
    "  INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency, weight_grams, tax_class)"
    "  VALUES ($1, $2, $3, $4, jsonb_object($5::text[], $6::text[]), $7, $11, $12) RETURNING id), "
    // A shop that begins with so few knows it.
    "stocked AS ("
    "  INSERT INTO stock (id, offer_id, on_hand, low_at, is_low)"
    "  SELECT $8, id, $9::bigint, $10::bigint, coalesce($9::bigint <= $10::bigint, false) FROM made"
    "  RETURNING id, offer_id, on_hand) "
    "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
    "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM stocked WHERE on_hand > 0"};

}  // namespace

Error SkuTaken() {
  return Error(Code::kAlreadyExists, "SKU_TAKEN", "the seller already has an offer with this SKU");
}

Error OptionsTaken() {
  return Error(Code::kAlreadyExists, "OPTIONS_TAKEN",
               "another offer of the shop on this product has these options");
}

void AddOffer(postgres::Batch& batch, const Work& work, const domain::OfferId& id,
              const domain::ProductId& product, const SellerId& seller,
              const api::product::OfferDraft& offer) {
  const TextMapColumns options(offer.options());
  batch.Add(kInsertOffer, id, product, seller, offer.sku(), options.keys, options.values,
            offer.price().currency(), Uuid::NewV7(), offer.stock(),
            offer.has_low_stock_threshold() ? std::optional(offer.low_stock_threshold()) : std::nullopt,
            offer.has_weight_grams() ? std::optional(offer.weight_grams()) : std::nullopt,
            offer.has_tax_class() ? std::optional(offer.tax_class()) : std::nullopt);
  auto prices = offer.prices();
  SetStanding(prices, offer.price());
  const PriceColumns columns(prices);
  batch.Add(kSetPrices, id, columns.currencies, columns.starts, columns.ends, columns.amounts,
            columns.compared);
  events::Append(batch, work, OfferCreatedEvent(id, product, seller, offer));
}

}  // namespace market::product::storage
