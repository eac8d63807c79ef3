#include "gateway/transcoding/json_writer.hpp"

#include <google/protobuf/reflection.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gateway/transcoding/scalar.hpp"

namespace market::transcoding {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::Reflection;
using google::protobuf::Timestamp;

template <class Number>
void AppendNumber(Number value, std::string& out) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  out.append(text, end);
}

void AppendDouble(double value, std::string& out) {
  if (std::isfinite(value)) return AppendNumber(value, out);
  out.append(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

void AppendFloat(float value, std::string& out) {
  if (std::isfinite(value)) return AppendNumber(value, out);
  AppendDouble(value, out);
}

std::string_view EnumText(const FieldSchema& field, int number) {
  const auto index = static_cast<std::size_t>(number);
  return number >= 0 && index < field.enum_texts.size() ? std::string_view(field.enum_texts[index])
                                                        : std::string_view();
}

void AppendEnum(const FieldSchema& field, int number, std::string& out) {
  const std::string_view text = EnumText(field, number);
  if (text.empty()) return AppendNumber(number, out);  // of a newer contract than ours
  out.append(text);
}

void AppendMessage(const Message& message, const MessageSchema& schema, std::string& out);

void AppendTimestampValue(const Message& value, std::string& out) {
  out.push_back('"');
  AppendTimestamp(static_cast<const Timestamp&>(value), out);
  out.push_back('"');
}

void AppendMaskValue(const Message& value, std::string& out) {
  out.push_back('"');
  AppendFieldMask(static_cast<const FieldMask&>(value), out);
  out.push_back('"');
}

void AppendBytesValue(std::string_view value, std::string& out) {
  out.push_back('"');
  AppendBase64(value, out);
  out.push_back('"');
}

void AppendSingle(const Message& message, const Reflection& reflection, const FieldSchema& field,
                  std::string& out) {
  const auto* f = field.field;
  std::string scratch;
  switch (field.kind) {
    case Kind::kString:
      return AppendQuoted(reflection.GetStringReference(message, f, &scratch), out);
    case Kind::kBytes:
      return AppendBytesValue(reflection.GetStringReference(message, f, &scratch), out);
    case Kind::kBool:
      out.append(reflection.GetBool(message, f) ? "true" : "false");
      return;
    case Kind::kInt32:
      return AppendNumber(reflection.GetInt32(message, f), out);
    case Kind::kInt64:
      return AppendNumber(reflection.GetInt64(message, f), out);
    case Kind::kUint32:
      return AppendNumber(reflection.GetUInt32(message, f), out);
    case Kind::kUint64:
      return AppendNumber(reflection.GetUInt64(message, f), out);
    case Kind::kFloat:
      return AppendFloat(reflection.GetFloat(message, f), out);
    case Kind::kDouble:
      return AppendDouble(reflection.GetDouble(message, f), out);
    case Kind::kEnum:
      return AppendEnum(field, reflection.GetEnumValue(message, f), out);
    case Kind::kTimestamp:
      return AppendTimestampValue(reflection.GetMessage(message, f), out);
    case Kind::kFieldMask:
      return AppendMaskValue(reflection.GetMessage(message, f), out);
    case Kind::kMessage:
      return AppendMessage(reflection.GetMessage(message, f), *field.message, out);
    case Kind::kMap:
      return;
  }
}

void AppendElement(const Message& message, const Reflection& reflection, const FieldSchema& field, int i,
                   std::string& out) {
  const auto* f = field.field;
  std::string scratch;
  switch (field.kind) {
    case Kind::kString:
      return AppendQuoted(reflection.GetRepeatedStringReference(message, f, i, &scratch), out);
    case Kind::kBytes:
      return AppendBytesValue(reflection.GetRepeatedStringReference(message, f, i, &scratch), out);
    case Kind::kBool:
      out.append(reflection.GetRepeatedBool(message, f, i) ? "true" : "false");
      return;
    case Kind::kInt32:
      return AppendNumber(reflection.GetRepeatedInt32(message, f, i), out);
    case Kind::kInt64:
      return AppendNumber(reflection.GetRepeatedInt64(message, f, i), out);
    case Kind::kUint32:
      return AppendNumber(reflection.GetRepeatedUInt32(message, f, i), out);
    case Kind::kUint64:
      return AppendNumber(reflection.GetRepeatedUInt64(message, f, i), out);
    case Kind::kFloat:
      return AppendFloat(reflection.GetRepeatedFloat(message, f, i), out);
    case Kind::kDouble:
      return AppendDouble(reflection.GetRepeatedDouble(message, f, i), out);
    case Kind::kEnum:
      return AppendEnum(field, reflection.GetRepeatedEnumValue(message, f, i), out);
    case Kind::kTimestamp:
      return AppendTimestampValue(reflection.GetRepeatedMessage(message, f, i), out);
    case Kind::kFieldMask:
      return AppendMaskValue(reflection.GetRepeatedMessage(message, f, i), out);
    case Kind::kMessage:
      return AppendMessage(reflection.GetRepeatedMessage(message, f, i), *field.message, out);
    case Kind::kMap:
      return;
  }
}

void AppendList(const Message& message, const Reflection& reflection, const FieldSchema& field,
                std::string& out) {
  out.push_back('[');
  const int size = reflection.FieldSize(message, field.field);
  for (int i = 0; i < size; ++i) {
    if (i > 0) out.push_back(',');
    AppendElement(message, reflection, field, i, out);
  }
  out.push_back(']');
}

// A hash map has no order of its own, and two answers with the same content should be the same bytes.
void AppendMap(const Message& message, const Reflection& reflection, const FieldSchema& field,
               std::string& out) {
  struct Entry {
    const std::string* key;
    const Message* entry;
  };
  const FieldSchema& key = field.message->fields[0];
  const FieldSchema& value = field.message->fields[1];
  const int size = reflection.FieldSize(message, field.field);
  if (size == 0) {
    out.append("{}");
    return;
  }
  std::string scratch;
  std::vector<Entry> entries;
  entries.reserve(static_cast<std::size_t>(size));
  const Reflection& entry_reflection =
      *reflection.GetRepeatedMessage(message, field.field, 0).GetReflection();
  for (int i = 0; i < size; ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, field.field, i);
    entries.push_back({&entry_reflection.GetStringReference(entry, key.field, &scratch), &entry});
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) -> const std::string& { return *entry.key; });
  char separator = '{';
  for (const Entry& entry : entries) {
    out.push_back(separator);
    separator = ',';
    AppendQuoted(*entry.key, out);
    out.push_back(':');
    AppendSingle(*entry.entry, entry_reflection, value, out);
  }
  out.push_back('}');
}

