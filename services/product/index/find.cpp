#include "services/product/index/find.hpp"

#include <algorithm>
#include <bit>
#include <ranges>

#include "services/product/index/facet_counts.hpp"
#include "services/product/index/filtering.hpp"
#include "services/product/index/matching.hpp"

namespace market::product::index {
namespace {

constexpr std::uint8_t kWeightMax = 15;
constexpr int kBitsOfWeight = 4;

// How a document's score is kept while its words are counted: the sum below, above it how many words' worth
// of the query stand in its title.
constexpr std::uint32_t kTitleWord = 1u << 24;
constexpr std::uint32_t kScoreMask = kTitleWord - 1;

// The key by relevance, from its highest bit down.
constexpr int kSecondsBits = 32;
constexpr int kPopularityAt = kSecondsBits;
constexpr int kBuyableAt = kPopularityAt + 8;
constexpr int kCoveredAt = kBuyableAt + 1;
constexpr int kScoreAt = kCoveredAt + 1;
constexpr int kScoreBits = 16;
constexpr int kWholeAt = kScoreAt + kScoreBits;
constexpr int kPinAt = kWholeAt + 1;
static_assert(kPinAt + 4 == 63 && Rules::kPinsMax < 16);
constexpr std::int64_t kSecondUs = 1'000'000;

// Sold out goes after what can be bought, no price after both.
constexpr std::int64_t kAbovePrices = std::int64_t{1} << 32;
constexpr int kRatingAt = kSecondsBits;

std::int64_t Seconds(std::int64_t us) {
  return std::clamp<std::int64_t>(us / kSecondUs, 0, (std::int64_t{1} << kSecondsBits) - 1);
}

// From 2 for a word that all have to 15 for the rarest.
std::uint8_t WeightOf(std::uint64_t count, std::uint64_t documents) {
  const auto ratio = (documents + 1) / (count + 1);
  return static_cast<std::uint8_t>(std::min<int>(1 + static_cast<int>(std::bit_width(ratio)), kWeightMax));
}

struct Ranked {
  std::int64_t key;
  domain::ProductId id;
};

// The best so many after a position.
class Best {
 public:
  // The heap's front is the worst one.
  struct Less {
    const Best& best;
    bool operator()(const Ranked& a, const Ranked& b) const { return best.Before(a, b); }
  };

  explicit Best(const Query& query)
      : up_(query.order == Order::kPriceUp), limit_(query.limit), after_(query.after) {}

  void Offer(std::int64_t key, const domain::ProductId& id) {
    const Ranked ranked{key, id};
    if (limit_ == 0) return;
    if (full_ && !Before(ranked, heap_.front())) return;
    if (after_ && !Before({after_->key, after_->id}, ranked)) return;
    heap_.push_back(ranked);
    std::ranges::push_heap(heap_, Less{*this});
    if (heap_.size() <= limit_) {
      full_ = heap_.size() == limit_;
      return;
    }
    std::ranges::pop_heap(heap_, Less{*this});
    heap_.pop_back();
  }

  std::vector<Hit> Hits() && {
    std::ranges::sort(heap_, Less{*this});
    std::vector<Hit> hits;
    for (const auto& ranked : heap_) hits.push_back({ranked.id, ranked.key});
    return hits;
  }

 private:
  bool Before(const Ranked& a, const Ranked& b) const {
    if (a.key != b.key) return up_ ? a.key < b.key : a.key > b.key;
    return up_ ? a.id < b.id : a.id > b.id;
  }

  bool up_;
  std::size_t limit_;
  std::optional<Position> after_;
  std::vector<Ranked> heap_;
  bool full_ = false;
};

class Search {
 public:
  Search(const Snapshot& snapshot, const Query& query, Budget& budget)
      : snapshot_(snapshot),
        query_(query),
        budget_(budget),
        best_(query),
        facets_(query),
        title_hash_(TitleHash(query.text)),
        pins_(query.rules && query.order == Order::kRelevance ? query.rules->PinsOf(title_hash_) : nullptr) {}

  Found Run() {
    if (query_.weights) found_.weights = *query_.weights;
    if (!query_.text.empty() && !FindWords()) return std::move(found_);
    for (std::size_t i = 0; i < snapshot_.Parts().size(); ++i) GoThrough(i);
    found_.hits = std::move(best_).Hits();
    if (query_.facets) found_.facets = facets_.Result();
    return std::move(found_);
  }

