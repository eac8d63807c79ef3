#include "platform/postgres/decode.hpp"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "platform/crypto/hex.hpp"

namespace market::postgres::decode {
namespace {

template <class Number>
Number NumberFrom(std::string_view text, const char* otherwise) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw std::invalid_argument(otherwise);
  return value;
}

[[noreturn]] void ThrowNoArray() { throw std::invalid_argument("not a one-dimensional array"); }

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

}  // namespace

Time Moment(std::string_view text) {
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
  if (!in.Ok() || !date.ok() || (in.Rest() != "+00" && !in.Rest().empty())) {
    throw std::invalid_argument("not a finite timestamptz");
  }
  return Time(chr::sys_days(date)) + hours + minutes + seconds + chr::microseconds(micros);
}

bool Boolean(std::string_view text) {
  if (text != "t" && text != "f") throw std::invalid_argument("not a boolean");
  return text == "t";
}

std::int64_t Integer(std::string_view text) { return NumberFrom<std::int64_t>(text, "not an integer"); }

double Real(std::string_view text) { return NumberFrom<double>(text, "not a number"); }

std::string Bytes(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) throw std::invalid_argument("not a bytea");
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = crypto::HexValue(text[i]);
    const int low = crypto::HexValue(text[i + 1]);
    if (high < 0 || low < 0) throw std::invalid_argument("not a bytea");
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

Uuid Identifier(std::string_view text) {
  const auto value = Uuid::Parse(text);
  if (!value) throw std::invalid_argument("not a uuid");
  return *value;
}

Elements::Elements(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') ThrowNoArray();
  rest_ = text.substr(1, text.size() - 2);
}

bool Elements::Next() {
  if (rest_.empty()) return false;
  if (!std::exchange(first_, false)) {
    if (rest_.front() != ',' || rest_.size() == 1) ThrowNoArray();
    rest_.remove_prefix(1);
  }
  if (rest_.front() == '{') ThrowNoArray();
  rest_.front() == '"' ? Quoted() : Bare();
  return true;
}

// Taken as it stands up to the first escape.
void Elements::Quoted() {
  std::size_t end = rest_.find_first_of("\"\\", 1);
  if (end == std::string_view::npos) ThrowNoArray();
  if (rest_[end] == '"') {
    value_ = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return;
  }
  unescaped_ = rest_.substr(1, end - 1);
  for (; end < rest_.size() && rest_[end] != '"'; ++end) {
    if (rest_[end] == '\\') ++end;
    if (end < rest_.size()) unescaped_.push_back(rest_[end]);
  }
  if (end >= rest_.size()) ThrowNoArray();
  value_ = unescaped_;
  rest_.remove_prefix(end + 1);
}

void Elements::Bare() {
  const auto element = rest_.substr(0, rest_.find(','));
  value_ = element == "NULL" ? std::nullopt : std::optional(element);
  rest_.remove_prefix(element.size());
}

}  // namespace market::postgres::decode
