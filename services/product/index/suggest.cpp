#include "services/product/index/suggest.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "platform/unicode/search_form.hpp"
#include "services/product/index/filtering.hpp"
#include "services/product/index/matching.hpp"

namespace market::product::index {
namespace {

constexpr std::uint32_t kTitlesLookedAt = 256;  // of a segment
constexpr std::uint32_t kTermsLookedAt = 2'048;
constexpr std::size_t kEndingsTried = 8;
constexpr std::size_t kTitlesRead = 64;  // for how words are written

struct Title {
  const Segment* segment;
  std::uint32_t document;
  std::uint32_t wholes;  // words that stand there as they are
  std::uint32_t shown;   // which of its titles
  bool buyable;
};

// By what a word is found; how it is written.
using Written = std::unordered_map<std::string, std::string_view>;

class Suggesting {
 public:
  Suggesting(const Snapshot& snapshot, const Query& query, Budget& budget)
      : snapshot_(snapshot), query_(query), budget_(budget) {}

  std::vector<Suggestion> Run() {
    const auto wanted = WantedOf(snapshot_, query_.text, false, query_.rules.get(), budget_);
    if (wanted.empty()) return {};
    for (const auto& part : snapshot_.Parts()) LookAt(part, wanted);
    AddEndings(wanted.back().word.whole);
    AddTitles();
    return std::move(suggestions_);
  }

 private:
  void LookAt(const Part& part, const std::vector<Wanted>& wanted) {
    const auto& segment = *part.segment;
    const Filtering filtering(segment, query_);
    Bitmap all;
    std::vector<Bitmap> wholes;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Occurrence occurrence(segment, wanted[i], budget_);
      std::vector<const Bitmap*> in_title;
      for (const auto& level : occurrence.Levels()) {
        if (level.in_title) in_title.push_back(&level.documents);
      }
      auto titles = Bitmap::Union(in_title);
      if (!in_title.empty()) wholes.push_back(*in_title.front());
      if (i == 0) {
        all = std::move(titles);
      } else {
        all &= titles;
      }
      if (all.Empty()) return;
    }
    all -= *part.dead;
    for (const auto document : all.Last(kTitlesLookedAt)) {
      budget_.Spend(1);
      if (filtering.IsInactive(document) || !filtering.IsSold(document) || filtering.Of(document) != 0)
        continue;
      Title title{&segment, document, 0, Shown(segment, document), filtering.IsBuyable(document)};
      for (const auto& whole : wholes) title.wholes += whole.Has(document) ? 1 : 0;
      titles_.push_back(title);
    }
  }

  std::uint32_t Shown(const Segment& segment, std::uint32_t document) const {
    const auto titles = segment.TitlesOf(document);
    for (const auto& language : query_.languages) {
      for (auto title = titles.begin; title < titles.end; ++title) {
        if (segment.LanguageAt(title) == language) return title;
      }
    }
    return titles.begin;
  }

  using Ending = std::pair<std::string_view, std::uint64_t>;

  static void KeepMost(std::vector<Ending>& endings) {
    const auto end = endings.begin() + static_cast<std::ptrdiff_t>(std::min(kEndingsTried, endings.size()));
    std::ranges::partial_sort(endings, end, [](const Ending& a, const Ending& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    endings.erase(end, endings.end());
  }

  // What the last word may become: terms that begin like it and stand in one of the titles.
  void AddEndings(const std::string& typed) {
    std::map<std::string_view, std::uint64_t> counts;
    for (const auto& part : snapshot_.Parts()) {
      auto range = part.segment->BeginningWith(typed);
      range.end = std::min(range.end, range.begin + kTermsLookedAt);
      budget_.Spend(range.end - range.begin);
      std::vector<Ending> in_part;
      for (auto term = range.begin; term < range.end; ++term) {
        const auto count = part.segment->CountOf(term, Field::kTitle);
        if (count > 0 && part.segment->TermAt(term) != typed)
          in_part.emplace_back(part.segment->TermAt(term), count);
      }
      KeepMost(in_part);
      for (const auto& [term, count] : in_part) counts[term] += count;
    }
    std::vector<Ending> endings(counts.begin(), counts.end());
    KeepMost(endings);
    AddWritten(endings, ShownWords());
    if (suggestions_.empty()) AddWritten(endings, OtherWords());
  }

  void AddWritten(const std::vector<Ending>& endings, const Written& written) {
    for (const auto& [term, count] : endings) {
      if (suggestions_.size() == kWordsSuggestedMax) return;
      const auto found = written.find(std::string(term));
      if (found != written.end()) Add({Head() + std::string(found->second), std::nullopt, {}});
    }
  }

  // The words of the first titles.
  Written ShownWords() const {
    Written written;
    for (std::size_t i = 0; i < std::min(titles_.size(), kTitlesRead); ++i)
      AddWords(titles_[i].segment->TitleAt(titles_[i].shown), written);
    return written;
  }

  Written OtherWords() const {
    Written written;
    for (std::size_t i = 0; i < std::min(titles_.size(), kTitlesRead); ++i) {
      const auto& segment = *titles_[i].segment;
      const auto all = segment.TitlesOf(titles_[i].document);
      for (auto title = all.begin; title < all.end; ++title) {
        if (title != titles_[i].shown) AddWords(segment.TitleAt(title), written);
      }
    }
    return written;
  }

  void AddWords(std::string_view text, Written& written) const {
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find(' ', at), text.size());
      const auto word = text.substr(at, end - at);
      budget_.Spend(1);
      written.try_emplace(unicode::SearchForm(word), word);
      at = end + 1;
    }
  }

  // The typed text before its last word.
  std::string Head() const {
    const auto space = query_.text.find_last_of(' ');
    return space == std::string::npos ? "" : query_.text.substr(0, space + 1);
  }

  void AddTitles() {
    const auto better = [](const Title& a, const Title& b) {
      const auto rank = [](const Title& title) {
        const auto& segment = *title.segment;
        return std::tuple(title.wholes, title.buyable, segment.Popularity(title.document),
                          segment.PublishedUs(title.document), segment.IdAt(title.document));
      };
      return rank(a) > rank(b);
    };
    std::ranges::sort(titles_, better);
    std::unordered_set<std::uint64_t> shown;
    for (const auto& title : titles_) {
      if (suggestions_.size() == kSuggestionsMax) return;
      const auto& segment = *title.segment;
      if (!shown.insert(segment.TitleHashAt(title.shown)).second) continue;
      Add({std::string(segment.TitleAt(title.shown)), segment.IdAt(title.document),
           std::string(segment.LanguageAt(title.shown))});
    }
  }

  void Add(Suggestion suggestion) {
    const auto same = [&](const Suggestion& other) { return other.text == suggestion.text; };
    if (std::ranges::none_of(suggestions_, same)) suggestions_.push_back(std::move(suggestion));
  }

  const Snapshot& snapshot_;
  const Query& query_;
  Budget& budget_;
  std::vector<Title> titles_;
  std::vector<Suggestion> suggestions_;
};

}  // namespace

std::vector<Suggestion> Suggest(const Snapshot& snapshot, const Query& query, Budget& budget) {
  return Suggesting(snapshot, query, budget).Run();
}

}  // namespace market::product::index
