#include "gateway/transcoding/schema.hpp"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <stdexcept>

namespace market::transcoding {
namespace {

constexpr int kEnumNumberMax = 255;
constexpr int kFieldNumberMax = 255;

Kind KindOf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field->type() == FieldDescriptor::TYPE_BYTES ? Kind::kBytes : Kind::kString;
    case FieldDescriptor::CPPTYPE_BOOL:
      return Kind::kBool;
    case FieldDescriptor::CPPTYPE_INT32:
      return Kind::kInt32;
    case FieldDescriptor::CPPTYPE_INT64:
      return Kind::kInt64;
    case FieldDescriptor::CPPTYPE_UINT32:
      return Kind::kUint32;
    case FieldDescriptor::CPPTYPE_UINT64:
      return Kind::kUint64;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Kind::kFloat;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Kind::kDouble;
    case FieldDescriptor::CPPTYPE_ENUM:
      return Kind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  if (field->is_map()) return Kind::kMap;
  if (field->message_type() == google::protobuf::Timestamp::descriptor()) return Kind::kTimestamp;
  if (field->message_type() == google::protobuf::FieldMask::descriptor()) return Kind::kFieldMask;
  return Kind::kMessage;
}

bool IsIdName(std::string_view name) {
  return name == "id" || name.ends_with("_id") || name.ends_with("_ids");
}

WireType WireOf(const FieldDescriptor* field) {
  switch (field->type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return WireType::kBytes;
    case FieldDescriptor::TYPE_GROUP:
      throw std::logic_error(field->full_name() + ": groups have no JSON form here");
    default:
      return WireType::kVarint;
  }
}

std::vector<std::string> EnumTexts(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> texts;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() < 0 || value.number() > kEnumNumberMax) {
      throw std::logic_error("an enum number is out of bounds: " + value.full_name());
    }
    const auto index = static_cast<std::size_t>(value.number());
    if (texts.size() <= index) texts.resize(index + 1);
    texts[index] = '"' + value.name() + '"';
  }
  return texts;
}

}  // namespace

const FieldSchema* MessageSchema::Find(std::string_view name) const {
  for (const FieldSchema& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const FieldSchema* MessageSchema::Find(const FieldDescriptor* field) const {
  for (const FieldSchema& candidate : fields) {
    if (candidate.field == field) return &candidate;
  }
  return nullptr;
}

const MessageSchema& Schemas::Add(const Descriptor* descriptor) {
  auto& slot = schemas_[descriptor];
  if (slot) return *slot;
  slot = std::make_unique<MessageSchema>();
  MessageSchema& schema = *slot;  // before its fields: a message may contain itself
  schema.descriptor = descriptor;
  if (descriptor->field_count() > kFieldsMax) {
    throw std::logic_error(descriptor->full_name() + " has too many fields for REST");
  }
  if (descriptor->file()->package() == "google.protobuf" && descriptor->field_count() > 0) {
    throw std::logic_error(descriptor->full_name() + " has no JSON form here");
  }
  schema.fields.reserve(static_cast<std::size_t>(descriptor->field_count()));
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->number() > kFieldNumberMax) {
      throw std::logic_error("a field number is out of bounds: " + field->full_name());
    }
    schema.fields.push_back(MakeField(field));
    const auto number = static_cast<std::size_t>(field->number());
    if (schema.by_number.size() <= number) schema.by_number.resize(number + 1, -1);
    schema.by_number[number] = static_cast<std::int8_t>(i);
  }
  return schema;
}

FieldSchema Schemas::MakeField(const FieldDescriptor* field) {
  FieldSchema schema{
      .field = field,
      .name = field->json_name(),
      .prefix = ",\"" + field->json_name() + "\":",
      .kind = KindOf(field),
      .repeated = field->is_repeated() && !field->is_map(),
      .presence = field->has_presence(),
      .bit = std::uint64_t{1} << field->index(),
      .number = static_cast<std::uint32_t>(field->number()),
      .wire = WireOf(field),
      .zigzag =
          field->type() == FieldDescriptor::TYPE_SINT32 || field->type() == FieldDescriptor::TYPE_SINT64,
      .oneof = field->real_containing_oneof() == nullptr ? -1 : field->real_containing_oneof()->index(),
      .names = KindOf(field) == Kind::kString && IsIdName(field->name()),
      .message = nullptr,
      .enum_texts = {}};
  if (schema.kind == Kind::kEnum) schema.enum_texts = EnumTexts(*field->enum_type());
  if (schema.IsMessage()) schema.message = &Add(field->message_type());
  if (schema.kind == Kind::kMap) {
    const auto& entry = schema.message->fields;
    if (entry[0].kind != Kind::kString || entry[1].IsMessage()) {
      throw std::logic_error(field->full_name() +
                             ": only maps from strings to scalars have a JSON form here");
    }
  }
  return schema;
}

}  // namespace market::transcoding
