// The mails of the marketplace: for every kind a subject, a text and an HTML page, in every language.
//
// They are tables of sentences in C++, one file per language (english.cpp, russian.cpp), because whoever
// changes a sentence should see nothing but sentences, and because the compiler then refuses a mail that is
// missing and a placeholder that nobody fills. How every mail looks is in layout.cpp; how each reads in the
// end is in golden/, which a test holds: after a change MARKET_WRITE_GOLDEN=1
// market_notification_templates_test writes it again. docs/mails.md says who gets which.
//
// Strangers choose the names in these mails (a shop's, their own), and the mails come from us: so a name
// can't make lines or markup of its own, and a mail with a token, which may reach somebody who has nothing to
// do with it, calls nobody by name.
//
// Pure; any thread; some 100 µs. Throws std::runtime_error only when ICU has no data or no memory.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "services/notification/domain/kind.hpp"

namespace market::notification::templates {

enum class Language : std::uint8_t { kEnglish, kRussian };

// The language of a BCP 47 locale ("ru-RU", "en", "", "de"): English where there is no other.
Language LanguageOf(std::string_view locale);

// As in BCP 47: "en", "ru".
std::string_view TagOf(Language language);

// What a mail is about. A sentence that would say what is missing here says less, or is left out. The names
// may be anything: they become one line of at most 100 characters. A link that is not an http:// or https://
// URL is none.
struct Values {
  std::string recipient;        // what they are called; may be empty
  std::string market;           // name of the marketplace; not empty
  std::string title;            // an order's number or a shop's name, as in Notification.title; may be empty
  std::optional<Money> amount;  // what was paid or is to be paid, what was cancelled, what went back
  std::string link;             // where the recipient goes on; holds the token of a kind that has one
  std::optional<Time> expires_at;  // until when the link is good, or until when the order can be paid
  std::string
      unsubscribe_link;  // nothing for a kind that is required (domain::MailIsRequired), whatever it is
};

struct Rendered {
  std::string subject;  // one line of UTF-8, which a header has to encode
  std::string text;     // lines of at most 78 characters, links apart, each with its LF
  std::string html;
};

Rendered Render(domain::Kind kind, Language language, const Values& values);

}  // namespace market::notification::templates
