#include "platform/pictures/encoder.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "platform/core/error.hpp"
#include "platform/pictures/colour.hpp"
#include "platform/pictures/testing/drawn.hpp"

namespace market::pictures {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const Encoder& Subject() {
  static const Encoder encoder({});
  return encoder;
}

Encoded Made(const std::string& file) {
  auto made = Subject().Encode(file);
  if (const auto* refused = std::get_if<Refused>(&made)) throw std::runtime_error(refused->detail);
  return std::get<Encoded>(std::move(made));
}

// What is read back of a file that was made.
struct Seen {
  int width = 0;
  int height = 0;
  int bands = 0;
  std::vector<int> first;  // of the pixel at the top left
  std::vector<int> centre;
  std::vector<std::string> fields;
};
Seen See(const EncodedFile& file) {
  auto* data = const_cast<char*>(file.bytes.data());
  VipsImage* image = nullptr;
  const int code = file.format == PictureFormat::kJpeg
                       ? vips_jpegload_buffer(data, file.bytes.size(), &image, nullptr)
                       : vips_webpload_buffer(data, file.bytes.size(), &image, nullptr);
  Drawn(code, image);
  Seen seen{.width = vips_image_get_width(image),
            .height = vips_image_get_height(image),
            .bands = vips_image_get_bands(image)};
  const auto pixel = [&](int x, int y) {
    double* values = nullptr;
    int count = 0;
    Drawn(vips_getpoint(image, &values, &count, x, y, nullptr), image);
    std::vector<int> pixel(values, values + count);
    g_free(values);
    return pixel;
  };
  seen.first = pixel(0, 0);
  seen.centre = pixel(seen.width / 2, seen.height / 2);
  auto** fields = vips_image_get_fields(image);
  for (auto** field = fields; *field != nullptr; ++field) seen.fields.emplace_back(*field);
  g_strfreev(fields);
  g_object_unref(image);
  return seen;
}

void ExpectNear(const std::vector<int>& pixel, std::vector<int> wanted, int within = 12) {
  ASSERT_EQ(pixel.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(pixel[i], wanted[i], within) << i;
}

TEST(Encoder, MakesEverySizeInBothFormats) {
  const auto made = Made(Jpeg(Gradient(2000, 500)));
  EXPECT_EQ(made.look.width, 2000);
  EXPECT_EQ(made.look.height, 500);
  ASSERT_EQ(made.files.size(), 8U);
  const std::vector<std::pair<int, int>> sizes{{160, 40}, {480, 120}, {960, 240}, {1920, 480}};
  for (std::size_t i = 0; i < made.files.size(); ++i) {
    const auto seen = See(made.files[i]);
    EXPECT_EQ(std::pair(seen.width, seen.height), sizes[i / 2]);
    EXPECT_EQ(made.files[i].width, seen.width);
    ExpectNear(seen.centre, {127, 127, 64});
  }
}

TEST(Encoder, ReadsEveryKindThatItPromises) {
  for (const auto& file : {Jpeg(Gradient(300, 200)), Png(Gradient(300, 200)), Webp(Gradient(300, 200)),
                           Avif(Gradient(300, 200))}) {
    const auto made = Made(file);
    ASSERT_EQ(made.files.size(), 2U);
    for (const auto& each : made.files) ExpectNear(See(each).centre, {127, 127, 64}, 16);
  }
}

TEST(Encoder, TheSameFileGivesTheSameBytes) {
  const auto file = Jpeg(Gradient(700, 500));
  const auto one = Made(file);
  const auto two = Made(file);
  ASSERT_EQ(one.files.size(), two.files.size());
  for (std::size_t i = 0; i < one.files.size(); ++i) EXPECT_EQ(one.files[i].bytes, two.files[i].bytes);
  EXPECT_EQ(one.look, two.look);
}

TEST(Encoder, LeavesOutWhatTheFileSaysBesides) {
  auto* image = Gradient(320, 240);
  vips_image_set_string(image, "exif-ifd3-GPSLatitude",
                        "52/1 31/1 12/1 (52, 31, 12, Rational, 3 components, 24 bytes)");
  vips_image_set_string(image, "exif-ifd0-Artist",
                        "Ada Lovelace (Ada Lovelace, ASCII, 13 components, 13 bytes)");
  const std::string note = "<x:xmpmeta>where it was taken</x:xmpmeta>";
  vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, note.data(), note.size());
  const auto file = Jpeg(image);
  ASSERT_THAT(file, HasSubstr("Ada Lovelace"));
  ASSERT_THAT(file, HasSubstr("where it was taken"));
  for (const auto& made : Made(file).files) {
    EXPECT_THAT(made.bytes, Not(HasSubstr("Ada Lovelace")));
    EXPECT_THAT(made.bytes, Not(HasSubstr("where it was taken")));
    for (const auto& field : See(made).fields) EXPECT_THAT(field, Not(HasSubstr("exif-ifd3"))) << field;
  }
}

TEST(Encoder, TurnsPicturesTheRightWayUp) {
  auto* image = Gradient(400, 200);
  vips_image_set_int(image, VIPS_META_ORIENTATION, 6);  // to be turned right by a quarter
  const auto made = Made(Jpeg(image));
  EXPECT_EQ(made.look.width, 200);
  EXPECT_EQ(made.look.height, 400);
  const auto seen = See(made.files.back());
  EXPECT_EQ(std::pair(seen.width, seen.height), std::pair(160, 320));
  ExpectNear(seen.first, {0, 255, 64}, 16);  // was at the bottom left
}

TEST(Encoder, ReadsColoursByTheirProfile) {
  // What is pure red in Display P3 is none that sRGB has: clipped, not taken as it is.
  auto* plain = Plain(64, 64, {200, 40, 40});
  VipsImage* in_srgb = nullptr;
  Drawn(vips_copy(plain, &in_srgb, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), in_srgb);
  VipsImage* in_p3 = nullptr;
  Drawn(vips_icc_transform(in_srgb, &in_p3, "p3", "input_profile", "srgb", nullptr), in_p3);
  double* stored = nullptr;
  int count = 0;
  Drawn(vips_getpoint(in_p3, &stored, &count, 5, 5, nullptr), in_p3);
  EXPECT_GT(std::abs(stored[0] - 200) + std::abs(stored[1] - 40), 10) << "the profile changes nothing here";
  g_free(stored);
  const auto file = Png(in_p3);
  g_object_unref(in_srgb);
  g_object_unref(plain);
  for (const auto& made : Made(file).files) ExpectNear(See(made).centre, {200, 40, 40}, 8);
}

TEST(Encoder, KeepsWhatIsTransparentInWebpAndPutsItOnWhiteInJpeg) {
  const auto made = Made(Png(Plain(200, 100, {255, 0, 0, 0})));
  EXPECT_EQ(made.look.colour, "#ffffff") << "nothing can be seen";
  EXPECT_EQ(See(made.files[0]).bands, 4);
  EXPECT_EQ(See(made.files[0]).first.at(3), 0);
  ExpectNear(See(made.files[1]).centre, {255, 255, 255}, 2);
}

TEST(Encoder, ReadsWhatOtherProgramsWrite) {
  // Of 16 bits a band.
  auto* eight = Gradient(300, 200);
  VipsImage* sixteen = nullptr;
  Drawn(vips_colourspace(eight, &sixteen, VIPS_INTERPRETATION_RGB16, nullptr), sixteen);
  g_object_unref(eight);
  for (const auto& made : Made(Png(sixteen)).files) ExpectNear(See(made).centre, {127, 127, 64}, 16);
  // Grey, and grey with transparency.
  for (const auto& made : Made(Png(Gradient(64, 64, 1))).files) ExpectNear(See(made).centre, {127, 127, 127});
  ExpectNear(See(Made(Png(Plain(64, 64, {90, 255}))).files[1]).centre, {90, 90, 90});
  // For printers.
  auto* rgb = Plain(64, 64, {20, 120, 200});
  VipsImage* cmyk = nullptr;
  Drawn(vips_icc_transform(rgb, &cmyk, "cmyk", "input_profile", "srgb", nullptr), cmyk);
  g_object_unref(rgb);
  for (const auto& made : Made(Jpeg(cmyk)).files) {
    const auto pixel = See(made).centre;
    ASSERT_EQ(pixel.size(), 3U);
    EXPECT_LT(pixel[0], pixel[1]);
    EXPECT_LT(pixel[1], pixel[2]);
  }
}

TEST(Encoder, ReadsTheSmallestAndTheNarrowest) {
  const auto one = Made(Png(Plain(1, 1, {176, 141, 87})));
  EXPECT_EQ(one.look, (PictureLook{.width = 1, .height = 1, .colour = "#b08d57"}));
  ASSERT_EQ(one.files.size(), 2U);
  EXPECT_EQ(See(one.files[0]).width, 1);
  EXPECT_EQ(See(Made(Png(Gradient(3000, 1))).files.back()).height, 1);
  EXPECT_EQ(See(Made(Png(Gradient(1, 3000))).files.back()).height, 3000);
}

TEST(DominantColour, IsOfWhatIsThereMost) {
  const std::vector<unsigned char> pixels{200, 10, 10, 204, 14, 6, 0, 0, 255, 0, 255, 0, 90, 90, 90};
  EXPECT_EQ(DominantColour(pixels, 3), "#ca0c08");
  const std::vector<unsigned char> unseen{200, 10, 10, 0, 200, 10, 10, 127, 1, 2, 3, 128};
  EXPECT_EQ(DominantColour(unseen, 4), "#010203");
  EXPECT_EQ(DominantColour({}, 3), "#ffffff");
}

TEST(Encoder, TellsTheColourOfMost) {
  EXPECT_EQ(Made(Png(Plain(100, 100, {250, 250, 250}))).look.colour, "#fafafa");
}

TEST(Encoder, StopsWhenItsTimeIsOver) {
  const Encoder hasty({.time_max = 0ms});
  try {
    hasty.Encode(Png(Gradient(1000, 1000)));
    FAIL() << "it took no time";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kDeadlineExceeded);
  }
}

}  // namespace
}  // namespace market::pictures
