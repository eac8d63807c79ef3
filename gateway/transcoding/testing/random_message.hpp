// Test messages: one with a field of every kind, and messages filled at random. For tests only.
#pragma once
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>
#include <google/protobuf/reflection.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>

namespace market::transcoding {

// message Every: singular, optional and repeated fields of every kind, maps, a oneof, itself.
class EveryKind {
 public:
  EveryKind() : pool_(google::protobuf::DescriptorPool::generated_pool()), factory_(&pool_) {
    google::protobuf::Timestamp::descriptor();
    google::protobuf::FieldMask::descriptor();
    google::protobuf::FileDescriptorProto file;
    const std::string text = std::string(R"(
      name: "every.proto" package: "test" syntax: "proto3"
      dependency: "google/protobuf/timestamp.proto" dependency: "google/protobuf/field_mask.proto"
      enum_type { name: "Color" value { name: "COLOR_UNSPECIFIED" number: 0 } value { name: "RED" number: 1 } value { name: "BLUE" number: 7 } }
      enum_type { name: "Size" value { name: "SMALL" number: 0 } value { name: "LARGE" number: 1 } }
      message_type { name: "Every" )") +
                             Fields() + R"(
        oneof_decl { name: "choice" } oneof_decl { name: "_maybe_int" } oneof_decl { name: "_maybe_text" }
        nested_type { name: "TextsEntry" options { map_entry: true }
          field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
          field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
        nested_type { name: "CountsEntry" options { map_entry: true }
          field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
          field { name: "value" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL } }
      })";
    if (!google::protobuf::TextFormat::ParseFromString(text, &file))
      throw std::logic_error("bad test descriptor");
    const auto* built = pool_.BuildFile(file);
    if (built == nullptr) throw std::logic_error("test descriptor does not build");
    descriptor_ = built->message_type(0);
    factory_.SetDelegateToGeneratedFactory(true);
  }
  const google::protobuf::Descriptor* Descriptor() const { return descriptor_; }
  std::unique_ptr<google::protobuf::Message> New() {
    return std::unique_ptr<google::protobuf::Message>(factory_.GetPrototype(descriptor_)->New());
  }

 private:
  static std::string Fields() {
    const std::vector<std::pair<std::string, std::string>> types = {
        {"string", "TYPE_STRING"},
        {"bytes", "TYPE_BYTES"},
        {"bool", "TYPE_BOOL"},
        {"int32", "TYPE_INT32"},
        {"int64", "TYPE_INT64"},
        {"uint32", "TYPE_UINT32"},
        {"uint64", "TYPE_UINT64"},
        {"sint64", "TYPE_SINT64"},
        {"fixed32", "TYPE_FIXED32"},
        {"float", "TYPE_FLOAT"},
        {"double", "TYPE_DOUBLE"},
        {"color", "TYPE_ENUM type_name: \".test.Color\""},
        {"size", "TYPE_ENUM type_name: \".test.Size\""},
        {"time", "TYPE_MESSAGE type_name: \".google.protobuf.Timestamp\""},
        {"mask", "TYPE_MESSAGE type_name: \".google.protobuf.FieldMask\""},
        {"every", "TYPE_MESSAGE type_name: \".test.Every\""}};
    std::string text;
    int number = 1;
    const auto add = [&](const std::string& name, const std::string& type, const std::string& rest) {
      text += "field { name: \"" + name + "\" number: " + std::to_string(number++) + " type: " + type + " " +
              rest + " }\n";
    };
    for (const auto& [name, type] : types) add("my_" + name, type, "label: LABEL_OPTIONAL");
    for (const auto& [name, type] : types) add("many_" + name, type, "label: LABEL_REPEATED");
    add("texts", "TYPE_MESSAGE type_name: \".test.Every.TextsEntry\"", "label: LABEL_REPEATED");
    add("counts", "TYPE_MESSAGE type_name: \".test.Every.CountsEntry\"", "label: LABEL_REPEATED");
    add("either", "TYPE_STRING", "label: LABEL_OPTIONAL oneof_index: 0");
    add("other", "TYPE_INT64", "label: LABEL_OPTIONAL oneof_index: 0");
    add("maybe_int", "TYPE_INT64", "label: LABEL_OPTIONAL oneof_index: 1 proto3_optional: true");
    add("maybe_text", "TYPE_STRING", "label: LABEL_OPTIONAL oneof_index: 2 proto3_optional: true");
    return text;
  }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* descriptor_;
};

// Fills a message with values that have a JSON form here, within bounds and with a taste for the edges.
class RandomFill {
 public:
  explicit RandomFill(unsigned seed) : random_(seed) {}

