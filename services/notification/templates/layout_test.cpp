#include "services/notification/templates/layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::notification::templates {
namespace {

using testing::HasSubstr;
using testing::Not;

Letter LetterForLayout() {
  return {.language = "en",
          .subject = "Tom & \"Jerry\"",
          .opening = {"Hello,", "a < b"},
          .button = "Go",
          .link_hint = "Or:",
          .link = "https://bazaar.example/?a=1&b='2'",
          .notes = {"Once."},
          .sender = "Bazaar",
          .reason = "Because.",
          .unsubscribe_hint = "No more?",
          .unsubscribe = "Unsubscribe",
          .unsubscribe_link = "https://bazaar.example/u?t=1&k=2"};
}

TEST(AsText, IsParagraphsAndLinksOnLinesOfTheirOwn) {
  EXPECT_EQ(AsText(LetterForLayout()),
            "Hello,\n\na < b\n\nGo:\nhttps://bazaar.example/?a=1&b='2'\n\nOnce.\n\n---\nBazaar\nBecause.\n\n"
            "No more? Unsubscribe:\nhttps://bazaar.example/u?t=1&k=2\n");
}

TEST(AsText, LinesEndBetweenWords_At78Characters) {
  Letter letter;
  const std::string word38 = "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж";
  letter.opening = {word38 + " " + word38 + "1 2", word38 + " " + word38 + "12", std::string(90, 'a') + " b"};
  EXPECT_THAT(AsText(letter), HasSubstr(word38 + " " + word38 + "1\n2\n\n" + word38 + "\n" + word38 +
                                        "12\n\n" + std::string(90, 'a') + "\nb\n"));
}

TEST(AsText, WithoutLinks_HasNoWordsAboutThem) {
  auto letter = LetterForLayout();
  letter.link.clear();
  letter.unsubscribe_link.clear();
  EXPECT_EQ(AsText(letter), "Hello,\n\na < b\n\nOnce.\n\n---\nBazaar\nBecause.\n");
  EXPECT_THAT(AsHtml(letter), Not(testing::ContainsRegex("<a |Or:|No more|Go")));
}

TEST(AsHtml, EverythingIsEscaped) {
  const auto html = AsHtml(LetterForLayout());
  EXPECT_THAT(html, HasSubstr("<title>Tom &amp; &quot;Jerry&quot;</title>"));
  EXPECT_THAT(html, HasSubstr(">a &lt; b</p>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"https://bazaar.example/?a=1&amp;b=&#39;2&#39;\""));
  EXPECT_THAT(html, HasSubstr(">https://bazaar.example/?a=1&amp;b=&#39;2&#39;</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"https://bazaar.example/u?t=1&amp;k=2\">Unsubscribe</a>"));
}

TEST(AsHtml, AsksForNothingFromElsewhere) {
  EXPECT_THAT(
      AsHtml(LetterForLayout()),
      Not(testing::ContainsRegex("src=|<img|<link|<style|<script|url\\(|@import|<table|<form| on[a-z]+=")));
}

TEST(AsHtml, HasNoColoursOfItsOwnButTheButtons) {
  auto letter = LetterForLayout();
  letter.link.clear();
  EXPECT_THAT(AsHtml(letter), Not(testing::ContainsRegex("[^-]color:|background")));
  EXPECT_THAT(AsHtml(LetterForLayout()), HasSubstr("background-color:#1d4ed8;color:#ffffff"));
}

}  // namespace
}  // namespace market::notification::templates
