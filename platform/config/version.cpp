#include "platform/config/version.hpp"

namespace market::config {

std::string_view Version() { return MARKET_VERSION; }
std::string_view Revision() { return MARKET_REVISION; }

}  // namespace market::config
