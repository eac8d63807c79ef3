// An offer that comes into being, with its product or later.
#pragma once
#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// Adds the offer, its stock, its prices and its event; fails on offer_sku_per_seller, which is SkuTaken(),
// and on offer_options_once, which is OptionsTaken().
void AddOffer(postgres::Batch& batch, const Work& work, const domain::OfferId& id,
              const domain::ProductId& product, const SellerId& seller,
              const api::product::OfferDraft& offer);
Error SkuTaken();
Error OptionsTaken();

}  // namespace market::product::storage
