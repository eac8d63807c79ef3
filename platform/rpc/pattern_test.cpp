#include "platform/rpc/pattern.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace market::rpc {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Pattern, Texts_MatchWhole) {
  const std::vector<Case> cases = {
      {"", "", true},
      {"", "a", false},
      {"abc", "abc", true},
      {"abc", "abcd", false},
      {"abc", "ab", false},
      {"a|bc|", "", true},
      {"a|bc|", "bc", true},
      {"a|bc|", "abc", false},
      {"(relevance|newest|price|-price)?", "-price", true},
      {"(relevance|newest|price|-price)?", "", true},
      {"(relevance|newest|price|-price)?", "pricey", false},
      {"[A-Z]{3}", "EUR", true},
      {"[A-Z]{3}", "EU", false},
      {"[A-Z]{3}", "EURO", false},
      {"[A-Z]{3}", "eur", false},
      {"(\\+[0-9]{6,15})?", "+441632960000", true},
      {"(\\+[0-9]{6,15})?", "+44163", false},
      {"(\\+[0-9]{6,15})?", "+4416329600001234", false},
      {"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", "b", true},
      {"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", "rare-books", true},
      {"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?", "rare-", false},
      {"[A-Za-z0-9._-]{1,64}", "ENGINE-1.b_c", true},
      {"[A-Za-z0-9._-]{1,64}", "a b", false},
      {"a*b+c?", "aaabb", true},
      {"a*b+c?", "aac", false},
      {"(a*)*", "aaaa", true},
      {"x{2,}", "x", false},
      {"x{2,}", "xxxxx", true},
      {"[^a]", "\xc3\xa9", true},
      {".", "\xf0\x9f\x99\x82", true},
      {"..", "\xf0\x9f\x99\x82", false},
      {"[]a]", "]", true},
      {"\\d\\w\\s", "1a ", true},
      {"(?:ab)+", "abab", true},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(Pattern(each.pattern).Matches(each.text), each.matches) << each.pattern << " on " << each.text;
  }
}

TEST(Pattern, BadExpressions_AreRefused) {
  for (const char* pattern : {"(", ")", "a)", "[a", "a{", "a{2", "a{3,2}", "*", "^a", "a$", "\\1", "(?=a)",
                              "\\", "[b-a]", "(a{1000}){1000}", "\xc3\xa9"}) {
    EXPECT_THROW(Pattern{pattern}, std::invalid_argument) << pattern;
  }
}

TEST(Pattern, LongHostileText_TakesLinearTime) {
  EXPECT_FALSE(Pattern("(a|a)*(a|a)*(a|a)*b").Matches(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace market::rpc
