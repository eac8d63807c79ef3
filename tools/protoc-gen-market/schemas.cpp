#include "tools/protoc-gen-market/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "marketplace/options/v1/options.pb.h"
#include "tools/protoc-gen-market/comment.hpp"

namespace market::codegen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using marketplace::options::v1::FieldRules;

constexpr int kExampleDepthMax = 5;
// What the server writes and a client may send back unchanged.
const std::set<std::string> kWrittenByServer = {"id", "create_time", "update_time", "etag"};

const FieldRules& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(marketplace::options::v1::rules);
}

bool IsType(const FieldDescriptor& field, std::string_view full_name) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE && field.message_type()->full_name() == full_name;
}

bool IsOwnMessage(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE && !field.is_map() &&
         field.message_type()->file()->package() != "google.protobuf";
}

std::string ServiceOf(const FileDescriptor& file) {
  const auto& package = file.package();
  const auto begin = package.find('.') + 1;
  auto name = package.substr(begin, package.find('.', begin) - begin);
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::string OwnName(const std::string& name) {
  constexpr std::string_view kResponse = "Response";
  return name.ends_with(kResponse) ? name.substr(0, name.size() - kResponse.size()) + "Result" : name;
}

template <class Type>
std::string PlainName(const Type& type) {
  std::string name = OwnName(type.name());
  for (const auto* outer = type.containing_type(); outer != nullptr; outer = outer->containing_type()) {
    name = OwnName(outer->name()) + name;
  }
  return name;
}

void CollectAnswers(const Descriptor& message, std::set<const Descriptor*>& answers) {
  if (!answers.insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    if (IsOwnMessage(*message.field(i))) CollectAnswers(*message.field(i)->message_type(), answers);
  }
}

void AddTextRules(const FieldRules& rules, Yaml& schema) {
  if (rules.uuid()) schema.Set("format", "uuid");
  if (rules.email()) schema.Set("format", "email");
  if (rules.https_url()) schema.Set("format", "uri").Set("pattern", "^https://");
  if (rules.secret()) schema.Set("format", "password");
  // A required text is not empty.
  const auto least = std::max<std::int64_t>(rules.min_len(), rules.required() && !rules.uuid() ? 1 : 0);
  if (least > 0) schema.Set("minLength", least);
  if (rules.max_len() > 0) schema.Set("maxLength", std::int64_t{rules.max_len()});
  if (!rules.pattern().empty()) schema.Set("pattern", "^(?:" + rules.pattern() + ")$");
}

void AddBounds(const FieldRules& rules, Yaml& schema) {
  if (rules.has_min()) schema.Set("minimum", rules.min());
  if (rules.has_max()) schema.Set("maximum", rules.max());
}

// "SellerOrder" -> "seller_order"
std::string Snake(const std::string& name) {
  std::string snake;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !snake.empty()) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

// Whose id a field holds, so that one thing has one id wherever it is shown: "seller" for Seller.id and seller_id.
std::string KindOfId(const FieldDescriptor& field) {
  const auto& name = field.name();
  std::string kind =
      name == "id" ? Snake(field.containing_type()->name()) : name.substr(0, name.rfind("_id"));
  if (kind == "profile") kind = "account";  // the person behind it, with the same id
  return kind == "shipping_address" ? "address" : kind;
}

// A UUIDv7 of its own for each kind of thing.
std::string IdExample(const FieldDescriptor& field) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : KindOfId(field)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("01976b2a-7c1e-7a3b-9f42-{:012x}", hash & 0xffff'ffff'ffffU);
}

// The first field that a partial update of the same request may change.
std::string MaskExample(const FieldDescriptor& mask) {
  const auto& request = *mask.containing_type();
  for (int i = 0; i < request.field_count(); ++i) {
    const auto* resource = request.field(i)->message_type();
    if (resource == nullptr || request.field(i) == &mask) continue;
    for (int j = 0; j < resource->field_count(); ++j) {
      if (!kWrittenByServer.contains(resource->field(j)->name())) return resource->field(j)->json_name();
    }
  }
  return "*";
}

