// Internal to the room: how text becomes lines of seven bits (RFC 2045) and of headers (RFC 2047, RFC 5322).
// Pure; any thread; linear in the text.
#pragma once
#include <string>
#include <string_view>

namespace market::mail {

struct EncodedText {
  std::string_view encoding;  // for Content-Transfer-Encoding
  std::string lines;          // CRLF between lines, none after the last
};

// Quoted-printable or base64, whichever is shorter: the one stays readable where most is ASCII, the other
// takes less than half for other scripts. Line ends of any kind become CRLF, what is no UTF-8 U+FFFD.
EncodedText EncodeText(std::string_view text);

// "name: value", on a line of its own where both do not fit into 78. The value is ASCII and one token.
void AppendHeader(std::string& out, std::string_view name, std::string_view value);
// A value that people read. Control characters are spaces in it, what is not plain ASCII is encoded.
void AppendTextHeader(std::string& out, std::string_view name, std::string_view text);
// "name: person <address>", without a person only the address.
void AppendMailboxHeader(std::string& out, std::string_view name, std::string_view person,
                         std::string_view address);

}  // namespace market::mail
