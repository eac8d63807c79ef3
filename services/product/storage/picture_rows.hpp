// What a picture shows, in the contract's messages.
#pragma once
#include <string>
#include <string_view>

#include "services/product/domain/picture.hpp"

namespace market::product::storage {

// Where nginx serves the files of pictures (domain::FileOf).
inline constexpr std::string_view kPicturesPath = "/pictures/";

// Of a Picture or a ProductPicture.
template <class Message>
void ShowLook(Message& message, std::string_view content, const domain::PictureLook& look) {
  message.set_width(static_cast<std::int32_t>(look.width));
  message.set_height(static_cast<std::int32_t>(look.height));
  message.set_colour(look.colour);
  for (const auto& size : domain::SizesOf(look)) {
    auto& media = *message.add_media();
    media.set_width(static_cast<std::int32_t>(size.width));
    media.set_height(static_cast<std::int32_t>(size.height));
    media.mutable_webp()
        ->assign(kPicturesPath)
        .append(domain::FileOf(content, size.width, domain::PictureFormat::kWebp));
    media.mutable_jpeg()
        ->assign(kPicturesPath)
        .append(domain::FileOf(content, size.width, domain::PictureFormat::kJpeg));
  }
}

}  // namespace market::product::storage
