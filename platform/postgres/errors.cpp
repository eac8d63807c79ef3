#include "platform/postgres/errors.hpp"

#include <libpq-fe.h>

namespace market::postgres {
namespace {

std::string Field(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

// "The cached plan must not change its result type", recognised by where it is raised:
// its SQLSTATE has other uses.
bool IsStalePlan(const pg_result* result, std::string_view sqlstate) {
  return sqlstate == "0A000" && Field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery";
}

bool Retires(const pg_result* result, std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25006" ||
         sqlstate == "26000" || IsStalePlan(result, sqlstate);
}

}  // namespace

SqlError::SqlError(std::string_view statement, std::string sqlstate, std::string constraint,
                   std::string_view text)
    : std::runtime_error(std::string(statement) + ": " + std::string(text) + " (" + sqlstate +
                         (constraint.empty() ? "" : ", " + constraint) + ")"),
      statement(statement),
      sqlstate(std::move(sqlstate)),
      constraint(std::move(constraint)) {}

Error Conflict(const SqlError& error) {
  return Unavailable("others are changing the same data: " + error.statement)
      .WithRetryAfter(std::chrono::milliseconds(200));
}

std::exception_ptr ToException(const pg_result* result, std::string_view statement) {
  const std::string sqlstate = Field(result, PG_DIAG_SQLSTATE);
  const std::string text = Field(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string where = std::string(statement) + ": " + text;
  if (Retires(result, sqlstate) || sqlstate.starts_with("53"))
    return std::make_exception_ptr(Unavailable(where));
  if (sqlstate == "57014") return std::make_exception_ptr(DeadlineExceeded(where));
  SqlError error(statement, sqlstate, Field(result, PG_DIAG_CONSTRAINT_NAME), text);
  if (sqlstate == "55P03") return std::make_exception_ptr(Conflict(error));
  return std::make_exception_ptr(std::move(error));
}

bool RetiresConnection(const pg_result* result) { return Retires(result, Field(result, PG_DIAG_SQLSTATE)); }

}  // namespace market::postgres