 private:
  bool FindWords() {
    bool any = Look();
    if (!any && !query_.weights && !found_.weights.forgiving && !WordsOf(query_.text).empty()) {
      found_.weights.forgiving = true;
      any = Look();
    }
    any = AddPins() || any;
    if (!any) {
      if (query_.facets) found_.facets = Facets();
      return false;
    }
    if (!query_.weights) Weigh();
    return true;
  }

  // Where all words are; false: nowhere.
  bool Look() {
    wanted_ = WantedOf(snapshot_, query_.text, found_.weights.forgiving, query_.rules.get(), budget_);
    beginnings_.clear();
    for (const auto& wanted : wanted_) {
      auto& bits = beginnings_.emplace_back(BeginningOf(wanted.word.whole));
      for (const auto& meant : wanted.meant) bits |= BeginningOf(meant);
      if (wanted.synonyms == nullptr) continue;
      for (const auto& phrase : *wanted.synonyms) {
        for (const auto& term : phrase) bits |= BeginningOf(term);
      }
    }
    occurrences_.clear();
    matches_.clear();
    bool any = false;
    for (const auto& part : snapshot_.Parts()) {
      auto& words = occurrences_.emplace_back();
      auto& matches = matches_.emplace_back();
      for (const auto& wanted : wanted_) {
        words.emplace_back(*part.segment, wanted, budget_);
        if (words.size() == 1) {
          matches = words.back().Anywhere();
        } else {
          matches &= words.back().Anywhere();
        }
      }
      matches -= *part.dead;
      any = any || !matches.Empty();
    }
    return any;
  }

  // To what the words find; false: there are none.
  bool AddPins() {
    pinned_.assign(snapshot_.Parts().size(), {});
    bool any = false;
    for (std::size_t pin = 0; pins_ != nullptr && pin < pins_->size(); ++pin) {
      for (std::size_t i = 0; i < snapshot_.Parts().size(); ++i) {
        const auto& part = snapshot_.Parts()[i];
        const auto document = part.segment->Find((*pins_)[pin]);
        if (!document || part.dead->Has(*document)) continue;
        matches_[i].Add(*document);
        pinned_[i].emplace_back(*document, static_cast<std::int64_t>(Rules::kPinsMax - pin));
        any = true;
      }
    }
    return any;
  }

  void Weigh() {
    const auto documents = snapshot_.Documents();
    for (std::size_t i = 0; i < wanted_.size() && i < Weights::kWords; ++i) {
      std::uint64_t count = 0;
      for (const auto& words : occurrences_) count += words[i].Count();
      found_.weights.words[i] = WeightOf(count, documents);
    }
  }

  std::uint32_t WeightAt(std::size_t word) const {
    return word < Weights::kWords ? found_.weights.words[word] : 1u;
  }

  void GoThrough(std::size_t part) {
    const auto& segment = *snapshot_.Parts()[part].segment;
    const Filtering filtering(segment, query_);
    Bitmap matches;
    if (query_.text.empty()) {
      matches = Bitmap::Below(segment.Size());
      matches -= *snapshot_.Parts()[part].dead;
    } else {
      matches = std::move(matches_[part]);
      if (query_.order == Order::kRelevance) Score(part, matches);
    }
    if (query_.facets) facets_.Begin(segment, filtering);
    const bool by_offer = query_.facets || filtering.HasAny();
    // Ids grow with time: backwards, the first ones looked at are the newest, and few later ones are better.
    for (const auto document : std::views::reverse(matches.Documents())) {
      budget_.Spend(1);
      if (filtering.IsInactive(document) || !filtering.IsSold(document)) continue;
      if (by_offer) {
        const auto failed = filtering.Of(document);
        if (failed != 0 && !query_.facets) continue;
        const bool joint = filtering.HasOffer(document);
        if (query_.facets) facets_.Add(document, failed, joint);
        if (failed != 0 || !joint) continue;
      }
      ++found_.total;
      best_.Offer(KeyOf(segment, filtering, document) | PinOf(part, document), segment.IdAt(document));
    }
    if (query_.facets) facets_.End();
  }