  void Fill(google::protobuf::Message& message, int depth) {
    const auto& reflection = *message.GetReflection();
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const auto* field = descriptor->field(i);
      if (Pick(3) == 0) continue;
      if (field->is_map()) {
        FillMap(message, field);
      } else if (field->is_repeated()) {
        for (int count = Pick(4); count > 0; --count) Put(message, reflection, field, depth);
      } else {
        Put(message, reflection, field, depth);
      }
    }
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  std::int64_t SafeInteger() {
    constexpr std::int64_t kMax = 9007199254740991;
    const std::array<std::int64_t, 6> edges = {0, 1, -1, kMax, -kMax, 1999};
    if (Pick(2) == 0) return edges[static_cast<std::size_t>(Pick(6))];
    return static_cast<std::int64_t>(random_() % (2ULL * kMax)) - kMax;
  }

  std::string Text() {
    static const std::array<std::string, 14> kPieces = {
        "a",    "Brass ",      "\"", "\\",       "\n",           "\t",
        "\x01", "\x7f",        "/",  "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
        "<b>",  "\xe2\x80\xa8"};
    std::string text;
    for (int count = Pick(12); count > 0; --count) text += kPieces[static_cast<std::size_t>(Pick(14))];
    return text;
  }

  void FillMap(google::protobuf::Message& message, const Field* field) {
    const auto* value = field->message_type()->field(1);
    for (int i = Pick(4); i > 0; --i) {
      auto& entry = *message.GetReflection()->AddMessage(&message, field);
      const auto& reflection = *entry.GetReflection();
      reflection.SetString(&entry, field->message_type()->field(0), std::to_string(i) + Text());
      Put(entry, reflection, value, 0);
    }
  }

  void PutMessage(google::protobuf::Message& child, int depth) {
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&child)) {
      time->set_seconds(static_cast<std::int64_t>(random_() % 4000000000ULL));
      time->set_nanos(Pick(2) == 0 ? 0 : Pick(1000000) * 1000);
    } else if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(&child)) {
      for (int i = Pick(3); i > 0; --i) mask->add_paths(i == 1 ? "display_name" : "price.amount");
    } else if (depth > 0) {
      Fill(child, depth - 1);
    }
  }

  void Put(google::protobuf::Message& message, const google::protobuf::Reflection& reflection,
           const Field* field, int depth) {
    const bool list = field->is_repeated();
    switch (field->cpp_type()) {
      case Field::CPPTYPE_STRING: {
        std::string text = Text();
        // An answer has no empty optional text: it would come back as one that is not set.
        if (field->has_presence() && text.empty()) text = "-";
        list ? reflection.AddString(&message, field, text) : reflection.SetString(&message, field, text);
        return;
      }
      case Field::CPPTYPE_BOOL: {
        const bool value = Pick(2) == 1;
        list ? reflection.AddBool(&message, field, value) : reflection.SetBool(&message, field, value);
        return;
      }
      case Field::CPPTYPE_INT32: {
        const auto value = static_cast<std::int32_t>(random_());
        list ? reflection.AddInt32(&message, field, value) : reflection.SetInt32(&message, field, value);
        return;
      }
      case Field::CPPTYPE_UINT32: {
        const auto value = static_cast<std::uint32_t>(random_());
        list ? reflection.AddUInt32(&message, field, value) : reflection.SetUInt32(&message, field, value);
        return;
      }
      case Field::CPPTYPE_INT64: {
        const auto value = SafeInteger();
        list ? reflection.AddInt64(&message, field, value) : reflection.SetInt64(&message, field, value);
        return;
      }
      case Field::CPPTYPE_UINT64: {
        const auto value = static_cast<std::uint64_t>(std::abs(SafeInteger()));
        list ? reflection.AddUInt64(&message, field, value) : reflection.SetUInt64(&message, field, value);
        return;
      }
      case Field::CPPTYPE_FLOAT: {
        const auto value = static_cast<float>(SafeInteger()) / 1024;
        list ? reflection.AddFloat(&message, field, value) : reflection.SetFloat(&message, field, value);
        return;
      }
      case Field::CPPTYPE_DOUBLE: {
        const auto value = static_cast<double>(SafeInteger()) / 3;
        list ? reflection.AddDouble(&message, field, value) : reflection.SetDouble(&message, field, value);
        return;
      }
      case Field::CPPTYPE_ENUM: {
        const auto* value = field->enum_type()->value(Pick(field->enum_type()->value_count()));
        list ? reflection.AddEnum(&message, field, value) : reflection.SetEnum(&message, field, value);
        return;
      }
      case Field::CPPTYPE_MESSAGE:
        PutMessage(
            list ? *reflection.AddMessage(&message, field) : *reflection.MutableMessage(&message, field),
            depth);
        return;
    }
  }

  std::mt19937_64 random_;
};

}  // namespace market::transcoding
