// A message as REST answers with it.
//
// What a client may count on is what the contract says: a field is there, even when it is empty, unless it is
// `optional`; that is left out when it is not set, or an empty string. Unset messages and an enum's
// UNSPECIFIED have no form of their own and are left out too. Maps are in the order of their keys. 64-bit
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
