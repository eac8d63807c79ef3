#include "services/product/storage/product_pictures.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

namespace market::product::storage {

void RequireOwnPictures(const postgres::Result& held, const std::vector<domain::PictureId>& wanted,
                        const SellerId& seller, std::string_view field) {
  const auto pictures = kHeldPicture.ReadAll(held);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool own = std::ranges::any_of(pictures, [&](const HeldPicture& picture) {
      return picture.id == wanted[i] && picture.seller == seller;
    });
    if (own) continue;
    throw InvalidArgument(std::string(field) + "[" + std::to_string(i) + "]", "UNKNOWN_PICTURE",
                          "is not a picture of this shop");
  }
}

}  // namespace market::product::storage
