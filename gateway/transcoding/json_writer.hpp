// A message as REST answers with it, from its bytes on the wire: no message is made in between.
//
// What a client may count on is what the contract says: a field is there, even when it is empty, unless it is
// `optional`; that is left out when it is not set, or an empty string. Unset messages and an enum's
// UNSPECIFIED have no form of their own and are left out too. Maps are in the order of their keys. 64-bit
// integers are numbers, since all of ours are below 2^53. Timestamps are RFC 3339 in UTC.
#pragma once
#include <string>
#include <string_view>

#include "gateway/transcoding/schema.hpp"

namespace market::transcoding {

// Appends. False, with part of it appended, for bytes that protobuf would not parse as such a message (wire
// format, UTF-8, depth). Fields that the schema does not have are passed over; of a field that is there twice
// the last counts, and messages that are there twice are merged, all as protobuf does.
bool WriteJson(const MessageSchema& schema, std::string_view wire, std::string& out);

}  // namespace market::transcoding
