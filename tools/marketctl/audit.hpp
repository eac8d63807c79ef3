// marketctl audit verify: whether the acts on record of a database (platform/audit) are what they were.
//
// The chain says of each act that it was not changed, taken out or put in. That its end was not cut off only
// who has kept a head can tell: programs tell each to the log (`audit.sealed`), where who can change the
// database can't reach.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.hpp"

namespace market::marketctl {

// As the log told it.
struct ChainHead {
  std::int64_t position = 0;
  std::string digest;  // hex
};
// "17:9f86d0…"; nullopt for anything else.
std::optional<ChainHead> ReadHead(const std::string& text);

struct ChainReport {
  ChainHead head;                   // as it is now; position 0: there is none
  std::vector<std::string> faults;  // one line each, at most 1,000
};

// Throws what platform/postgres throws.
Task<ChainReport> VerifyChain(boost::asio::io_context& io, std::string database, std::string conninfo,
                              std::optional<ChainHead> known);

}  // namespace market::marketctl
