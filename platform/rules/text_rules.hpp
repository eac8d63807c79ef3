// What a piece of text must look like, and the form it is kept in. Pure; linear in the text.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "marketplace/options/v1/options.pb.h"

namespace market::rules {

// The length in code points; nullopt unless it is valid UTF-8 without control characters (except newline and
// tab) and without bidirectional overrides and isolates, which make text read as what it is not.
std::optional<std::size_t> CleanLength(std::string_view text);

// A text under `rules` in the form that is checked and kept; nullopt when that is how it came.
//   all but secrets   NFC (Unicode Standard Annex 15)
//   text: LINE        without white space (the property White_Space) at its ends, unless it is nothing else
//   text: LINES       every line end (CR LF, CR, NEL, LS, PS) is LF
//   language          the case of BCP 47 section 2.1.1: zh-Hant-TW
//   uuid              lower case
// A secret stays what it is. Text that is not valid UTF-8 stays too, and CleanLength refuses it.
std::optional<std::string> InForm(const marketplace::options::v1::FieldRules& rules, std::string_view text);

// language["-"script]["-"region] of BCP 47 (RFC 5646 section 2.1), in any case; no subtag is looked up.
bool IsLanguage(std::string_view tag);

// The case of BCP 47 section 2.1.1: zh-Hant-TW. A script has four letters, a region two or three.
std::string InLanguageCase(std::string_view tag);

// Of a text with `text: LINE` or `LINES`: what is wrong with it, in words for who wrote it; empty when
// nothing is.
std::string_view WritingFault(marketplace::options::v1::Text kind, std::string_view text);

}  // namespace market::rules
