// Documents that are searched together: their words, where those occur, and what filters, orders and facets
// read of each document, by its number.
//
// Immutable: any number of threads may read one. Documents are numbered in the order of their ids. Made of
// documents or, when several become one, of segments. Terms have up to four lists of documents, one for each
// field; a short list is an array, a long one a bitmap; what begins with one or two letters and has many
// terms is there as a bitmap already. Throws std::bad_alloc.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/product/index/bitmap.hpp"
#include "services/product/index/document.hpp"
#include "services/product/index/mistakes.hpp"

namespace market::product::index {

enum class Field : std::uint8_t { kTitle, kSku, kAttribute, kText };
inline constexpr std::size_t kFields = 4;
using ByField = std::array<Bitmap, kFields>;

struct OfferCell {
  std::uint32_t price;
  std::uint32_t seller;    // of SellerAt
  std::uint16_t currency;  // of CurrencyAt
  std::uint16_t in_stock;  // 0 or 1
};

struct TermRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool Empty() const { return begin == end; }
};

struct TitleRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

class Segment;
// A segment and which of its documents are no more: replaced by newer ones, or gone.
struct Part {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Bitmap> dead;
  std::uint32_t Live() const;
};

class Segment {
 public:
  // One of each id.
  static std::shared_ptr<const Segment> Of(std::vector<Document> documents);
  // Without the dead ones. Of an id that several have, all but one are dead.
  static std::shared_ptr<const Segment> Of(std::span<const Part> parts);

  std::uint32_t Size() const { return static_cast<std::uint32_t>(ids_.size()); }
  std::size_t Bytes() const { return bytes_; }

  std::optional<std::uint32_t> Find(const domain::ProductId& id) const;
  const domain::ProductId& IdAt(std::uint32_t document) const { return ids_[document]; }

  // Terms.
  TermRange Exactly(std::string_view term) const;
  TermRange BeginningWith(std::string_view prefix) const;
  std::string_view TermAt(std::uint32_t term) const {
    return std::string_view(letters_).substr(term_ends_[term], term_ends_[term + 1] - term_ends_[term]);
  }
  // In how many documents the term is, in the field that has most.
  std::uint32_t CountOf(std::uint32_t term) const;
  std::uint32_t CountOf(std::uint32_t term, Field field) const;
  // Adds where the terms of the range occur.
  void AddTo(ByField& lists, TermRange range) const;
  // Where the one term occurs.
  ByField Where(std::string_view term) const {
    ByField lists;
    AddTo(lists, Exactly(term));
    return lists;
  }
  // What is kept ready for a short beginning; null: nothing is.
  const ByField* Ready(std::string_view prefix) const;
  const Mistakes& Misspellings() const { return mistakes_; }

  // Documents. Of each document by its number: whether an offer of it has a price in that currency, and one
  // of them is in stock.
  static constexpr std::uint8_t kSoldOut = 1;
  static constexpr std::uint8_t kBuyable = 2;
  std::span<const std::uint8_t> SoldIn(std::uint32_t currency) const { return sold_in_[currency].documents; }
  // Whether all documents are sold in that currency.
  bool IsEverywhere(std::uint32_t currency) const { return sold_in_[currency].count == Size(); }
  std::int64_t PublishedUs(std::uint32_t document) const { return published_us_[document]; }
  std::uint8_t Popularity(std::uint32_t document) const { return popularity_[document]; }
  std::uint16_t RatingHundredths(std::uint32_t document) const { return ratings_[document]; }
  // Its titles, each by its number: that in the language in which it was written, then the others.
  TitleRange TitlesOf(std::uint32_t document) const {
    return {title_counts_[document], title_counts_[document + 1]};
  }
  std::string_view TitleAt(std::uint32_t title) const {
    return std::string_view(titles_).substr(title_ends_[title], title_ends_[title + 1] - title_ends_[title]);
  }
  std::string_view LanguageAt(std::uint32_t title) const { return languages_[title_languages_[title]]; }
  std::uint64_t TitleHashAt(std::uint32_t title) const { return title_hashes_[title]; }
  bool IsCalled(std::uint32_t document, std::uint64_t title_hash) const;
  // Whether one of its titles has so many words, those that are looked for: of each, how it may begin (BeginningOf). All of
  // them stand in its titles.
  bool HasTitleOf(std::uint32_t document, std::uint32_t words,
                  std::span<const std::uint64_t> beginnings) const;
  std::uint32_t SellerOf(std::uint32_t document) const { return seller_of_[document]; }
  std::uint32_t CategoryOf(std::uint32_t document) const { return category_of_[document]; }
  std::span<const std::uint32_t> AttributesOf(std::uint32_t document) const {
    return Slice(attribute_ids_, attribute_ends_, document);
  }
  std::span<const OfferCell> OffersOf(std::uint32_t document) const {
    return Slice(offers_, offer_ends_, document);
  }

