// Counts of facets while documents are gone through, one segment after the other. One search on one thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/product/index/filtering.hpp"
#include "services/product/index/query.hpp"

namespace market::product::index {

class FacetCounts {
 public:
  explicit FacetCounts(const Query& query) : query_(query) {}

  // Begins with a segment, which outlives the counting, as does `filtering`.
  void Begin(const Segment& segment, const Filtering& filtering);
  // A document that the words find and its state of filters. `joint`: one offer passes all that is asked of
  // it.
  void Add(std::uint32_t document, Filtering::Failed failed, bool joint);
  void End();

  Facets Result() const;

 private:
  void AddPrices(std::uint32_t document);

  const Query& query_;
  const Segment* segment_ = nullptr;
  const Filtering* filtering_ = nullptr;
  std::vector<Filtering::Failed> bit_of_attribute_;  // the filter of its name; 0: none
  std::vector<std::uint32_t> categories_in_, sellers_in_, attributes_in_;

  std::unordered_map<domain::CategoryId, std::uint64_t> categories_;
  std::unordered_map<SellerId, std::uint64_t> sellers_;
  std::array<std::uint64_t, kBands.size()> prices_{};  // in the currency that is asked for
  // Names and values are the segments' own.
  std::unordered_map<std::string_view, std::unordered_map<std::string_view, std::uint64_t>> attributes_;
  std::uint64_t in_stock_ = 0;
  std::array<std::uint64_t, 5> ratings_{};
};

}  // namespace market::product::index
