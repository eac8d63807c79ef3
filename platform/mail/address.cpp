#include "platform/mail/address.hpp"

#include <algorithm>
#include <string>

#include "platform/core/error.hpp"
#include "platform/core/utf8.hpp"

namespace market::mail {
namespace {

constexpr std::size_t kAddressBytesMax = 254;

bool IsAtom(char c) {
  constexpr std::string_view kNever = "()<>[]:;@\\,\"";
  return c > ' ' && c < 0x7f && !kNever.contains(c);
}

// Atoms with single dots between them.
bool IsDotted(std::string_view text, Letters letters) {
  bool after_dot = true;
  while (!text.empty()) {
    const auto size = Utf8SequenceLength(text);
    const bool good = size == 1 ? IsAtom(text[0]) : size > 1 && letters == Letters::kUnicode;
    if (!good || (after_dot && text[0] == '.')) return false;
    after_dot = text[0] == '.';
    text.remove_prefix(size);
  }
  return !after_dot;
}

}  // namespace

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void CheckAddress(std::string_view field, std::string_view address, Letters letters) {
  const auto at = address.find('@');
  if (address.size() <= kAddressBytesMax && at != address.npos && IsDotted(address.substr(0, at), letters) &&
      IsDotted(address.substr(at + 1), letters)) {
    return;
  }
  throw InvalidArgument(std::string(field), "INVALID_EMAIL",
                        "must be an e-mail address that mail can be sent to");
}

}  // namespace market::mail
