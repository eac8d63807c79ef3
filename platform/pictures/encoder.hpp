// Makes of what somebody has uploaded the pictures that are shown: decoded by libvips, turned the right way
// up, in sRGB, without anything that the file said besides its pixels, in each of their sizes as WebP and as
// JPEG. The same file gives the same bytes.
//
// A file is looked at before any decoder sees it: its first bytes and its structure (kind.hpp), then its size
// as its header tells. Only the decoder of its kind is asked; all others are blocked for the whole process.
// One call works in the calling thread and one of libvips, and blocks: it belongs in a bounded pool. Memory:
// the file, some 30 MB, and of what is not read line by line (WebP, AVIF, a progressive JPEG, an interlaced
// PNG) up to 8 bytes a pixel.
// Owner: whoever calls; any thread. The first Encoder of the process starts libvips.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/picture.hpp"

namespace market::pictures {

struct EncodedFile {
  std::int64_t width = 0;
  PictureFormat format = PictureFormat::kWebp;
  std::string bytes;
};

struct Encoded {
  PictureLook look;
  std::vector<EncodedFile> files;  // of SizesOf, in both formats
};

// What the caller must tell the uploader.
struct Refused {
  enum class Why : std::uint8_t { kUnreadable, kTooLarge };
  Why why = Why::kUnreadable;
  std::string detail;  // in words for people
};

class Encoder {
 public:
  struct Limits {
    std::int64_t pixels_max = 25'000'000;
    std::chrono::milliseconds time_max{20'000};  // of decoding; libvips is asked to stop then
  };
  // Throws std::runtime_error where libvips does not start or can't read what is promised (JPEG, PNG, WebP).
  explicit Encoder(Limits limits);

  // Throws Error DEADLINE_EXCEEDED after `time_max`, std::runtime_error where libvips can't write.
  std::variant<Encoded, Refused> Encode(std::string_view file) const;

 private:
  Limits limits_;
};

}  // namespace market::pictures
