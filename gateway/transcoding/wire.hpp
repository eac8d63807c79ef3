// The bytes of a message, record by record (protobuf.dev/programming-guides/encoding), as protobuf's own
// parser takes them: what it refuses is refused here. A view; the bytes must outlive it and what it gives.
#pragma once
#include <cstdint>
#include <string_view>

namespace market::transcoding {

enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

struct WireRecord {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t value = 0;  // of kVarint, kFixed32 and kFixed64
  std::string_view bytes;   // of kBytes
};

class WireReader {
 public:
  // protobuf's own limit on messages and groups within each other.
  static constexpr int kDepthMax = 100;

  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool AtEnd() const { return at_ == end_; }
  const char* At() const { return at_; }
  // False for bytes that are no record. Not at the end. `depth` is how many levels there may be below.
  // A group, which only an unknown field can be, is passed over whole and has no value.
  bool Next(WireRecord& record, int depth);
  // The next of a packed list.
  bool NextValue(WireType type, std::uint64_t& value);

 private:
  bool ReadVarint(std::uint64_t& value);
  bool ReadTag(std::uint32_t& tag);
  bool ReadFixed(int size, std::uint64_t& value);
  bool ReadBytes(std::string_view& bytes);
  bool SkipGroup(std::uint32_t number, int depth);

  const char* at_;
  const char* end_;
};

}  // namespace market::transcoding
