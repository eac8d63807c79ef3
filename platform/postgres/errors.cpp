#include "platform/postgres/errors.hpp"

#include <libpq-fe.h>

namespace market::postgres {
namespace {

std::string Field(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

bool IsClass(std::string_view sqlstate, std::string_view two) { return sqlstate.starts_with(two); }

}  // namespace

SqlError::SqlError(std::string_view statement, std::string sqlstate, std::string constraint, std::string_view text)
    : std::runtime_error(std::string(statement) + ": " + std::string(text) + " (" + sqlstate +
                         (constraint.empty() ? "" : ", " + constraint) + ")"),
      statement(statement),
      sqlstate(std::move(sqlstate)),
      constraint(std::move(constraint)) {}

Error Conflict(const SqlError& error) {
  return Unavailable("the data is contended: " + error.statement).WithRetryAfter(std::chrono::milliseconds(200));
}

bool RetiresConnection(std::string_view sqlstate) {
  return IsClass(sqlstate, "08") || sqlstate.starts_with("57P") || sqlstate == "25006" || sqlstate == "26000" ||
         sqlstate == "0A000";
}

std::exception_ptr ToException(const pg_result* result, std::string_view statement) {
  const std::string sqlstate = Field(result, PG_DIAG_SQLSTATE);
  const std::string text = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string where = std::string(statement) + ": " + text;
  // "The cached plan must not change its result type" and a lost prepared statement are cured by a new connection.
  if (IsClass(sqlstate, "08") || IsClass(sqlstate, "53") || sqlstate.starts_with("57P") || sqlstate == "25006" ||
      sqlstate == "26000" || sqlstate == "0A000") {
    return std::make_exception_ptr(Unavailable(where));
  }
  if (sqlstate == "57014") return std::make_exception_ptr(DeadlineExceeded(where));
  SqlError error(statement, sqlstate, Field(result, PG_DIAG_CONSTRAINT_NAME), text);
  if (sqlstate == "55P03") return std::make_exception_ptr(Conflict(error));
  return std::make_exception_ptr(std::move(error));
}

}  // namespace market::postgres
