#include "platform/unicode/search_form.hpp"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>

#include "platform/unicode/icu.hpp"

namespace market::unicode {
namespace {

constexpr UChar32 kLatinFirst = 0x80;
constexpr UChar32 kLatinLast = 0x1eff;

using Normalizer = const icu::Normalizer2* (*)(UErrorCode&);
const icu::Normalizer2& Instance(Normalizer normalizer) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* instance = normalizer(status);
  RequireIcu(status);
  return *instance;
}

bool IsAsciiText(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

// What Latin letters beyond ASCII are without what makes them special; empty: nothing is known.
class LatinTable {
 public:
  LatinTable() : plain_(kLatinLast - kLatinFirst + 1) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> plain(
        icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, status));
    RequireIcu(status);
    for (UChar32 point = kLatinFirst; point <= kLatinLast; ++point) {
      if (u_isalpha(point) == 0 || uscript_getScript(point, &status) != USCRIPT_LATIN) continue;
      icu::UnicodeString text(point);
      plain->transliterate(text);
      if (text != icu::UnicodeString(point)) plain_[static_cast<std::size_t>(point - kLatinFirst)] = text;
    }
  }

  const icu::UnicodeString* Find(UChar32 point) const {
    if (point < kLatinFirst || point > kLatinLast) return nullptr;
    const auto& plain = plain_[static_cast<std::size_t>(point - kLatinFirst)];
    return plain.isEmpty() ? nullptr : &plain;
  }

 private:
  std::vector<icu::UnicodeString> plain_;
};

// Marks that a reader leaves out when typing in a hurry. Those of Japanese and of Indian scripts are no such
// marks, and й is no и.
bool IsAccent(UChar32 base, UChar32 mark) {
  constexpr UChar32 kShortI = 0x0438;
  constexpr UChar32 kBreve = 0x0306;
  if (base == kShortI && mark == kBreve) return false;
  if (mark >= 0x0300 && mark <= 0x036f) return true;
  const bool of_hebrew = mark >= 0x0591 && mark <= 0x05c7;
  const bool of_arabic = (mark >= 0x064b && mark <= 0x065f) || mark == 0x0670;
  return (of_hebrew || of_arabic) && u_charType(mark) == U_NON_SPACING_MARK;
}

UChar32 WithoutVariants(UChar32 point) {
  constexpr UChar32 kFractionSlash = 0x2044;
  if (point == kFractionSlash) return '/';
  if (point == 0x2212 || u_charType(point) == U_DASH_PUNCTUATION) return '-';
  return point;
}

bool IsTrademark(UChar32 point) {
  constexpr std::array<UChar32, 4> kSigns = {0x2122, 0x2120, 0xae, 0xa9};
  return std::ranges::find(kSigns, point) != kSigns.end();
}

icu::UnicodeString WithoutTrademarks(std::string_view text) {
  const auto all = icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  icu::UnicodeString kept;
  for (std::int32_t at = 0; at < all.length(); at = all.moveIndex32(at, 1)) {
    const auto point = all.char32At(at);
    if (!IsTrademark(point)) kept.append(point);
  }
  return kept;
}

bool IsUnspaced(UChar32 point) {
  constexpr UChar32 kLongVowel = 0x30fc;
  if (point == kLongVowel) return true;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(point, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

}  // namespace

std::string SearchForm(std::string_view text) {
  std::string form;
  if (IsAsciiText(text)) {
    form.assign(text);
    for (char& c : form) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return form;
  }
  static const LatinTable latin;
  UErrorCode status = U_ZERO_ERROR;
  const auto folded =
      Instance(icu::Normalizer2::getNFKCCasefoldInstance).normalize(WithoutTrademarks(text), status);
  const auto apart = Instance(icu::Normalizer2::getNFDInstance).normalize(folded, status);
  RequireIcu(status);
  icu::UnicodeString plain;
  UChar32 base = 0;
  for (std::int32_t at = 0; at < apart.length(); at = apart.moveIndex32(at, 1)) {
    const auto point = apart.char32At(at);
    if (IsAccent(base, point)) continue;
    if (u_charType(point) != U_NON_SPACING_MARK) base = point;
    if (const auto* letters = latin.Find(point)) {
      plain.append(*letters);
    } else {
      plain.append(WithoutVariants(point));
    }
  }
  Instance(icu::Normalizer2::getNFCInstance).normalize(plain, status).toUTF8String(form);
  RequireIcu(status);
  return form;
}

Glyph NextGlyph(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) {
    ++at;
    if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')) return Glyph::kLetter;
    if (first >= '0' && first <= '9') return Glyph::kDigit;
    return first <= ' ' || first == 0x7f ? Glyph::kSpace : Glyph::kOther;
  }
  auto next = static_cast<std::int32_t>(at);
  UChar32 point = 0;
  U8_NEXT_OR_FFFD(text.data(), next, static_cast<std::int32_t>(text.size()), point);
  at = static_cast<std::size_t>(next);
  const auto category = U_GET_GC_MASK(point);
  if ((category & (U_GC_L_MASK | U_GC_M_MASK)) != 0)
    return IsUnspaced(point) ? Glyph::kUnspaced : Glyph::kLetter;
  if ((category & U_GC_N_MASK) != 0) return IsUnspaced(point) ? Glyph::kUnspaced : Glyph::kDigit;
  return (category & (U_GC_Z_MASK | U_GC_CC_MASK)) != 0 ? Glyph::kSpace : Glyph::kOther;
}

std::vector<std::string_view> UnspacedWords(std::string_view text) {
  // Made once a thread: making one reads ICU's rules.
  thread_local const std::unique_ptr<icu::BreakIterator> breaks = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    RequireIcu(status);
    return made;
  }();
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, CloseText> opened(
      utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
  breaks->setText(opened.get(), status);
  RequireIcu(status);
  std::vector<std::string_view> words;
  auto begin = breaks->first();
  for (auto end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next()) {
    words.push_back(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  }
  return words;
}

}  // namespace market::unicode
