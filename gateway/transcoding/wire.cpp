#include "gateway/transcoding/wire.hpp"

#include <climits>
#include <cstring>

namespace market::transcoding {
namespace {

constexpr int kVarintBytesMax = 10;
constexpr int kTagBytesMax = 5;

}  // namespace

// Bits beyond the 64th are dropped, as protobuf drops them.
bool WireReader::ReadVarint(std::uint64_t& value) {
  value = 0;
  for (int i = 0; i < kVarintBytesMax && at_ != end_; ++i) {
    const auto byte = static_cast<std::uint8_t>(*at_++);
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::ReadTag(std::uint32_t& tag) {
  tag = 0;
  for (int i = 0; i < kTagBytesMax && at_ != end_; ++i) {
    const auto byte = static_cast<std::uint8_t>(*at_++);
    tag |= (byte & 0x7fU) << (7 * i);
    if (byte < 0x80) return true;
  }
  return false;
}

bool WireReader::ReadFixed(int size, std::uint64_t& value) {
  if (end_ - at_ < size) return false;
  value = 0;
  for (int i = 0; i < size; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(at_[i])} << (8 * i);
  at_ += size;
  return true;
}

bool WireReader::ReadBytes(std::string_view& bytes) {
  std::uint64_t size = 0;
  const char* const begin = at_;
  if (!ReadVarint(size) || at_ - begin > kTagBytesMax || size > INT_MAX) return false;
  if (static_cast<std::uint64_t>(end_ - at_) < size) return false;
  bytes = {at_, static_cast<std::size_t>(size)};
  at_ += size;
  return true;
}

bool WireReader::NextValue(WireType type, std::uint64_t& value) {
  switch (type) {
    case WireType::kVarint:
      return ReadVarint(value);
    case WireType::kFixed32:
      return ReadFixed(4, value);
    case WireType::kFixed64:
      return ReadFixed(8, value);
    default:
      return false;
  }
}

bool WireReader::Next(WireRecord& record, int depth) {
  std::uint32_t tag = 0;
  if (!ReadTag(tag)) return false;
  record.number = tag >> 3;
  record.type = static_cast<WireType>(tag & 7);
  if (record.number == 0) return false;
  switch (record.type) {
    case WireType::kBytes:
      return ReadBytes(record.bytes);
    case WireType::kGroup:
      return SkipGroup(record.number, depth - 1);
    default:
      return NextValue(record.type, record.value);
  }
}

bool WireReader::SkipGroup(std::uint32_t number, int depth) {
  if (depth < 0) return false;
  while (!AtEnd()) {
    const char* const begin = at_;
    std::uint32_t tag = 0;
    if (!ReadTag(tag)) return false;
    if ((tag & 7) == static_cast<std::uint32_t>(WireType::kEndGroup)) return tag >> 3 == number;
    at_ = begin;
    WireRecord record;
    if (!Next(record, depth)) return false;
  }
  return false;
}

}  // namespace market::transcoding