bool IsLeftOut(const Message& message, const Reflection& reflection, const FieldSchema& field) {
  if (field.presence && !reflection.HasField(message, field.field)) return true;
  if (field.presence && field.kind == Kind::kString) {
    std::string scratch;
    return reflection.GetStringReference(message, field.field, &scratch).empty();
  }
  if (field.kind != Kind::kEnum) return false;
  const int number = reflection.GetEnumValue(message, field.field);
  return number == 0 && EnumText(field, 0).ends_with("UNSPECIFIED\"");
}

void AppendMessage(const Message& message, const MessageSchema& schema, std::string& out) {
  const Reflection& reflection = *message.GetReflection();
  const std::size_t begin = out.size();
  for (const FieldSchema& field : schema.fields) {
    if (field.repeated) {
      out.append(field.prefix);
      AppendList(message, reflection, field, out);
    } else if (field.kind == Kind::kMap) {
      out.append(field.prefix);
      AppendMap(message, reflection, field, out);
    } else if (!IsLeftOut(message, reflection, field)) {
      out.append(field.prefix);
      AppendSingle(message, reflection, field, out);
    }
  }
  if (out.size() == begin) {
    out.append("{}");
    return;
  }
  out[begin] = '{';  // in place of the first comma
  out.push_back('}');
}

}  // namespace

void JsonWriter::Write(const Message& message, std::string& out) const {
  AppendMessage(message, schemas_.Of(message.GetDescriptor()), out);
}

}  // namespace market::transcoding
