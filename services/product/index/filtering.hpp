// Which filters a document of a segment passes. Pure; one search on one thread; `segment` outlives it.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "services/product/index/query.hpp"
#include "services/product/index/segment.hpp"

namespace market::product::index {

class Filtering {
 public:
  static constexpr std::size_t kAttributesMax = 24;

  Filtering(const Segment& segment, const Query& query);

  // Nothing of it may be found.
  bool IsInactive(std::uint32_t document) const {
    return !inactive_.empty() && inactive_[segment_.SellerOf(document)] != 0;
  }

  // Whether it has an offer with a price in the currency that is asked for, of whichever shop.
  bool IsSold(std::uint32_t document) const {
    return everywhere_ || (!sold_.empty() && sold_[document] != 0);
  }
  bool IsBuyable(std::uint32_t document) const {
    return !sold_.empty() && sold_[document] == Segment::kBuyable;
  }

  // A bit for each filter that fails, those of offers left out.
  using Failed = std::uint32_t;
  static constexpr Failed kCategory = 1;
  static constexpr Failed kSeller = 2;
  static constexpr Failed kRating = 4;
  static constexpr Failed kFirstAttribute = 8;
  Failed Of(std::uint32_t document) const;

  // Whether the offer is one of those that are asked for, price and stock aside.
  bool MayBe(const OfferCell& offer) const {
    return offer.currency == currency_ && (inactive_.empty() || inactive_[offer.seller] == 0);
  }
  bool InBounds(const OfferCell& offer) const {
    return offer.price >= min_price_ && offer.price <= max_price_;
  }
  bool InStock(const OfferCell& offer) const { return !in_stock_ || offer.in_stock != 0; }

  // Whether one offer passes; always when nothing is asked of offers.
  bool HasOffer(std::uint32_t document) const;
  // The same if those in stock alone were asked for.
  bool HasOfferInStock(std::uint32_t document) const;
  bool HasAny() const { return any_; }

  // The cheapest of the offers that pass, one in stock before others.
  struct Price {
    std::int64_t minor = 0;
    bool in_stock = false;
  };
  std::optional<Price> PriceOf(std::uint32_t document) const;

 private:
  static constexpr std::uint32_t kAny = 0xffffffff;
  static constexpr std::uint32_t kNobody = 0xfffffffe;

  void ReadCategory(const Query& query);
  void ReadAttributes(const Query& query);

  const Segment& segment_;
  std::vector<std::uint8_t> category_passes_;  // by number; empty: all
  std::uint32_t seller_ = kAny;
  std::vector<std::uint8_t> inactive_;         // sellers by number; empty: none
  std::vector<std::uint8_t> attribute_group_;  // by number, from 1 on; empty: nothing is asked
  Failed attribute_groups_ = 0;
  std::uint32_t currency_ = kNobody;
  std::span<const std::uint8_t> sold_;  // documents, as Segment::SoldIn; empty: none is
  bool everywhere_ = false;             // all are
  std::uint32_t min_price_ = 0;
  std::uint32_t max_price_ = 0xffffffff;
  std::uint16_t min_rating_hundredths_ = 0;
  bool in_stock_ = false;
  bool of_offers_ = false;  // something is asked of them
  bool any_ = false;
};

// Whether the category is `above` or stands below it.
bool IsWithin(const CategoryTree& tree, domain::CategoryId category, const domain::CategoryId& above);

}  // namespace market::product::index
