// Pictures as products, reviews and returns keep them in a column: id, content, width, height, colour and the alternative
// text, with a space between (pictures_of in services/product/migrations/0004_pictures.sql). Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "platform/conversions/picture.hpp"
#include "platform/core/picture.hpp"

namespace market::conversions {

struct KeptPicture {
  std::string_view id;
  std::string_view content;
  PictureLook look;
  std::string_view alt_text;
};

// Throws std::logic_error for what is none.
KeptPicture ReadKept(std::string_view kept);
std::string WriteKept(const KeptPicture& picture);

// Where a shop's picture is in its smallest width, in the form that everything reads.
std::string SmallestOf(std::string_view kept);

// As a ProductPicture, a ReviewPicture or a ReturnPicture.
template <class Message>
void ShowKept(Message& message, PicturePlace place, std::string_view kept) {
  const auto picture = ReadKept(kept);
  message.mutable_id()->assign(picture.id);
  message.mutable_alt_text()->assign(picture.alt_text);
  ShowPicture(message, place, picture.content, picture.look);
}

}  // namespace market::conversions
