#include "tools/marketctl/account.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <variant>

#include "platform/postgres/migrate.hpp"
#include "platform/telemetry/trace.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/account_acts.hpp"
#include "services/auth/storage/accounts.hpp"
#include "tools/marketctl/act.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;
using auth::domain::Account;

Task<std::optional<Account>> Find(postgres::Database& database, const AccountRequest& request) {
  if (request.id) {
    auth::storage::Accounts accounts(database, {});
    co_return co_await accounts.Find(runtime::After(5s), *request.id);
  }
  auth::storage::AccountActs acts(database);
  co_return co_await acts.FindByEmail(runtime::After(5s),
                                      auth::domain::NormalizeEmail(request.email.value()));
}

audit::Act Recorded(AccountVerb verb, const std::string& reason) {
  auto act =
      ActOf(verb == AccountVerb::kDisable ? "marketctl account disable" : "marketctl account enable", "auth");
  act.trace_id = telemetry::TraceContext::NewRoot().TraceIdHex();
  act.reason = reason;
  return act;
}

Task<Account> Apply(postgres::Database& database, AccountVerb verb, Account account, std::string reason) {
  if (verb == AccountVerb::kFind) co_return account;
  auth::storage::AccountActs acts(database);
  auto act = Recorded(verb, reason);
  const auto acted = verb == AccountVerb::kDisable
                         ? co_await acts.Disable(runtime::After(5s), account.id, std::move(reason),
                                                 auth::storage::Target::kAnybody, std::move(act))
                         : co_await acts.Enable(runtime::After(5s), account.id, std::move(act));
  if (std::holds_alternative<auth::storage::LastAdmin>(acted)) {
    throw std::runtime_error("it is the last admin who may sign in; make somebody else an admin first");
  }
  co_return std::get<Account>(acted);
}

}  // namespace

Task<Account> RunAccount(boost::asio::io_context& io, AccountVerb verb, AccountRequest request) {
  postgres::Database database(
      io, {.conninfo = request.conninfo, .name = "auth", .read_connections = 1, .write_connections = 1});
  co_await postgres::RequireNewest(database, auth::kMigrations, runtime::After(10s));
  co_await database.Open(runtime::After(5s));
  const auto found = co_await Find(database, request);
  if (!found) throw std::runtime_error("there is no such account");
  auto account = co_await Apply(database, verb, *found, std::move(request.reason));
  co_await database.Close(runtime::After(2s));
  co_return account;
}

std::string LineOf(const Account& account) {
  std::string line = account.id.ToString() + "  " + account.email + "  " + std::string(Name(account.state));
  if (account.disabled_reason) line += " (" + *account.disabled_reason + ")";
  for (const auto role : account.roles) line += "  " + std::string(Name(role));
  for (const auto& [seller, role] : account.sellers) {
    line += "  " + std::string(Name(role)) + " of " + seller.ToString();
  }
  return line;
}

std::string JsonOf(const Account& account) {
  boost::json::array roles;
  for (const auto role : account.roles) roles.emplace_back(std::string(Name(role)));
  boost::json::array sellers;
  for (const auto& [seller, role] : account.sellers) {
    sellers.emplace_back(
        boost::json::object{{"sellerId", seller.ToString()}, {"role", std::string(Name(role))}});
  }
  boost::json::object object{{"id", account.id.ToString()},
                             {"email", account.email},
                             {"state", std::string(Name(account.state))},
                             {"roles", std::move(roles)},
                             {"sellers", std::move(sellers)}};
  if (account.disabled_reason) object["disableReason"] = *account.disabled_reason;
  return boost::json::serialize(object);
}

}  // namespace market::marketctl
