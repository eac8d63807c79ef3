#include "services/notification/templates/filling.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "platform/core/utf8.hpp"
#include "platform/unicode/formats.hpp"
#include "platform/unicode/unicode.hpp"

namespace market::notification::templates {
namespace {

constexpr std::size_t kLineCharactersMax = 100;
constexpr std::size_t kLinkBytesMax = 2000;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Of any script: what is not ASCII counts, as it does in the names of hosts.
bool IsOfHostName(char c) { return IsAlphanumeric(c) || static_cast<unsigned char>(c) >= 0x80; }

// C0, DEL, C1, the separators of lines and paragraphs.
bool BreaksLine(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7f ||
         (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) || character == "\u2028" ||
         character == "\u2029";
}

bool TurnsDirection(std::string_view character) {
  return (character >= "\u202a" && character <= "\u202e") || (character >= "\u2066" && character <= "\u2069");
}

}  // namespace

std::optional<std::string> AsOneLine(std::string_view text) {
  const auto valid = ToValidUtf8(text, text.size() * kUtf8Replacement.size());
  std::string line;
  std::size_t characters = 0;
  for (std::string_view rest = valid; !rest.empty();) {
    auto character = rest.substr(0, Utf8SequenceLength(rest));
    rest.remove_prefix(character.size());
    if (TurnsDirection(character)) continue;
    if (BreaksLine(character)) character = " ";
    if (character == " " && (line.empty() || line.ends_with(' '))) continue;
    if (++characters > kLineCharactersMax) break;
    line += character;
  }
  if (!unicode::HasVisible(line)) return std::nullopt;
  std::string trimmed(unicode::Trimmed(line));
  if (characters > kLineCharactersMax) trimmed += "…";
  return trimmed;
}

bool LooksLikeLink(std::string_view text) {
  if (text.contains('@') || text.contains("://")) return true;
  for (std::size_t i = 1; i + 2 < text.size(); ++i) {
    if (text[i] == '.' && IsOfHostName(text[i - 1]) && IsOfHostName(text[i + 1]) && IsOfHostName(text[i + 2]))
      return true;
  }
  return false;
}

bool IsLink(std::string_view text) {
  auto rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  constexpr std::string_view kOtherThanUrl = "<>\"\\^`{|}";
  return text.size() <= kLinkBytesMax && !rest.empty() && (IsAlphanumeric(rest[0]) || rest[0] == '[') &&
         std::ranges::all_of(rest, [&](char c) { return c > ' ' && c < 0x7f && !kOtherThanUrl.contains(c); });
}

Filling::Filling(domain::Kind kind, const Texts& texts, const Values& values) {
  const auto value = [&](Placeholder placeholder) -> auto& {
    return values_.at(static_cast<std::size_t>(placeholder));
  };
  value(Placeholder::kMarket) = AsOneLine(values.market).value_or("");
  // A mail with a token may reach a stranger: by a typo, or aimed by whoever chose the names.
  if (!domain::HasToken(kind) && !LooksLikeLink(values.recipient))
    value(Placeholder::kRecipient) = AsOneLine(values.recipient);
  if (!domain::HasToken(kind) || !LooksLikeLink(values.title))
    value(Placeholder::kTitle) = AsOneLine(values.title);
  if (values.amount)
    value(Placeholder::kAmount) = unicode::FormatMoney(
        values.amount->minor, std::string(values.amount->currency.Code()), std::string(texts.locale));
  if (values.expires_at)
    value(Placeholder::kUntil) =
        unicode::FormatUtc(std::chrono::floor<std::chrono::seconds>(*values.expires_at),
                           std::string(texts.until), std::string(texts.locale));
}

std::optional<std::string> Filling::Fill(Text text) const {
  std::string filled;
  auto rest = text.View();
  for (auto begin = rest.find('{'); begin != std::string_view::npos; begin = rest.find('{')) {
    const auto end = rest.find('}', begin);
    const auto placeholder = kPlaceholders.Require(rest.substr(begin + 1, end - begin - 1));
    const auto& value = values_.at(static_cast<std::size_t>(placeholder));
    if (!value) return std::nullopt;
    filled += rest.substr(0, begin);
    filled += *value;
    rest.remove_prefix(end + 1);
  }
  filled += rest;
  return filled;
}

std::string Filling::Fill(const Choice& choice) const {
  for (const auto text : choice) {
    if (auto filled = Fill(text)) return *std::move(filled);
  }
  return {};
}

}  // namespace market::notification::templates
