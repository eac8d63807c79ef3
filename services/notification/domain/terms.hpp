// One version of a page that the marketplace owes to who uses it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/words.hpp"

namespace market::notification::domain {

enum class TermsKind : std::uint8_t { kImprint, kTerms, kPrivacy, kWithdrawal };
inline constexpr Words<TermsKind, 4> kTermsKinds{"kind of terms",
                                                 {"IMPRINT", "TERMS", "PRIVACY", "WITHDRAWAL"}};
inline std::string_view Name(TermsKind kind) { return kTermsKinds.Name(kind); }
inline void FromText(std::string_view word, TermsKind& kind) { kind = kTermsKinds.Require(word); }

struct Terms {
  TermsKind kind = TermsKind::kTerms;
  std::string language;  // BCP 47
  std::string version;
  std::string title;
  std::string body;
  Time created_at;
};

inline constexpr std::string_view kUsualLanguage = "en";

// Of each kind the one that somebody who reads `language` is shown: in it, in the language alone without script and
// region, in the usual one, or the first there is. `newest` has at most one for each kind and language.
std::vector<Terms> Chosen(std::vector<Terms> newest, std::string_view language);

}  // namespace market::notification::domain
