// marketctl account find, disable and enable: what operators do to an account, at the machine. It goes by the
// database, so it is there when nobody can sign in; the running services hear of it as of any other act.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/runtime/task.hpp"
#include "services/auth/domain/account.hpp"

namespace market::marketctl {

enum class AccountVerb : std::uint8_t { kFind, kDisable, kEnable };

// Which account: by one of the two.
struct AccountRequest {
  std::string conninfo;
  std::optional<std::string> email;
  std::optional<AccountId> id;
  std::string reason;
};

// The account as it is then. Throws std::runtime_error when there is none, when it is the last admin who may
// sign in, or for a database that is not migrated, and what platform/postgres throws.
Task<auth::domain::Account> RunAccount(boost::asio::io_context& io, AccountVerb verb, AccountRequest request);

std::string LineOf(const auth::domain::Account& account);
// One object, with the names of the contract.
std::string JsonOf(const auth::domain::Account& account);

}  // namespace market::marketctl
