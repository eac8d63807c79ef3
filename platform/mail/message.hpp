// A mail to one person, and its bytes. Pure; any thread.
#pragma once
#include <optional>
#include <string>

#include "platform/core/clock.hpp"

namespace market::mail {

struct Message {
  // The Message-ID without brackets, "0197….notification@example.com": the same at every try, so that a mail
  // that was accepted twice is shown once by readers that know it.
  std::string id;
  std::string from_name;  // empty: the address stands alone
  std::string from;       // ASCII, as reply_to: a domain in other letters is given as xn--…
  std::string to;         // in other letters than ASCII: only a server with SMTPUTF8 takes the message
  std::optional<std::string> reply_to;
  std::string subject;
  std::string text;  // any line ends
  std::string html;
  std::string language;  // BCP 47
  Time date;
  // http or https, all but plain characters percent-encoded; empty: none. Readers unsubscribe with one POST and
  // no question asked (RFC 8058; they only do so at https).
  std::string unsubscribe_url;
};

// RFC 5322 with CRLF: multipart/alternative of text and HTML. The same message gives the same bytes. Lines
// have at most 78 characters but for a long address, id or URL, and never more than 998.
//
// Nothing in a field becomes a header of its own: in names and subjects a control character is a space; an
// id, address, language or URL with one, or that is none, is Error INVALID_ARGUMENT on that field. So is a
// part that is empty.
std::string Compose(const Message& message);

}  // namespace market::mail
