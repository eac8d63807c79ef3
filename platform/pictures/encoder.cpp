#include "platform/pictures/encoder.hpp"

#include <glib.h>
#include <vips/vips.h>
// After it: it needs what that declares.
#include <vips/vector.h>

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/pictures/colour.hpp"
#include "platform/pictures/kind.hpp"

namespace market::pictures {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSideMax = 16'383;  // in pixels: what WebP can hold
constexpr int kWebpQuality = 80;
constexpr int kJpegQuality = 82;

constexpr std::array kLoaders{"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
                              "VipsForeignLoadHeif"};

// libvips' words for the log, and an empty buffer for the next error. The buffer is the process's: words of
// another thread may be among them.
std::string TakeVipsError() {
  std::string words = vips_error_buffer();
  vips_error_clear();
  return words;
}

void IgnoreVipsLog(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

// Once: it belongs to the process, and is never unloaded.
void StartVips() {
  static const bool started = [] {
    // It writes to the standard error, which is for our own lines.
    g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO),
                      IgnoreVipsLog, nullptr);
    if (VIPS_INIT("marketplace") != 0) throw std::runtime_error("libvips: " + TakeVipsError());
    // No code that is made at run time: units forbid it, and what comes out does not depend on the processor.
    vips_vector_set_enabled(FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const auto* loader : kLoaders) vips_operation_block_set(loader, FALSE);
    for (const auto* needed :
         {"jpegload_buffer", "pngload_buffer", "webpload_buffer", "jpegsave_buffer", "webpsave_buffer"}) {
      if (vips_type_find("VipsOperation", needed) == 0)
        throw std::runtime_error(std::string("libvips was built without ") + needed);
    }
    return true;
  }();
  static_cast<void>(started);
}

bool ReadsAvif() { return vips_type_find("VipsOperation", "heifload_buffer") != 0; }

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

struct Free {
  void operator()(void* memory) const { g_free(memory); }
};
using Memory = std::unique_ptr<void, Free>;

// What libvips keeps for a thread that is not its own.
struct ThreadEnd {
  ~ThreadEnd() { vips_thread_shutdown(); }
};

// That libvips could not make of a file what was asked of it.
struct Failed {};

Image Made(int code, VipsImage* image) {
  if (code != 0) throw Failed();
  return Image(image);
}

// Sequential: line by line, where the format can. Anything that is wrong with the file fails.
Image Open(Kind kind, std::string_view file, int shrink) {
  auto* data = const_cast<char*>(file.data());  // it is only read
  VipsImage* out = nullptr;
  int code = -1;
  switch (kind) {
    case Kind::kJpeg:
      code = vips_jpegload_buffer(data, file.size(), &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                  VIPS_FAIL_ON_ERROR, "shrink", shrink, nullptr);
      break;
    case Kind::kPng:
      code = vips_pngload_buffer(data, file.size(), &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                 VIPS_FAIL_ON_ERROR, nullptr);
      break;
    case Kind::kWebp:
      code = vips_webpload_buffer(data, file.size(), &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                  VIPS_FAIL_ON_ERROR, nullptr);
      break;
    case Kind::kAvif:
      code = vips_heifload_buffer(data, file.size(), &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                  VIPS_FAIL_ON_ERROR, nullptr);
      break;
  }
  return Made(code, out);
}

// Stops what is computed of an image when its time is over.
class TimeLimit {
 public:
  explicit TimeLimit(std::chrono::milliseconds most) : end_(Clock::now() + most) {}

  void Watch(VipsImage* image) {
    vips_image_set_progress(image, TRUE);
    g_signal_connect(image, "eval", reinterpret_cast<GCallback>(&TimeLimit::Look), this);
  }
  // Throws Error.
  void Check() {
    if (Clock::now() < end_ && !over_) return;
    vips_error_clear();
    throw DeadlineExceeded("the picture takes too long to be read");
  }

 private:
  static void Look(VipsImage* image, VipsProgress*, TimeLimit* limit) {
    if (Clock::now() < limit->end_) return;
    limit->over_ = true;
    vips_image_set_kill(image, TRUE);
  }

