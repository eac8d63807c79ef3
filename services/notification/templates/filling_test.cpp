#include "services/notification/templates/filling.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace market::notification::templates {
namespace {

using domain::Kind;

TEST(AsOneLine, WhatBreaksALine_IsASpace) {
  for (const char* broken : {"a\nb", "a\r\nb", "a\tb", "a\x01 b", "a\x7f b", "a\u0085b", "a\u2028b",
                             "a\u2029\u2029b", " a  b\n"}) {
    EXPECT_EQ(AsOneLine(broken), "a b") << broken;
  }
  EXPECT_EQ(AsOneLine(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(AsOneLine("a\u00a0b, Ж\u2027ё"), "a\u00a0b, Ж\u2027ё");
}

TEST(AsOneLine, NothingTurnsTheDirection) {
  EXPECT_EQ(AsOneLine("a\u202etxt.exe\u202c"), "atxt.exe");
  EXPECT_EQ(AsOneLine("\u202a\u202b\u202d\u2066\u2067\u2068\u2069a"), "a");
  EXPECT_EQ(AsOneLine("\u05d0\u05d1"), "\u05d0\u05d1");
}

TEST(AsOneLine, WhatNobodySees_IsNothing) {
  for (const char* unseen : {"", "  ", "\n", "\u200b", "\u202e", "\u3164\u00a0"}) {
    EXPECT_EQ(AsOneLine(unseen), std::nullopt);
  }
}

TEST(AsOneLine, IsOfAHundredCharacters) {
  std::string line;
  for (int i = 0; i < 100; ++i) line += "ё";
  EXPECT_EQ(AsOneLine(line), line);
  EXPECT_EQ(AsOneLine(line + "ё"), line + "…");
  EXPECT_EQ(AsOneLine("a\xff\xc3"), "a\ufffd\ufffd");
}

TEST(LooksLikeLink, WhatAProgramWouldMakeOneOf) {
  for (const char* link : {"example.com", "Win at www.example.com now", "https://localhost", "ada@localhost",
                           "магазин.рф", "Hi,visit.example.now"}) {
    EXPECT_TRUE(LooksLikeLink(link)) << link;
  }
  for (const char* name :
       {"", ".", "J. R. R. Tolkien", "J.R. Ewing", "Crumb & Co.", "No. 1", "А. С. Пушкин"}) {
    EXPECT_FALSE(LooksLikeLink(name)) << name;
  }
}

TEST(IsLink, IsHttpAndNothingThatEndsAnAttributeOrALine) {
  for (const char* link : {"https://bazaar.example", "http://localhost:8443/a?b=c&d=%20#e", "https://[::1]/",
                           "https://a/it's"}) {
    EXPECT_TRUE(IsLink(link)) << link;
  }
  for (const char* other : {"", "https://", "http:///a", "javascript:alert(1)", "javascript://https://a",
                            "data:text/html,a", "//bazaar.example", "bazaar.example", " https://a",
                            "https://a b", "https://a\nb", "https://a\"b", "https://a<b", "https://a>b",
                            "https://a\\b", "https://ё", "ftp://a", "mailto:a@b.example", "https://\x7f"}) {
    EXPECT_FALSE(IsLink(other)) << other;
  }
  EXPECT_TRUE(IsLink("https://" + std::string(1992, 'a')));
  EXPECT_FALSE(IsLink("https://" + std::string(1993, 'a')));
}

TEST(Filling, TakesTheFirstTextWhoseValuesAreKnown) {
  constexpr Choice kChoice = {"{title} for {amount}", "{title}", "it"};
  Values values{.market = "Bazaar"};
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill(kChoice), "it");
  values.amount = Money{1, Currency::Parse("EUR")};
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill(kChoice), "it");
  values.title = "7K3M";
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill(kChoice), "7K3M for €0.01");
  EXPECT_EQ(Filling(Kind::kSale, Russian(), values).Fill(kChoice), "7K3M for 0,01\u00a0€");
  values.amount.reset();
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill(kChoice), "7K3M");
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill(Choice{"{until}"}), "");
}

TEST(Filling, ATimeIsInUtcToTheMinute) {
  using namespace std::chrono;
  const Values values{.expires_at = sys_days(2026y / 11 / 29) + 20h + 30min + 59s + 999ms};
  EXPECT_EQ(Filling(Kind::kResetPassword, English(), values).Fill("{until}"),
            "20:30 UTC on 29\u00a0November 2026");
  EXPECT_EQ(Filling(Kind::kResetPassword, Russian(), values).Fill("{until}"),
            "20:30 (UTC) 29\u00a0ноября 2026 года");
}

TEST(Filling, AValueIsNotATextToFill) {
  const Values values{.market = "{title}", .title = "{amount} {", .amount = Money{1, Currency::Parse("EUR")}};
  EXPECT_EQ(Filling(Kind::kSale, English(), values).Fill("{market}, {title}!"), "{title}, {amount} {!");
}

TEST(Filling, WhatStrangersChose_IsNoLinkForAStranger) {
  const auto filled = [](Kind kind, const Values& values) {
    return Filling(kind, English(), values).Fill(Choice{"{recipient}, {title}", "{title}", "none"});
  };
  EXPECT_EQ(filled(Kind::kSale, {.recipient = "Ada", .title = "books.example"}), "Ada, books.example");
  EXPECT_EQ(filled(Kind::kSale, {.recipient = "Win at win.example", .title = "7K3M"}), "7K3M");
  EXPECT_EQ(filled(Kind::kMemberInvited, {.recipient = "Ada", .title = "Crumb & Co."}), "Crumb & Co.");
  EXPECT_EQ(filled(Kind::kMemberInvited, {.recipient = "Ada", .title = "win.example"}), "none");
}

}  // namespace
}  // namespace market::notification::templates
