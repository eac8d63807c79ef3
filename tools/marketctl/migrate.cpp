#include "tools/marketctl/migrate.hpp"

#include <stdexcept>

#include "platform/core/error.hpp"
#include "tools/marketctl/bad_arguments.hpp"

namespace market::marketctl {
namespace {

std::string Known() {
  std::string names;
  for (const auto& known : AllMigrations())
    names += (names.empty() ? "" : ", ") + std::string(known.database);
  return names;
}

}  // namespace

std::vector<Migration> Choose(const Conninfos& named, const std::optional<std::string>& database) {
  std::vector<Migration> chosen;
  if (database) {
    const auto* migrations = FindMigrations(*database);
    if (migrations == nullptr) throw BadArguments("--database: '" + *database + "' is none of " + Known());
    auto at = named.find(*database);
    if (at == named.end()) at = named.find("");
    if (at == named.end()) {
      throw BadArguments("neither postgres.conninfo nor " + *database + ".postgres.conninfo is set");
    }
    chosen.push_back({migrations, at->second.Read()});
    return chosen;
  }
  if (named.contains("")) throw BadArguments("postgres.conninfo names no database: --database " + Known());
  for (const auto& known : AllMigrations()) {
    const auto at = named.find(known.database);
    if (at != named.end()) chosen.push_back({&known, at->second.Read()});
  }
  if (chosen.empty()) throw BadArguments("no postgres.conninfo is set");
  return chosen;
}

Task<std::vector<std::string>> MigrateOne(boost::asio::io_context& io, Migration migration,
                                          std::chrono::milliseconds limit) {
  const std::string name(migration.migrations->database);
  postgres::Database database(io, {.conninfo = migration.conninfo, .name = name});
  try {
    co_return co_await postgres::Migrate(database, migration.migrations->sets, migration.program_role,
                                         runtime::After(limit));
  } catch (const Error& error) {
    throw Error(error.code, error.reason, name + ": " + error.message);
  } catch (const std::exception& error) {
    throw std::runtime_error(name + ": " + error.what());
  }
}

}  // namespace market::marketctl
