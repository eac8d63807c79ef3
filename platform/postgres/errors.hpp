// How a statement fails.
//
//   SqlError        the server refused it: a constraint, a wrong type. Storage maps sqlstate and constraint
//                   to a reason.
//   Error           UNAVAILABLE (no connection, lost, shutting down, out of space; lock_timeout, or a
//                   serialization failure that three runs did not clear: nothing happened), DEADLINE_EXCEEDED
//                   (ours or the server's statement_timeout), RESOURCE_EXHAUSTED (no connection became free
//                   in time, too much waiting).
//   CommitUnknown   the connection was lost after a write was sent and before its answer: it may have
//                   happened. The caller finds out by the natural key of what it wrote; it never simply runs
//                   it again.
#pragma once
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"

struct pg_result;

namespace market::postgres {

class SqlError : public std::runtime_error {
 public:
  SqlError(std::string_view statement, std::string sqlstate, std::string constraint, std::string_view text);

  bool Is(std::string_view state) const { return sqlstate == state; }
  bool IsUniqueViolation(std::string_view name) const { return sqlstate == "23505" && constraint == name; }
  // Serialization failure or deadlock: nothing happened, the whole transaction may run again.
  bool MayRunAgain() const { return sqlstate == "40001" || sqlstate == "40P01"; }

  std::string statement;
  std::string sqlstate;
  std::string constraint;  // empty when the error names none
};

class CommitUnknown : public Error {
 public:
  explicit CommitUnknown(std::string_view statement)
      : Error(Code::kUnavailable, "COMMIT_UNKNOWN",
              "the connection was lost while committing " + std::string(statement)) {}
};

// A write that kept colliding with others.
Error Conflict(const SqlError& error);

// What the server's error becomes for the caller, by the table above.
std::exception_ptr ToException(const pg_result* result, std::string_view statement);

// Whether the connection that gave this error is of no more use: the server goes away, has become a standby,
// or has lost or can't use our prepared statements.
bool RetiresConnection(const pg_result* result);

}  // namespace market::postgres
