// Texts as a search compares them, and what they consist of.
//
// Texts are UTF-8; what is not reads as U+FFFD. Pure; any thread; linear in the text. Throws
// std::runtime_error only when ICU has no data or no memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace market::unicode {

// One form for what a reader takes for the same: NFKC without case (Unicode Standard 5.18), ß as ss, letters
// without their accents (Latin as ICU's Latin-ASCII has it: ł as l, æ as ae; Greek; Cyrillic, where й stays a
// letter of its own; the vowel points of Hebrew and Arabic), every dash as "-". The signs of trademarks go.
std::string SearchForm(std::string_view text);

enum class Glyph : std::uint8_t {
  kSpace,   // controls too
  kLetter,  // with the marks on it
  kDigit,
  kUnspaced,  // of a script whose words stand without spaces: Han, Kana, Hangul, Thai, Lao, Khmer, Burmese
  kOther,
};
// Of the code point that begins at `at`, which moves behind it.
Glyph NextGlyph(std::string_view text, std::size_t& at);

// The words of a text in such a script, by ICU's dictionaries.
std::vector<std::string_view> UnspacedWords(std::string_view text);

}  // namespace market::unicode
