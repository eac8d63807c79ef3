// The form in which a language keeps its mails: english.cpp and russian.cpp fill it in.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "platform/core/words.hpp"
#include "services/notification/domain/kind.hpp"

namespace market::notification::templates {

// Each may stand in a text as {market}. `recipient` belongs to the greeting alone.
enum class Placeholder : std::uint8_t { kMarket, kRecipient, kTitle, kAmount, kUntil };
inline constexpr Words<Placeholder, 5> kPlaceholders{"placeholder",
                                                     {"market", "recipient", "title", "amount", "until"}};

// A plain text, one paragraph at most. It does not compile with a placeholder that there is not.
class Text {
 public:
  consteval Text() = default;
  consteval Text(const char* text) : text_(text) {  // NOLINT: a table of texts is to read like one
    for (auto rest = text_; rest.contains('{'); rest.remove_prefix(rest.find('}') + 1)) {
      rest.remove_prefix(rest.find('{') + 1);
      kPlaceholders.Require(rest.substr(0, rest.find('}')));
    }
  }
  constexpr std::string_view View() const { return text_; }

 private:
  std::string_view text_;
};

// The first of these of which all values are known is taken; what is not there is empty.
using Choice = std::array<Text, 3>;

struct Mail {
  domain::Kind kind;
  Choice subject;
  std::array<Choice, 3> paragraphs;  // what happened, what to do
  Text button;                       // the link, by what it does
  std::array<Choice, 2> notes;       // below the link: how long it is good, what else to know
  Text reason;                       // why they get it
};

using Mails = std::array<Mail, domain::kKinds.words.size()>;

// Whether a mail of every kind is there, at its place. For a static_assert below each table.
consteval bool IsComplete(const Mails& mails) {
  for (std::size_t i = 0; i < mails.size(); ++i) {
    const auto& mail = mails[i];
    if (mail.kind != static_cast<domain::Kind>(i) || mail.subject[0].View().empty() ||
        mail.paragraphs[0][0].View().empty() || mail.button.View().empty() || mail.reason.View().empty())
      return false;
  }
  return true;
}

// What all mails of a language share.
struct Texts {
  std::string_view tag;     // of BCP 47
  std::string_view locale;  // ICU's, for amounts and months
  std::string_view until;   // the pattern of a time, Unicode Technical Standard 35
  Choice greeting;
  Text link_hint;         // before the bare link, where there is a button already
  Text unsubscribe_hint;  // before the link
  Text unsubscribe;       // what the link does
  const Mails& mails;
};

const Texts& English();
const Texts& Russian();

}  // namespace market::notification::templates