bool IsId(const FieldDescriptor& field) {
  const auto& name = field.name();
  return RulesOf(field).uuid() || name == "id" || name.ends_with("_id") || name.ends_with("_ids");
}

}  // namespace

bool IsRequired(const FieldDescriptor& field) {
  const auto& rules = RulesOf(field);
  return rules.required() || rules.min_items() > 0;
}

Schemas::Schemas(const std::vector<const FileDescriptor*>& files) {
  const auto learn = [&](const Descriptor& message, const auto& self) -> void {
    for (int i = 0; i < message.field_count(); ++i) {
      const auto& field = *message.field(i);
      if (!RulesOf(field).example().empty()) examples_.emplace(field.name(), RulesOf(field).example());
    }
    for (int i = 0; i < message.nested_type_count(); ++i) self(*message.nested_type(i), self);
  };
  for (const auto* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) learn(*file->message_type(i), learn);
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        CollectAnswers(*file->service(i)->method(j)->output_type(), answers_);
      }
    }
  }
}

std::string Schemas::Claim(const std::string& full_name, const std::string& plain,
                           const std::string& service) {
  if (const auto known = names_.find(full_name); known != names_.end()) return known->second;
  const auto name = owners_.contains(plain) ? service + plain : plain;
  owners_.emplace(name, full_name);
  names_.emplace(full_name, name);
  return name;
}

std::string Schemas::NameOf(const Descriptor& message, Use use) {
  const char* suffix = use == Use::kPatch                                 ? "Patch"
                       : use == Use::kBody && answers_.contains(&message) ? "Input"
                                                                          : "";
  return Claim(message.full_name() + suffix, PlainName(message) + suffix, ServiceOf(*message.file()));
}

std::string Schemas::NameOf(const EnumDescriptor& type) {
  return Claim(type.full_name(), PlainName(type), ServiceOf(*type.file()));
}

Yaml Schemas::Of(const Descriptor& message, Use use, const std::set<std::string>& without) {
  const auto name = NameOf(message, use);
  if (!components_.contains(name)) {
    components_.emplace(name, Yaml());  // there before its fields are looked at: a message may contain itself
    components_[name] = Object(message, use, without);
  }
  return Yaml::Ref("schemas", name);
}

Yaml Schemas::Object(const Descriptor& message, Use use, const std::set<std::string>& without) {
  Yaml schema;
  schema.Set("type", "object");
  if (auto comment = CommentOf(message); !comment.empty()) schema.Set("description", std::move(comment));
  Yaml properties;
  Yaml required = Yaml::List();
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (without.contains(field.name())) continue;
    auto property = OfField(field, use);
    property.Set("description", Describe(field));
    if (use != Use::kAnswer && answers_.contains(&message) && kWrittenByServer.contains(field.name())) {
      property.Set("readOnly", true);
    }
    properties.Set(field.json_name(), std::move(property));
    if (use == Use::kAnswer ? !field.has_optional_keyword() : use == Use::kBody && IsRequired(field)) {
      required.Add(field.json_name());
    }
  }
  if (!required.Empty()) schema.Set("required", std::move(required));
  if (!properties.Empty()) schema.Set("properties", std::move(properties));
  if (use != Use::kAnswer) schema.Set("additionalProperties", false);
  return schema;
}

std::string Schemas::Describe(const FieldDescriptor& field) {
  auto words = DescriptionOf(field);
  google::protobuf::SourceLocation location;
  if (words.empty() && described_.insert(&field).second && field.GetSourceLocation(&location)) {
    problems_.push_back(fmt::format("{}:{}: {}: has no comment to describe it by", field.file()->name(),
                                    location.start_line + 1, field.full_name()));
  }
  return words;
}

Yaml Schemas::OfField(const FieldDescriptor& field, Use use) {
  // What is inside the body of a partial update is whole.
  const Use inner = use == Use::kPatch ? Use::kBody : use;
  const auto& rules = RulesOf(field);
  if (!field.is_repeated()) return Single(field, inner);
  Yaml schema;
  if (field.is_map()) {
    schema = MapOf(field, inner);
  } else {
    schema.Set("type", "array").Set("items", Single(field, inner));
  }
  if (use == Use::kAnswer) return schema;
  const std::string suffix = field.is_map() ? "Properties" : "Items";
  const auto least = std::max<std::int64_t>(rules.min_items(), rules.required() ? 1 : 0);
  if (least > 0) schema.Set("min" + suffix, least);
  if (rules.max_items() > 0) schema.Set("max" + suffix, std::int64_t{rules.max_items()});
  return schema;
}

