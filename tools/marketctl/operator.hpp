// marketctl operator create: an account that runs the marketplace.
#pragma once
#include <boost/asio/io_context.hpp>
#include <string>

#include "platform/runtime/task.hpp"
#include "services/auth/storage/accounts.hpp"

namespace market::marketctl {

struct OperatorRequest {
  std::string email;
  std::string password;
  std::string conninfo;
  auth::domain::Role role = auth::domain::Role::kAdmin;
};

// Makes the account, or gives the role to the one that has this e-mail (its password stays). Repeating it
// changes nothing. Throws std::runtime_error for an e-mail or a password the marketplace would not take, or a
// database that is not migrated, and what platform/postgres throws.
Task<auth::storage::Promotion> CreateOperator(boost::asio::io_context& io, OperatorRequest request);

}  // namespace market::marketctl
