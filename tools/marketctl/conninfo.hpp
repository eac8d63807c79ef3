// The databases that a process is told of: lines of its configuration file, or variables of its environment.
// All other keys are passed over.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace market::marketctl {

// What stands under postgres.conninfo, postgres.conninfo_file and postgres.ca.
struct Named {
  std::string conninfo;
  std::string file;
  std::string ca;

  // The whole connection string. Throws std::runtime_error naming the file when that can't be read.
  std::string Read() const;
};

// By database; under "" what names no database. Files of databases that nobody asks for need not be there.
using Conninfos = std::map<std::string, Named, std::less<>>;

// Throws std::runtime_error naming the file when it can't be read.
Conninfos ConninfosOf(const std::string& config_file);

// MARKET_POSTGRES_CONNINFO, MARKET_ORDER_POSTGRES_CONNINFO and so on, or the same with _FILE, and
// MARKET_POSTGRES_CA and so on.
using Variable = std::function<const char*(const char*)>;
Conninfos ConninfosOfEnvironment(const Variable& variable);

// That of auth in a file of auth's own, of the one-process shape, or one that holds nothing else. Throws
// std::runtime_error naming the file when there is none.
std::string ConninfoOfAuth(const std::string& config_file);

// The whole file without the line break at its end. Throws std::runtime_error naming it.
std::string ReadFile(const std::string& path);

}  // namespace market::marketctl
