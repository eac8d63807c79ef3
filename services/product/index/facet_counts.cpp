#include "services/product/index/facet_counts.hpp"

#include <algorithm>
#include <bit>

namespace market::product::index {
namespace {

constexpr int kCategoryDepthMax = 64;
constexpr std::uint16_t kStar = 100;

// The greatest counts; of equal ones the lowest thing.
template <class Thing>
void Shorten(std::vector<Count<Thing>>& counts, std::size_t shown) {
  const auto end = counts.begin() + static_cast<std::ptrdiff_t>(std::min(shown, counts.size()));
  std::ranges::partial_sort(counts, end, [](const auto& a, const auto& b) {
    return a.count != b.count ? a.count > b.count : a.thing < b.thing;
  });
  counts.erase(end, counts.end());
}

}  // namespace

void FacetCounts::Begin(const Segment& segment, const Filtering& filtering) {
  segment_ = &segment;
  filtering_ = &filtering;
  categories_in_.assign(segment.Categories().size(), 0);
  sellers_in_.assign(segment.Sellers().size(), 0);
  attributes_in_.assign(segment.Attributes().size(), 0);
  bit_of_attribute_.assign(segment.Attributes().size(), 0);
  const auto& filters = query_.filters.attributes;
  if (filters.empty()) return;
  for (std::size_t i = 0; i < bit_of_attribute_.size(); ++i) {
    const auto found = std::ranges::find(filters, segment.Attributes()[i].first, &AttributeFilter::name);
    if (found != filters.end())
      bit_of_attribute_[i] = Filtering::kFirstAttribute << (found - filters.begin());
  }
}

// A document counts for a facet when nothing fails, or only the facet's own filter.
void FacetCounts::Add(std::uint32_t document, Filtering::Failed failed, bool joint) {
  if (failed == 0) {
    AddPrices(document);
    if (filtering_->HasOfferInStock(document)) ++in_stock_;
  }
  if (!joint || std::popcount(failed) > 1) return;
  if ((failed & ~Filtering::kCategory) == 0) ++categories_in_[segment_->CategoryOf(document)];
  if ((failed & ~Filtering::kSeller) == 0) ++sellers_in_[segment_->SellerOf(document)];
  if ((failed & ~Filtering::kRating) == 0) {
    const auto rating = segment_->RatingHundredths(document);
    for (std::size_t i = 0; i < ratings_.size() && rating >= kStar * (i + 1); ++i) ++ratings_[i];
  }
  for (const auto attribute : segment_->AttributesOf(document)) {
    if ((failed & ~bit_of_attribute_[attribute]) == 0) ++attributes_in_[attribute];
  }
}

void FacetCounts::AddPrices(std::uint32_t document) {
  for (const auto& offer : segment_->OffersOf(document)) {
    if (!filtering_->MayBe(offer) || !filtering_->InStock(offer)) continue;
    const auto band =
        std::ranges::upper_bound(kBands, static_cast<std::int64_t>(offer.price)) - kBands.begin() - 1;
    // Once each, however many offers of the document are in the band.
    const auto same = [&](const OfferCell& other) {
      return filtering_->MayBe(other) && filtering_->InStock(other) &&
             std::ranges::upper_bound(kBands, static_cast<std::int64_t>(other.price)) - kBands.begin() - 1 ==
                 band;
    };
    if (std::ranges::find_if(segment_->OffersOf(document), same).base() != &offer) continue;
    ++prices_[static_cast<std::size_t>(band)];
  }
}

void FacetCounts::End() {
  for (std::size_t i = 0; i < categories_in_.size(); ++i) {
    if (categories_in_[i] > 0) categories_[segment_->Categories()[i]] += categories_in_[i];
  }
  for (std::size_t i = 0; i < sellers_in_.size(); ++i) {
    if (sellers_in_[i] > 0) sellers_[segment_->Sellers()[i]] += sellers_in_[i];
  }
  for (std::size_t i = 0; i < attributes_in_.size(); ++i) {
    if (attributes_in_[i] == 0) continue;
    const auto& [name, value] = segment_->Attributes()[i];
    attributes_[name][value] += attributes_in_[i];
  }
}

Facets FacetCounts::Result() const {
  Facets facets;
  std::unordered_map<domain::CategoryId, std::uint64_t> with_below;
  for (const auto& [category, count] : categories_) {
    auto at = category;
    for (int depth = 0; depth < kCategoryDepthMax && !at.IsNil(); ++depth) {
      with_below[at] += count;
      const auto above = query_.categories ? query_.categories->find(at) : CategoryTree::const_iterator();
      at = query_.categories && above != query_.categories->end() ? above->second : domain::CategoryId();
    }
  }
  for (const auto& [category, count] : with_below) facets.categories.push_back({category, count});
  Shorten(facets.categories, Facets::kCategoriesShown);
  for (const auto& [seller, count] : sellers_) facets.sellers.push_back({seller, count});
  Shorten(facets.sellers, Facets::kShown);
  for (std::size_t i = 0; i < prices_.size(); ++i) {
    if (prices_[i] == 0) continue;
    Band band{query_.filters.currency, kBands[i], std::nullopt};
    if (i + 1 < kBands.size()) band.until = kBands[i + 1];
    facets.prices.push_back({std::move(band), prices_[i]});
  }
  facets.in_stock = in_stock_;
  facets.ratings = ratings_;
  std::vector<Count<std::string_view>> names;
  for (const auto& [name, values] : attributes_) {
    std::uint64_t sum = 0;
    for (const auto& [value, count] : values) sum += count;
    names.push_back({name, sum});
  }
  Shorten(names, Facets::kShown);
  for (const auto& name : names) {
    std::vector<Count<std::string_view>> values;
    for (const auto& [value, count] : attributes_.at(name.thing)) values.push_back({value, count});
    Shorten(values, Facets::kShown);
    auto& shown = facets.attributes.emplace_back();
    shown.name = name.thing;
    for (const auto& [value, count] : values) shown.values.push_back({std::string(value), count});
  }
  return facets;
}

}  // namespace market::product::index
