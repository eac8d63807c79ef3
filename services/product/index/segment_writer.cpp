#include "services/product/index/segment_writer.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "platform/unicode/search_form.hpp"
#include "services/product/index/text.hpp"

namespace market::product::index {
namespace {

constexpr std::size_t kReadyLettersMax = 2;
constexpr std::uint32_t kReadyTermsMin = 128;

std::size_t WordCount(const std::vector<Word>& words) {
  std::size_t count = 0;
  for (const auto& word : words) count += word.size;
  return count;
}

// The beginning of so many letters; shorter: the whole.
std::string_view Beginning(std::string_view term, std::size_t letters) {
  std::size_t at = 0;
  for (; letters > 0 && at < term.size(); --letters) unicode::NextGlyph(term, at);
  return term.substr(0, at);
}

template <class T>
std::size_t BytesOf(const std::vector<T>& all) {
  return all.capacity() * sizeof(T);
}

using Occurrences = std::array<std::vector<std::uint32_t>, kFields>;

// What only dead documents had is no term any more.
void Write(SegmentWriter& writer, std::string_view term, const Occurrences& occurrences) {
  if (std::ranges::all_of(occurrences, [](const auto& documents) { return documents.empty(); })) return;
  writer.BeginTerm(term);
  for (std::size_t field = 0; field < kFields; ++field) {
    writer.AddList(static_cast<Field>(field), occurrences[field]);
  }
  writer.EndTerm();
}

class Collector {
 public:
  void Add(const Document& document, std::uint32_t number) {
    AddTerms(TermsOf(document.title), Field::kTitle, number);
    AddTerms(TermsOf(document.text), Field::kText, number);
    for (const auto& translation : document.translations) {
      AddTerms(TermsOf(translation.title), Field::kTitle, number);
      AddTerms(TermsOf(translation.text), Field::kText, number);
    }
    AddTerms(TermsOf(document.shop), Field::kAttribute, number);
    for (const auto& attribute : document.attributes) AddAttribute(attribute, number);
    for (const auto& offer : document.offers) {
      AddTerms(TermsOfSku(offer.sku), Field::kSku, number);
      for (const auto& option : offer.options) AddAttribute(option, number);
    }
  }

  void WriteTo(SegmentWriter& writer) {
    std::vector<std::pair<std::string_view, const Occurrences*>> terms;
    terms.reserve(by_term_.size());
    for (const auto& [term, occurrences] : by_term_) terms.emplace_back(term, &occurrences);
    std::ranges::sort(terms, {}, [](const auto& term) { return term.first; });
    for (const auto& [term, occurrences] : terms) {
      Write(writer, term, *occurrences);
    }
  }

 private:
  void AddAttribute(const Attribute& attribute, std::uint32_t number) {
    AddTerms(TermsOf(attribute.first), Field::kAttribute, number);
    AddTerms(TermsOf(attribute.second), Field::kAttribute, number);
  }
  void AddTerms(const std::vector<std::string>& terms, Field field, std::uint32_t number) {
    for (const auto& term : terms) {
      auto& documents = by_term_[term][static_cast<std::size_t>(field)];
      if (documents.empty() || documents.back() != number) documents.push_back(number);
    }
  }

