// Puts what a mail is about into its texts, after it was made harmless.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "services/notification/templates/templates.hpp"
#include "services/notification/templates/texts.hpp"

namespace market::notification::templates {

// One visible line of at most 100 characters: control characters and line breaks are spaces, bidirectional
// overrides and isolates are gone. nullopt if nothing of it can be seen.
std::optional<std::string> AsOneLine(std::string_view text);

// Whether a mail program might make a link of some of it: "example.com", "ada@example.com".
bool LooksLikeLink(std::string_view text);

// Whether it is an http:// or https:// URL of the characters that a URL has.
bool IsLink(std::string_view text);

class Filling {
 public:
  Filling(domain::Kind kind, const Texts& texts, const Values& values);

  // nullopt if it has a placeholder whose value is not known.
  std::optional<std::string> Fill(Text text) const;
  // The first that can be filled; empty if none can.
  std::string Fill(const Choice& choice) const;

 private:
  std::array<std::optional<std::string>, kPlaceholders.words.size()> values_;
};

}  // namespace market::notification::templates
