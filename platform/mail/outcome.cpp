#include "platform/mail/outcome.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/core/utf8.hpp"

namespace market::mail {
namespace {

constexpr std::size_t kTextBytesMax = 500;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "5.1.1" at the start of `text`, else nothing.
std::string_view EnhancedOf(std::string_view text) {
  const auto status = text.substr(0, text.find(' '));
  const bool good = status.size() >= 5 && status.size() <= 9 &&
                    (status[0] == '2' || status[0] == '4' || status[0] == '5') && status[1] == '.' &&
                    IsDigit(status[2]) && IsDigit(status.back()) && std::ranges::count(status, '.') == 2 &&
                    !status.contains("..") &&
                    std::ranges::all_of(status, [](char c) { return IsDigit(c) || c == '.'; });
  return good ? status : std::string_view();
}

// RFC 4954 section 6: they ask for credentials or for better ones.
bool IsAboutCredentials(int code) {
  static constexpr std::array kCodes = {530, 534, 535, 538};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

bool IsAboutRecipient(Step step, std::string_view enhanced) {
  if (step == Step::kRecipient) return !enhanced.starts_with("5.7.");
  // 5.1.7 and 5.1.8 are about the sender's address.
  return step == Step::kEnd && enhanced.starts_with("5.1.") && enhanced != "5.1.7" && enhanced != "5.1.8";
}

Outcome::Kind KindOf(Step step, const Reply& reply) {
  switch (reply.code / 100) {
    case 2:
      return step == Step::kEnd ? Outcome::Kind::kAccepted : Outcome::Kind::kLater;
    case 5:
      if (step == Step::kSession || IsAboutCredentials(reply.code)) return Outcome::Kind::kLater;
      return IsAboutRecipient(step, reply.enhanced) ? Outcome::Kind::kRecipientRefused
                                                    : Outcome::Kind::kRejected;
    case 4:
      return Outcome::Kind::kLater;
    default:
      return step == Step::kEnd ? Outcome::Kind::kUnanswered : Outcome::Kind::kLater;
  }
}

}  // namespace

bool AddLine(Reply& reply, std::string_view line) {
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, IsDigit)) return false;
  reply.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  const bool last = line.size() == 3 || line[3] != '-';
  line.remove_prefix(std::min<std::size_t>(4, line.size()));
  if (const auto enhanced = EnhancedOf(line); !enhanced.empty()) {
    reply.enhanced = enhanced;
    line.remove_prefix(std::min(enhanced.size() + 1, line.size()));
  }
  if (!reply.text.empty() && !line.empty()) reply.text.push_back(' ');
  reply.text = ToValidUtf8(reply.text.append(line), kTextBytesMax);
  std::ranges::replace_if(
      reply.text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return last;
}

Outcome Judge(Step step, Reply reply) {
  return {KindOf(step, reply), reply.code, std::move(reply.enhanced), std::move(reply.text)};
}

}  // namespace market::mail
