#include "platform/documents/sheet.hpp"

namespace market::documents {

Language Nearest(const std::vector<std::string>& languages) {
  for (const auto& language : languages) {
    const auto primary = language.substr(0, language.find('-'));
    if (primary == CodeOf(Language::kEnglish)) return Language::kEnglish;
    if (primary == CodeOf(Language::kRussian)) return Language::kRussian;
  }
  return Language::kEnglish;
}

std::string_view CodeOf(Language language) { return language == Language::kRussian ? "ru" : "en"; }

}  // namespace market::documents
