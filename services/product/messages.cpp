#include "services/product/messages.hpp"

#include <stdexcept>

namespace market::product {
namespace {

// As the act left it.
template <class What>
events::NewEvent OfCategory(const api::product::Category& category, std::int64_t version) {
  What what;
  what.set_category_id(category.id());
  what.set_parent_id(category.parent_id());
  what.set_name(category.name());
  what.set_slug(category.slug());
  return events::Of(what, {.aggregate = "category/" + category.id(), .version = version});
}

template <class What>
events::NewEvent OfSearchRule(const domain::SearchRuleId& rule, std::int64_t version) {
  What what;
  what.set_search_rule_id(rule.ToString());
  return events::Of(what, {.aggregate = "search_rule/" + what.search_rule_id(), .version = version});
}

template <class What>
events::NewEvent OfReview(const domain::Review& review, std::int64_t previous) {
  What what;
  what.set_review_id(review.id.ToString());
  what.set_product_id(review.product.ToString());
  what.set_seller_id(review.seller.ToString());
  what.set_account_id(review.author.ToString());
  what.set_rating(static_cast<std::int32_t>(domain::Counted(review)));
  what.set_previous(static_cast<std::int32_t>(previous));
  return events::Of(what, {.aggregate = "review/" + review.id.ToString(),
                           .version = review.version,
                           .seller = review.seller,
                           .buyer = review.author});
}

template <class What>
What OfReport(const domain::Report& report) {
  What what;
  what.set_report_id(report.id.ToString());
  what.set_product_id(report.product.ToString());
  if (report.review) what.set_review_id(report.review->ToString());
  what.set_seller_id(report.seller.ToString());
  if (report.account) what.set_account_id(report.account->ToString());
  return what;
}

}  // namespace

events::NewEvent CategoryCreatedEvent(const api::product::Category& category) {
  return OfCategory<api::product::CategoryCreated>(category, 1);
}

// A rule is never changed.
events::NewEvent SearchRuleCreatedEvent(const domain::SearchRuleId& rule) {
  return OfSearchRule<api::product::SearchRuleCreated>(rule, 1);
}

events::NewEvent SearchRuleDeletedEvent(const domain::SearchRuleId& rule) {
  return OfSearchRule<api::product::SearchRuleDeleted>(rule, 2);
}

events::NewEvent CategoryChangedEvent(const api::product::Category& category, std::int64_t version) {
  return OfCategory<api::product::CategoryChanged>(category, version);
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
  what.set_state(api::product::Offer::State_Name(offer.state()));
  return events::Of(
      what,
      {.aggregate = "offer/" + offer.id(), .version = version, .seller = SellerId::From(offer.seller_id())});
}

events::NewEvent OfferDetachedEvent(const api::product::Offer& offer, std::int64_t version) {
  api::product::OfferDetached what;
  what.set_offer_id(offer.id());
  what.set_product_id(offer.product_id());
  what.set_seller_id(offer.seller_id());
  what.set_sku(offer.sku());
  return events::Of(
      what,
      {.aggregate = "offer/" + offer.id(), .version = version, .seller = SellerId::From(offer.seller_id())});
}

events::NewEvent LowStockEvent(const LowOffer& offer) {
  api::product::LowStock what;
  what.set_offer_id(offer.id.ToString());
  what.set_product_id(offer.product.ToString());
  what.set_seller_id(offer.seller.ToString());
  what.set_sku(offer.sku);
  what.set_available(offer.available);
  what.set_threshold(offer.threshold);
  return events::Of(
      what,
      {.aggregate = "stock/" + offer.id.ToString(), .version = offer.stock_version, .seller = offer.seller});
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

events::NewEvent ReviewEvent(ReviewNews news, const domain::Review& review, std::int64_t previous) {
  switch (news) {
    case ReviewNews::kPublished:
      return OfReview<api::product::ReviewPublished>(review, previous);
    case ReviewNews::kChanged:
      return OfReview<api::product::ReviewChanged>(review, previous);
    case ReviewNews::kReplied:
      return OfReview<api::product::ReviewReplied>(review, previous);
    case ReviewNews::kHidden:
      return OfReview<api::product::ReviewHidden>(review, previous);
    case ReviewNews::kUnhidden:
      return OfReview<api::product::ReviewUnhidden>(review, previous);
    case ReviewNews::kRemoved:
      return OfReview<api::product::ReviewRemoved>(review, previous);
  }
  throw std::logic_error("no such news of a review");
}

events::NewEvent ContentReportedEvent(const domain::Report& report) {
  return events::Of(OfReport<api::product::ContentReported>(report),
                    {.aggregate = "report/" + report.id.ToString(), .version = 1, .seller = report.seller});
}

events::NewEvent ContentReportResolvedEvent(const domain::Report& report) {
  auto what = OfReport<api::product::ContentReportResolved>(report);
  if (report.decision) what.set_decision(std::string(Name(*report.decision)));
  return events::Of(what,
                    {.aggregate = "report/" + report.id.ToString(), .version = 2, .seller = report.seller});
}

}  // namespace market::product
