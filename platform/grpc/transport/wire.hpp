// The text and byte forms of gRPC over HTTP/2 (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
//
// Pure functions and one small parser; no I/O.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/error.hpp"

namespace market::grpc {

// "250m" and so on: at most 8 digits, rounded up to the unit,
// so that a deadline never gets shorter on its way.
std::string EncodeTimeout(std::chrono::nanoseconds timeout);
// nullopt for anything but 1 to 8 digits and one of "HMSmun";
// what exceeds nanoseconds in 64 bits is cut to that.
std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text);

std::string PercentEncode(std::string_view text);
// What is not a valid escape stays as it is: a message must never be lost to its encoding.
std::string PercentDecode(std::string_view text);

std::string Base64Encode(std::string_view bytes);  // without padding
// With or without padding; nullopt when it is not base64.
std::optional<std::string> Base64Decode(std::string_view text);

bool IsBinaryKey(std::string_view key);
// Whether metadata may carry this key and value ("-bin" values may be anything): see Metadata::Add.
bool IsValidKey(std::string_view key);
bool IsValidValue(std::string_view value);
// Names the transport sets and reads itself: pseudo headers, "grpc-…", "content-type", "te" and HTTP/1's own.
bool IsReservedKey(std::string_view key);

// "application/grpc", "application/grpc+proto", "application/grpc;…".
bool IsGrpcContentType(std::string_view value);

// A status number from the wire; what is not a known code is kUnknown.
Code ParseStatusCode(std::string_view text);
// For an answer without a grpc-status: something between the peers spoke HTTP only.
Code CodeFromHttpStatus(int status);
// For a stream that ended by RST_STREAM.
Code CodeFromHttp2Error(std::uint32_t error);

inline constexpr std::size_t kPrefixBytes = 5;
std::array<char, kPrefixBytes> MessagePrefix(std::size_t message_bytes);

// Splits the bytes of one stream into messages.
class MessageReader {
 public:
  enum class Result { kOk, kTooLarge, kCompressed };

  explicit MessageReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  // Appends the messages that `bytes` complete to `messages`.
  // After another result than kOk it is not fed again.
  Result Feed(std::string_view bytes, std::vector<std::string>& messages);
  bool InMessage() const { return prefix_size_ > 0; }

 private:
  std::size_t max_message_bytes_;
  std::array<unsigned char, kPrefixBytes> prefix_{};
  std::size_t prefix_size_ = 0;
  std::size_t remaining_ = 0;
  std::string body_;
};

}  // namespace market::grpc
