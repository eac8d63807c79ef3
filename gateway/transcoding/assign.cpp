#include "gateway/transcoding/assign.hpp"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include <limits>
#include <string>

#include "gateway/transcoding/scalar.hpp"

namespace market::transcoding {
namespace {

constexpr Refusal kAccepted{};

constexpr Refusal kOutOfRange{"OUT_OF_RANGE", "is out of the range of this field"};

// What a field expects, for the refusal of a value of another type.
Refusal Expected(const FieldSchema& field) {
  constexpr std::string_view kWrongType = "WRONG_TYPE";
  switch (field.kind) {
    case Kind::kString:
      return {kWrongType, "must be a string"};
    case Kind::kBytes:
      return {kWrongType, "must be a string in base64"};
    case Kind::kBool:
      return {kWrongType, "must be true or false"};
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUint32:
    case Kind::kUint64:
      return {kWrongType, "must be an integer"};
    case Kind::kFloat:
    case Kind::kDouble:
      return {kWrongType, "must be a number"};
    case Kind::kEnum:
      return {kWrongType, "must be one of the names that this field takes"};
    case Kind::kTimestamp:
      return {kWrongType, "must be a time in RFC 3339 form, such as 2026-01-15T09:30:00Z"};
    case Kind::kFieldMask:
      return {kWrongType, "must be a string of field names"};
    case Kind::kMessage:
    case Kind::kMap:
      break;
  }
  return {kWrongType, "must be an object"};
}

Message& Child(Message& message, const FieldSchema& field) {
  const auto& reflection = *message.GetReflection();
  return field.repeated ? *reflection.AddMessage(&message, field.field)
                        : *reflection.MutableMessage(&message, field.field);
}

void PutString(Message& message, const FieldSchema& field, std::string value) {
  const auto& reflection = *message.GetReflection();
  if (field.repeated) {
    reflection.AddString(&message, field.field, std::move(value));
  } else {
    reflection.SetString(&message, field.field, std::move(value));
  }
}

Refusal PutEnum(Message& message, const FieldSchema& field, std::string_view name) {
  for (std::size_t number = 0; number < field.enum_texts.size(); ++number) {
    const std::string_view quoted = field.enum_texts[number];
    if (quoted.empty() || quoted.substr(1, quoted.size() - 2) != name) continue;
    const auto& reflection = *message.GetReflection();
    if (field.repeated) {
      reflection.AddEnumValue(&message, field.field, static_cast<int>(number));
    } else {
      reflection.SetEnumValue(&message, field.field, static_cast<int>(number));
    }
    return kAccepted;
  }
  return {"UNKNOWN_VALUE", "is not one of the names that this field takes"};
}

template <class Number>
bool Fits(std::int64_t value) {
  return value >= static_cast<std::int64_t>(std::numeric_limits<Number>::min()) &&
         value <= static_cast<std::int64_t>(std::numeric_limits<Number>::max());
}

Refusal PutInteger(Message& message, const FieldSchema& field, std::int64_t value) {
  const auto& reflection = *message.GetReflection();
  const auto* f = field.field;
  const bool list = field.repeated;
  switch (field.kind) {
    case Kind::kInt32:
      if (!Fits<std::int32_t>(value)) return kOutOfRange;
      list ? reflection.AddInt32(&message, f, static_cast<std::int32_t>(value))
           : reflection.SetInt32(&message, f, static_cast<std::int32_t>(value));
      return kAccepted;
    case Kind::kUint32:
      if (!Fits<std::uint32_t>(value)) return kOutOfRange;
      list ? reflection.AddUInt32(&message, f, static_cast<std::uint32_t>(value))
           : reflection.SetUInt32(&message, f, static_cast<std::uint32_t>(value));
      return kAccepted;
    case Kind::kUint64:
      if (value < 0) return kOutOfRange;
      list ? reflection.AddUInt64(&message, f, static_cast<std::uint64_t>(value))
           : reflection.SetUInt64(&message, f, static_cast<std::uint64_t>(value));
      return kAccepted;
    default:
      list ? reflection.AddInt64(&message, f, value) : reflection.SetInt64(&message, f, value);
      return kAccepted;
  }
}

Refusal PutDouble(Message& message, const FieldSchema& field, double value) {
  const auto& reflection = *message.GetReflection();
  if (field.kind == Kind::kFloat) {
    if (value > std::numeric_limits<float>::max() || value < std::numeric_limits<float>::lowest())
      return kOutOfRange;
    const auto narrow = static_cast<float>(value);
    field.repeated ? reflection.AddFloat(&message, field.field, narrow)
                   : reflection.SetFloat(&message, field.field, narrow);
  } else {
    field.repeated ? reflection.AddDouble(&message, field.field, value)
                   : reflection.SetDouble(&message, field.field, value);
  }
  return kAccepted;
}

}  // namespace

Refusal AssignString(Message& message, const FieldSchema& field, std::string_view value) {
  switch (field.kind) {
    case Kind::kString:
      PutString(message, field, std::string(value));
      return kAccepted;
    case Kind::kBytes: {
      std::string bytes;
      if (!ParseBase64(value, bytes)) return {"MALFORMED", "must be base64"};
      PutString(message, field, std::move(bytes));
      return kAccepted;
    }
    case Kind::kEnum:
      return PutEnum(message, field, value);
    case Kind::kTimestamp: {
      google::protobuf::Timestamp parsed;
      if (!ParseTimestamp(value, parsed))
        return {"MALFORMED", "must be a time in RFC 3339 form, such as 2026-01-15T09:30:00Z"};
      Child(message, field).CopyFrom(parsed);
      return kAccepted;
    }
    case Kind::kFieldMask: {
      google::protobuf::FieldMask parsed;
      if (!ParseFieldMask(value, parsed)) return {"MALFORMED", "must be a list of field names"};
      Child(message, field).CopyFrom(parsed);
      return kAccepted;
    }
    default:
      return Expected(field);
  }
}

Refusal AssignNumber(Message& message, const FieldSchema& field, std::string_view text) {
  switch (field.kind) {
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUint32:
    case Kind::kUint64: {
      const Integer integer = ParseInteger(text);
      if (integer.fault == IntegerFault::kNotAnInteger) return Expected(field);
      if (integer.fault == IntegerFault::kOutOfRange) return kOutOfRange;
      return PutInteger(message, field, integer.value);
    }
    case Kind::kFloat:
    case Kind::kDouble: {
      const auto number = ParseDouble(text);
      return number ? PutDouble(message, field, *number) : kOutOfRange;
    }
    default:
      return Expected(field);
  }
}

Refusal AssignBool(Message& message, const FieldSchema& field, bool value) {
  if (field.kind != Kind::kBool) return Expected(field);
  const auto& reflection = *message.GetReflection();
  field.repeated ? reflection.AddBool(&message, field.field, value)
                 : reflection.SetBool(&message, field.field, value);
  return kAccepted;
}

Refusal AssignText(Message& message, const FieldSchema& field, std::string_view text) {
  switch (field.kind) {
    case Kind::kBool:
      if (text != "true" && text != "false") return Expected(field);
      return AssignBool(message, field, text == "true");
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kUint32:
    case Kind::kUint64:
    case Kind::kFloat:
    case Kind::kDouble: {
      const Refusal refusal = AssignNumber(message, field, text);
      return refusal && !ParseDouble(text) ? Expected(field) : refusal;
    }
    default:
      return AssignString(message, field, text);
  }
}

}  // namespace market::transcoding
