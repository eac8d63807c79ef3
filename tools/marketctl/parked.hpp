// marketctl outbox and work: what the workers have given up, and what an operator does about it.
//
// A parked message keeps the later ones of its key waiting, a parked row waits by itself; both are told by
// metrics and alerts. Everything here is one transaction a table, so it may run while the services do.
#pragma once
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/runtime/task.hpp"
#include "tools/marketctl/conninfo.hpp"

namespace market::marketctl {

// What is parked in one table of one database.
struct Parked;

// The tables of `kind` ("outbox" or "work") in what is named, of one database or of all. Throws BadArguments
// when there is none.
struct ParkedTable {
  const Parked* parked;
  std::string conninfo;

  std::string_view Database() const;
  std::string_view Table() const;
};
std::vector<ParkedTable> ParkedTables(std::string_view kind, const Conninfos& named,
                                      const std::optional<std::string>& database);

struct ParkedRow {
  std::string database;
  std::string id;
  std::string what;  // of a message topic and key
  std::string parked_at;
  std::int64_t runs = 0;  // broken ones
  std::string error;      // of the last
};
std::string LineOf(const ParkedRow& row);

// At most 1,000, the oldest first.
Task<std::vector<ParkedRow>> ListParked(boost::asio::io_context& io, ParkedTable table);
// Without ids: all. Gives how many there were.
Task<std::int64_t> RetryParked(boost::asio::io_context& io, ParkedTable table, std::vector<Uuid> ids);
// For ever, and on record in the same transaction. Throws BadArguments where nothing may be dropped.
Task<std::int64_t> DropParked(boost::asio::io_context& io, ParkedTable table, std::vector<Uuid> ids);

}  // namespace market::marketctl
