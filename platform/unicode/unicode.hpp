// Text as Unicode defines it, by ICU, whose headers stay in this room: one form for what reads the same, what
// can be seen at all, what a password may consist of.
//
// Texts are UTF-8; what is not reads as U+FFFD. Pure; any thread; linear in the text; ASCII costs one scan.
// Throws std::runtime_error only when ICU has no data or no memory.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace market::unicode {

// The Normalization Form C (Unicode Standard Annex 15); nullopt when it is that already.
std::optional<std::string> ToNfc(std::string_view text);

// Whether a reader sees anything: a letter, number, punctuation mark or symbol that is not blank by design.
// Not visible: white space, marks alone, what the standard lets a reader ignore
// (Default_Ignorable_Code_Point: joiners, variation selectors, Hangul fillers …), blank braille and other
// empty symbols.
bool HasVisible(std::string_view text);

// Without what has the property White_Space at its two ends.
std::string_view Trimmed(std::string_view text);

// Without line breaks and tabs: U+0009 to U+000D, U+0085, U+2028, U+2029.
bool IsOneLine(std::string_view text);

// A password as it is hashed: the profile OpaqueString of RFC 8265 section 4.2. Other spaces become U+0020,
// then NFC. nullopt for what it refuses (the FreeformClass of RFC 8264): controls, joiners and other
// invisible characters, old Hangul letters, code points for private use or without a character.
std::optional<std::string> OpaqueString(std::string_view password);

// The number of code points.
std::size_t Length(std::string_view text);

}  // namespace market::unicode