  // What documents point at, each by its number.
  std::span<const SellerId> Sellers() const { return sellers_; }
  std::span<const domain::CategoryId> Categories() const { return categories_; }
  std::span<const std::string> Currencies() const { return currencies_; }
  std::span<const Attribute> Attributes() const { return attributes_; }
  std::optional<std::uint32_t> NumberOf(const Attribute& attribute) const;

 private:
  friend class SegmentWriter;
  static constexpr std::uint32_t kShortListMax = 64;
  struct List {
    std::uint32_t at;  // of the array in short_lists_, or of the bitmap
    std::uint32_t count;
    Field field;
  };

  template <class T>
  static std::span<const T> Slice(const std::vector<T>& all, const std::vector<std::uint32_t>& ends,
                                  std::uint32_t document) {
    return std::span(all).subspan(ends[document], ends[document + 1] - ends[document]);
  }
  std::span<const List> ListsOf(std::uint32_t term) const { return Slice(lists_, list_ends_, term); }
  template <class Visit>
  void ForEach(const List& list, Visit visit) const {
    if (list.count > kShortListMax) {
      long_lists_[list.at].ForEach(visit);
    } else {
      for (std::uint32_t i = 0; i < list.count; ++i) visit(short_lists_[list.at + i]);
    }
  }
  std::uint32_t LowerBound(std::string_view term) const;
  std::uint32_t Terms() const { return static_cast<std::uint32_t>(list_ends_.size() - 1); }

  std::vector<domain::ProductId> ids_;
  std::vector<std::int64_t> published_us_;
  std::vector<std::uint8_t> popularity_;
  std::vector<std::uint16_t> ratings_;
  std::vector<std::uint32_t> seller_of_;
  std::vector<std::uint32_t> category_of_;
  std::vector<std::uint32_t> title_counts_{0};  // of all documents up to each
  std::vector<std::uint64_t> title_hashes_;     // these five by title
  std::vector<std::uint64_t> title_beginnings_;
  std::vector<std::uint8_t> title_words_;
  std::vector<std::uint16_t> title_languages_;
  std::vector<std::uint32_t> title_ends_{0};
  std::string titles_;
  std::vector<std::uint32_t> attribute_ids_;
  std::vector<std::uint32_t> attribute_ends_{0};
  std::vector<OfferCell> offers_;
  std::vector<std::uint32_t> offer_ends_{0};

  struct Sold {
    std::vector<std::uint8_t> documents;
    std::uint32_t count = 0;  // of those that are
  };
  std::vector<Sold> sold_in_;  // by currency

  std::vector<SellerId> sellers_;
  std::vector<domain::CategoryId> categories_;
  std::vector<std::string> currencies_;
  std::vector<std::string> languages_;
  std::vector<Attribute> attributes_;
  std::vector<std::uint32_t> sorted_attributes_;  // their numbers

  std::string letters_;  // of all terms, in order
  std::vector<std::uint32_t> term_ends_{0};
  std::vector<List> lists_;
  std::vector<std::uint32_t> list_ends_{0};
  std::vector<std::uint32_t> short_lists_;
  std::vector<Bitmap> long_lists_;
  std::unordered_map<std::string, ByField> prefixes_;
  Mistakes mistakes_;
  std::size_t bytes_ = 0;
};

inline std::uint32_t Part::Live() const { return segment->Size() - dead->Count(); }

}  // namespace market::product::index
