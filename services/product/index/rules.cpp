#include "services/product/index/rules.hpp"

#include <algorithm>

#include "services/product/index/text.hpp"

namespace market::product::index {

// A word is looked for by its whole; a phrase, which is several words, is only found for others.
Rules::Rules(const std::vector<domain::SearchRule>& rules) {
  for (const auto& rule : rules) {
    if (const auto hash = TitleHash(rule.query); hash != 0) {
      auto& pins = pins_[hash];  // of two rules for one query the newer one comes first
      for (const auto& product : rule.products) {
        if (pins.size() < kPinsMax && std::ranges::find(pins, product) == pins.end()) pins.push_back(product);
      }
    }
    std::vector<std::vector<std::string>> phrases;
    for (const auto& synonym : rule.synonyms) {
      auto& terms = phrases.emplace_back();
      for (const auto& word : WordsOf(synonym)) terms.push_back(word.whole);
      if (terms.empty()) phrases.pop_back();
    }
    for (const auto& phrase : phrases) {
      if (phrase.size() != 1) continue;
      for (const auto& other : phrases) {
        if (other != phrase) synonyms_[phrase.front()].push_back(other);
      }
    }
  }
}

const Rules::Phrases* Rules::SynonymsOf(const std::string& term) const {
  const auto found = synonyms_.find(term);
  return found == synonyms_.end() ? nullptr : &found->second;
}

const std::vector<domain::ProductId>* Rules::PinsOf(std::uint64_t title_hash) const {
  const auto found = pins_.find(title_hash);
  return found == pins_.end() ? nullptr : &found->second;
}

}  // namespace market::product::index
