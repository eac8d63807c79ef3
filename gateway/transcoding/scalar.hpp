// Scalars as JSON and URLs write them. Pure functions.
#pragma once
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace market::transcoding {

// The largest integer that every JSON reader keeps exactly: 2^53 - 1.
inline constexpr std::int64_t kSafeIntegerMax = 9007199254740991;

enum class IntegerFault { kNone, kNotAnInteger, kOutOfRange };

struct Integer {
  std::int64_t value = 0;
  IntegerFault fault = IntegerFault::kNone;
};

// `text` is a number by JSON's grammar, which is checked. "1.0", "1e1" and "-0" are the integers they equal.
// Exact: no double is involved. Beyond +-kSafeIntegerMax it is out of range.
Integer ParseInteger(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// "2026-11-24T10:00:00.123Z", years 1 to 9999, up to nine decimals, Z or an offset.
bool ParseTimestamp(std::string_view text, google::protobuf::Timestamp& timestamp);
void AppendTimestamp(const google::protobuf::Timestamp& timestamp, std::string& out);

// "displayName,price.amount" <-> {"display_name", "price.amount"}.
// False for a name that is not lowerCamelCase.
bool ParseFieldMask(std::string_view text, google::protobuf::FieldMask& mask);
void AppendFieldMask(const google::protobuf::FieldMask& mask, std::string& out);

// Standard and URL-safe alphabets, with or without padding; written standard with padding.
bool ParseBase64(std::string_view text, std::string& bytes);
void AppendBase64(std::string_view bytes, std::string& out);

bool IsUtf8(std::string_view text);

// A JSON string with its quotes. `text` is UTF-8.
void AppendQuoted(std::string_view text, std::string& out);

}  // namespace market::transcoding
