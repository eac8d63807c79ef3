#include "platform/conversions/kept_picture.hpp"

#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace market::conversions {
namespace {

// Up to the next space, which goes too.
std::string_view Word(std::string_view& text) {
  const auto end = text.find(' ');
  if (end == text.npos) throw std::logic_error("half a picture is kept");
  const auto word = text.substr(0, end);
  text.remove_prefix(end + 1);
  return word;
}

std::int64_t NumberFrom(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw std::logic_error("a picture is kept without a size");
  return number;
}

}  // namespace

KeptPicture ReadKept(std::string_view kept) {
  KeptPicture picture;
  picture.id = Word(kept);
  picture.content = Word(kept);
  picture.look.width = NumberFrom(Word(kept));
  picture.look.height = NumberFrom(Word(kept));
  picture.look.colour = Word(kept);
  picture.alt_text = kept;
  return picture;
}

std::string WriteKept(const KeptPicture& picture) {
  std::string kept(picture.id);
  kept.append(" ").append(picture.content);
  kept.append(" ").append(std::to_string(picture.look.width));
  kept.append(" ").append(std::to_string(picture.look.height));
  return kept.append(" ").append(picture.look.colour).append(" ").append(picture.alt_text);
}

std::string SmallestOf(std::string_view kept) {
  const auto picture = ReadKept(kept);
  const auto width = SizesOf(picture.look).front().width;
  return std::string(kPicturesPath)
      .append(FileOf(PicturePlace::kShops, picture.content, width, PictureFormat::kJpeg));
}

}  // namespace market::conversions
