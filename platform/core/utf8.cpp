#include "platform/core/utf8.hpp"

namespace market {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

std::size_t Utf8SequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  if (text.empty()) return 0;
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return IsContinuation(at(1)) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;
    return at(1) >= low && at(1) <= high && IsContinuation(at(2)) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
    return at(1) >= low && at(1) <= high && IsContinuation(at(2)) && IsContinuation(at(3)) ? 4 : 0;
  }
  return 0;
}

std::string ToValidUtf8(std::string_view text, std::size_t max_bytes) {
  std::string valid;
  while (!text.empty()) {
    std::size_t run = 0;
    std::size_t next = 0;
    while ((next = Utf8SequenceLength(text.substr(run))) != 0 && valid.size() + run + next <= max_bytes)
      run += next;
    valid.append(text, 0, run);
    text.remove_prefix(run);
    if (next != 0 || text.empty() || valid.size() + kUtf8Replacement.size() > max_bytes) break;
    valid += kUtf8Replacement;
    text.remove_prefix(1);
  }
  return valid;
}

}  // namespace market
