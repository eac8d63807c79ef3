#include "platform/rpc/languages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Languages, GoInTheOrderOfHowTheyAreLiked) {
  EXPECT_THAT(LanguagesIn("ru-RU,ru;q=0.9,en;q=0.5"), ElementsAre("ru-RU", "ru", "en"));
  // RFC 9110 section 12.5.4: "I prefer Danish, but will accept British English and other types of English".
  EXPECT_THAT(LanguagesIn("da, en-gb;q=0.8, en;q=0.7"), ElementsAre("da", "en-GB", "en"));
  EXPECT_THAT(LanguagesIn("en;q=0.5, fr;q=0.500, de;q=1.000, pl;q=0.501"),
              ElementsAre("de", "pl", "en", "fr"));
}

// RFC 4647 section 3.4.
TEST(Languages, AreLookedUpWithoutTheirLastSubtags) {
  EXPECT_THAT(
      LanguagesIn("zh-Hant-CN-x-private1-private2"),
      ElementsAre("zh-Hant-CN-X-PRIVATE1-PRIVATE2", "zh-Hant-CN-X-PRIVATE1", "zh-Hant-CN", "zh-Hant", "zh"));
  EXPECT_THAT(LanguagesIn("de-DE-1996, fr-FR, zh-Hant"),
              ElementsAre("de-DE-1996", "de-DE", "de", "fr-FR", "fr", "zh-Hant", "zh"));
  EXPECT_THAT(LanguagesIn("fr-FR, de, fr"), ElementsAre("fr-FR", "fr", "de")) << "each once";
}

TEST(Languages, AreInTheCaseOfTags) {
  EXPECT_THAT(LanguagesIn("ZH-hANT-tw"), ElementsAre("zh-Hant-TW", "zh-Hant", "zh"));
}

TEST(Languages, WhatIsRefused_IsNotLookedFor) {
  EXPECT_THAT(LanguagesIn("en-GB, en;q=0"), ElementsAre("en-GB"));
  EXPECT_THAT(LanguagesIn("*, de;q=0"), IsEmpty());
}

// Any one is as good as the one that the text was written in.
TEST(Languages, AStar_AsksForNothing) {
  EXPECT_THAT(LanguagesIn("*"), IsEmpty());
  EXPECT_THAT(LanguagesIn("fr, *;q=0.1"), ElementsAre("fr"));
}

TEST(Languages, WhatIsNoRange_AsksForNothing) {
  for (const auto* none : {"",       ",",         " , ,",    "de_DE",      "123",         "-de",   "de-",
                           "de--DE", "abcdefghi", "de;q=2",  "de;q=1.5",   "de;q=0.1234", "de;q=", "de;x=1",
                           "de q=1", "de;q=-1",   "de;q=.5", "de;q=1;q=1", ";q=1",        "de DE", "*-DE"}) {
    EXPECT_THAT(LanguagesIn(none), IsEmpty()) << none;
  }
  EXPECT_THAT(LanguagesIn("de_DE, en\t;\tq=0.5 ,,x y"), ElementsAre("en"));
  EXPECT_THAT(LanguagesIn("x-pig-latin"), ElementsAre("x-PIG-LATIN", "x-PIG", "x"))
      << "is well formed, and nobody's";
}

TEST(Languages, AreNotMany) {
  std::string header;
  for (char first = 'a'; first <= 'z'; ++first) header += std::string("x") + first + "-AA-BB-CC,";
  EXPECT_EQ(LanguagesIn(header).size(), kLanguagesMax);
  std::string empty(kLanguagesMax, ',');
  EXPECT_THAT(LanguagesIn(empty + "de"), IsEmpty());
}

TEST(Languages, WhatTheRequestNames_ComesFirst) {
  EXPECT_THAT(LanguagesIn("pt-BR", "ru, en;q=0.5, pt;q=0.1"), ElementsAre("pt-BR", "pt", "ru", "en"));
  EXPECT_THAT(LanguagesIn("", "ru"), ElementsAre("ru"));
  EXPECT_THAT(LanguagesIn("", ""), IsEmpty());
}

TEST(Languages, WhatTravels_IsShortAndPlain) {
  EXPECT_EQ(PlainAcceptLanguage(" ru-RU,ru;q=0.9, *;q=0.1 "), "ru-RU,ru;q=0.9, *;q=0.1");
  EXPECT_EQ(PlainAcceptLanguage("ru, \xd1\x80\xd1\x83"), "");
  EXPECT_EQ(PlainAcceptLanguage("ru\r\nx: y"), "");
  EXPECT_EQ(PlainAcceptLanguage(std::string(8000, 'x')), "");
  std::string many = "de";
  while (many.size() < 2 * kAcceptLanguageCharsMax) many += ",en-GB;q=0.5";
  const auto kept = PlainAcceptLanguage(many);
  EXPECT_LE(kept.size(), kAcceptLanguageCharsMax);
  EXPECT_TRUE(kept.ends_with(",en-GB;q=0.5"));
}

}  // namespace
}  // namespace market::rpc
