#include "services/user/domain/slug.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"

namespace market::user::domain {
namespace {

TEST(Slugs, WhatTheMarketplaceIsCalled_IsReserved) {
  for (const char* slug : {"admin", "api", "www", "docs", "support", "postmaster", "wpad", "v1", "null",
                           "marketplace", "official", "xn--bcher-kva", "ab--c"}) {
    EXPECT_THROW(CheckSlug(slug), Error) << slug;
  }
}

TEST(Slugs, ShopsOfThoseNames_AreFree) {
  for (const char* slug : {"admins-corner", "analytical-engines", "api-shop", "a-b", "books", "a--b",
                           "abc--d", "supporters", "w3"}) {
    EXPECT_NO_THROW(CheckSlug(slug)) << slug;
  }
}

}  // namespace
}  // namespace market::user::domain
