#include "platform/grpc/transport/share.hpp"

#include <gtest/gtest.h>

namespace market::grpc::test {
namespace {

TEST(Share, Outside_FillsItsPartOnly) {
  Share share(4, 75);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(share.Take(Caller::kOutside, 1)) << i;
  EXPECT_FALSE(share.Take(Caller::kOutside, 1));
  EXPECT_TRUE(share.Take(Caller::kService, 1));
  EXPECT_FALSE(share.Take(Caller::kService, 1));
  EXPECT_EQ(share.Taken(), 4u);
  share.Give(Caller::kOutside, 1);
  EXPECT_EQ(share.TakenOutside(), 2u);
  EXPECT_TRUE(share.Take(Caller::kOutside, 1));
}

TEST(Share, Services_MayTakeAll) {
  Share share(4, 75);
  EXPECT_TRUE(share.Take(Caller::kService, 4));
  EXPECT_FALSE(share.Take(Caller::kOutside, 1));
}

TEST(Share, WhatDoesNotFit_TakesNothing) {
  Share share(100, 75);
  EXPECT_FALSE(share.Take(Caller::kOutside, 76));
  EXPECT_FALSE(share.Take(Caller::kService, 101));
  EXPECT_FALSE(share.Take(Caller::kService, static_cast<std::size_t>(-1)));
  EXPECT_EQ(share.Taken(), 0u);
}

TEST(Share, SmallOne_LeavesOutsideOne) { EXPECT_TRUE(Share(1, 75).Take(Caller::kOutside, 1)); }

TEST(Share, Place_IsGivenBackOnce) {
  Share share(2, 100);
  {
    Place first(share, Caller::kOutside);
    Place second;
    EXPECT_FALSE(second);
    second = std::move(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(share.Taken(), 1u);
    const Place third(std::move(second));
    EXPECT_EQ(share.TakenOutside(), 1u);
  }
  EXPECT_EQ(share.Taken(), 0u);
}

}  // namespace
}  // namespace market::grpc::test