Yaml Schemas::MapOf(const FieldDescriptor& field, Use use) {
  const auto& rules = RulesOf(field);
  Yaml schema;
  schema.Set("type", "object");
  if (use != Use::kAnswer && rules.max_len() > 0) {
    schema.Set("propertyNames", Yaml().Set("minLength", 1).Set("maxLength", std::int64_t{rules.max_len()}));
  }
  auto value = Single(*field.message_type()->map_value(), use);
  if (use != Use::kAnswer && field.message_type()->map_value()->type() == FieldDescriptor::TYPE_STRING) {
    AddTextRules(rules, value);
  }
  schema.Set("additionalProperties", std::move(value));
  return schema;
}

Yaml Schemas::Single(const FieldDescriptor& field, Use use) {
  const auto& rules = RulesOf(field);
  const bool ruled = use != Use::kAnswer;
  Yaml schema;
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      schema.Set("type", "string");
      // An id that an answer gives goes into the next request as it is, of one type.
      if (ruled ? field.name() == "id" : IsId(field)) schema.Set("format", "uuid");
      if (ruled) AddTextRules(rules, schema);
      break;
    case FieldDescriptor::TYPE_BYTES:
      schema.Set("type", "string").Set("contentEncoding", "base64");
      break;
    case FieldDescriptor::TYPE_BOOL:
      schema.Set("type", "boolean");
      break;
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FLOAT:
      schema.Set("type", "number");
      break;
    case FieldDescriptor::TYPE_ENUM: {
      const auto name = NameOf(*field.enum_type());
      if (!components_.contains(name)) {
        std::vector<std::string> values;
        for (int i = 0; i < field.enum_type()->value_count(); ++i) {
          if (field.enum_type()->value(i)->number() != 0)
            values.push_back(field.enum_type()->value(i)->name());
        }
        Yaml type;
        type.Set("type", "string");
        if (auto comment = CommentOf(*field.enum_type()); !comment.empty())
          type.Set("description", std::move(comment));
        components_.emplace(name, type.Set("enum", Yaml::Texts(values)));
      }
      return Yaml::Ref("schemas", name);
    }
    case FieldDescriptor::TYPE_MESSAGE:
      if (IsType(field, "google.protobuf.Timestamp"))
        return schema.Set("type", "string").Set("format", "date-time");
      if (IsType(field, "google.protobuf.FieldMask")) return schema.Set("type", "string");
      schema = Of(*field.message_type(), use);
      if (ruled && (rules.has_min() || rules.has_max())) {
        Yaml amount;
        AddBounds(rules, amount);
        schema.Set("properties", Yaml().Set("amount", std::move(amount)));
      }
      return schema;
    default: {
      const bool wide = field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
      schema.Set("type", "integer").Set("format", wide ? "int64" : "int32");
      if (ruled) AddBounds(rules, schema);
    }
  }
  return schema;
}

Yaml Schemas::Example(const Descriptor& message, Use use, const std::set<std::string>& without) const {
  return MessageExample(message, use, without, 0);
}

Yaml Schemas::ExampleIn(const google::protobuf::EnumValueDescriptor& state, const Descriptor& message) {
  state_ = &state;
  auto example = Example(message, Use::kAnswer);
  state_ = nullptr;
  return example;
}

Yaml Schemas::ExampleWith(const Descriptor& message, const std::vector<std::string>& paths) const {
  Yaml example;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    bool named = false;
    std::vector<std::string> inside;
    for (const auto& path : paths) {
      const auto dot = path.find('.');
      if (path.substr(0, dot) != field.json_name()) continue;
      named = true;
      if (dot != path.npos) inside.push_back(path.substr(dot + 1));
    }
    if (!named) continue;
    auto value =
        inside.empty() ? SingleExample(field, Use::kAnswer, 1) : ExampleWith(*field.message_type(), inside);
    example.Set(field.json_name(), field.is_repeated() ? Yaml::List({std::move(value)}) : std::move(value));
  }
  return example;
}

