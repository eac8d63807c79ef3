#include "platform/postgres/result.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "platform/crypto/hex.hpp"

namespace market::postgres {
namespace {

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> ParseBytea(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = crypto::HexValue(text[i]);
    const int low = crypto::HexValue(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

// Reads fixed-width parts of "2025-01-31 23:59:59.123456+00"; the session's zone is UTC and its style ISO.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  int Digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      value = value * 10 + (rest_[count++] - '0');
    }
    if (count < least) ok_ = false;
    digits_ = count;
    rest_.remove_prefix(count);
    return value;
  }
  void Expect(char c) {
    if (!Take(c)) ok_ = false;
  }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::size_t LastDigits() const { return digits_; }
  std::string_view Rest() const { return rest_; }
  bool Ok() const { return ok_; }

 private:
  std::string_view rest_;
  std::size_t digits_ = 0;
  bool ok_ = true;
};

std::optional<Time> ParseTime(std::string_view text) {
  namespace chr = std::chrono;
  TimeReader in(text);
  const chr::year year(in.Digits(4, 6));
  in.Expect('-');
  const chr::month month(static_cast<unsigned>(in.Digits(2, 2)));
  in.Expect('-');
  const chr::day day(static_cast<unsigned>(in.Digits(2, 2)));
  in.Expect(' ');
  const chr::hours hours(in.Digits(2, 2));
  in.Expect(':');
  const chr::minutes minutes(in.Digits(2, 2));
  in.Expect(':');
  const chr::seconds seconds(in.Digits(2, 2));
  std::int64_t micros = 0;
  if (in.Take('.')) {
    micros = in.Digits(1, 6);
    for (std::size_t i = in.LastDigits(); i < 6; ++i) micros *= 10;
  }
  const chr::year_month_day date = year / month / day;
  if (!in.Ok() || !date.ok() || (in.Rest() != "+00" && !in.Rest().empty())) return std::nullopt;
  return Time(chr::sys_days(date)) + hours + minutes + seconds + chr::microseconds(micros);
}

// The elements of a one-dimensional array in its text form.
std::optional<std::vector<std::optional<std::string>>> ParseArray(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
  std::vector<std::optional<std::string>> elements;
  std::size_t at = 1;
  const std::size_t end = text.size() - 1;
  while (at < end) {
    std::string element;
    if (text[at] == '{') return std::nullopt;
    if (text[at] == '"') {
      for (++at; at < end && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
        element.push_back(text[at]);
      }
      ++at;
      elements.emplace_back(std::move(element));
    } else {
      while (at < end && text[at] != ',') element.push_back(text[at++]);
      elements.push_back(element == "NULL" ? std::nullopt : std::optional(std::move(element)));
    }
    if (at < end && text[at++] != ',') return std::nullopt;
  }
  return elements;
}

}  // namespace

void Row::Throw(std::size_t column, std::string_view what) const {
  const char* name = PQfname(result_, static_cast<int>(column));
  throw std::logic_error("column " + std::to_string(column) + " (" + (name == nullptr ? "none" : name) +
                         ") " + std::string(what));
}

bool Row::IsNull(std::size_t column) const {
  if (static_cast<int>(column) >= PQnfields(result_)) Throw(column, "does not exist");
  return PQgetisnull(result_, row_, static_cast<int>(column)) != 0;
}

std::string_view Row::Value(std::size_t column) const {
  if (IsNull(column)) Throw(column, "is null");
  const int index = static_cast<int>(column);
  return {PQgetvalue(result_, row_, index), static_cast<std::size_t>(PQgetlength(result_, row_, index))};
}

std::string_view Row::Text(std::size_t column) const { return Value(column); }

std::int64_t Row::Int(std::size_t column) const {
  const auto value = ParseNumber<std::int64_t>(Value(column));
  if (!value) Throw(column, "is not an integer");
  return *value;
}

double Row::Real(std::size_t column) const {
  const auto value = ParseNumber<double>(Value(column));
  if (!value) Throw(column, "is not a number");
  return *value;
}

bool Row::GetBool(std::size_t column) const {
  const auto text = Value(column);
  if (text != "t" && text != "f") Throw(column, "is not a boolean");
  return text == "t";
}

std::string Row::GetBytes(std::size_t column) const {
  auto value = ParseBytea(Value(column));
  if (!value) Throw(column, "is not a bytea");
  return std::move(*value);
}

Uuid Row::GetUuid(std::size_t column) const {
  const auto value = Uuid::Parse(Value(column));
  if (!value) Throw(column, "is not a uuid");
  return *value;
}

Time Row::GetTime(std::size_t column) const {
  const auto value = ParseTime(Value(column));
  if (!value) Throw(column, "is not a finite timestamptz");
  return *value;
}

std::optional<std::int64_t> Row::OptionalInt(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(Int(column));
}
std::optional<bool> Row::OptionalBool(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(GetBool(column));
}
std::optional<std::string_view> Row::OptionalText(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(Text(column));
}
std::optional<std::string> Row::OptionalBytes(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(GetBytes(column));
}
std::optional<Uuid> Row::OptionalUuid(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(GetUuid(column));
}
std::optional<Time> Row::OptionalTime(std::size_t column) const {
  return IsNull(column) ? std::nullopt : std::optional(GetTime(column));
}

std::vector<std::optional<std::string>> Row::OptionalTextArray(std::size_t column) const {
  auto elements = ParseArray(Value(column));
  if (!elements) Throw(column, "is not a one-dimensional array");
  return std::move(*elements);
}

std::vector<std::string> Row::TextArray(std::size_t column) const {
  std::vector<std::string> values;
  for (auto& element : OptionalTextArray(column)) {
    if (!element) Throw(column, "has a null element");
    values.push_back(std::move(*element));
  }
  return values;
}

std::vector<std::int64_t> Row::IntArray(std::size_t column) const {
  std::vector<std::int64_t> values;
  for (const auto& element : TextArray(column)) {
    const auto value = ParseNumber<std::int64_t>(element);
    if (!value) Throw(column, "has an element that is not an integer");
    values.push_back(*value);
  }
  return values;
}

std::vector<Uuid> Row::UuidArray(std::size_t column) const {
  std::vector<Uuid> values;
  for (const auto& element : TextArray(column)) {
    const auto value = Uuid::Parse(element);
    if (!value) Throw(column, "has an element that is not a uuid");
    values.push_back(*value);
  }
  return values;
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
  const auto count = ParseNumber<std::int64_t>(PQcmdTuples(result_.get()));
  return count.value_or(0);
}

std::string_view Result::Tag() const {
  const char* tag = PQcmdStatus(result_.get());
  return tag == nullptr ? std::string_view() : std::string_view(tag);
}

}  // namespace market::postgres
