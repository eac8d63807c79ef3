#include "tools/marketctl/operator.hpp"

#include <stdexcept>

#include "platform/postgres/migrate.hpp"
#include "platform/rules/internet_rules.hpp"
#include "platform/telemetry/trace.hpp"
#include "platform/unicode/unicode.hpp"
#include "services/auth/credentials/passwords.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "tools/marketctl/act.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDisplayName = "Operator";

// As the edge has it for who signs up.
void Check(const OperatorRequest& request) {
  if (const auto fault = rules::EmailFault(request.email); !fault.empty()) {
    throw std::runtime_error("--email: '" + request.email + "' " + std::string(fault));
  }
  const auto password = unicode::OpaqueString(request.password);
  if (!password) {
    throw std::runtime_error(
        "--password-file: the password must not have control or other invisible characters");
  }
  const auto characters = unicode::Length(*password);
  if (characters < 8 || characters > 128) {
    throw std::runtime_error("--password-file: the password must have 8 to 128 characters, it has " +
                             std::to_string(characters));
  }
}

}  // namespace

Task<auth::storage::Promotion> CreateOperator(boost::asio::io_context& io, OperatorRequest request) {
  Check(request);
  postgres::Database database(
      io, {.conninfo = request.conninfo, .name = "auth", .read_connections = 1, .write_connections = 1});
  co_await postgres::RequireNewest(database, auth::kMigrations, runtime::After(10s));
  co_await database.Open(runtime::After(5s));

  auth::Passwords passwords({});
  auth::storage::Accounts accounts(database, {});
  const auth::storage::NewAccount account{
      .id = AccountId::New(),
      .email = request.email,
      .password_hash =
          co_await passwords.Hash(co_await passwords.Enter({}, runtime::After(5s)), request.password)};
  const auto trace = telemetry::TraceContext::NewRoot();
  auto act = ActOf("marketctl operator create", "auth");
  act.trace_id = trace.TraceIdHex();
  const auto promotion = co_await accounts.EnsureOperator(
      runtime::After(5s), account, request.role,
      auth::ProfileMessage(account.id, kDisplayName, trace.ToTraceparent()), std::move(act));
  co_await database.Close(runtime::After(2s));
  co_return promotion;
}

}  // namespace market::marketctl
