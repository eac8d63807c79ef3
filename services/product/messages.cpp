#include "services/product/messages.hpp"

namespace market::product {

events::NewEvent CategoryCreatedEvent(const api::product::Category& category) {
  api::product::CategoryCreated what;
  what.set_category_id(category.id());
  what.set_parent_id(category.parent_id());
  what.set_name(category.name());
  what.set_slug(category.slug());
  return events::Of(what, {.aggregate = "category/" + category.id(), .version = 1});
}

events::NewEvent CategoryChangedEvent(const api::product::Category& category, std::int64_t version) {
  api::product::CategoryChanged what;
  what.set_category_id(category.id());
  what.set_parent_id(category.parent_id());
  what.set_name(category.name());
  what.set_slug(category.slug());
  return events::Of(what, {.aggregate = "category/" + category.id(), .version = version});
}

events::NewEvent CategoryDeletedEvent(const domain::CategoryId& category, std::int64_t version) {
  api::product::CategoryDeleted what;
  what.set_category_id(category.ToString());
  return events::Of(what, {.aggregate = "category/" + what.category_id(), .version = version});
}

events::NewEvent ProductCreatedEvent(const domain::ProductId& product, const SellerId& seller) {
  api::product::ProductCreated what;
  what.set_product_id(product.ToString());
  what.set_seller_id(seller.ToString());
  return events::Of(what, {.aggregate = "product/" + product.ToString(), .version = 1, .seller = seller});
}

events::NewEvent ProductChangedEvent(const domain::ProductId& product, const SellerId& seller,
                                     std::int64_t version) {
  api::product::ProductChanged what;
  what.set_product_id(product.ToString());
  what.set_seller_id(seller.ToString());
  return events::Of(what,
                    {.aggregate = "product/" + product.ToString(), .version = version, .seller = seller});
}

events::NewEvent ProductStateChangedEvent(const MovedProduct& moved) {
  api::product::ProductStateChanged what;
  what.set_product_id(moved.product.ToString());
  what.set_seller_id(moved.seller.ToString());
  what.set_from(moved.from);
  what.set_state(moved.state);
  what.set_reason(moved.reason);
  what.set_title(moved.title);
  return events::Of(
      what, {.aggregate = "product/" + what.product_id(), .version = moved.version, .seller = moved.seller});
}

events::NewEvent OfferCreatedEvent(const domain::OfferId& id, const domain::ProductId& product,
                                   const SellerId& seller, const api::product::OfferDraft& offer) {
  api::product::OfferCreated what;
  what.set_offer_id(id.ToString());
  what.set_product_id(product.ToString());
  what.set_seller_id(seller.ToString());
  what.set_sku(offer.sku());
  *what.mutable_price() = offer.price();
  what.set_stock(offer.stock());
  return events::Of(what, {.aggregate = "offer/" + id.ToString(), .version = 1, .seller = seller});
}

events::NewEvent OfferChangedEvent(const api::product::Offer& offer, std::int64_t version) {
  api::product::OfferChanged what;
  what.set_offer_id(offer.id());
  what.set_product_id(offer.product_id());
  what.set_seller_id(offer.seller_id());
  *what.mutable_price() = offer.price();
  return events::Of(
      what,
      {.aggregate = "offer/" + offer.id(), .version = version, .seller = SellerId::From(offer.seller_id())});
}

events::NewEvent StockAdjustedEvent(const api::product::Offer& offer, std::int64_t delta,
                                    std::int64_t version) {
  api::product::StockAdjusted what;
  what.set_offer_id(offer.id());
  what.set_product_id(offer.product_id());
  what.set_seller_id(offer.seller_id());
  what.set_delta(delta);
  what.set_available(offer.available());
  return events::Of(
      what,
      {.aggregate = "stock/" + offer.id(), .version = version, .seller = SellerId::From(offer.seller_id())});
}

}  // namespace market::product
