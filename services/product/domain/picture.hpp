// Pictures of shops: what is kept of one. Pure.
#pragma once
#include <cstdint>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/picture.hpp"
#include "services/product/domain/ids.hpp"

namespace market::product::domain {

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

}  // namespace market::product::domain
