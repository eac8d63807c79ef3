// What leaves product: the events of what happened.
#pragma once
#include <cstdint>
#include <string>

#include "marketplace/product/v1/events.pb.h"
#include "marketplace/product/v1/product.pb.h"
#include "platform/events/event.hpp"
#include "services/product/domain/review.hpp"
#include "services/product/domain/search_rule.hpp"

// As the generated interface calls it, which this file does not need.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product {

events::NewEvent CategoryCreatedEvent(const api::product::Category& category);
// The category as the act left it.
events::NewEvent CategoryChangedEvent(const api::product::Category& category, std::int64_t version);
events::NewEvent CategoryDeletedEvent(const domain::CategoryId& category, std::int64_t version);
events::NewEvent SearchRuleCreatedEvent(const domain::SearchRuleId& rule);
events::NewEvent SearchRuleDeletedEvent(const domain::SearchRuleId& rule);
events::NewEvent ProductCreatedEvent(const domain::ProductId& product, const SellerId& seller);
events::NewEvent ProductChangedEvent(const domain::ProductId& product, const SellerId& seller,
                                     std::int64_t version);
struct MovedProduct {
  domain::ProductId product;
  SellerId seller;
  api::product::Product::State from;
  api::product::Product::State state;
  std::string reason;
  std::string title;
  std::int64_t version = 0;
};
events::NewEvent ProductStateChangedEvent(const MovedProduct& moved);
events::NewEvent OfferCreatedEvent(const domain::OfferId& id, const domain::ProductId& product,
                                   const SellerId& seller, const api::product::OfferDraft& offer);
// The offer as the act left it.
events::NewEvent OfferChangedEvent(const api::product::Offer& offer, std::int64_t version);
events::NewEvent OfferDetachedEvent(const api::product::Offer& offer, std::int64_t version);
// `version` of its stock.
events::NewEvent StockAdjustedEvent(const api::product::Offer& offer, std::int64_t delta,
                                    std::int64_t version);

// An offer that has become low.
struct LowOffer {
  domain::OfferId id;
  domain::ProductId product;
  SellerId seller;
  std::string sku;
  std::int64_t available = 0;
  std::int64_t threshold = 0;
  std::int64_t stock_version = 0;
};
events::NewEvent LowStockEvent(const LowOffer& offer);

// What became of a review, whose rating counted `previous` before.
enum class ReviewNews : std::uint8_t { kPublished, kChanged, kReplied, kHidden, kUnhidden, kRemoved };
events::NewEvent ReviewEvent(ReviewNews news, const domain::Review& review, std::int64_t previous);
events::NewEvent ContentReportedEvent(const domain::Report& report);
events::NewEvent ContentReportResolvedEvent(const domain::Report& report);

}  // namespace market::product
