#include "services/product/domain/search_text.hpp"

namespace market::product::domain {
namespace {

constexpr int kWordsMax = 10;

// Bytes of UTF-8 sequences count as letters. No separator survives in a word, so quoting it needs no escapes.
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::optional<std::string> PrefixQuery(std::string_view typed) {
  std::string query;
  int words = 0;
  for (std::size_t at = 0; at < typed.size() && words < kWordsMax;) {
    if (!IsLetter(typed[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < typed.size() && IsLetter(typed[at])) ++at;
    if (words++ > 0) query += " & ";
    query.append("'").append(typed.substr(start, at - start)).append("':*");
  }
  return words == 0 ? std::nullopt : std::optional(std::move(query));
}

}  // namespace market::product::domain
