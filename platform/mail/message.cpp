#include "platform/mail/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/core/error.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"
#include "platform/mail/address.hpp"
#include "platform/mail/encodings.hpp"

namespace market::mail {
namespace {

constexpr std::size_t kLineBytesMax = 998;  // RFC 5322 section 2.1.1
constexpr std::size_t kLanguageBytesMax = 35;
constexpr std::size_t kBoundaryBytes = 16;  // of the digest

void CheckLanguage(std::string_view language) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (!language.empty() && language.size() <= kLanguageBytesMax && std::ranges::all_of(language, allowed))
    return;
  throw InvalidArgument("language", "INVALID_LANGUAGE", "must be a language of BCP 47, such as de or pt-BR");
}

void CheckUrl(std::string_view url) {
  constexpr std::string_view kNever = "<>\"\\^`{|}";
  const auto allowed = [&](char c) { return c > ' ' && c <= '~' && !kNever.contains(c); };
  constexpr std::size_t kAround = 3;  // " <>"
  if ((url.starts_with("https://") || url.starts_with("http://")) && url.size() <= kLineBytesMax - kAround &&
      std::ranges::all_of(url, allowed)) {
    return;
  }
  throw InvalidArgument("unsubscribe_url", "INVALID_URL", "must be an http or https URL of plain characters");
}

void Check(const Message& message) {
  CheckAddress("id", message.id, Letters::kAscii);  // of the same form
  CheckAddress("from", message.from, Letters::kAscii);
  CheckAddress("to", message.to, Letters::kUnicode);
  if (message.reply_to) CheckAddress("reply_to", *message.reply_to, Letters::kAscii);
  CheckLanguage(message.language);
  if (!message.unsubscribe_url.empty()) CheckUrl(message.unsubscribe_url);
  if (message.text.empty()) throw InvalidArgument("text", "REQUIRED", "must not be empty");
  if (message.html.empty()) throw InvalidArgument("html", "REQUIRED", "must not be empty");
}

// RFC 5322 section 3.3; its names are English wherever the process runs.
std::string DateText(Time time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000",
                     kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// "=_" stands in no line of base64 or quoted-printable, so no text can have a line like it.
std::string Boundary(std::string_view id) {
  std::string boundary = "=_";
  crypto::AppendHex(boundary, crypto::Sha256(id).substr(0, kBoundaryBytes));
  return boundary;
}

void AppendPart(std::string& out, std::string_view boundary, std::string_view type, std::string_view text) {
  const auto encoded = EncodeText(text);
  out.append("--").append(boundary).append("\r\n");
  AppendHeader(out, "Content-Type", std::string(type) + "; charset=utf-8");
  AppendHeader(out, "Content-Transfer-Encoding", encoded.encoding);
  out.append("\r\n").append(encoded.lines).append("\r\n");
}

}  // namespace

std::string Compose(const Message& message) {
  Check(message);
  std::string out;
  AppendHeader(out, "Date", DateText(message.date));
  AppendMailboxHeader(out, "From", message.from_name, message.from);
  AppendHeader(out, "To", message.to);
  if (message.reply_to) AppendHeader(out, "Reply-To", *message.reply_to);
  AppendTextHeader(out, "Subject", message.subject);
  AppendHeader(out, "Message-ID", "<" + message.id + ">");
  AppendHeader(out, "Auto-Submitted", "auto-generated");
  if (!message.unsubscribe_url.empty()) {
    AppendHeader(out, "List-Unsubscribe", "<" + message.unsubscribe_url + ">");
    AppendHeader(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  AppendHeader(out, "Content-Language", message.language);
  AppendHeader(out, "MIME-Version", "1.0");
  const std::string boundary = Boundary(message.id);
  out.append("Content-Type: multipart/alternative;\r\n boundary=\"").append(boundary).append("\"\r\n\r\n");
  AppendPart(out, boundary, "text/plain", message.text);
  AppendPart(out, boundary, "text/html", message.html);
  return out.append("--").append(boundary).append("--\r\n");
}

}  // namespace market::mail
