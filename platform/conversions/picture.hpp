// What a picture shows, in the contract's messages. Pure; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/core/picture.hpp"

namespace market::conversions {

// Of any message that shows a picture: width, height, colour, and media (type.v1.PictureMedia) in each width.
template <class Message>
void ShowPicture(Message& message, PicturePlace place, std::string_view content, const PictureLook& look) {
  message.set_width(static_cast<std::int32_t>(look.width));
  message.set_height(static_cast<std::int32_t>(look.height));
  message.set_colour(look.colour);
  for (const auto& size : SizesOf(look)) {
    auto& media = *message.add_media();
    media.set_width(static_cast<std::int32_t>(size.width));
    media.set_height(static_cast<std::int32_t>(size.height));
    const auto address = [&](PictureFormat format) {
      return std::string(kPicturesPath).append(FileOf(place, content, size.width, format));
    };
    media.set_webp(address(PictureFormat::kWebp));
    media.set_jpeg(address(PictureFormat::kJpeg));
  }
}

}  // namespace market::conversions
