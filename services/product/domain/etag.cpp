#include "services/product/domain/etag.hpp"

namespace market::product::domain {

EtagHash& EtagHash::Add(std::string_view bytes) {
  for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  // The length ends a value, so that neighbours can't trade bytes.
  hash_ = (hash_ ^ bytes.size()) * 0x100000001b3;
  return *this;
}

EtagHash& EtagHash::Add(std::int64_t value) {
  return Add(std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
}

std::string EtagHash::Hex() const {
  std::string text(16, '0');
  for (int i = 0; i < 16; ++i)
    text[static_cast<std::size_t>(i)] = "0123456789abcdef"[(hash_ >> (60 - 4 * i)) & 15];
  return text;
}

}  // namespace market::product::domain
