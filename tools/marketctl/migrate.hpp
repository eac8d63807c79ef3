// marketctl migrate: brings databases to the newest schema and gives the roles of the programs their
// rights. Runs as the owner of each database, which no program is.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.hpp"
#include "tools/marketctl/conninfo.hpp"
#include "tools/marketctl/migrations.hpp"

namespace market::marketctl {

struct Migration {
  const DatabaseMigrations* migrations;
  std::string conninfo;
  std::string program_role = {};  // empty: called like the database
};

// Of what is named, the one database asked for or all. Throws BadArguments when that is not there, or when it
// can't be told which database a connection string leads to.
std::vector<Migration> Choose(const Conninfos& named, const std::optional<std::string>& database);

// The files it applied. Several at once wait for each other. Throws what
// postgres::Migrate throws, the database's name in front.
Task<std::vector<std::string>> MigrateOne(boost::asio::io_context& io, Migration migration,
                                          std::chrono::milliseconds limit);

}  // namespace market::marketctl
