// A picture of a person: uploaded to be shown somewhere, in a review for example. Pure.
#pragma once
#include <chrono>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/picture.hpp"

namespace market::user::domain {

using PictureId = Id<struct PictureTag>;
// Whatever shows pictures of people, in any service.
using ShowerId = Id<struct ShowerTag>;

// How long one stays that nothing shows.
inline constexpr std::chrono::hours kUnusedPictureStays{24};

struct Picture {
  PictureId id;
  AccountId owner;
  std::string content;  // the SHA-256 of what was uploaded, in hexadecimal: its files are named after it
  std::string alt_text;
  PictureLook look;
  Time created_at;
};

}  // namespace market::user::domain