Yaml Schemas::MessageExample(const Descriptor& message, Use use, const std::set<std::string>& without,
                             int depth) const {
  Yaml example;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (without.contains(field.name())) continue;
    if (use != Use::kAnswer && (answers_.contains(&message) && kWrittenByServer.contains(field.name())))
      continue;
    // What may be absent is shown where the contract says how it looks: a failed order has a reason, this one not.
    if (use == Use::kAnswer && field.has_optional_keyword() && RulesOf(field).example().empty()) continue;
    // Without a list of what it contains itself, and short for what is deep.
    if (field.type() == FieldDescriptor::TYPE_MESSAGE && depth >= kExampleDepthMax && !IsRequired(field)) {
      if (use == Use::kAnswer && field.is_repeated())
        example.Set(field.json_name(), field.is_map() ? Yaml() : Yaml::List());
      continue;
    }
    example.Set(field.json_name(), FieldExample(field, use, depth + 1));
  }
  return example;
}

Yaml Schemas::FieldExample(const FieldDescriptor& field, Use use, int depth) const {
  if (field.is_map()) {
    return field.name() == "options" ? Yaml().Set("size", "M") : Yaml().Set("material", "brass");
  }
  if (field.is_repeated()) return Yaml::List({SingleExample(field, use, depth)});
  return SingleExample(field, use, depth);
}

Yaml Schemas::SingleExample(const FieldDescriptor& field, Use use, int depth) const {
  const auto& rules = RulesOf(field);
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return TextExample(field);
    case FieldDescriptor::TYPE_BYTES:
      return "AA==";
    case FieldDescriptor::TYPE_BOOL:
      return true;
    case FieldDescriptor::TYPE_ENUM:
      if (state_ != nullptr && state_->type() == field.enum_type()) return state_->name();
      if (!rules.example().empty()) return rules.example();
      return field.enum_type()->value(field.enum_type()->value_count() > 1 ? 1 : 0)->name();
    case FieldDescriptor::TYPE_MESSAGE:
      if (IsType(field, "google.protobuf.Timestamp")) return "2026-01-15T09:30:00Z";
      if (IsType(field, "google.protobuf.FieldMask")) return MaskExample(field);
      if (!rules.example().empty()) return AmountExample(field, use, depth);
      return MessageExample(*field.message_type(), use, {}, depth);
    default: {
      if (!rules.example().empty()) return std::int64_t{std::stoll(rules.example())};
      if (field.name() == "page_size") return 20;
      const auto known = examples_.find(field.name());
      std::int64_t value =
          known != examples_.end() && known->second.find_first_not_of("-0123456789") == std::string::npos
              ? std::stoll(known->second)
              : 1;
      if (rules.has_min()) value = std::max(value, rules.min());
      if (rules.has_max()) value = std::min(value, rules.max());
      return value;
    }
  }
}

// The example of a Money is that of its amount.
Yaml Schemas::AmountExample(const FieldDescriptor& field, Use use, int depth) const {
  auto money = MessageExample(*field.message_type(), use, {}, depth);
  return money.Set("amount", std::int64_t{std::stoll(RulesOf(field).example())});
}

std::string Schemas::TextExample(const FieldDescriptor& field) const {
  const auto& rules = RulesOf(field);
  const auto& name = field.name();
  if (!rules.example().empty()) return rules.example();
  if (IsId(field)) return IdExample(field);
  if (rules.email()) return "ada@example.com";
  if (rules.https_url()) return "https://example.com/engine.jpg";
  if (const auto known = examples_.find(name); known != examples_.end()) return known->second;
  if (name == "currency") return "EUR";
  if (name == "etag" || name == "if_match") return "4f1a";
  if (name.ends_with("page_token")) return "AW5leHQ";
  return rules.max_len() > 0 ? std::string("text").substr(0, rules.max_len()) : "text";
}

}  // namespace market::codegen
