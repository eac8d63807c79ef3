// What a shopper typed, made safe to search with. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace market::product::domain {

// A text search query (PostgreSQL tsquery) that wants every word of `typed`, each as a prefix: "'differ':* &
// 'eng':*". Spaces, ASCII punctuation and control characters separate words; words past the tenth are left
// out. nullopt: no word.
std::optional<std::string> PrefixQuery(std::string_view typed);

}  // namespace market::product::domain
