#include "gateway/transcoding/scalar.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace market::transcoding {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The parts of a JSON number; nullopt when `text` isn't one.
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

std::optional<Number> Split(std::string_view text) {
  Number number;
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') {
    number.negative = true;
    ++at;
  }
  const std::size_t whole = DigitsAt(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return std::nullopt;
  number.whole = text.substr(at, whole);
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t size = DigitsAt(text, at + 1);
    if (size == 0) return std::nullopt;
    number.fraction = text.substr(at + 1, size);
    at += 1 + size;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool minus = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const std::size_t size = DigitsAt(text, at);
    if (size == 0) return std::nullopt;
    // An exponent beyond this leaves every range there is; its exact value is of no interest.
    constexpr std::int64_t kHuge = 1'000'000'000;
    for (std::size_t i = 0; i < size && number.exponent < kHuge; ++i) {
      number.exponent = number.exponent * 10 + (text[at + i] - '0');
    }
    if (minus) number.exponent = -number.exponent;
    at += size;
  }
  if (at != text.size()) return std::nullopt;
  return number;
}

int ParseDigits(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  for (std::size_t i = at; i < at + size; ++i) {
    if (i >= text.size() || !IsDigit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Offset of "Z", "+hh:mm" or "-hh:mm" in seconds.
std::optional<int> ParseOffset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = ParseDigits(text, 1, 2);
  const int minutes = ParseDigits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

char* AppendTwo(char* out, int value) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

// Decimals in groups of three, as many as needed.
char* AppendNanos(char* out, int nanos) {
  if (nanos == 0) return out;
  *out++ = '.';
  int digits = 9;
  while (digits > 3 && nanos % 1000 == 0) {
    nanos /= 1000;
    digits -= 3;
  }
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + nanos % 10);
    nanos /= 10;
  }
  return out + digits;
}

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (IsDigit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

constexpr std::uint64_t Repeat(std::uint8_t byte) { return 0x0101010101010101ULL * byte; }
constexpr std::uint64_t HasLess(std::uint64_t word, std::uint8_t n) {
  return (word - Repeat(n)) & ~word & Repeat(0x80);
}

// Whether one of eight bytes may need an escape; never misses one.
bool MayNeedEscape(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  return (HasLess(word, 0x20) | HasLess(word ^ Repeat('"'), 1) | HasLess(word ^ Repeat('\\'), 1)) != 0;
}

bool IsAscii(const char* eight) {
  std::uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  return (word & Repeat(0x80)) == 0;
}

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append("\\u00").push_back(kHex[static_cast<unsigned char>(c) >> 4]);
  out.push_back(kHex[c & 0x0f]);
}

}  // namespace

Integer ParseInteger(std::string_view text) {
  const auto number = Split(text);
  if (!number) return {0, IntegerFault::kNotAnInteger};
  std::string_view fraction = number->fraction;
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  const auto digit_count = static_cast<std::int64_t>(number->whole.size() + fraction.size());
  const auto digit = [&](std::int64_t i) {
    const auto index = static_cast<std::size_t>(i);
    return index < number->whole.size() ? number->whole[index] : fraction[index - number->whole.size()];
  };
  // The decimal point stands behind this many digits.
  const std::int64_t point = static_cast<std::int64_t>(number->whole.size()) + number->exponent;
  std::int64_t value = 0;
  for (std::int64_t i = 0; i < digit_count; ++i) {
    if (i >= point) {
      if (digit(i) != '0') return {0, IntegerFault::kNotAnInteger};
      continue;
    }
    value = value * 10 + (digit(i) - '0');
    if (value > kSafeIntegerMax) return {0, IntegerFault::kOutOfRange};
  }
  for (std::int64_t i = digit_count; i < point && value != 0; ++i) {
    value *= 10;
    if (value > kSafeIntegerMax) return {0, IntegerFault::kOutOfRange};
  }
  return {number->negative ? -value : value, IntegerFault::kNone};
}

