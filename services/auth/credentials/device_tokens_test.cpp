#include "services/auth/credentials/device_tokens.hpp"

#include <gtest/gtest.h>

#include "platform/testing/fake_clock.hpp"

namespace market::auth {
namespace {

constexpr std::chrono::seconds kYear{365LL * 24 * 3600};

class DeviceTokensTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  const DeviceTokens tokens_{"key", kYear, clock_};
  const DeviceTokens::Device device_{.id = Uuid::NewV7(), .account = AccountId::New()};
};

TEST_F(DeviceTokensTest, Issued_IsKnownAgain) {
  const auto token = tokens_.Issue(device_);
  EXPECT_TRUE(token.starts_with("dv_"));
  EXPECT_LE(token.size(), 128U) << "the contract's limit";
  EXPECT_EQ(tokens_.Read(token), device_);
  EXPECT_EQ(DeviceTokens("key", kYear, clock_).Read(token), device_) << "by every replica";
}

TEST_F(DeviceTokensTest, LastsAYear) {
  const auto token = tokens_.Issue(device_);
  clock_.Advance(kYear - std::chrono::seconds(1));
  EXPECT_TRUE(tokens_.Read(token));
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_FALSE(tokens_.Read(token));
}

TEST_F(DeviceTokensTest, ForgedOrNoToken_IsNobody) {
  const auto token = tokens_.Issue(device_);
  EXPECT_FALSE(DeviceTokens("other key", kYear, clock_).Read(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens_.Read(forged)) << i;
  }
  for (const std::string& text : {std::string(), std::string("dv_"), std::string("dv_AAAA"), token + "A",
                                  token.substr(0, token.size() - 1), token.substr(3)}) {
    EXPECT_FALSE(tokens_.Read(text)) << text;
  }
}

}  // namespace
}  // namespace market::auth
