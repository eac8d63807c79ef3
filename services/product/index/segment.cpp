#include "services/product/index/segment.hpp"

#include <algorithm>

namespace market::product::index {

std::optional<std::uint32_t> Segment::Find(const domain::ProductId& id) const {
  const auto found = std::ranges::lower_bound(ids_, id);
  if (found == ids_.end() || *found != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - ids_.begin());
}

bool Segment::IsCalled(std::uint32_t document, std::uint64_t title_hash) const {
  const auto titles = TitlesOf(document);
  for (auto title = titles.begin; title < titles.end; ++title) {
    if (title_hashes_[title] == title_hash) return true;
  }
  return false;
}

bool Segment::HasTitleOf(std::uint32_t document, std::uint32_t words,
                         std::span<const std::uint64_t> beginnings) const {
  const auto titles = TitlesOf(document);
  const bool only = titles.end - titles.begin == 1;
  for (auto title = titles.begin; title < titles.end; ++title) {
    if (title_words_[title] != words) continue;
    const auto begins = [&](std::uint64_t bits) { return (title_beginnings_[title] & bits) != 0; };
    if (only || std::ranges::all_of(beginnings, begins)) return true;
  }
  return false;
}

std::uint32_t Segment::LowerBound(std::string_view term) const {
  std::uint32_t begin = 0;
  for (std::uint32_t count = Terms(); count > 0;) {
    const auto half = count / 2;
    if (TermAt(begin + half) < term) {
      begin += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return begin;
}

TermRange Segment::Exactly(std::string_view term) const {
  const auto at = LowerBound(term);
  return at < Terms() && TermAt(at) == term ? TermRange{at, at + 1} : TermRange{};
}

TermRange Segment::BeginningWith(std::string_view prefix) const {
  const auto begin = LowerBound(prefix);
  // No byte of UTF-8 is as great.
  return {begin, LowerBound(std::string(prefix) + '\xff')};
}

std::uint32_t Segment::CountOf(std::uint32_t term) const {
  std::uint32_t most = 0;
  for (const auto& list : ListsOf(term)) most = std::max(most, list.count);
  return most;
}

std::uint32_t Segment::CountOf(std::uint32_t term, Field field) const {
  for (const auto& list : ListsOf(term)) {
    if (list.field == field) return list.count;
  }
  return 0;
}

void Segment::AddTo(ByField& lists, TermRange range) const {
  std::array<std::vector<std::uint32_t>, kFields> documents;
  std::array<std::vector<const Bitmap*>, kFields> bitmaps;
  const bool one = range.end - range.begin == 1;
  for (auto term = range.begin; term < range.end; ++term) {
    for (const auto& list : ListsOf(term)) {
      const auto field = static_cast<std::size_t>(list.field);
      if (list.count > kShortListMax) {
        if (one) {
          lists[field] |= long_lists_[list.at];
        } else {
          bitmaps[field].push_back(&long_lists_[list.at]);
        }
      } else {
        const auto begin = short_lists_.begin() + list.at;
        documents[field].insert(documents[field].end(), begin, begin + list.count);
      }
    }
  }
  for (std::size_t field = 0; field < kFields; ++field) {
    lists[field].Add(documents[field]);
    if (!bitmaps[field].empty()) lists[field] |= Bitmap::Union(bitmaps[field]);
  }
}

std::optional<std::uint32_t> Segment::NumberOf(const Attribute& attribute) const {
  const auto of = [this](std::uint32_t number) -> const Attribute& { return attributes_[number]; };
  const auto found = std::ranges::lower_bound(sorted_attributes_, attribute, {}, of);
  if (found == sorted_attributes_.end() || of(*found) != attribute) return std::nullopt;
  return *found;
}

const ByField* Segment::Ready(std::string_view prefix) const {
  const auto found = prefixes_.find(std::string(prefix));
  return found == prefixes_.end() ? nullptr : &found->second;
}

}  // namespace market::product::index
