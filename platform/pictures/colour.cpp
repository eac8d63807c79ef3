#include "platform/pictures/colour.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace market::pictures {
namespace {

struct Bucket {
  std::uint64_t pixels = 0;
  std::array<std::uint64_t, 3> sums{};
};

constexpr unsigned char kSeen = 128;  // how opaque a pixel is that counts

void AppendHex(std::string& text, std::uint64_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text.push_back(kDigits[byte >> 4]);
  text.push_back(kDigits[byte & 15]);
}

}  // namespace

std::string DominantColour(std::span<const unsigned char> pixels, std::size_t bands) {
  std::vector<Bucket> buckets(16 * 16 * 16);
  for (std::size_t at = 0; at + bands <= pixels.size(); at += bands) {
    if (bands > 3 && pixels[at + 3] < kSeen) continue;
    auto& bucket = buckets[std::size_t{pixels[at]} / 16 * 256 + std::size_t{pixels[at + 1]} / 16 * 16 +
                           std::size_t{pixels[at + 2]} / 16];
    ++bucket.pixels;
    for (std::size_t band = 0; band < 3; ++band) bucket.sums[band] += pixels[at + band];
  }
  const auto& most = *std::ranges::max_element(buckets, {}, &Bucket::pixels);
  if (most.pixels == 0) return "#ffffff";
  std::string text = "#";
  for (const auto sum : most.sums) AppendHex(text, (sum + most.pixels / 2) / most.pixels);
  return text;
}

}  // namespace market::pictures
