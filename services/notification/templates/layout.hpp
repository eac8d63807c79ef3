// How a mail looks, in every language: as a text and as a page.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace market::notification::templates {

// A mail with all values filled in. Everything is plain text of one line, and may hold what HTML would take
// for markup.
struct Letter {
  std::string_view language;  // tag of BCP 47
  std::string subject;
  std::vector<std::string> opening;  // greeting, what happened, what to do
  std::string button;                // what the link does
  std::string link_hint;             // before the bare link that is below the button
  std::string link;                  // empty: without button and link
  std::vector<std::string> notes;
  std::string sender;
  std::string reason;  // why they get it
  std::string unsubscribe_hint;
  std::string unsubscribe;
  std::string unsubscribe_link;  // empty: without a way to unsubscribe
};

std::string AsText(const Letter& letter);

// It asks for nothing from elsewhere, has one column, and takes the colours of the mail program, dark ones
// too: all but the button's. Styles stand at each element, because mail programs drop style sheets.
std::string AsHtml(const Letter& letter);

}  // namespace market::notification::templates
