#include "platform/core/picture.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace market {
namespace {

constexpr std::array<std::int64_t, 4> kWidths{160, 480, 960, 1920};
constexpr std::size_t kFolderDigits = 2;  // so that no folder has too many

}  // namespace

std::vector<PictureSize> SizesOf(const PictureLook& look) {
  if (look.width <= 0 || look.height <= 0) throw std::logic_error("a picture without a pixel");
  const auto scaled = [&](std::int64_t width) {
    return PictureSize{width, std::max<std::int64_t>(1, (look.height * width + look.width / 2) / look.width)};
  };
  std::vector<PictureSize> sizes;
  for (const auto width : kWidths) {
    if (width <= look.width) sizes.push_back(scaled(width));
  }
  if (sizes.empty()) sizes.push_back(scaled(look.width));
  return sizes;
}

std::string_view MediaTypeOf(PictureFormat format) {
  return format == PictureFormat::kWebp ? "image/webp" : "image/jpeg";
}

std::string FileOf(PicturePlace place, std::string_view content, std::int64_t width, PictureFormat format) {
  std::string file(place == PicturePlace::kPeople ? "people/" : "");
  file.append(content.substr(0, kFolderDigits))
      .append("/")
      .append(content.substr(kFolderDigits))
      .append("/")
      .append(std::to_string(width));
  return file.append(format == PictureFormat::kWebp ? ".webp" : ".jpg");
}

std::vector<std::string> FilesOf(PicturePlace place, std::string_view content, const PictureLook& look) {
  std::vector<std::string> files;
  for (const auto& size : SizesOf(look)) {
    files.push_back(FileOf(place, content, size.width, PictureFormat::kWebp));
    files.push_back(FileOf(place, content, size.width, PictureFormat::kJpeg));
  }
  return files;
}

}  // namespace market
