// A message as REST answers with it.
//
// Numbers, booleans and enums are always there (an enum's UNSPECIFIED is not); empty strings and unset
// messages are left out; lists and maps are there even when empty, maps in the order of their keys. 64-bit
// integers are numbers, since all of ours are below 2^53. Timestamps are RFC 3339 in UTC.
#pragma once
#include <string>

#include "gateway/transcoding/schema.hpp"

namespace market::transcoding {

class JsonWriter {
 public:
  // `schemas` must outlive it and know the messages that are written.
  explicit JsonWriter(const Schemas& schemas) : schemas_(schemas) {}

  // Appends. Strings must be UTF-8, as protobuf guarantees for what it has parsed.
  void Write(const Message& message, std::string& out) const;

 private:
  const Schemas& schemas_;
};

}  // namespace market::transcoding