  // Fills scores_ for the documents of `matches`.
  void Score(std::size_t part, const Bitmap& matches) {
    const auto size = snapshot_.Parts()[part].segment->Size();
    if (scores_.size() < size) scores_.resize(size);
    matches.ForEach([&](std::uint32_t document) { scores_[document] = 0; });
    words_ = 0;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      words_ += static_cast<std::uint32_t>(wanted_[i].word.size);
      const auto& levels = occurrences_[part][i].Levels();
      Bitmap left = matches;
      for (const auto& level : levels) {
        const auto hit = left & level.documents;
        const auto points =
            level.weight * WeightAt(i) +
            (level.in_title ? kTitleWord * static_cast<std::uint32_t>(wanted_[i].word.size) : 0);
        hit.ForEach([&](std::uint32_t document) { scores_[document] += points; });
        budget_.Spend(hit.Count());
        left -= hit;
        if (left.Empty()) break;
      }
    }
  }

  std::int64_t KeyOf(const Segment& segment, const Filtering& filtering, std::uint32_t document) const {
    switch (query_.order) {
      case Order::kRelevance:
        return query_.text.empty() ? segment.PublishedUs(document)
                                   : RelevanceOf(segment, filtering, document);
      case Order::kNewest:
        return segment.PublishedUs(document);
      case Order::kRating:
        return (std::int64_t{segment.RatingHundredths(document)} << kRatingAt) |
               Seconds(segment.PublishedUs(document));
      case Order::kPriceUp:
      case Order::kPriceDown:
        break;
    }
    const auto price = filtering.PriceOf(document);
    const bool up = query_.order == Order::kPriceUp;
    if (!price) return up ? 2 * kAbovePrices : -1;
    if (up) return price->in_stock ? price->minor : kAbovePrices + price->minor;
    return price->in_stock ? kAbovePrices + price->minor : price->minor;
  }

  // Above every key by relevance.
  std::int64_t PinOf(std::size_t part, std::uint32_t document) const {
    if (pins_ == nullptr) return 0;
    for (const auto& [pinned, rank] : pinned_[part]) {
      if (pinned == document) return rank << kPinAt;
    }
    return 0;
  }

  std::int64_t RelevanceOf(const Segment& segment, const Filtering& filtering, std::uint32_t document) const {
    const auto scored = scores_[document];
    const bool whole = title_hash_ != 0 && segment.IsCalled(document, title_hash_);
    const bool covered = scored / kTitleWord == words_ && segment.HasTitleOf(document, words_, beginnings_);
    const auto score = std::min<std::int64_t>(scored & kScoreMask, (1 << kScoreBits) - 1);
    return (std::int64_t{whole} << kWholeAt) | (score << kScoreAt) | (std::int64_t{covered} << kCoveredAt) |
           (std::int64_t{filtering.IsBuyable(document)} << kBuyableAt) |
           (std::int64_t{segment.Popularity(document)} << kPopularityAt) |
           Seconds(segment.PublishedUs(document));
  }

  const Snapshot& snapshot_;
  const Query& query_;
  Budget& budget_;
  Best best_;
  FacetCounts facets_;
  const std::uint64_t title_hash_;
  const std::vector<domain::ProductId>* const pins_;  // null: none
  std::vector<std::vector<std::pair<std::uint32_t, std::int64_t>>>
      pinned_;  // by part: documents, the first pin with the most
  Found found_;
  std::vector<Wanted> wanted_;
  std::vector<std::uint64_t> beginnings_;             // of each, how it may begin
  std::vector<std::vector<Occurrence>> occurrences_;  // by part, then word
  std::vector<Bitmap> matches_;                       // by part
  std::uint32_t words_ = 0;
  std::vector<std::uint32_t> scores_;  // by document; those of others are of no meaning
};

}  // namespace

std::int64_t Weights::Pack() const {
  std::uint64_t packed = forgiving ? 1 : 0;
  for (const auto word : words) packed = (packed << kBitsOfWeight) | word;
  return static_cast<std::int64_t>(packed);
}

Weights Weights::From(std::int64_t packed) {
  Weights weights;
  auto left = static_cast<std::uint64_t>(packed);
  for (std::size_t i = kWords; i-- > 0; left >>= kBitsOfWeight)
    weights.words[i] = static_cast<std::uint8_t>(left & kWeightMax);
  weights.forgiving = left != 0;
  return weights;
}

Found Find(const Snapshot& snapshot, const Query& query, Budget& budget) {
  return Search(snapshot, query, budget).Run();
}

}  // namespace market::product::index
