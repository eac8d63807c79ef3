#include "services/product/storage/new_offer.hpp"

#include "platform/events/event.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {
namespace {

constexpr postgres::Statement kInsertOffer{
    "offer.insert",
    "WITH made AS ("
    "  INSERT INTO offer (id, product_id, seller_id, sku, options, price, currency)"
    "  VALUES ($1, $2, $3, $4, jsonb_object($5::text[], $6::text[]), $7, $8) RETURNING id), "
    "stocked AS ("
    "  INSERT INTO stock (id, offer_id, on_hand) SELECT $9, id, $10::bigint FROM made"
    "  RETURNING id, offer_id, on_hand) "
    "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
    "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM stocked WHERE on_hand > 0"};

}  // namespace

Error SkuTaken() {
  return Error(Code::kAlreadyExists, "SKU_TAKEN", "the seller already has an offer with this SKU");
}

void AddOffer(postgres::Batch& batch, const Work& work, const domain::OfferId& id,
              const domain::ProductId& product, const SellerId& seller,
              const api::product::OfferDraft& offer) {
  const TextMapColumns options(offer.options());
  batch.Add(kInsertOffer, id, product, seller, offer.sku(), options.keys, options.values,
            offer.price().amount(), offer.price().currency(), Uuid::NewV7(), offer.stock());
  events::Append(batch, work, OfferCreatedEvent(id, product, seller, offer));
}

}  // namespace market::product::storage
