// What a file is by its first bytes and by its structure, told before any decoder sees it. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace market::pictures {

enum class Kind : std::uint8_t { kJpeg, kPng, kWebp, kAvif };

// Nothing for everything else, whatever it calls itself.
std::optional<Kind> KindOf(std::string_view bytes);

enum class Structure : std::uint8_t {
  kWhole,      // the picture, and nothing but it
  kTruncated,  // it ends before the picture does
  kAlsoOther,  // something else follows the picture: a file that is two things at once
};
// Of a file of this kind. What cameras put behind a JPEG (a second picture, a film, their own notes) is
// nothing else, unless it is an archive, a document, a page or a program.
Structure StructureOf(Kind kind, std::string_view bytes);

}  // namespace market::pictures
