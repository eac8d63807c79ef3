#include "services/notification/domain/settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace market::notification::domain {
namespace {

TEST(Settings, Complete_HasEachKindWithoutAToken_AsKeptOrAsUsual) {
  const auto all = Complete({{.kind = Kind::kParcelShipped, .app = true, .mail = false}});
  EXPECT_EQ(all.size(), kKinds.words.size() - 6);
  const auto shipped = std::ranges::find(all, Kind::kParcelShipped, &Setting::kind);
  ASSERT_NE(shipped, all.end());
  EXPECT_TRUE(shipped->app);
  EXPECT_FALSE(shipped->mail);
  EXPECT_EQ(std::ranges::count(all, true, &Setting::mail), static_cast<long>(all.size()) - 1);
  EXPECT_EQ(std::ranges::find(all, Kind::kVerifyEmail, &Setting::kind), all.end());
}

}  // namespace
}  // namespace market::notification::domain
