// Pictures that people upload: what is kept of one, in which widths it is shown and what its files are called. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace market {

// What the pixels say, the way up that they are shown.
struct PictureLook {
  std::int64_t width = 0;   // of what was uploaded, in pixels
  std::int64_t height = 0;  // the same
  std::string colour;       // what most of it is: "#b08d57"
  bool operator==(const PictureLook&) const = default;
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

// Each service that keeps pictures has a place of its own, so that none of them has to ask another whether a
// file may go: below the directory or the bucket that nginx serves as kPicturesPath.
enum class PicturePlace : std::uint8_t { kShops, kPeople };
inline constexpr std::string_view kPicturesPath = "/pictures/";
// Below that: "9f/86d0…/480.webp" of a shop, "people/9f/86d0…/480.webp" of a person.
std::string FileOf(PicturePlace place, std::string_view content, std::int64_t width, PictureFormat format);
std::vector<std::string> FilesOf(PicturePlace place, std::string_view content, const PictureLook& look);

}  // namespace market
