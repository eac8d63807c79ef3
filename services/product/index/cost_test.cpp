// What a search may cost: work is counted, not time.
#include <gtest/gtest.h>

#include <random>

#include "services/product/index/find.hpp"
#include "services/product/index/suggest.hpp"
#include "services/product/index/testing/things.hpp"

namespace market::product::index {
namespace {

constexpr std::uint32_t kThings = 3'000;

// Words of few letters, so that beginnings and mistakes meet many of them.
Snapshot Crowd() {
  std::mt19937 random(3);
  std::vector<Document> documents;
  const auto word = [&] {
    std::string text(3 + random() % 8, ' ');
    for (char& c : text) c = static_cast<char>('a' + random() % 4);
    return text;
  };
  for (std::uint32_t i = 1; i <= kThings; ++i) {
    std::string text;
    for (int k = 0; k < 20; ++k) text += word() + ' ';
    documents.push_back(Thing(i, word() + ' ' + word() + " 东京保温杯", text));
  }
  return Snapshot().Changed(std::move(documents), {});
}

std::string Repeated(std::string_view text, std::size_t bytes) {
  std::string repeated;
  while (repeated.size() < bytes) repeated += text;
  return repeated;
}

std::uint64_t CostOf(const Snapshot& snapshot, const std::string& text) {
  auto query = ByText(text, 20);
  query.facets = true;
  Budget find;
  Find(snapshot, query, find);
  Budget suggest;
  Suggest(snapshot, query, suggest);
  return std::max(find.Spent(), suggest.Spent());
}

TEST(Cost, NastyQueries_AreBounded) {
  const auto snapshot = Crowd();
  // A few looks at each document for each word, and for a word at each letter of the dictionary.
  constexpr std::uint64_t kLimit = std::uint64_t{kThings} * 200;
  std::string many_words;
  for (char a = 'a'; a <= 'd'; ++a) {
    for (char b = 'a'; b <= 'd'; ++b) many_words += std::string{a, b, ' '};
  }
  const std::string nasty[] = {
      Repeated("a ", 500),         Repeated("a", 500),        many_words,
      Repeated("abcdabcdx ", 500), Repeated("杯", 500),       Repeated("保温杯东京", 500),
      Repeated("a.b/c-d&e_", 500), Repeated("1.2,3/4:", 500), Repeated("a1", 500),
      Repeated("\u0308", 500),     Repeated("c++#", 500),     Repeated("\xf0\x9f\x98\x80", 500),
      Repeated("ﷺ", 500),          Repeated("ก็", 500),        Repeated("\xff\xfe", 500),
      "dddddddd dddddddx dddddxdd"};
  for (const auto& text : nasty) EXPECT_LE(CostOf(snapshot, text), kLimit) << text;
}

TEST(Cost, ARareWord_CostsNoLookAtEveryDocument) {
  auto query = ByText("zyklotron");
  auto snapshot = Crowd();
  snapshot = snapshot.Changed({Thing(kThings + 1, "Zyklotron")}, {});
  Budget budget;
  EXPECT_EQ(Find(snapshot, query, budget).total, 1u);
  EXPECT_LT(budget.Spent(), 100u);
}

TEST(Cost, ASuggestion_IsCheaperThanASearch) {
  const auto snapshot = Crowd();
  Budget budget;
  Suggest(snapshot, ByText("a"), budget);
  EXPECT_LT(budget.Spent(), 10'000u);
}

}  // namespace
}  // namespace market::product::index
