// A small regular expression matcher whose time is linear in the text, so that a pattern in a contract can
// never be turned against the server that checks it (std::regex backtracks and recurses).
//
// The common subset of ECMAScript: literals, escapes (\d \w \s and punctuation), ".", classes, groups,
// alternatives and the quantifiers ? * + {m} {m,} {m,n}. Matches the whole text. Code points above 127 match
// "." and negated classes.
#pragma once
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

namespace market::rpc {

class Pattern {
 public:
  // Throws std::invalid_argument naming what the subset does not have.
  explicit Pattern(std::string_view expression);
  bool Matches(std::string_view text) const;

 private:
  class Compiler;
  struct Set {
    std::bitset<128> ascii;
    bool others = false;
  };
  struct Instruction {
    enum class Kind : std::uint8_t { kSet, kSplit, kJump, kMatch } kind;
    std::int32_t to = 0;  // of a jump or split: relative; of a set: its index
  };
  using Program = std::vector<Instruction>;
  static constexpr std::size_t kSizeMax = 1024;

  struct Threads;
  void Follow(Threads& threads, std::uint16_t at) const;

  Program program_;
  std::vector<Set> sets_;
};

}  // namespace market::rpc