std::optional<double> ParseDouble(std::string_view text) {
  if (!Split(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

bool ParseTimestamp(std::string_view text, google::protobuf::Timestamp& timestamp) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':') {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(ParseDigits(text, 0, 4)),
                                         std::chrono::month(static_cast<unsigned>(ParseDigits(text, 5, 2))),
                                         std::chrono::day(static_cast<unsigned>(ParseDigits(text, 8, 2)))};
  const int hour = ParseDigits(text, 11, 2);
  const int minute = ParseDigits(text, 14, 2);
  const int second = ParseDigits(text, 17, 2);
  if (!date.ok() || date.year() < std::chrono::year(1) || ParseDigits(text, 5, 2) < 0 ||
      ParseDigits(text, 8, 2) < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return false;
  }
  std::size_t at = 19;
  int nanos = 0;
  if (text[at] == '.') {
    const std::size_t size = DigitsAt(text, at + 1);
    if (size == 0 || size > 9) return false;
    nanos = ParseDigits(text, at + 1, size);
    for (std::size_t i = size; i < 9; ++i) nanos *= 10;
    at += 1 + size;
  }
  const auto offset = ParseOffset(text.substr(at));
  if (!offset) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - *offset;
  constexpr std::int64_t kFirst = -62135596800;  // 0001-01-01T00:00:00Z
  constexpr std::int64_t kLast = 253402300799;   // 9999-12-31T23:59:59Z
  if (seconds < kFirst || seconds > kLast) return false;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return true;
}

void AppendTimestamp(const google::protobuf::Timestamp& timestamp, std::string& out) {
  const std::chrono::sys_seconds time{std::chrono::seconds(timestamp.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto second = static_cast<int>((time - day).count());
  const int year = static_cast<int>(date.year());
  std::array<char, 40> text;
  char* at = text.data();
  at = AppendTwo(at, year / 100 % 100);
  at = AppendTwo(at, year % 100);
  *at++ = '-';
  at = AppendTwo(at, static_cast<int>(static_cast<unsigned>(date.month())));
  *at++ = '-';
  at = AppendTwo(at, static_cast<int>(static_cast<unsigned>(date.day())));
  *at++ = 'T';
  at = AppendTwo(at, second / 3600);
  *at++ = ':';
  at = AppendTwo(at, second / 60 % 60);
  *at++ = ':';
  at = AppendTwo(at, second % 60);
  at = AppendNanos(at, timestamp.nanos());
  *at++ = 'Z';
  out.append(text.data(), at);
}

bool ParseFieldMask(std::string_view text, google::protobuf::FieldMask& mask) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    if (name.empty()) return false;
    std::string path;
    for (const char c : name) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (!upper && !(c >= 'a' && c <= 'z') && !IsDigit(c) && c != '.') return false;
      if (upper) path.push_back('_');
      path.push_back(upper ? static_cast<char>(c + ('a' - 'A')) : c);
    }
    mask.add_paths(std::move(path));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) return false;
  }
  return true;
}

void AppendFieldMask(const google::protobuf::FieldMask& mask, std::string& out) {
  bool first = true;
  for (const std::string& path : mask.paths()) {
    if (!first) out.push_back(',');
    first = false;
    bool upper = false;
    for (const char c : path) {
      if (c == '_') {
        upper = true;
        continue;
      }
      out.push_back(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c);
      upper = false;
    }
  }
}

bool ParseBase64(std::string_view text, std::string& bytes) {
  if (text.ends_with('=') && text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  bytes.clear();
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = Base64Value(c);
    if (value < 0) return false;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xff));
  }
  return (bits & ((1U << count) - 1)) == 0;
}

void AppendBase64(std::string_view bytes, std::string& out) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    unsigned bits = static_cast<unsigned char>(bytes[i]) << 16;
    if (left > 1) bits |= static_cast<unsigned>(static_cast<unsigned char>(bytes[i + 1])) << 8;
    if (left > 2) bits |= static_cast<unsigned char>(bytes[i + 2]);
    out.push_back(kAlphabet[bits >> 18]);
    out.push_back(kAlphabet[bits >> 12 & 63]);
    out.push_back(left > 1 ? kAlphabet[bits >> 6 & 63] : '=');
    out.push_back(left > 2 ? kAlphabet[bits & 63] : '=');
  }
}

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text.size() - i >= 8 && IsAscii(text.data() + i)) {
      i += 8;
      continue;
    }
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < size) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if (!IsContinuation(text[i + k])) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    if (overlong || surrogate || beyond) return false;
    i += size;
  }
  return true;
}

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t done = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8 && !MayNeedEscape(text.data() + at)) {
      at += 8;
      continue;
    }
    const std::size_t end = std::min(text.size(), at + 8);
    for (; at < end; ++at) {
      const char c = text[at];
      if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
      out.append(text.substr(done, at - done));
      AppendEscape(c, out);
      done = at + 1;
    }
  }
  out.append(text.substr(done));
  out.push_back('"');
}

}  // namespace market::transcoding
