// Addresses as a message and an envelope name them. Pure; any thread.
#pragma once
#include <string_view>

namespace market::mail {

enum class Letters {
  kAscii,
  kUnicode,  // RFC 6531: needs a server that offers SMTPUTF8
};

bool IsAscii(std::string_view text);

// One mailbox of RFC 5321 without quotation marks or address literals, of at most 254 bytes. Throws Error
// INVALID_ARGUMENT on `field`: what is anything else could be read as a header or a command of its own.
void CheckAddress(std::string_view field, std::string_view address, Letters letters);

}  // namespace market::mail
