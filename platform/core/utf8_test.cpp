#include "platform/core/utf8.hpp"

#include <gtest/gtest.h>

namespace market {
namespace {

TEST(Utf8, SequenceLength_IsThatOfWellFormedTextAlone) {
  EXPECT_EQ(Utf8SequenceLength(""), 0u);
  EXPECT_EQ(Utf8SequenceLength("a"), 1u);
  EXPECT_EQ(Utf8SequenceLength("\xc3\xa9x"), 2u);
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82\xac"), 3u);
  EXPECT_EQ(Utf8SequenceLength("\xf0\x9f\x98\x80"), 4u);
  EXPECT_EQ(Utf8SequenceLength("\xc0\x80"), 0u);          // overlong
  EXPECT_EQ(Utf8SequenceLength("\xed\xa0\x80"), 0u);      // a surrogate
  EXPECT_EQ(Utf8SequenceLength("\xf4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(Utf8SequenceLength("\xe2\x82"), 0u);          // cut off
  EXPECT_EQ(Utf8SequenceLength("\x80"), 0u);
}

TEST(Utf8, ToValid_ReplacesBadBytesAndCutsBetweenCharacters) {
  EXPECT_EQ(ToValidUtf8("", 10), "");
  EXPECT_EQ(ToValidUtf8("caf\xc3\xa9", 10), "caf\xc3\xa9");
  EXPECT_EQ(ToValidUtf8("caf\xc3\xa9", 4), "caf");
  EXPECT_EQ(ToValidUtf8("caf\xc3\xa9", 5), "caf\xc3\xa9");
  EXPECT_EQ(ToValidUtf8("a\xff\xfe"
                        "b",
                        10),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
  EXPECT_EQ(ToValidUtf8("a\xff\xfe"
                        "b",
                        5),
            "a\xef\xbf\xbd");
  EXPECT_EQ(ToValidUtf8("abcdef", 3), "abc");
  EXPECT_EQ(ToValidUtf8(std::string_view("a\0b", 3), 10), std::string_view("a\0b", 3));
}

}  // namespace
}  // namespace market
