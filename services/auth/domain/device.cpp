#include "services/auth/domain/device.hpp"

#include <array>

namespace market::auth::domain {
namespace {

struct Sign {
  std::string_view in_text;
  std::string_view name;
};

// The first that fits: browsers name those that they want to be taken for, and systems what they are made of.
constexpr std::array kBrowsers = {Sign{"Edg/", "Edge"},
                                  Sign{"EdgA/", "Edge"},
                                  Sign{"EdgiOS/", "Edge"},
                                  Sign{"OPR/", "Opera"},
                                  Sign{"SamsungBrowser/", "Samsung Internet"},
                                  Sign{"Firefox/", "Firefox"},
                                  Sign{"FxiOS/", "Firefox"},
                                  Sign{"Chrome/", "Chrome"},
                                  Sign{"CriOS/", "Chrome"},
                                  Sign{"Safari/", "Safari"}};
constexpr std::array kSystems = {Sign{"iPhone", "iPhone"},   Sign{"iPad", "iPad"},
                                 Sign{"Android", "Android"}, Sign{"CrOS", "ChromeOS"},
                                 Sign{"Windows", "Windows"}, Sign{"Mac OS X", "macOS"},
                                 Sign{"Macintosh", "macOS"}, Sign{"Linux", "Linux"}};

std::string_view NameIn(std::string_view text, const auto& signs) {
  for (const auto& sign : signs) {
    if (text.contains(sign.in_text)) return sign.name;
  }
  return {};
}

}  // namespace

std::string DeviceOf(std::string_view user_agent) {
  const auto browser = NameIn(user_agent, kBrowsers);
  if (browser.empty()) {
    const auto product = user_agent.substr(0, user_agent.find(' '));
    return std::string(product.substr(0, kDeviceCharsMax));
  }
  const auto system = NameIn(user_agent, kSystems);
  return std::string(browser) + (system.empty() ? "" : " on " + std::string(system));
}

}  // namespace market::auth::domain
