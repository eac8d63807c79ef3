// Languages of texts: tags of BCP 47, compared as they are written. Pure.
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string>

namespace market::product::domain {

inline constexpr int kTranslationsMax = 10;  // of a product, and of the name of a category

// Which of `have` somebody is shown who asks for `wanted`, the best first; nullopt: none of them.
template <class Have>
std::optional<std::string> Chosen(std::span<const std::string> wanted, const Have& have) {
  for (const auto& language : wanted) {
    if (std::ranges::find(have, language) != have.end()) return language;
  }
  return std::nullopt;
}

}  // namespace market::product::domain
