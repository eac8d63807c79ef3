#include "services/auth/domain/device.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace market::auth::domain {
namespace {

TEST(Device, ABrowserIsNamedWithItsSystem) {
  for (const auto& [user_agent, device] : {
           std::pair("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                     "Firefox on Linux"),
           std::pair("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                     "Chrome/126.0.0.0 Safari/537.36",
                     "Chrome on Windows"),
           std::pair("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                     "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
                     "Edge on Windows"),
           std::pair(
               "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
               "Version/17.5 Safari/605.1.15",
               "Safari on macOS"),
           std::pair(
               "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
               "Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
               "Safari on iPhone"),
           std::pair("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
                     "Chrome/126.0.0.0 Mobile Safari/537.36",
                     "Chrome on Android"),
           std::pair("Mozilla/5.0 (Plan 9) Firefox/1.0", "Firefox"),
       }) {
    EXPECT_EQ(DeviceOf(user_agent), device) << user_agent;
  }
}

TEST(Device, AnyOtherProgramIsItsFirstProduct) {
  EXPECT_EQ(DeviceOf("curl/7.88.1"), "curl/7.88.1");
  EXPECT_EQ(DeviceOf("grpc-python/1.51.1 grpc-c/29.0.0 (linux; chttp2)"), "grpc-python/1.51.1");
  EXPECT_EQ(DeviceOf(""), "");
  EXPECT_EQ(DeviceOf(" "), "");
  EXPECT_EQ(DeviceOf(std::string(500, 'x')), std::string(kDeviceCharsMax, 'x'));
}

}  // namespace
}  // namespace market::auth::domain
