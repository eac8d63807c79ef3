#include "platform/postgres/statement.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace market::postgres {
namespace encode {
namespace {

template <class Number>
void AppendNumber(std::string& out, Number value) {
  std::array<char, 40> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void AppendPadded(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, width - (end - digits.data()))), '0');
  out.append(digits.data(), end);
}

void RefuseNul(std::string_view value) {
  if (std::memchr(value.data(), '\0', value.size()) != nullptr) {
    throw std::invalid_argument("text for PostgreSQL contains a NUL character");
  }
}

}  // namespace

void Text(std::string& out, std::string_view value) {
  if (!value.empty()) RefuseNul(value);
  out += value;
}

void Hex(std::string& out, Bytes value) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += "\\x";
  for (const char c : value.data) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 0x0f]);
  }
}

void Integer(std::string& out, std::int64_t value) { AppendNumber(out, value); }
void Unsigned(std::string& out, std::uint64_t value) { AppendNumber(out, value); }
void Real(std::string& out, double value) { AppendNumber(out, value); }

void Moment(std::string& out, Time value) {
  const auto day = std::chrono::floor<std::chrono::days>(value);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(value - day);
  const int year = static_cast<int>(date.year());
  if (year < 1) throw std::invalid_argument("a time before the year 1 for PostgreSQL");
  AppendPadded(out, year, 4);
  out.push_back('-');
  AppendPadded(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  AppendPadded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back(' ');
  AppendPadded(out, time.hours().count(), 2);
  out.push_back(':');
  AppendPadded(out, time.minutes().count(), 2);
  out.push_back(':');
  AppendPadded(out, time.seconds().count(), 2);
  out.push_back('.');
  AppendPadded(out, time.subseconds().count(), 6);
  out += "+00";
}

void Quoted(std::string& out, std::string_view value) {
  if (!value.empty()) RefuseNul(value);
  out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace encode

void Parameters::Close(std::size_t start, std::string_view rest, Format format) {
  buffer_ += rest;
  const std::size_t length = buffer_.size() - start;
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::invalid_argument("a parameter for PostgreSQL is too long");
  }
  buffer_.push_back('\0');
  values_.push_back({start, static_cast<int>(length), format});
}

std::string_view Batch::Name() const {
  if (!name_.empty()) return name_;
  return queries_.empty() ? std::string_view("empty") : queries_.front().statement.name;
}

}  // namespace market::postgres
