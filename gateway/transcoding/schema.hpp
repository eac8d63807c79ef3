// What the reader and the writer need to know of a message, worked out once from its descriptor: names as
// JSON has them, kinds, the texts of enums.
//
// Owner: the gateway; filled at start by Add, read-only after that. Add throws std::logic_error for a message
// that REST can't carry (more than 64 fields, numbers above 255; Any, Struct, wrappers, Duration).
#pragma once
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/transcoding/wire.hpp"

namespace market::transcoding {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

enum class Kind : std::uint8_t {
  kString,
  kBytes,
  kBool,
  kInt32,
  kInt64,
  kUint32,
  kUint64,
  kFloat,
  kDouble,
  kEnum,
  kTimestamp,
  kFieldMask,
  kMessage,
  kMap,
};

struct MessageSchema;

inline constexpr int kFieldsMax = 64;  // of a message: a bit for each in a word

struct FieldSchema {
  const FieldDescriptor* field;
  std::string name;    // lowerCamelCase
  std::string prefix;  // ,"name":
  Kind kind;
  bool repeated;                           // a list; a map is not
  bool presence;                           // set or not set is a difference, beyond the value
  std::uint64_t bit;                       // of the field within its message
  std::uint32_t number;                    // on the wire
  WireType wire;                           // of one value
  bool zigzag;                             // sint32, sint64
  int oneof;                               // of which of the message's; -1: none
  bool names;                              // the id of something: a text called `id`, `…_id` or `…_ids`
  const MessageSchema* message = nullptr;  // of kMessage; of kMap: the entry, whose fields are key and value
  std::vector<std::string> enum_texts;     // by number, quoted; empty: no such number

  bool IsMessage() const { return kind == Kind::kMessage || kind == Kind::kMap; }
  // One that is a message on the wire, and merged when it is there twice.
  bool HoldsMessage() const {
    return kind == Kind::kMessage || kind == Kind::kTimestamp || kind == Kind::kFieldMask;
  }
};

struct MessageSchema {
  const Descriptor* descriptor;
  std::vector<FieldSchema> fields;
  std::vector<std::int8_t> by_number;  // index in `fields`; -1: none

  const FieldSchema* ByNumber(std::uint32_t number) const {
    const int index = number < by_number.size() ? by_number[number] : -1;
    return index < 0 ? nullptr : &fields[static_cast<std::size_t>(index)];
  }
  // By JSON name; null when there is none.
  const FieldSchema* Find(std::string_view name) const;
  const FieldSchema* Find(const FieldDescriptor* field) const;
};

class Schemas {
 public:
  // Idempotent; adds what the message contains as well. The reference stays good.
  const MessageSchema& Add(const Descriptor* descriptor);
  // Throws std::out_of_range for a message that was not added.
  const MessageSchema& Of(const Descriptor* descriptor) const { return *schemas_.at(descriptor); }

 private:
  FieldSchema MakeField(const FieldDescriptor* field);

  std::unordered_map<const Descriptor*, std::unique_ptr<MessageSchema>> schemas_;
};

}  // namespace market::transcoding
