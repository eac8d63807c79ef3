// The version and source revision this program was built from,
// for --version, log lines and market_build_info.
#pragma once
#include <string_view>

namespace market::config {

std::string_view Version();   // "0.1.0", the CMake project's version
std::string_view Revision();  // "unknown" unless the build was given -DMARKET_REVISION=…

}  // namespace market::config
