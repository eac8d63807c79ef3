// Names of the internet in text: e-mail addresses and https URLs. What is wrong with one is said in words for
// who wrote it; empty: nothing is. Pure; linear in the text.
#pragma once
#include <string_view>

namespace market::rules {

// A mailbox of RFC 5321 section 4.1.2 whose local part is a dot-string of ASCII, of at most 64 bytes, and
// whose domain is a name with a dot (labels of 63, 253 in all); 254 bytes in all (section 4.5.3.1, RFC 3696
// erratum 1690). Quoted local parts, address literals and SMTPUTF8 (RFC 6531) are refused by name.
std::string_view EmailFault(std::string_view text);

// https, a host name, perhaps a port, then printable ASCII; no user information. The name has a dot and is
// one of the public internet: no address in any spelling (URL Standard section 3.5: a last label that is a
// number makes one), none of the names that lead to a machine or network of one's own. Where a public name
// leads is for whoever fetches it to check.
std::string_view HttpsUrlFault(std::string_view text);

}  // namespace market::rules
