#include "tools/marketctl/conninfo.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace market::marketctl {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"postgres.conninfo", "auth.postgres.conninfo"};

std::string_view Trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") - start + 1);
}

}  // namespace

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw std::runtime_error(path + ": " +
                             (errno != 0 ? std::strerror(errno) : "can't be read, or is empty"));
  }
  std::string content = std::move(text).str();
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  return content;
}

std::string ConninfoFrom(const std::string& config_file) {
  std::istringstream lines(ReadFile(config_file));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) continue;
    const auto key = Trimmed(std::string_view(line).substr(0, equals));
    const std::string value(Trimmed(std::string_view(line).substr(equals + 1)));
    for (const auto name : kKeys) {
      if (key == name) return value;
      if (key == std::string(name) + "_file") return ReadFile(value);
    }
  }
  throw std::runtime_error(config_file + ": has no postgres.conninfo or postgres.conninfo_file");
}

}  // namespace market::marketctl
