// What the contract can't say of a list of translations: each language once, and not the one that is translated. Pure.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "platform/core/error.hpp"

namespace market::product {

// Throws Error INVALID_ARGUMENT, DUPLICATE or BASE_LANGUAGE on `field`[i].language.
template <class Translations>
void CheckLanguages(const Translations& translations, std::string_view base, const std::string& field) {
  std::set<std::string_view> seen;
  for (int i = 0; i < translations.size(); ++i) {
    const std::string& language = translations[i].language();
    const auto name = field + '[' + std::to_string(i) + "].language";
    if (language == base) {
      throw InvalidArgument(name, "BASE_LANGUAGE", "is the one that is translated");
    }
    if (!seen.insert(language).second) {
      throw InvalidArgument(name, "DUPLICATE", "is that of a translation before it");
    }
  }
}

}  // namespace market::product
