#include "platform/unicode/search_form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::unicode {
namespace {

using ::testing::ElementsAre;

TEST(SearchForm, WhatReadsTheSame_IsOne) {
  EXPECT_EQ(SearchForm("Plain ASCII"), "plain ascii");
  EXPECT_EQ(SearchForm("Straße"), "strasse");
  EXPECT_EQ(SearchForm("Kopfhörer"), "kopfhorer");
  EXPECT_EQ(SearchForm("Kopfho\u0308rer"), "kopfhorer");
  EXPECT_EQ(SearchForm("crème brûlée"), "creme brulee");
  EXPECT_EQ(SearchForm("Łóżko"), "lozko");
  EXPECT_EQ(SearchForm("Œuvre smørrebrød"), "oeuvre smorrebrod");
  EXPECT_EQ(SearchForm("İstanbul ılık"), "istanbul ilik");
  EXPECT_EQ(SearchForm("Ёлка"), "елка");
  EXPECT_EQ(SearchForm("ＡＢＣ１２３"), "abc123");
  EXPECT_EQ(SearchForm("ﬁne m²"), "fine m2");
  EXPECT_EQ(SearchForm("Lego™"), "lego");
  EXPECT_EQ(SearchForm("½"), "1/2");
  EXPECT_EQ(SearchForm("a–b"), "a-b");
}

TEST(SearchForm, LettersOfTheirOwn_Stay) {
  EXPECT_EQ(SearchForm("Чай"), "чай");
  EXPECT_EQ(SearchForm("чаи\u0306"), "чай");
  EXPECT_EQ(SearchForm("ガ"), "ガ");
  EXPECT_EQ(SearchForm("ｶﾞ"), "ガ");
  EXPECT_EQ(SearchForm("한국"), "한국");
}

TEST(NextGlyph, TellsWhatTextsConsistOf) {
  const std::string text = "a1 é漢カーก.\u00a0";
  std::vector<Glyph> glyphs;
  for (std::size_t at = 0; at < text.size();) glyphs.push_back(NextGlyph(text, at));
  EXPECT_THAT(glyphs, ElementsAre(Glyph::kLetter, Glyph::kDigit, Glyph::kSpace, Glyph::kLetter,
                                  Glyph::kUnspaced, Glyph::kUnspaced, Glyph::kUnspaced, Glyph::kUnspaced,
                                  Glyph::kOther, Glyph::kSpace));
}

TEST(NextGlyph, BrokenText_IsRead) {
  const std::string text = "\xff\xc3";
  std::size_t at = 0;
  while (at < text.size()) NextGlyph(text, at);
  EXPECT_EQ(at, text.size());
}

TEST(UnspacedWords, AreThoseOfTheDictionary) {
  EXPECT_THAT(UnspacedWords("不锈钢保温杯"), ElementsAre("不锈钢", "保温", "杯"));
  EXPECT_THAT(UnspacedWords("東京都"), ElementsAre("東京", "都"));
  EXPECT_THAT(UnspacedWords("ภาษาไทย"), ElementsAre("ภาษา", "ไทย"));
  EXPECT_TRUE(UnspacedWords("").empty());
}

}  // namespace
}  // namespace market::unicode