  const Clock::time_point end_;
  bool over_ = false;
};

// In 8 bits of sRGB, with or without how opaque it is: nothing but pixels is left of the file.
struct Pixels {
  Memory memory;
  std::size_t bytes = 0;
  int width = 0;
  int height = 0;
  int bands = 0;
};

// What is not in sRGB as it is: by its profile, or for printers.
bool HasOtherColours(VipsImage* image) {
  return vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0 ||
         vips_image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK;
}

// Turned the right way up, too.
Image Resized(VipsImage* image, const PictureSize& size) {
  VipsImage* out = nullptr;
  const int width = static_cast<int>(size.width);
  const int height = static_cast<int>(size.height);
  const int code =
      HasOtherColours(image)
          ? vips_thumbnail_image(image, &out, width, "height", height, "size", VIPS_SIZE_FORCE,
                                 "export_profile", "srgb", nullptr)
          : vips_thumbnail_image(image, &out, width, "height", height, "size", VIPS_SIZE_FORCE, nullptr);
  return Made(code, out);
}

Pixels PixelsOf(VipsImage* image) {
  VipsImage* coloured = nullptr;
  const auto in_srgb = Made(vips_colourspace(image, &coloured, VIPS_INTERPRETATION_sRGB, nullptr), coloured);
  VipsImage* cast = nullptr;
  const auto in_bytes = Made(vips_cast_uchar(in_srgb.get(), &cast, nullptr), cast);
  Pixels pixels{.memory = nullptr,
                .width = vips_image_get_width(in_bytes.get()),
                .height = vips_image_get_height(in_bytes.get()),
                .bands = vips_image_get_bands(in_bytes.get())};
  pixels.memory.reset(vips_image_write_to_memory(in_bytes.get(), &pixels.bytes));
  if (!pixels.memory || (pixels.bands != 3 && pixels.bands != 4)) throw Failed();
  return pixels;
}

// `pixels` must outlive it.
Image ImageOf(const Pixels& pixels) {
  auto* plain = vips_image_new_from_memory(pixels.memory.get(), pixels.bytes, pixels.width, pixels.height,
                                           pixels.bands, VIPS_FORMAT_UCHAR);
  const auto image = Made(plain == nullptr ? -1 : 0, plain);
  VipsImage* out = nullptr;
  return Made(vips_copy(image.get(), &out, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr), out);
}

std::string Written(int code, void* buffer, std::size_t length) {
  if (code != 0) throw std::runtime_error("libvips can't write a picture: " + TakeVipsError());
  const Memory memory(buffer);
  return {static_cast<const char*>(buffer), length};
}

std::string AsWebp(VipsImage* image) {
  void* buffer = nullptr;
  std::size_t length = 0;
  const int code = vips_webpsave_buffer(image, &buffer, &length, "Q", kWebpQuality, "strip", TRUE, nullptr);
  return Written(code, buffer, length);
}

std::string AsJpeg(VipsImage* image) {
  Image opaque;
  if (vips_image_hasalpha(image)) {
    const std::array white{255.0, 255.0, 255.0};
    auto* background = vips_array_double_new(white.data(), static_cast<int>(white.size()));
    VipsImage* out = nullptr;
    const int code = vips_flatten(image, &out, "background", background, nullptr);
    vips_area_unref(VIPS_AREA(background));
    opaque = Made(code, out);
    image = opaque.get();
  }
  void* buffer = nullptr;
  std::size_t length = 0;
  const int code = vips_jpegsave_buffer(image, &buffer, &length, "Q", kJpegQuality, "strip", TRUE,
                                        "optimize_coding", TRUE, "interlace", TRUE, nullptr);
  return Written(code, buffer, length);
}

Refused Unreadable(std::string detail) { return {Refused::Why::kUnreadable, std::move(detail)}; }
Refused TooLarge(std::string detail) { return {Refused::Why::kTooLarge, std::move(detail)}; }

