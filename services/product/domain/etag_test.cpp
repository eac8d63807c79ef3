#include "services/product/domain/etag.hpp"

#include <gtest/gtest.h>

namespace market::product::domain {
namespace {

TEST(EtagVersion_OwnTags, GiveTheVersion) {
  EXPECT_EQ(EtagVersion("7"), 7);
  EXPECT_EQ(EtagVersion("12-00ff00ff00ff00ff"), 12);
}

TEST(EtagVersion_ForeignTags, GiveNothing) {
  for (const auto* tag : {"", "-", "0", "x7", "7x", "-7", "99999999999999999999"}) {
    EXPECT_EQ(EtagVersion(tag), std::nullopt) << tag;
  }
}

TEST(EtagHash_OtherValues, GiveOtherHashes) {
  EXPECT_NE(EtagHash().Add("ab").Add("c").Hex(), EtagHash().Add("a").Add("bc").Hex());
  EXPECT_NE(EtagHash().Add(std::int64_t{1}).Hex(), EtagHash().Add(std::int64_t{2}).Hex());
  EXPECT_EQ(EtagHash().Add("ab").Hex(), EtagHash().Add("ab").Hex());
}

}  // namespace
}  // namespace market::product::domain
