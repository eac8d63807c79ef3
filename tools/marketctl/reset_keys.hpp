// marketctl keys reset: when auth is given another root secret, what was sealed with the old one must go.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

#include "platform/runtime/task.hpp"

namespace market::marketctl {

// Gives how many were removed. Throws std::runtime_error for a database that is not migrated, and what
// platform/postgres throws.
Task<std::int64_t> ResetSigningKeys(boost::asio::io_context& io, std::string conninfo, std::string reason);

}  // namespace market::marketctl
