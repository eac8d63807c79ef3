#include "platform/core/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace market {
namespace {

TEST(Uuid, NewV7_IsStrictlyIncreasingAndVersion7) {
  Uuid previous;
  for (int i = 0; i < 10'000; ++i) {
    const Uuid next = Uuid::NewV7();
    ASSERT_LT(previous, next);
    ASSERT_EQ(next.ToString()[14], '7');
    previous = next;
  }
}

TEST(Uuid, Parse_RoundTripsCanonicalForm) {
  const Uuid id = Uuid::NewV7();
  EXPECT_EQ(Uuid::Parse(id.ToString()), id);
  EXPECT_EQ(Uuid::Parse("0190A0B0-1111-7abc-8def-0123456789AB")->ToString(),
            "0190a0b0-1111-7abc-8def-0123456789ab");
}

TEST(Uuid, Parse_RefusesEverythingElse) {
  for (const char* text :
       {"", "x", "{0190a0b0-1111-7abc-8def-0123456789ab}", "0190a0b011117abc8def0123456789ab",
        "urn:uuid:0190a0b0-1111-7abc-8def-0123456789ab", "0190a0b0-1111-7abc-8def-0123456789ag",
        "0190a0b0+1111-7abc-8def-0123456789ab", "0190a0b0-1111-7abc-8def-0123456789a "}) {
    EXPECT_FALSE(Uuid::Parse(text)) << text;
  }
}

TEST(Uuid, FromName_IsStableAndDistinct) {
  EXPECT_EQ(Uuid::FromName("a"), Uuid::FromName("a"));
  EXPECT_NE(Uuid::FromName("a"), Uuid::FromName("b"));
  EXPECT_EQ(Uuid::FromName("a").ToString()[14], '8');
}

}  // namespace
}  // namespace market
