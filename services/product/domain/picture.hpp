// Pictures of shops: what is kept of one, in which widths it is shown and what its files are called. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::domain {

// What the pixels say, the way up that they are shown.
struct PictureLook {
  std::int64_t width = 0;   // of what was uploaded, in pixels
  std::int64_t height = 0;  // the same
  std::string colour;       // what most of it is: "#b08d57"
  bool operator==(const PictureLook&) const = default;
};

struct Picture {
  PictureId id;
  SellerId seller;
  std::string content;  // the SHA-256 of what was uploaded, in hexadecimal: its files are named after it
  std::string alt_text;
  PictureLook look;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

struct PictureSize {
  std::int64_t width = 0;   // in pixels
  std::int64_t height = 0;  // the same
  bool operator==(const PictureSize&) const = default;
};
// The narrowest first; none is wider than the picture, and there is always one. What follows from a picture's
// own size for ever: nothing else says which files it has.
std::vector<PictureSize> SizesOf(const PictureLook& look);

enum class PictureFormat : std::uint8_t { kWebp, kJpeg };
std::string_view MediaTypeOf(PictureFormat format);
// Below the place where pictures are kept: "9f/86d0…/480.webp".
std::string FileOf(std::string_view content, std::int64_t width, PictureFormat format);
std::vector<std::string> FilesOf(std::string_view content, const PictureLook& look);

}  // namespace market::product::domain
