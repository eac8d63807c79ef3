#include "tools/marketctl/conninfo.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tools/marketctl/schemas.hpp"

namespace market::marketctl {
namespace {

constexpr std::string_view kKey = "postgres.conninfo";
constexpr std::string_view kFile = "_file";

std::string_view Trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") - start + 1);
}

void Note(std::string_view key, std::string_view value, Conninfos& found) {
  const bool is_file = key.ends_with(kFile);
  if (is_file) key.remove_suffix(kFile.size());
  if (!key.ends_with(kKey)) return;
  key.remove_suffix(kKey.size());
  if (key.ends_with('.')) key.remove_suffix(1);
  found[std::string(key)] = is_file ? ReadFile(std::string(value)) : std::string(value);
}

std::string VariableName(std::string_view key) {
  std::string name = "MARKET_";
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(c));
  return name;
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

Conninfos ConninfosOf(const std::string& config_file) {
  Conninfos found;
  std::istringstream lines(ReadFile(config_file));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || Trimmed(line).starts_with('#')) continue;
    const std::string_view text(line);
    Note(Trimmed(text.substr(0, equals)), Trimmed(text.substr(equals + 1)), found);
  }
  return found;
}

Conninfos ConninfosOfEnvironment(const Variable& variable) {
  std::vector<std::string> keys = {std::string(kKey)};
  for (const auto& schema : Schemas()) keys.push_back(std::string(schema.database) + "." + std::string(kKey));
  Conninfos found;
  for (const auto& key : keys) {
    for (const auto& name : {key, key + std::string(kFile)}) {
      const char* value = variable(VariableName(name).c_str());
      if (value != nullptr && *value != '\0') Note(name, value, found);
    }
  }
  return found;
}

std::string ConninfoOfAuth(const std::string& config_file) {
  const auto found = ConninfosOf(config_file);
  for (const std::string_view name : {"", "auth"}) {
    if (const auto at = found.find(name); at != found.end()) return at->second;
  }
  throw std::runtime_error(config_file + ": has no postgres.conninfo or postgres.conninfo_file");
}

}  // namespace market::marketctl
