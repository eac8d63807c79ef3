// Files that are made to hurt: each is refused, none costs much. What a refusal may cost is measured in
// memory that the process never gets beyond.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "platform/pictures/encoder.hpp"
#include "platform/pictures/kind.hpp"
#include "platform/pictures/testing/drawn.hpp"

namespace market::pictures {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

using Why = Refused::Why;

const Encoder& Guard() {
  static const Encoder encoder({});
  return encoder;
}

std::string RefusalOf(const std::string& file, Why why) {
  auto made = Guard().Encode(file);
  const auto* refused = std::get_if<Refused>(&made);
  if (refused == nullptr) return "it was taken";
  EXPECT_EQ(static_cast<int>(refused->why), static_cast<int>(why)) << refused->detail;
  return refused->detail;
}

std::string Unread(const std::string& file) { return RefusalOf(file, Why::kUnreadable); }

// The most memory that the process has had, in KiB.
long PeakKib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// With a header that is right and hardly anything behind it.
std::string PngThatSays(std::uint32_t width, std::uint32_t height) {
  std::string head;
  for (const auto value : {width, height})
    for (const int shift : {24, 16, 8, 0}) head.push_back(static_cast<char>(value >> shift & 255));
  head += "\x08\x02\0\0\0"s;
  return "\x89PNG\r\n\x1a\n" + Chunk("IHDR", head) + Chunk("IDAT", "\x78\x9c\x03\0\0\0\0\x01"s) +
         Chunk("IEND", "");
}

const std::string kZip = "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0"s +
                         "aPK\x05\x06\0\0\0\0\x01\0\x01\0"s;

TEST(HostilePicture, ThatSaysToBeHuge_IsNotDecoded) {
  const auto before = PeakKib();
  EXPECT_THAT(RefusalOf(PngThatSays(50'000, 50'000), Why::kTooLarge), HasSubstr("50000 x 50000"));
  EXPECT_THAT(RefusalOf(PngThatSays(5'000, 5'001), Why::kTooLarge), HasSubstr("25005000 pixels"));
  EXPECT_THAT(RefusalOf(PngThatSays(16'384, 1), Why::kTooLarge), HasSubstr("16383"));
  Unread(PngThatSays(2'000'000'000, 2'000'000'000));
  EXPECT_NE(Unread(PngThatSays(5'000, 4'000)), "it was taken") << "its pixels are missing";
  EXPECT_LT(PeakKib() - before, 64 * 1024);
}

TEST(HostilePicture, ThatGrowsAThousandfold_IsNotDecoded) {
  // 400 million pixels in some 50 KB.
  VipsImage* black = nullptr;
  Drawn(vips_black(&black, 20'000, 20'000, nullptr), black);
  const auto bomb = Saved(black, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_pngsave_buffer(in, buffer, length, "compression", 9, "bitdepth", 1, nullptr);
  });
  ASSERT_LT(bomb.size(), 500'000U);
  const auto before = PeakKib();
  EXPECT_THAT(RefusalOf(bomb, Why::kTooLarge), HasSubstr("20000 x 20000"));
  EXPECT_LT(PeakKib() - before, 16 * 1024);
}

TEST(HostilePicture, WithoutPixelsAtAll_IsRefused) {
  EXPECT_NE(Unread(PngThatSays(0, 0)), "it was taken");
  EXPECT_NE(Unread(PngThatSays(10, 0)), "it was taken");
}

TEST(HostilePicture, ThatEndsEarly_IsRefused) {
  for (const auto& whole : {Jpeg(Gradient(400, 300)), Png(Gradient(400, 300)), Webp(Gradient(400, 300)),
                            Avif(Gradient(400, 300))}) {
    for (const std::size_t length : {whole.size() - 1, whole.size() * 3 / 4, whole.size() / 2,
                                     std::size_t{64}, std::size_t{16}, std::size_t{3}}) {
      EXPECT_NE(Unread(whole.substr(0, length)), "it was taken") << length;
    }
  }
}

TEST(HostilePicture, ThatIsBroken_IsRefused) {
  auto png = Png(Gradient(400, 300));
  png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 0x55);
  EXPECT_NE(Unread(png), "it was taken") << "its checksum is wrong";
  EXPECT_NE(Unread("\xff\xd8\xff\xe0"s + std::string(5'000, 'x')), "it was taken");
  EXPECT_NE(Unread("RIFF\xff\xff\xff\xffWEBPVP8 "s), "it was taken");
  EXPECT_NE(Unread("\0\0\0\x1c"
                   "ftypavif\0\0\0\0avifmif1miaf"s),
            "it was taken");
}

TEST(HostilePicture, ThatIsSomethingElseFirst_IsRefused) {
  const auto jpeg = Jpeg(Gradient(64, 64));
  for (const auto& first : {"GIF89a"s, "<html><script>alert(1)</script></html>"s, kZip, "%PDF-1.4\n"s, "\0"s,
                            " "s, "BM"s, "II*\0"s}) {
    EXPECT_THAT(Unread(first + jpeg), HasSubstr("no JPEG, PNG, WebP or AVIF"));
  }
}

TEST(HostilePicture, ThatIsSomethingElseBehind_IsRefused) {
  for (const auto& behind :
       {kZip, "<script>alert(1)</script>"s, "<HTML>"s, "%PDF-1.4"s, "<?php system($_GET[0]);"s, "GIF89a"s,
        "<svg xmlns='http://www.w3.org/2000/svg'>"s}) {
    EXPECT_THAT(Unread(Jpeg(Gradient(64, 64)) + behind), HasSubstr("something else"));
    EXPECT_THAT(Unread(Png(Gradient(64, 64)) + behind), HasSubstr("something else"));
    EXPECT_THAT(Unread(Webp(Gradient(64, 64)) + behind), HasSubstr("something else"));
    EXPECT_NE(Unread(Avif(Gradient(64, 64)) + behind), "it was taken");
  }
}

TEST(HostilePicture, NothingOfAFileThatIsTwoGetsThrough) {
  // In a comment of the JPEG, where it belongs to the picture.
  const auto jpeg = Jpeg(Gradient(64, 64));
  const std::string note = "<script>alert(1)</script>" + kZip;
  std::string comment = "\xff\xfe"s;
  comment.push_back(0);
  comment.push_back(static_cast<char>(note.size() + 2));
  const auto made = Guard().Encode(jpeg.substr(0, 2) + comment + note + jpeg.substr(2));
  ASSERT_TRUE(std::holds_alternative<Encoded>(made));
  for (const auto& file : std::get<Encoded>(made).files) {
    EXPECT_EQ(file.bytes.find("<script>"), file.bytes.npos);
    EXPECT_EQ(file.bytes.find("PK\x05\x06"), file.bytes.npos);
  }
}

TEST(HostilePicture, OtherKindsOfPicturesAreNotRead) {
  for (
      const auto& file :
      {"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>"s,
       "<?xml version='1.0'?><svg/>"s, "GIF89a\x01\0\x01\0\0\0\0;"s, "%PDF-1.7\n"s, "II*\0\x08\0\0\0"s,
       "BM\x1e\0\0\0"s, "push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://example.com/x'"s,
       "\0\0\0\x18"
       "ftypheic\0\0\0\0mif1heic"s,
       "VIPS"s, ""s, "x"s}) {
    EXPECT_THAT(Unread(file), HasSubstr("no JPEG, PNG, WebP or AVIF"));
  }
  // libvips itself is told so: nothing that it is given by mistake is read by another loader.
  const std::string svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
  VipsImage* image = vips_image_new_from_buffer(svg.data(), svg.size(), "", nullptr);
  EXPECT_EQ(image, nullptr);
  vips_error_clear();
}

TEST(HostilePicture, WhatPhonesPutBehindAPictureIsNoHarm) {
  const auto jpeg = Jpeg(Gradient(200, 200));
  for (const auto& behind : {jpeg,
                             "\0\0\0\x18"
                             "ftypmp42\0\0\0\0isommp42"s +
                                 std::string(4'000, '\x7f'),
                             "SEFH\x01"s, std::string(100, '\0')}) {
    EXPECT_TRUE(std::holds_alternative<Encoded>(Guard().Encode(jpeg + behind)));
  }
}

TEST(HostilePicture, AsLargeAsItMayBe_FitsInMemory) {
  VipsImage* black = nullptr;
  Drawn(vips_black(&black, 5'000, 5'000, "bands", 3, nullptr), black);
  const auto file = Saved(black, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_jpegsave_buffer(in, buffer, length, "interlace", TRUE, nullptr);
  });
  const auto before = PeakKib();
  EXPECT_TRUE(std::holds_alternative<Encoded>(Guard().Encode(file)));
  EXPECT_LT(PeakKib() - before, 256 * 1024);
}

}  // namespace
}  // namespace market::pictures
