#include "services/product/index/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::product::index {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Wholes(std::string_view query) {
  std::vector<std::string> wholes;
  for (const auto& word : WordsOf(query)) wholes.push_back(word.whole);
  return wholes;
}

TEST(TermsOf, WordsWithSigns_AreThereWholeAndInPieces) {
  EXPECT_THAT(TermsOf("AC/DC"), UnorderedElementsAre("acdc", "ac", "dc"));
  EXPECT_THAT(TermsOf("d3.js"), UnorderedElementsAre("d3js", "d3", "d", "3", "js"));
  EXPECT_THAT(TermsOf("Wi-Fi"), UnorderedElementsAre("wifi", "wi", "fi"));
  EXPECT_THAT(TermsOf("R&B"), UnorderedElementsAre("r&b", "r", "b"));
  EXPECT_THAT(TermsOf("C++, C# or .NET"), UnorderedElementsAre("c++", "c", "c#", "or", ".net", "net"));
  EXPECT_THAT(TermsOf("The end.Next"), Contains("end"));
  EXPECT_THAT(TermsOf("red,blue"), UnorderedElementsAre("red", "blue"));
}

TEST(TermsOf, Numbers_KeepTheirUnits) {
  EXPECT_THAT(TermsOf("3.5mm"), UnorderedElementsAre("3.5mm", "3.5", "mm"));
  EXPECT_THAT(TermsOf("3.5 mm"), UnorderedElementsAre("3.5mm", "3.5", "mm"));
  EXPECT_THAT(TermsOf("3,5 mm"), UnorderedElementsAre("3.5mm", "3.5", "mm"));
  EXPECT_THAT(TermsOf("1/4"), ElementsAre("1/4"));
  EXPECT_THAT(TermsOf("RTX3080"), UnorderedElementsAre("rtx3080", "rtx", "3080"));
}

TEST(TermsOf, TextWithoutSpaces_HasItsWordsAndPairs) {
  const auto terms = TermsOf("不锈钢保温杯");
  EXPECT_THAT(terms, Contains("不锈钢"));
  EXPECT_THAT(terms, Contains("保温"));
  EXPECT_THAT(terms, Contains("\x01温杯"));
  EXPECT_THAT(TermsOf("USBケーブル"), Contains("usb"));
  EXPECT_THAT(TermsOf("USBケーブル"), Contains("ケーブル"));
}

TEST(TermsOfSku, IsOneWord) {
  EXPECT_THAT(TermsOfSku("AB-12.x_9"), ElementsAre("ab12x9"));
  EXPECT_THAT(TermsOfSku("..."), IsEmpty());
}

TEST(WordsOf, AreWhatTextsHave) {
  EXPECT_THAT(Wholes("Kopfhörer 3.5 mm AC/DC"), ElementsAre("kopfhorer", "3.5mm", "acdc"));
  EXPECT_THAT(Wholes("c++ c# .net d3.js"), ElementsAre("c++", "c#", ".net", "d3js"));
  EXPECT_THAT(Wholes("!!! ?? --"), IsEmpty());
  EXPECT_THAT(Wholes("AB-12.x_9"), ElementsAre("ab12x9"));
  EXPECT_EQ(WordsOf("C++").at(0).bare, "c");
}

TEST(WordsOf, OnlyLetters_MayBeMistyped) {
  EXPECT_TRUE(WordsOf("cable").at(0).may_be_mistyped);
  EXPECT_FALSE(WordsOf("13").at(0).may_be_mistyped);
  EXPECT_FALSE(WordsOf("rtx3080").at(0).may_be_mistyped);
}

TEST(WordsOf, HasAnEnd) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "a ";
  EXPECT_EQ(WordsOf(many).size(), kWordsMax);
  std::string han;
  for (int i = 0; i < 200; ++i) han += "龍";
  EXPECT_LE(WordsOf(han).size(), kWordsMax);
  EXPECT_LE(WordsOf(std::string(500, 'x')).at(0).whole.size(), kTermBytesMax);
}

TEST(TitleHash, IsOneForWhatReadsTheSame) {
  EXPECT_EQ(TitleHash("Wi-Fi  Router"), TitleHash("wifi router"));
  EXPECT_NE(TitleHash("C++"), TitleHash("C"));
  EXPECT_NE(TitleHash("router wifi"), TitleHash("wifi router"));
  EXPECT_EQ(TitleHash("…"), 0u);
}

}  // namespace
}  // namespace market::product::index
