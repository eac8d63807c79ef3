// Recordings as bytes of OTLP, and batches of them as export requests.
//
// A span is encoded once, when its recording ends; a request is put together from encoded spans, since fields
// that repeat are concatenated in protobuf's format. A plain value; any thread.
//
// Limits: strings are cut at kTextBytesMax and are valid UTF-8 whatever was recorded (a receiver refuses a
// whole request for one bad byte), attributes beyond kAttributesMax a span are counted and left out. So a
// piece stays near kPieceBytesMax at most.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "platform/telemetry/span.hpp"

namespace market::otlp {

// Who exports: `service` is service.name, `instance` service.instance.id.
struct Resource {
  std::string service;
  std::string version;
  std::string instance;
};

// Some spans of one recording, encoded.
struct Piece {
  std::string bytes;
  std::size_t spans = 0;
};

class Encoding {
 public:
  static constexpr std::size_t kPieceSpansMax = 512;
  static constexpr std::size_t kPieceBytesMax = 1024 * 1024;  // of more than one span
  static constexpr std::size_t kTextBytesMax = 4096;
  static constexpr int kAttributesMax = 128;

  explicit Encoding(const Resource& resource);

  static std::vector<Piece> Encode(const telemetry::Recording& recording);
  // A serialized ExportTraceServiceRequest.
  std::string Request(std::span<const Piece> pieces) const;

 private:
  std::string resource_;  // a serialized ResourceSpans without spans
  std::string scope_;     // a serialized ScopeSpans without spans
};

}  // namespace market::otlp