  std::unordered_map<std::string, Occurrences> by_term_;
};

}  // namespace

void SegmentWriter::AddColumns(const Columns& columns) {
  auto& to = *segment_;
  to.ids_.push_back(columns.id);
  to.published_us_.push_back(columns.published_us);
  to.popularity_.push_back(columns.popularity);
  to.ratings_.push_back(columns.rating_hundredths);
  to.seller_of_.push_back(sellers_.Of(columns.seller, to.sellers_));
  to.category_of_.push_back(categories_.Of(columns.category, to.categories_));
}

void SegmentWriter::AddTitle(const Title& title) {
  auto& to = *segment_;
  to.title_hashes_.push_back(title.hash);
  to.title_beginnings_.push_back(title.beginnings);
  to.title_words_.push_back(title.words);
  to.title_languages_.push_back(static_cast<std::uint16_t>(languages_.Of(title.language, to.languages_)));
  to.titles_ += title.text;
  to.title_ends_.push_back(static_cast<std::uint32_t>(to.titles_.size()));
}

void SegmentWriter::AddTitle(std::string_view text, const std::string& language) {
  const auto words =
      std::min<std::size_t>(WordCount(WordsOf(text)), std::numeric_limits<std::uint8_t>::max());
  AddTitle({text, language, TitleHash(text), BeginningsIn(text), static_cast<std::uint8_t>(words)});
}

void SegmentWriter::AddAttribute(const Attribute& attribute) {
  segment_->attribute_ids_.push_back(attributes_.Of(attribute, segment_->attributes_));
}

void SegmentWriter::AddOffer(const SellerId& seller, const std::string& currency, std::uint32_t price,
                             bool in_stock) {
  auto& to = *segment_;
  to.offers_.push_back({price, sellers_.Of(seller, to.sellers_),
                        static_cast<std::uint16_t>(currencies_.Of(currency, to.currencies_)),
                        static_cast<std::uint16_t>(in_stock ? 1 : 0)});
}

// Attributes are there once each: what a product and its offers both say counts once.
void SegmentWriter::EndDocument() {
  auto& to = *segment_;
  const auto begin = to.attribute_ids_.begin() + to.attribute_ends_.back();
  std::sort(begin, to.attribute_ids_.end());
  to.attribute_ids_.erase(std::unique(begin, to.attribute_ids_.end()), to.attribute_ids_.end());
  to.attribute_ends_.push_back(static_cast<std::uint32_t>(to.attribute_ids_.size()));
  to.offer_ends_.push_back(static_cast<std::uint32_t>(to.offers_.size()));
  to.title_counts_.push_back(static_cast<std::uint32_t>(to.title_hashes_.size()));
}

void SegmentWriter::NoteWhereSold() {
  auto& to = *segment_;
  to.sold_in_.resize(to.currencies_.size());
  for (auto& sold : to.sold_in_) sold.documents.resize(to.Size());
  for (std::uint32_t document = 0; document < to.Size(); ++document) {
    for (const auto& offer : to.OffersOf(document)) {
      auto& sold = to.sold_in_[offer.currency];
      auto& known = sold.documents[document];
      if (known == 0) ++sold.count;
      known = std::max(known, offer.in_stock != 0 ? Segment::kBuyable : Segment::kSoldOut);
    }
  }
}

void SegmentWriter::Add(const Document& document) {
  AddColumns({document.id, document.seller, document.category, document.published_us, document.popularity,
              document.rating_hundredths});
  AddTitle(document.title, document.language);
  for (const auto& translation : document.translations) AddTitle(translation.title, translation.language);
  for (const auto& attribute : document.attributes) AddAttribute(attribute);
  for (const auto& offer : document.offers) {
    for (const auto& option : offer.options) AddAttribute(option);
    AddOffer(offer.seller, offer.currency, static_cast<std::uint32_t>(offer.price), offer.in_stock);
  }
  EndDocument();
}

void SegmentWriter::Copy(const Segment& from, std::uint32_t document) {
  AddColumns({from.IdAt(document), from.sellers_[from.SellerOf(document)],
              from.categories_[from.CategoryOf(document)], from.PublishedUs(document),
              from.Popularity(document), from.RatingHundredths(document)});
  const auto titles = from.TitlesOf(document);
  for (auto title = titles.begin; title < titles.end; ++title) {
    AddTitle({from.TitleAt(title), std::string(from.LanguageAt(title)), from.TitleHashAt(title),
              from.title_beginnings_[title], from.title_words_[title]});
  }
  for (const auto attribute : from.AttributesOf(document)) AddAttribute(from.attributes_[attribute]);
  for (const auto& offer : from.OffersOf(document)) {
    AddOffer(from.sellers_[offer.seller], from.currencies_[offer.currency], offer.price, offer.in_stock != 0);
  }
  EndDocument();
}

void SegmentWriter::BeginTerm(std::string_view term) { segment_->letters_ += term; }

void SegmentWriter::AddList(Field field, std::span<const std::uint32_t> documents) {
  if (documents.empty()) return;
  auto& to = *segment_;
  const auto count = static_cast<std::uint32_t>(documents.size());
  if (count > Segment::kShortListMax) {
    to.lists_.push_back({static_cast<std::uint32_t>(to.long_lists_.size()), count, field});
    to.long_lists_.emplace_back(documents).Pack();
  } else {
    to.lists_.push_back({static_cast<std::uint32_t>(to.short_lists_.size()), count, field});
    to.short_lists_.insert(to.short_lists_.end(), documents.begin(), documents.end());
  }
}

void SegmentWriter::EndTerm() {
  segment_->term_ends_.push_back(static_cast<std::uint32_t>(segment_->letters_.size()));
  segment_->list_ends_.push_back(static_cast<std::uint32_t>(segment_->lists_.size()));
}

void SegmentWriter::KeepPrefixesReady() {
  auto& to = *segment_;
  for (std::size_t letters = 1; letters <= kReadyLettersMax; ++letters) {
    for (std::uint32_t term = 0; term < to.Terms();) {
      const std::string prefix(Beginning(to.TermAt(term), letters));
      const auto range = to.BeginningWith(prefix);
      if (prefix[0] != kGramMark && range.end - range.begin >= kReadyTermsMin) {
        auto& lists = to.prefixes_[prefix];
        to.AddTo(lists, range);
        for (auto& list : lists) list.Pack();
      }
      term = std::max(range.end, term + 1);
    }
  }
}

std::size_t SegmentWriter::CountBytes() const {
  const auto& of = *segment_;
  std::size_t bytes =
      BytesOf(of.ids_) + BytesOf(of.published_us_) + BytesOf(of.title_hashes_) + BytesOf(of.title_words_) +
      BytesOf(of.popularity_) + BytesOf(of.ratings_) + BytesOf(of.seller_of_) + BytesOf(of.category_of_) +
      BytesOf(of.title_counts_) + BytesOf(of.title_languages_) + BytesOf(of.title_beginnings_) +
      BytesOf(of.languages_) + of.titles_.capacity() + BytesOf(of.title_ends_) + BytesOf(of.attribute_ids_) +
      BytesOf(of.attribute_ends_) + BytesOf(of.offers_) + BytesOf(of.offer_ends_) + BytesOf(of.sold_in_) +
      BytesOf(of.sellers_) + BytesOf(of.categories_) + BytesOf(of.currencies_) + BytesOf(of.attributes_) +
      BytesOf(of.sorted_attributes_) + of.letters_.capacity() + BytesOf(of.term_ends_) + BytesOf(of.lists_) +
      BytesOf(of.list_ends_) + BytesOf(of.short_lists_) + BytesOf(of.long_lists_) + of.mistakes_.Bytes();
  for (const auto& attribute : of.attributes_)
    bytes += attribute.first.capacity() + attribute.second.capacity();
  for (const auto& sold : of.sold_in_) bytes += BytesOf(sold.documents);
  for (const auto& list : of.long_lists_) bytes += list.Bytes();
  for (const auto& [prefix, lists] : of.prefixes_) {
    bytes += sizeof(ByField) + prefix.capacity();
    for (const auto& list : lists) bytes += list.Bytes();
  }
  return bytes;
}

std::shared_ptr<const Segment> SegmentWriter::Finish() {
  auto& to = *segment_;
  std::vector<std::string_view> terms;
  terms.reserve(to.Terms());
  for (std::uint32_t term = 0; term < to.Terms(); ++term) terms.push_back(to.TermAt(term));
  to.mistakes_ = Mistakes(terms);
  KeepPrefixesReady();
  NoteWhereSold();
  to.sorted_attributes_.resize(to.attributes_.size());
  std::iota(to.sorted_attributes_.begin(), to.sorted_attributes_.end(), 0u);
  std::ranges::sort(to.sorted_attributes_, {},
                    [&](std::uint32_t number) -> const Attribute& { return to.attributes_[number]; });
  to.letters_.shrink_to_fit();
  to.titles_.shrink_to_fit();
  to.lists_.shrink_to_fit();
  to.short_lists_.shrink_to_fit();
  to.long_lists_.shrink_to_fit();
  to.bytes_ = CountBytes();
  return std::move(segment_);
}

std::shared_ptr<const Segment> Segment::Of(std::vector<Document> documents) {
  std::ranges::sort(documents, {}, &Document::id);
  SegmentWriter writer;
  Collector collector;
  for (std::uint32_t i = 0; i < documents.size(); ++i) {
    writer.Add(documents[i]);
    collector.Add(documents[i], i);
  }
  collector.WriteTo(writer);
  return writer.Finish();
}

namespace {

constexpr std::uint32_t kGone = std::numeric_limits<std::uint32_t>::max();

// Copies the documents in the order of their ids and gives the new number of each.
std::vector<std::vector<std::uint32_t>> CopyDocuments(std::span<const Part> parts, SegmentWriter& writer) {
  std::vector<std::vector<std::uint32_t>> numbers;
  std::vector<std::uint32_t> at(parts.size(), 0);
  for (const auto& part : parts) numbers.emplace_back(part.segment->Size(), kGone);
  for (std::uint32_t next = 0;;) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto& segment = *parts[i].segment;
      while (at[i] < segment.Size() && parts[i].dead->Has(at[i])) ++at[i];
      if (at[i] == segment.Size()) continue;
      if (!first || segment.IdAt(at[i]) < parts[*first].segment->IdAt(at[*first])) first = i;
    }
    if (!first) return numbers;
    writer.Copy(*parts[*first].segment, at[*first]);
    numbers[*first][at[*first]++] = next++;
  }
}

}  // namespace

std::shared_ptr<const Segment> Segment::Of(std::span<const Part> parts) {
  SegmentWriter writer;
  const auto numbers = CopyDocuments(parts, writer);
  std::vector<std::uint32_t> at(parts.size(), 0);  // the next term of each
  const auto term_of = [&](std::size_t part) -> std::optional<std::string_view> {
    if (at[part] == parts[part].segment->Terms()) return std::nullopt;
    return parts[part].segment->TermAt(at[part]);
  };
  for (;;) {
    std::optional<std::string_view> term;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto next = term_of(i);
      if (next && (!term || *next < *term)) term = next;
    }
    if (!term) return writer.Finish();
    Occurrences occurrences;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (term_of(i) != term) continue;
      const auto& segment = *parts[i].segment;
      for (const auto& list : segment.ListsOf(at[i])) {
        auto& documents = occurrences[static_cast<std::size_t>(list.field)];
        segment.ForEach(list, [&](std::uint32_t document) {
          if (numbers[i][document] != kGone) documents.push_back(numbers[i][document]);
        });
      }
      ++at[i];
    }
    for (auto& documents : occurrences) std::ranges::sort(documents);
    Write(writer, *term, occurrences);
  }
}

}  // namespace market::product::index
