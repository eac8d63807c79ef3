#include "services/product/index/mistakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace market::product::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Near(const std::vector<std::string_view>& terms, std::string_view word) {
  Budget budget;
  std::vector<std::string> near;
  for (const auto& found : Mistakes(terms).Of(word, budget)) near.emplace_back(terms[found.term]);
  return near;
}

// The distance by its definition (optimal string alignment).
std::size_t DistanceOf(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(Mistakes, OneOfEachKind_IsForgiven) {
  const std::vector<std::string_view> terms = {"cable", "engine", "table"};
  EXPECT_THAT(Near(terms, "engin"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "enginee"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "engime"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "enigne"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "negine"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "engien"), ElementsAre("engine"));
  EXPECT_THAT(Near(terms, "mable"), UnorderedElementsAre("cable", "table"));
  EXPECT_THAT(Near(terms, "enigen"), IsEmpty());
}

TEST(Mistakes, TwoInALongWord_AreForgiven) {
  const std::vector<std::string_view> terms = {"headphones"};
  EXPECT_THAT(Near(terms, "haedphoens"), ElementsAre("headphones"));
  EXPECT_THAT(Near(terms, "eadphone"), ElementsAre("headphones"));
  EXPECT_THAT(Near(terms, "haedphoen"), IsEmpty());
}

TEST(Mistakes, ShortWordsNumbersAndPairs_AreNotMistyped) {
  EXPECT_THAT(Near({"\x01"
                    "aab",
                    "13a", "ab", "abc1"},
                   "abc"),
              IsEmpty());
  EXPECT_THAT(Near({"abc"}, "ab"), IsEmpty());
}

TEST(Mistakes, LettersCountNotBytes) {
  EXPECT_THAT(Near({"елка", "чайник"}, "чяйник"), ElementsAre("чайник"));
  EXPECT_THAT(Near({"елка", "чайник"}, "чайинк"), ElementsAre("чайник"));
}

TEST(Mistakes, AreThoseOfTheDefinition) {
  std::mt19937 random(7);
  const auto word = [&] {
    std::string text(3 + random() % 8, ' ');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  std::vector<std::string> words(400);
  std::ranges::generate(words, word);
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  const std::vector<std::string_view> terms(words.begin(), words.end());
  const Mistakes mistakes(terms);
  for (int i = 0; i < 300; ++i) {
    const auto typed = word();
    const std::size_t limit = typed.size() >= Mistakes::kLettersOfTwo ? 2 : 1;
    Budget budget;
    std::vector<std::string> near;
    for (const auto& found : mistakes.Of(typed, budget)) {
      EXPECT_EQ(found.distance, DistanceOf(typed, words[found.term]));
      near.push_back(words[found.term]);
    }
    std::vector<std::string> expected;
    for (const auto& candidate : words) {
      const auto distance = DistanceOf(typed, candidate);
      if (distance > 0 && distance <= limit) expected.push_back(candidate);
    }
    EXPECT_EQ(near, expected) << typed;
  }
}

}  // namespace
}  // namespace market::product::index
