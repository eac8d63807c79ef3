#include "tools/marketctl/conninfo.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "platform/config/properties.hpp"
#include "platform/postgres/conninfo.hpp"
#include "tools/marketctl/migrations.hpp"

namespace market::marketctl {
namespace {

constexpr std::string_view kConninfo = "postgres.conninfo";
constexpr std::string_view kConninfoFile = "postgres.conninfo_file";
constexpr std::string_view kCa = "postgres.ca";

std::string_view Trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t\r") - start + 1);
}

void Note(std::string_view key, std::string_view value, Conninfos& found) {
  const auto end = key.rfind("postgres.");
  if (end == key.npos || (end != 0 && key[end - 1] != '.')) return;
  const std::string database(key.substr(0, end == 0 ? 0 : end - 1));
  const auto what = key.substr(end);
  if (what == kConninfo) found[database].conninfo = value;
  if (what == kConninfoFile) found[database].file = value;
  if (what == kCa) found[database].ca = value;
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

std::string Named::Read() const { return postgres::VerifiedBy(file.empty() ? conninfo : ReadFile(file), ca); }

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
  std::vector<std::string> prefixes = {""};
  for (const auto& known : AllMigrations()) prefixes.push_back(std::string(known.database) + ".");
  Conninfos found;
  for (const auto& prefix : prefixes) {
    for (const auto what : {kConninfo, kConninfoFile, kCa}) {
      const std::string key = prefix + std::string(what);
      const char* value = variable(config::EnvironmentName(key).c_str());
      if (value != nullptr && *value != '\0') Note(key, value, found);
    }
  }
  return found;
}

std::string ConninfoOfAuth(const std::string& config_file) {
  const auto found = ConninfosOf(config_file);
  for (const std::string_view name : {"", "auth"}) {
    if (const auto at = found.find(name); at != found.end()) return at->second.Read();
  }
  throw std::runtime_error(config_file + ": has no postgres.conninfo or postgres.conninfo_file");
}

}  // namespace market::marketctl
