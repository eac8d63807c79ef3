#include "platform/mail/encodings.hpp"

#include <algorithm>
#include <cstdint>

#include "platform/core/utf8.hpp"
#include "platform/mail/address.hpp"

namespace market::mail {
namespace {

constexpr std::size_t kLineMax = 78;         // RFC 5322 section 2.1.1
constexpr std::size_t kEncodedLineMax = 76;  // RFC 2045 section 6.7, RFC 2047 section 2
constexpr std::size_t kWordMax = 60;         // a longer word of a header would not fold, so it is encoded
constexpr std::string_view kWordBegin = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";
constexpr std::string_view kCrlf = "\r\n";

std::string ValidUtf8(std::string_view text) {
  return ToValidUtf8(text, text.size() * kUtf8Replacement.size());
}

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text.push_back(i <= bytes.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=');
  }
  return text;
}

std::string InLines(std::string_view text) {
  std::string lines;
  while (text.size() > kEncodedLineMax) {
    lines.append(text.substr(0, kEncodedLineMax)).append(kCrlf);
    text.remove_prefix(kEncodedLineMax);
  }
  return lines.append(text);
}

std::string WithCrlf(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      lines += kCrlf;
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      lines.push_back(text[i]);
    }
  }
  return lines;
}

void AppendQuotedLine(std::string& out, std::string_view line) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    const bool last = i + 1 == line.size();
    // A blank at the end of a line may be lost on the way.
    const bool plain = c == ' ' || c == '\t' ? !last : c > ' ' && c < 0x7f && c != '=';
    const std::size_t width = plain ? 1 : 3;
    if (column + width > kEncodedLineMax - (last ? 0 : 1)) {
      out.append("=").append(kCrlf);
      column = 0;
    }
    if (plain) {
      out.push_back(line[i]);
    } else {
      out.append({'=', kHex[c >> 4], kHex[c & 15]});
    }
    column += width;
  }
}

std::string QuotedPrintable(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = text.find(kCrlf);
    AppendQuotedLine(out, text.substr(0, end));
    if (end == text.npos) return out;
    out += kCrlf;
    text.remove_prefix(end + kCrlf.size());
  }
}

bool IsControl(std::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return c < 0x20 || c == 0x7f;
  // U+0080 to U+009F; the separators of lines and paragraphs, U+2028 and U+2029.
  return (c == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) || character == "\xe2\x80\xa8" ||
         character == "\xe2\x80\xa9";
}

// One line of well-formed UTF-8.
std::string OneLine(std::string_view text) {
  const std::string valid = ValidUtf8(text);
  std::string line;
  for (std::string_view rest = valid; !rest.empty();) {
    const auto character = rest.substr(0, Utf8SequenceLength(rest));
    line += IsControl(character) ? std::string_view(" ") : character;
    rest.remove_prefix(character.size());
  }
  return line;
}

// Whether every reader gives it back as it is when it is written plainly and folded at spaces.
bool IsPlain(std::string_view line) {
  if (!IsAscii(line) || line.contains("=?") || line.contains("  ")) return false;
  if (line.starts_with(' ') || line.ends_with(' ')) return false;
  std::size_t word = 0;
  for (const char c : line) {
    word = c == ' ' ? 0 : word + 1;
    if (word > kWordMax) return false;
  }
  return true;
}

// The longest beginning of `text` within `bytes` that ends between two characters.
std::string_view Beginning(std::string_view text, std::size_t bytes) {
  std::size_t size = 0;
  while (size < text.size()) {
    const auto next = Utf8SequenceLength(text.substr(size));
    if (size + next > bytes) break;
    size += next;
  }
  return text.substr(0, size);
}

// Gives the column where it ends.
std::size_t AppendEncodedWords(std::string& out, std::size_t column, std::string_view text) {
  constexpr std::size_t kAround = kWordBegin.size() + kWordEnd.size();
  while (!text.empty()) {
    const std::size_t room = kEncodedLineMax - std::min(column, kEncodedLineMax);
    const auto part = Beginning(text, room > kAround ? (room - kAround) / 4 * 3 : 0);
    if (!part.empty()) {
      const std::string encoded = Base64(part);
      out.append(kWordBegin).append(encoded).append(kWordEnd);
      column += kAround + encoded.size();
      text.remove_prefix(part.size());
    }
    if (!text.empty()) {
      out.append(kCrlf).append(" ");
      column = 1;
    }
  }
  return column;
}

void AppendFolded(std::string& out, std::size_t column, std::string_view line) {
  while (!line.empty()) {
    const auto word = line.substr(0, line.find(' ', 1));  // with the space before it
    if (column + word.size() > kLineMax && word.starts_with(' ')) {
      out += kCrlf;
      column = 0;
    }
    out += word;
    column += word.size();
    line.remove_prefix(word.size());
  }
}

}  // namespace

EncodedText EncodeText(std::string_view text) {
  const std::string lines = WithCrlf(ValidUtf8(text));
  std::string quoted = QuotedPrintable(lines);
  std::string base64 = InLines(Base64(lines));
  if (quoted.size() <= base64.size()) return {"quoted-printable", std::move(quoted)};
  return {"base64", std::move(base64)};
}

void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  const bool fits = name.size() + 2 + value.size() <= kLineMax;
  out.append(name).append(fits ? ": " : ":\r\n ").append(value).append(kCrlf);
}

void AppendTextHeader(std::string& out, std::string_view name, std::string_view text) {
  const std::string line = OneLine(text);
  out.append(name).append(": ");
  if (IsPlain(line)) {
    AppendFolded(out, name.size() + 2, line);
  } else {
    AppendEncodedWords(out, name.size() + 2, line);
  }
  out += kCrlf;
}

void AppendMailboxHeader(std::string& out, std::string_view name, std::string_view person,
                         std::string_view address) {
  const std::string line = OneLine(person);
  if (line.find_first_not_of(' ') == line.npos) return AppendHeader(out, name, address);
  out.append(name).append(": ");
  std::size_t column = name.size() + 2;
  if (IsPlain(line) && line.size() <= kWordMax) {
    std::string quoted = "\"";
    for (const char c : line) {
      if (c == '"' || c == '\\') quoted.push_back('\\');
      quoted.push_back(c);
    }
    quoted.push_back('"');
    out += quoted;
    column += quoted.size();
  } else {
    column = AppendEncodedWords(out, column, line);
  }
  const bool fits = column + 3 + address.size() <= kEncodedLineMax;
  out.append(fits ? " <" : "\r\n <").append(address).append(">\r\n");
}

}  // namespace market::mail
