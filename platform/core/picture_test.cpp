#include "platform/core/picture.hpp"

#include <gmock/gmock.h>

namespace market {
namespace {

using ::testing::ElementsAre;

TEST(SizesOfAPicture, AreNeverWiderThanIt) {
  EXPECT_THAT(SizesOf({.width = 2000, .height = 1000, .colour = ""}),
              ElementsAre(PictureSize{160, 80}, PictureSize{480, 240}, PictureSize{960, 480},
                          PictureSize{1920, 960}));
  EXPECT_THAT(SizesOf({.width = 480, .height = 481, .colour = ""}),
              ElementsAre(PictureSize{160, 160}, PictureSize{480, 481}));
  EXPECT_THAT(SizesOf({.width = 479, .height = 10, .colour = ""}), ElementsAre(PictureSize{160, 3}));
}

TEST(SizesOfAPicture, AreOneAtLeast) {
  EXPECT_THAT(SizesOf({.width = 1, .height = 1, .colour = ""}), ElementsAre(PictureSize{1, 1}));
  EXPECT_THAT(SizesOf({.width = 159, .height = 300, .colour = ""}), ElementsAre(PictureSize{159, 300}));
  EXPECT_THAT(
      SizesOf({.width = 16000, .height = 1, .colour = ""}),
      ElementsAre(PictureSize{160, 1}, PictureSize{480, 1}, PictureSize{960, 1}, PictureSize{1920, 1}));
  EXPECT_THROW(SizesOf({}), std::logic_error);
}

TEST(FilesOfAPicture, AreNamedAfterItsContent) {
  EXPECT_THAT(FilesOf(PicturePlace::kShops, "abcdef", {.width = 500, .height = 500, .colour = ""}),
              ElementsAre("ab/cdef/160.webp", "ab/cdef/160.jpg", "ab/cdef/480.webp", "ab/cdef/480.jpg"));
  EXPECT_THAT(FilesOf(PicturePlace::kPeople, "abcdef", {.width = 20, .height = 20, .colour = ""}),
              ElementsAre("people/ab/cdef/20.webp", "people/ab/cdef/20.jpg"));
}

}  // namespace
}  // namespace market
