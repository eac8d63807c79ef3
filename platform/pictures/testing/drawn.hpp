// Pictures that tests draw, as files of any kind.
#pragma once
#include <vips/vips.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market::pictures {

// What a picture's content is called.
inline std::string ContentOf(const std::string& file) {
  std::string content;
  crypto::AppendHex(content, crypto::Sha256(file));
  return content;
}

// What libvips fails at fails the test.
inline VipsImage* Drawn(int code, VipsImage* image) {
  if (code != 0) throw std::runtime_error(vips_error_buffer());
  return image;
}

// Every pixel by its place: red grows to the right, green downwards.
inline VipsImage* Gradient(int width, int height, int bands = 3) {
  std::vector<unsigned char> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int band = 0; band < bands; ++band) {
        const int value = band == 0 ? x * 255 / width : band == 1 ? y * 255 / height : band == 2 ? 64 : 128;
        pixels.push_back(static_cast<unsigned char>(value));
      }
    }
  }
  return vips_image_new_from_memory_copy(pixels.data(), pixels.size(), width, height, bands,
                                         VIPS_FORMAT_UCHAR);
}

// One colour all over.
inline VipsImage* Plain(int width, int height, std::vector<unsigned char> pixel) {
  std::vector<unsigned char> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  return vips_image_new_from_memory_copy(pixels.data(), pixels.size(), width, height,
                                         static_cast<int>(pixel.size()), VIPS_FORMAT_UCHAR);
}

// The image as `save` writes it; lets it go.
inline std::string Saved(VipsImage* image, const std::function<int(VipsImage*, void**, std::size_t*)>& save) {
  void* buffer = nullptr;
  std::size_t length = 0;
  const int code = save(image, &buffer, &length);
  g_object_unref(image);
  if (code != 0) throw std::runtime_error(vips_error_buffer());
  std::string file(static_cast<const char*>(buffer), length);
  g_free(buffer);
  return file;
}
inline std::string Jpeg(VipsImage* image) {
  return Saved(image, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_jpegsave_buffer(in, buffer, length, "Q", 90, nullptr);
  });
}
inline std::string Png(VipsImage* image) {
  return Saved(image, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_pngsave_buffer(in, buffer, length, nullptr);
  });
}
inline std::string Webp(VipsImage* image) {
  return Saved(image, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_webpsave_buffer(in, buffer, length, nullptr);
  });
}
inline std::string Avif(VipsImage* image) {
  return Saved(image, [](VipsImage* in, void** buffer, std::size_t* length) {
    return vips_heifsave_buffer(in, buffer, length, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1,
                                "effort", 0, nullptr);
  });
}

// A chunk of a PNG: length, name, data, checksum (ISO 3309).
inline std::string Chunk(std::string name, const std::string& data) {
  const auto number = [](std::uint32_t value) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(value >> shift & 255));
    return bytes;
  };
  std::uint32_t sum = 0xffffffff;
  for (const char c : name + data) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
  }
  return number(static_cast<std::uint32_t>(data.size())) + name + data + number(~sum);
}

}  // namespace market::pictures
