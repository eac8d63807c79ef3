#include "platform/core/words.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace market {
namespace {

enum class Light : std::uint8_t { kRed, kGreen, kOff };
constexpr Words<Light, 3> kLights{"light", {"RED", "GREEN", ""}};

TEST(Words, UnknownWord_IsRefusedByName) {
  EXPECT_EQ(kLights.Find("BLUE"), std::nullopt);
  EXPECT_EQ(kLights.Find("red"), std::nullopt);
  try {
    kLights.Require("BLUE");
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "not a light: 'BLUE'");
  }
  EXPECT_THROW(kLights.Name(static_cast<Light>(3)), std::out_of_range);
}

TEST(Words, EveryValue_IsItsWordsValue) {
  static_assert(kLights.Name(Light::kGreen) == "GREEN");
  for (const Light light : {Light::kRed, Light::kGreen, Light::kOff}) {
    EXPECT_EQ(kLights.Require(kLights.Name(light)), light);
  }
}

}  // namespace
}  // namespace market
