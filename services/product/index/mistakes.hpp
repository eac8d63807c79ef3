// Words of a dictionary that differ from a typed one by few letters.
//
// A tree of letters in one array, in the order of a walk: what follows a node is its first child, and `next`
// skips all below it. Immutable; any thread. A look-up visits only beginnings that can still lead to a word
// near enough; each visit is work that the budget is told of.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/index/budget.hpp"

namespace market::product::index {

class Mistakes {
 public:
  static constexpr std::size_t kLettersMin = 3;
  static constexpr std::size_t kLettersMax = 24;
  static constexpr std::size_t kLettersOfTwo = 8;  // from here on two mistakes are forgiven

  // Of `terms` only those of letters alone, of a length that may be mistyped, are kept.
  explicit Mistakes(const std::vector<std::string_view>& terms);
  Mistakes() = default;

  struct Near {
    std::uint32_t term;  // its place in `terms`
    std::uint32_t distance;
  };
  // A letter too much, too few, another or two swapped ones are a mistake each. The word itself is not near.
  std::vector<Near> Of(std::string_view word, Budget& budget) const;

  std::size_t Bytes() const;

 private:
  std::vector<char16_t> letters_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> terms_;  // kNone: no word ends here
};

}  // namespace market::product::index
