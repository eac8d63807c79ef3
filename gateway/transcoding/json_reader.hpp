// A JSON body into a message, in one pass and without a document in between.
//
// Stricter than proto3's own mapping: names are lowerCamelCase only; no unknown
// fields, no duplicate keys, no null, no number in quotes, no enum by number; integers within +-(2^53 - 1).
// Mistakes in fields are gathered and named by their paths; what is not JSON ends the reading at once.
// Nesting is bounded, so the stack is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/transcoding/schema.hpp"
#include "gateway/transcoding/violations.hpp"

namespace market::transcoding {

inline constexpr std::size_t kDepthMax = 32;

class JsonReader {
 public:
  // `schemas` must outlive it and know the messages that are read.
  explicit JsonReader(const Schemas& schemas) : schemas_(schemas) {}

  // Fills `message`, an empty one. `elsewhere`: bits of top-level fields that come from the URL or a header
  // and must not be in the body. Returns the bits of the top-level fields that were in the body. Throws Error
  // MALFORMED_JSON when `text` is not one JSON object in UTF-8.
  std::uint64_t Read(std::string_view text, Message& message, std::uint64_t elsewhere,
                     Violations& violations) const;

 private:
  const Schemas& schemas_;
};

}  // namespace market::transcoding
