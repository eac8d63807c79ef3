// What operators tell the search, as it uses it. A value; made where a rule changes, shared by all searches.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/product/domain/search_rule.hpp"

namespace market::product::index {

class Rules {
 public:
  static constexpr std::size_t kPinsMax = 10;

  Rules() = default;
  explicit Rules(const std::vector<domain::SearchRule>& rules);

  // Of a word or phrase, each as the terms that a document with it has; null: none.
  using Phrases = std::vector<std::vector<std::string>>;
  const Phrases* SynonymsOf(const std::string& term) const;
  // What comes first for this text, in order; null: nothing.
  const std::vector<domain::ProductId>* PinsOf(std::uint64_t title_hash) const;

 private:
  std::unordered_map<std::string, Phrases> synonyms_;  // by the whole word
  std::unordered_map<std::uint64_t, std::vector<domain::ProductId>> pins_;
};

}  // namespace market::product::index
