#include "services/product/index/matching.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace market::product::index {
namespace {

constexpr std::size_t kMeantMax = 32;

// By How, then title (or article number), attribute (or shop), text. A mistake is worse than anything exact.
constexpr std::uint32_t kWeights[5][3] = {
    {100, 50, 25}, {70, 40, 20}, {45, 32, 15}, {12, 6, 3}, {60, 36, 18}};

bool IsKnown(const Snapshot& snapshot, const Word& word) {
  return std::ranges::any_of(
      snapshot.Parts(), [&](const Part& part) { return !part.segment->BeginningWith(word.whole).Empty(); });
}

bool AreKnown(const Snapshot& snapshot, const std::vector<std::string>& terms) {
  return !terms.empty() && std::ranges::all_of(terms, [&](const std::string& term) {
    return std::ranges::any_of(snapshot.Parts(),
                               [&](const Part& part) { return !part.segment->Exactly(term).Empty(); });
  });
}

// The nearest terms; of equally near ones those that occur most.
std::vector<std::string> MeantBy(const Snapshot& snapshot, const std::string& typed, Budget& budget) {
  std::map<std::string_view, std::uint64_t> counts;
  auto nearest = std::numeric_limits<std::uint32_t>::max();
  for (const auto& part : snapshot.Parts()) {
    for (const auto& near : part.segment->Misspellings().Of(typed, budget)) {
      if (near.distance > nearest) continue;
      if (near.distance < nearest) counts.clear();
      nearest = near.distance;
      counts[part.segment->TermAt(near.term)] += part.segment->CountOf(near.term);
    }
  }
  std::vector<std::pair<std::string_view, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string> meant;
  for (const auto& [term, count] : sorted) {
    if (meant.size() == kMeantMax) break;
    meant.emplace_back(term);
  }
  return meant;
}

void Settle(const Snapshot& snapshot, Word word, bool forgiving, Budget& budget,
            std::vector<Wanted>& wanted) {
  budget.Spend(snapshot.Parts().size());
  const bool known = IsKnown(snapshot, word) || AreKnown(snapshot, word.grams);
  if (!known && !word.bare.empty()) {
    for (auto& plain : WordsOf(word.bare)) Settle(snapshot, std::move(plain), forgiving, budget, wanted);
    return;
  }
  if (!known && !word.pieces.empty()) {
    for (auto& piece : word.pieces) Settle(snapshot, std::move(piece), forgiving, budget, wanted);
    return;
  }
  auto& settled = wanted.emplace_back();
  if (word.may_be_mistyped && (!known || forgiving)) settled.meant = MeantBy(snapshot, word.whole, budget);
  settled.word = std::move(word);
}

}  // namespace

std::vector<Wanted> WantedOf(const Snapshot& snapshot, std::string_view text, bool forgiving,
                             const Rules* rules, Budget& budget) {
  std::vector<Wanted> wanted;
  for (auto& word : WordsOf(text)) {
    if (const auto* synonyms = rules == nullptr ? nullptr : rules->SynonymsOf(word.whole)) {
      wanted.push_back({.word = std::move(word),
                        .meant = {},
                        .synonyms = synonyms});  // whoever has synonyms is no mistake
    } else {
      Settle(snapshot, std::move(word), forgiving, budget, wanted);
    }
  }
  return wanted;
}

Occurrence::Occurrence(const Segment& segment, const Wanted& wanted, Budget& budget) {
  const auto& word = wanted.word;
  const auto term = segment.Exactly(word.whole);
  if (!term.Empty()) {
    whole_ = segment.CountOf(term.begin);
    Add(How::kWhole, segment.Where(word.whole));
  }
  AddPrefix(segment, word.whole, budget);
  std::vector<std::string> inside = word.grams;
  // "c" is no "c++".
  if (word.bare.empty()) {
    for (const auto& piece : word.pieces) inside.push_back(piece.whole);
  }
  if (!inside.empty()) AddAll(How::kInside, segment, inside, budget);
  if (wanted.synonyms != nullptr) {
    for (const auto& phrase : *wanted.synonyms) AddAll(How::kSynonym, segment, phrase, budget);
  }
  ByField mistyped;
  for (const auto& meant : wanted.meant) segment.AddTo(mistyped, segment.Exactly(meant));
  budget.Spend(wanted.meant.size());
  Add(How::kMistyped, std::move(mistyped));
  std::ranges::sort(levels_, std::greater(), &Level::weight);
  std::vector<const Bitmap*> all;
  for (const auto& level : levels_) all.push_back(&level.documents);
  anywhere_ = Bitmap::Union(all);
}

void Occurrence::Add(How how, ByField lists) {
  auto& title = lists[static_cast<std::size_t>(Field::kTitle)];
  title |= lists[static_cast<std::size_t>(Field::kSku)];
  Add(how, std::move(title), std::move(lists[static_cast<std::size_t>(Field::kAttribute)]),
      std::move(lists[static_cast<std::size_t>(Field::kText)]));
}

void Occurrence::Add(How how, Bitmap title, Bitmap attribute, Bitmap text) {
  const auto& weights = kWeights[static_cast<std::size_t>(how)];
  const auto add = [&](Bitmap documents, std::uint32_t weight) {
    if (!documents.Empty()) levels_.push_back({std::move(documents), weight, weight == weights[0]});
  };
  add(std::move(title), weights[0]);
  add(std::move(attribute), weights[1]);
  add(std::move(text), weights[2]);
}

void Occurrence::AddPrefix(const Segment& segment, const std::string& prefix, Budget& budget) {
  if (const auto* ready = segment.Ready(prefix)) {
    budget.Spend(1);
    Add(How::kPrefix, *ready);
    return;
  }
  const auto range = segment.BeginningWith(prefix);
  budget.Spend(range.end - range.begin);
  ByField lists;
  segment.AddTo(lists, range);
  Add(How::kPrefix, std::move(lists));
}

// All terms: in the title, in title and attributes, anywhere.
void Occurrence::AddAll(How how, const Segment& segment, const std::vector<std::string>& terms,
                        Budget& budget) {
  Bitmap title;
  Bitmap attribute;
  Bitmap text;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    auto lists = segment.Where(terms[i]);
    budget.Spend(1);
    auto& in_title = lists[static_cast<std::size_t>(Field::kTitle)];
    auto& in_attribute = lists[static_cast<std::size_t>(Field::kAttribute)];
    auto& in_text = lists[static_cast<std::size_t>(Field::kText)];
    in_attribute |= in_title;
    in_text |= in_attribute;
    if (i == 0) {
      title = std::move(in_title);
      attribute = std::move(in_attribute);
      text = std::move(in_text);
    } else {
      title &= in_title;
      attribute &= in_attribute;
      text &= in_text;
    }
    if (text.Empty()) return;
  }
  Add(how, std::move(title), std::move(attribute), std::move(text));
}

}  // namespace market::product::index
