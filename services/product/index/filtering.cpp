#include "services/product/index/filtering.hpp"

#include <algorithm>
#include <stdexcept>

namespace market::product::index {
namespace {

// No tree is deeper; a circle, which cannot be, ends too.
constexpr int kCategoryDepth = 64;

template <class Thing>
std::uint32_t NumberIn(std::span<const Thing> all, const Thing& thing, std::uint32_t nobody) {
  const auto found = std::ranges::find(all, thing);
  return found == all.end() ? nobody : static_cast<std::uint32_t>(found - all.begin());
}

}  // namespace

bool IsWithin(const CategoryTree& tree, domain::CategoryId category, const domain::CategoryId& above) {
  for (int depth = 0; depth < kCategoryDepth; ++depth) {
    if (category == above) return true;
    const auto found = tree.find(category);
    if (found == tree.end() || found->second.IsNil()) return false;
    category = found->second;
  }
  return false;
}

Filtering::Filtering(const Segment& segment, const Query& query) : segment_(segment) {
  const auto& filters = query.filters;
  if (filters.category) ReadCategory(query);
  if (filters.seller) seller_ = NumberIn(segment.Sellers(), *filters.seller, kNobody);
  if (!filters.attributes.empty()) ReadAttributes(query);
  currency_ = NumberIn(segment.Currencies(), filters.currency, kNobody);
  if (currency_ != kNobody) {
    sold_ = segment.SoldIn(currency_);
    everywhere_ = segment.IsEverywhere(currency_);
  }
  if (filters.min_price) min_price_ = static_cast<std::uint32_t>(*filters.min_price);
  if (filters.max_price) max_price_ = static_cast<std::uint32_t>(*filters.max_price);
  min_rating_hundredths_ = filters.min_rating_hundredths;
  in_stock_ = filters.in_stock;
  of_offers_ = filters.min_price || filters.max_price || filters.in_stock;
  any_ = of_offers_ || filters.category || filters.seller || !filters.attributes.empty() ||
         min_rating_hundredths_ > 0;
  if (query.inactive && !query.inactive->empty()) {
    const auto sellers = segment.Sellers();
    std::vector<std::uint8_t> inactive(sellers.size());
    for (std::size_t i = 0; i < sellers.size(); ++i)
      inactive[i] = query.inactive->contains(sellers[i]) ? 1 : 0;
    if (std::ranges::find(inactive, 1) != inactive.end()) inactive_ = std::move(inactive);
  }
}

void Filtering::ReadCategory(const Query& query) {
  const auto categories = segment_.Categories();
  category_passes_.resize(categories.size());
  static const CategoryTree kNoTree;
  const auto& tree = query.categories ? *query.categories : kNoTree;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    category_passes_[i] = IsWithin(tree, categories[i], *query.filters.category) ? 1 : 0;
  }
}

void Filtering::ReadAttributes(const Query& query) {
  if (query.filters.attributes.size() > kAttributesMax)
    throw std::logic_error("too many filters of attributes");
  attribute_group_.resize(segment_.Attributes().size());
  std::uint8_t group = 0;
  for (const auto& filter : query.filters.attributes) {
    ++group;
    attribute_groups_ |= kFirstAttribute << (group - 1);
    for (const auto& value : filter.values) {
      if (const auto number = segment_.NumberOf({filter.name, value})) attribute_group_[*number] = group;
    }
  }
}

Filtering::Failed Filtering::Of(std::uint32_t document) const {
  Failed failed = attribute_groups_;
  if (!category_passes_.empty() && category_passes_[segment_.CategoryOf(document)] == 0) failed |= kCategory;
  if (seller_ != kAny && segment_.SellerOf(document) != seller_) failed |= kSeller;
  if (segment_.RatingHundredths(document) < min_rating_hundredths_) failed |= kRating;
  if (attribute_groups_ != 0) {
    for (const auto attribute : segment_.AttributesOf(document)) {
      const auto group = attribute_group_[attribute];
      if (group > 0) failed &= ~(kFirstAttribute << (group - 1));
    }
  }
  return failed;
}

bool Filtering::HasOffer(std::uint32_t document) const {
  if (!of_offers_) return true;
  return std::ranges::any_of(segment_.OffersOf(document), [this](const OfferCell& offer) {
    return MayBe(offer) && InBounds(offer) && InStock(offer);
  });
}

bool Filtering::HasOfferInStock(std::uint32_t document) const {
  return std::ranges::any_of(segment_.OffersOf(document), [this](const OfferCell& offer) {
    return MayBe(offer) && InBounds(offer) && offer.in_stock != 0;
  });
}

std::optional<Filtering::Price> Filtering::PriceOf(std::uint32_t document) const {
  std::optional<Price> best;
  for (const auto& offer : segment_.OffersOf(document)) {
    if (!MayBe(offer) || !InBounds(offer) || !InStock(offer)) continue;
    const bool in_stock = offer.in_stock != 0;
    const bool better = !best || (in_stock != best->in_stock ? in_stock : offer.price < best->minor);
    if (better) best = {offer.price, in_stock};
  }
  return best;
}

}  // namespace market::product::index
