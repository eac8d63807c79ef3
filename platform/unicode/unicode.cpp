#include "platform/unicode/unicode.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "platform/unicode/icu.hpp"

namespace market::unicode {
namespace {

constexpr UChar32 kReplacement = 0xfffd;

// Without a way out in the middle, so that the compiler looks at many bytes at once.
bool IsAscii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

// The code point that begins at `at`, which moves behind it.
UChar32 Next(std::string_view text, std::int32_t& at) {
  const auto size = static_cast<std::int32_t>(text.size());
  UChar32 point = 0;
  U8_NEXT_OR_FFFD(text.data(), at, size, point);
  return point;
}

UChar32 Previous(std::string_view text, std::int32_t& at) {
  UChar32 point = 0;
  U8_PREV_OR_FFFD(text.data(), 0, at, point);
  return point;
}

template <class Predicate>
bool Any(std::string_view text, Predicate predicate) {
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(text.size());) {
    if (predicate(Next(text, at))) return true;
  }
  return false;
}

const icu::Normalizer2& Nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  RequireIcu(status);
  return *nfc;
}

bool IsVisible(UChar32 point) {
  // Symbols and letters that are drawn as nothing, beyond Default_Ignorable_Code_Point.
  constexpr std::array<UChar32, 5> kBlank = {0x2800, 0xfffc, 0x13441, 0x13442, 0x1d159};
  constexpr std::uint32_t kSeen = U_GC_L_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK;
  return (U_GET_GC_MASK(point) & kSeen) != 0 && std::ranges::find(kBlank, point) == kBlank.end() &&
         u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0;
}

// RFC 8264 section 8, for the FreeformClass. Characters that need a context (ContextJ) are not accepted.
bool InFreeform(UChar32 point) {
  // Section 9.6: assistants of writing that mean nothing by themselves.
  constexpr std::array<UChar32, 10> kExcepted = {0x0640, 0x07fa, 0x302e, 0x302f, 0x3031,
                                                 0x3032, 0x3033, 0x3034, 0x3035, 0x303b};
  if (std::ranges::find(kExcepted, point) != kExcepted.end()) return false;
  constexpr std::uint32_t kUsable =
      U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK | U_GC_ZS_MASK;
  if ((U_GET_GC_MASK(point) & kUsable) == 0) return false;
  if (u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0) return false;
  const auto syllable = u_getIntPropertyValue(point, UCHAR_HANGUL_SYLLABLE_TYPE);
  return syllable != U_HST_LEADING_JAMO && syllable != U_HST_VOWEL_JAMO && syllable != U_HST_TRAILING_JAMO;
}

}  // namespace

std::optional<std::string> ToNfc(std::string_view text) {
  if (IsAscii(text)) return std::nullopt;
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  if (Nfc().isNormalizedUTF8(piece, status) != 0 && U_SUCCESS(status)) return std::nullopt;
  // By way of UTF-16: ICU's way within UTF-8 hands over each piece by itself and takes many times as long.
  const auto composed = Nfc().normalize(icu::UnicodeString::fromUTF8(piece), status);
  RequireIcu(status);
  return Utf8Of(composed);
}

bool HasVisible(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c > ' ' && c < 0x7f; }) || Any(text, IsVisible);
}

std::string_view Trimmed(std::string_view text) {
  std::int32_t begin = 0;
  auto end = static_cast<std::int32_t>(text.size());
  for (auto at = begin; at < end && u_isUWhiteSpace(Next(text, at)) != 0;) begin = at;
  for (auto at = end; at > begin && u_isUWhiteSpace(Previous(text, at)) != 0;) end = at;
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

bool IsOneLine(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c >= '\t' && c <= '\r'; }) &&
         !text.contains("\u0085") && !text.contains("\u2028") && !text.contains("\u2029");
}

std::optional<std::string> OpaqueString(std::string_view password) {
  std::string spaced;
  spaced.reserve(password.size());
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(password.size());) {
    const auto begin = static_cast<std::size_t>(at);
    const UChar32 point = Next(password, at);
    if (point == kReplacement || u_charType(point) != U_SPACE_SEPARATOR) {
      spaced += password.substr(begin, static_cast<std::size_t>(at) - begin);
    } else {
      spaced += ' ';
    }
  }
  auto normal = ToNfc(spaced).value_or(spaced);
  if (Any(normal, [](UChar32 point) { return !InFreeform(point); })) return std::nullopt;
  return normal;
}

std::size_t Length(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace market::unicode
