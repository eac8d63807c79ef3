#include "services/product/domain/etag.hpp"

#include <gtest/gtest.h>

namespace market::product::domain {
namespace {

TEST(EtagHash_OtherValues, GiveOtherHashes) {
  EXPECT_NE(EtagHash().Add("ab").Add("c").Hex(), EtagHash().Add("a").Add("bc").Hex());
  EXPECT_NE(EtagHash().Add(std::int64_t{1}).Hex(), EtagHash().Add(std::int64_t{2}).Hex());
  EXPECT_EQ(EtagHash().Add("ab").Hex(), EtagHash().Add("ab").Hex());
}

}  // namespace
}  // namespace market::product::domain
