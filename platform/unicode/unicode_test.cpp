#include "platform/unicode/unicode.hpp"

#include <gtest/gtest.h>

namespace market::unicode {
namespace {

TEST(ToNfc, WhatReadsTheSame_BecomesOne) {
  EXPECT_EQ(ToNfc("Jose\u0301"), "Jos\u00e9");
  EXPECT_EQ(ToNfc("\u212b"), "\u00c5");               // the angstrom sign is the letter
  EXPECT_EQ(ToNfc("\u1112\u1161\u11ab"), "\ud55c");   // jamo become their syllable
  EXPECT_EQ(ToNfc("\u0958"), "\u0915\u093c");         // one of those that are never composed
  EXPECT_EQ(ToNfc("a\u0323\u0307"), "\u1ea1\u0307");  // marks come in one order
  EXPECT_EQ(ToNfc("a\u0307\u0323"), "\u1ea1\u0307");
}

TEST(ToNfc, WhatIsNormal_CostsNoCopy) {
  for (const char* same :
       {"", "plain ASCII", "Jos\u00e9", "\ud55c\uad6d", "\u0935\u093f", "\U0001f469\u200d\U0001f680", "ﬁ"}) {
    EXPECT_EQ(ToNfc(same), std::nullopt) << same;
  }
}

TEST(HasVisible, LettersNumbersMarksOfWriting_AreSeen) {
  for (const char* seen : {"a", " 1 ", "-", "\u00e9", "\u4e2d", "\u0627", "\u20ac", "\U0001f642",
                           "\u2764\ufe0f", "\u200b\u200bx", "\u0935\u094d\u200d"}) {
    EXPECT_TRUE(HasVisible(seen)) << seen;
  }
}

TEST(HasVisible, BlanksAndInvisibleCharacters_AreNot) {
  for (const char* unseen : {"",
                             " ",
                             "\u00a0\u2003\u3000",
                             "\u200b",
                             "\u200c\u200d",
                             "\ufeff",
                             "\ufe0f",
                             "\U000e0100",
                             "\u00ad",
                             "\u2060",
                             "\u034f",
                             "\u115f\u1160",
                             "\u3164",
                             "\uffa0",
                             "\u2800",
                             "\u180e",
                             "\u061c",
                             "\U000e0041",
                             "\u0301",
                             "\ufffc",
                             "\U0001d159",
                             "\ue000",
                             "\u2028",
                             "\t\n"}) {
    EXPECT_FALSE(HasVisible(unseen)) << unseen;
  }
}

TEST(Trimmed, WhiteSpaceAtTheEnds_Goes) {
  EXPECT_EQ(Trimmed("  a b\u00a0"), "a b");
  EXPECT_EQ(Trimmed("\u3000\u2003\u00e9\u2028\n"), "\u00e9");
  EXPECT_EQ(Trimmed("\u200ba"), "\u200ba");  // no white space to Unicode
  EXPECT_EQ(Trimmed(" \t\u00a0"), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(IsOneLine, EveryBreakCounts) {
  for (const char* broken : {"a\nb", "a\tb", "a\rb", "a\u0085b", "a\u2028b", "a\u2029b", "a\vb", "a\fb"}) {
    EXPECT_FALSE(IsOneLine(broken)) << broken;
  }
  for (const char* line : {"", "a b", "a\u00a0\u2003b", "\u00e9"}) EXPECT_TRUE(IsOneLine(line)) << line;
}

// The examples of RFC 8265 section 4.3, and how people type.
TEST(OpaqueString, WhatIsTypedAlike_IsOnePassword) {
  EXPECT_EQ(OpaqueString("correct horse battery staple"), "correct horse battery staple");
  EXPECT_EQ(OpaqueString("Correct Horse Battery Staple"), "Correct Horse Battery Staple");
  EXPECT_EQ(OpaqueString("\u03c0\u00df\u00e5"), "\u03c0\u00df\u00e5");
  EXPECT_EQ(OpaqueString("Jack of \u2666s"), "Jack of \u2666s");
  EXPECT_EQ(OpaqueString("foo\u1680bar"), "foo bar");
  EXPECT_EQ(OpaqueString("foo\u00a0\u3000bar"), "foo  bar");
  EXPECT_EQ(OpaqueString("passe\u0301"), OpaqueString("pass\u00e9"));
  EXPECT_EQ(OpaqueString("\U0001f642\U0001f642"), "\U0001f642\U0001f642");
}

TEST(OpaqueString, WhatCantBeTypedAlike_IsRefused) {
  for (const char* refused : {"my cat is a \t by", "a\nb", "a\x7f", "a\u200db", "a\ufe0f", "a\u00ad",
                              "a\u1160", "a\ue000", "a\uffff", "a\u0378", "a\u0085", "a\u2028", "\ufeffa"}) {
    EXPECT_EQ(OpaqueString(refused), std::nullopt) << refused;
  }
}

TEST(Length, CountsCodePoints) {
  EXPECT_EQ(Length(""), 0u);
  EXPECT_EQ(Length("a\u00e9\u20ac\U0001f642"), 4u);
}

}  // namespace
}  // namespace market::unicode