std::optional<Refused> RefusedUnseen(std::optional<Kind> kind, std::string_view file) {
  if (!kind) return Unreadable("it is no JPEG, PNG, WebP or AVIF");
  if (*kind == Kind::kAvif && !ReadsAvif())
    return Unreadable("AVIF can't be read here: send a JPEG, PNG or WebP");
  switch (StructureOf(*kind, file)) {
    case Structure::kWhole:
      return std::nullopt;
    case Structure::kTruncated:
      return Unreadable("the file ends before the picture does, or is broken");
    case Structure::kAlsoOther:
      return Unreadable("there is something else in the file behind the picture");
  }
  return std::nullopt;
}

std::optional<Refused> RefusedSize(std::int64_t width, std::int64_t height, std::int64_t pixels_max) {
  if (width > kSideMax || height > kSideMax)
    return TooLarge("it is " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, and no side may have more than " + std::to_string(kSideMax));
  if (width * height > pixels_max)
    return TooLarge("it has " + std::to_string(width * height) + " pixels, and may have " +
                    std::to_string(pixels_max));
  return std::nullopt;
}

// A JPEG can be decoded at a half, a quarter or an eighth of its size, which costs as much less: as far as
// the widest of what is shown is not wider.
int ShrinkOf(Kind kind, const PictureLook& look, const PictureSize& widest) {
  int shrink = 1;
  while (kind == Kind::kJpeg && shrink < 8 && look.width / (2 * shrink) >= widest.width) shrink *= 2;
  return shrink;
}

std::vector<EncodedFile> FilesOf(const Pixels& pixels, const std::vector<PictureSize>& sizes,
                                 TimeLimit& limit) {
  const auto widest = ImageOf(pixels);
  std::vector<EncodedFile> files;
  for (const auto& size : sizes) {
    Image smaller;
    if (size != sizes.back()) {
      // Computed once, for both formats.
      const auto resized = PixelsOf(Resized(widest.get(), size).get());
      smaller.reset(vips_image_new_from_memory_copy(resized.memory.get(), resized.bytes, resized.width,
                                                    resized.height, resized.bands, VIPS_FORMAT_UCHAR));
      if (!smaller) throw Failed();
    }
    auto* image = smaller ? smaller.get() : widest.get();
    limit.Check();
    files.push_back({size.width, PictureFormat::kWebp, AsWebp(image)});
    limit.Check();
    files.push_back({size.width, PictureFormat::kJpeg, AsJpeg(image)});
  }
  return files;
}

std::variant<Encoded, Refused> Decoded(Kind kind, std::string_view file, const Encoder::Limits& limits) {
  TimeLimit limit(limits.time_max);
  auto image = Open(kind, file, 1);
  Encoded encoded{.look = {.width = vips_image_get_width(image.get()),
                           .height = vips_image_get_height(image.get()),
                           .colour = ""},
                  .files = {}};
  if (auto refused = RefusedSize(encoded.look.width, encoded.look.height, limits.pixels_max))
    return *std::move(refused);
  if (vips_image_get_orientation_swap(image.get())) std::swap(encoded.look.width, encoded.look.height);
  const auto sizes = SizesOf(encoded.look);
  if (const auto shrink = ShrinkOf(kind, encoded.look, sizes.back()); shrink > 1)
    image = Open(kind, file, shrink);
  limit.Watch(image.get());
  try {
    const auto pixels = PixelsOf(Resized(image.get(), sizes.back()).get());
    image.reset();
    limit.Check();
    encoded.look.colour =
        DominantColour(std::span(static_cast<const unsigned char*>(pixels.memory.get()), pixels.bytes),
                       static_cast<std::size_t>(pixels.bands));
    encoded.files = FilesOf(pixels, sizes, limit);
  } catch (const Failed&) {
    limit.Check();
    throw;
  }
  return encoded;
}

}  // namespace

Encoder::Encoder(Limits limits) : limits_(limits) { StartVips(); }

std::variant<Encoded, Refused> Encoder::Encode(std::string_view file) const {
  const ThreadEnd thread_end;
  const auto kind = KindOf(file);
  if (auto refused = RefusedUnseen(kind, file)) return *std::move(refused);
  try {
    return Decoded(*kind, file, limits_);
  } catch (const Failed&) {
    vips_error_clear();
    return Unreadable("the file is broken, or not what it says it is");
  }
}

}  // namespace market::pictures
