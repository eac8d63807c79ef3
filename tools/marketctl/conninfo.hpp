// The databases that a process is told of: lines of its configuration file, or variables of its environment.
// All other keys are passed over.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace market::marketctl {

// Connection strings by database; under "" the one of `postgres.conninfo`, which names no database.
using Conninfos = std::map<std::string, std::string, std::less<>>;

// Throws std::runtime_error naming the file when it, or a file that it names, can't be read.
Conninfos ConninfosOf(const std::string& config_file);

// MARKET_POSTGRES_CONNINFO, MARKET_ORDER_POSTGRES_CONNINFO and so on, or the same with _FILE.
using Variable = std::function<const char*(const char*)>;
Conninfos ConninfosOfEnvironment(const Variable& variable);

// That of auth in a file of auth's own, of the one-process shape, or one that holds nothing else. Throws
// std::runtime_error naming the file when there is none.
std::string ConninfoOfAuth(const std::string& config_file);

// The whole file without the line break at its end. Throws std::runtime_error naming it.
std::string ReadFile(const std::string& path);

}  // namespace market::marketctl
