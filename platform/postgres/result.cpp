#include "platform/postgres/result.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace market::postgres {

void Row::Throw(std::size_t column, std::string_view what) const {
  const char* name = PQfname(result_, static_cast<int>(column));
  throw std::logic_error("column " + std::to_string(column) + " (" + (name == nullptr ? "none" : name) +
                         "): " + std::string(what));
}

std::size_t Row::Size() const { return static_cast<std::size_t>(PQnfields(result_)); }

bool Row::IsNull(std::size_t column) const {
  if (static_cast<int>(column) >= PQnfields(result_)) Throw(column, "does not exist");
  return PQgetisnull(result_, row_, static_cast<int>(column)) != 0;
}

std::string_view Row::Text(std::size_t column) const {
  if (IsNull(column)) Throw(column, "is null");
  const int index = static_cast<int>(column);
  return {PQgetvalue(result_, row_, index), static_cast<std::size_t>(PQgetlength(result_, row_, index))};
}

std::string Row::GetBytes(std::size_t column) const {
  const auto text = Text(column);
  try {
    return decode::Bytes(text);
  } catch (const std::invalid_argument& error) {
    Throw(column, error.what());
  }
}

std::optional<std::string> Row::OptionalBytes(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(GetBytes(column));
}

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

std::size_t Result::size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }

Row Result::operator[](std::size_t row) const {
  if (row >= size()) throw std::logic_error("row " + std::to_string(row) + " of " + std::to_string(size()));
  return Row(result_.get(), row);
}

Row Result::One() const {
  if (size() != 1) throw std::logic_error("one row expected, " + std::to_string(size()) + " found");
  return Row(result_.get(), 0);
}

std::int64_t Result::AffectedRows() const {
  const std::string_view count = PQcmdTuples(result_.get());
  return count.empty() ? 0 : decode::Integer(count);
}

std::string_view Result::Tag() const {
  const char* tag = PQcmdStatus(result_.get());
  return tag == nullptr ? std::string_view() : std::string_view(tag);
}

}  // namespace market::postgres
