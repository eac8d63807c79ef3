#include "gateway/transcoding/json_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <deque>
#include <span>

#include "gateway/transcoding/scalar.hpp"
#include "gateway/transcoding/wire.hpp"

namespace market::transcoding {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::Timestamp;

template <class Number>
void AppendNumber(Number value, std::string& out) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  out.append(text, end);
}

template <class Real>
void AppendReal(Real value, std::string& out) {
  if (std::isfinite(value)) return AppendNumber(value, out);
  out.append(std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
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

std::int32_t ZigZag32(std::uint32_t value) {
  return static_cast<std::int32_t>((value >> 1) ^ (~(value & 1) + 1));
}
std::int64_t ZigZag64(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// What was found of one field.
struct Slot {
  bool set = false;
  std::uint64_t value = 0;
  std::string_view bytes;  // a value; of a list or a map: from its first record to the end of its last
};

// One answer on its way out.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  // `depth`: how many levels there may be below this message.
  bool Message(const MessageSchema& schema, std::string_view wire, int depth);

 private:
  using Slots = std::span<Slot>;

  bool Fields(const MessageSchema& schema, std::string_view wire, Slots slots, int depth);
  bool Scan(const MessageSchema& schema, std::string_view wire, Slots slots, int depth);
  bool Keep(const MessageSchema& schema, const FieldSchema& field, const WireRecord& record,
            std::string_view whole, Slots slots, int depth);
  bool ClearOthers(const MessageSchema& schema, const FieldSchema& field, Slots slots, int depth);
  bool Merge(const FieldSchema& field, std::string_view more, Slot& slot, int depth);
  bool IsWellFormed(const FieldSchema& field, std::string_view bytes, int depth);
  bool Value(const FieldSchema& field, std::uint64_t value, std::string_view bytes, int depth);
  bool List(const FieldSchema& field, std::string_view records, int depth);
  bool Packed(const FieldSchema& field, std::string_view bytes, char& separator);
  bool Map(const FieldSchema& field, std::string_view records, int depth);

  std::string& out_;
  std::deque<std::string> merged_;
};

bool IsPackedList(WireType type, std::string_view bytes) {
  WireReader reader(bytes);
  std::uint64_t value = 0;
  while (!reader.AtEnd()) {
    if (!reader.NextValue(type, value)) return false;
  }
  return true;
}

bool IsLeftOut(const FieldSchema& field, const Slot& slot) {
  if (field.presence && !slot.set) return true;
  if (field.presence && field.kind == Kind::kString) return slot.bytes.empty();
  if (field.kind != Kind::kEnum) return false;
  const auto number = static_cast<int>(slot.value);
  return number == 0 && EnumText(field, 0).ends_with("UNSPECIFIED\"");
}

// By itself, as protobuf parses it before it merges.
bool Writer::IsWellFormed(const FieldSchema& field, std::string_view bytes, int depth) {
  std::string scratch;
  return Writer(scratch).Value(field, 0, bytes, depth);
}

bool Writer::Merge(const FieldSchema& field, std::string_view more, Slot& slot, int depth) {
  if (!IsWellFormed(field, slot.bytes, depth) || !IsWellFormed(field, more, depth)) return false;
  slot.bytes = merged_.emplace_back(std::string(slot.bytes) + std::string(more));
  return true;
}

bool Writer::ClearOthers(const MessageSchema& schema, const FieldSchema& field, Slots slots, int depth) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const FieldSchema& other = schema.fields[i];
    if (&other == &field || other.oneof != field.oneof || !slots[i].set) continue;
    if (other.HoldsMessage() && !IsWellFormed(other, slots[i].bytes, depth)) return false;
    slots[i] = {};
  }
  return true;
}

bool Writer::Keep(const MessageSchema& schema, const FieldSchema& field, const WireRecord& record,
                  std::string_view whole, Slots slots, int depth) {
  const bool list = field.repeated || field.kind == Kind::kMap;
  const bool packed = field.repeated && record.type == WireType::kBytes && field.wire != WireType::kBytes;
  if (record.type != field.wire && !packed) return true;  // an unknown field to protobuf
  if (packed && !IsPackedList(field.wire, record.bytes)) return false;
  if (field.kind == Kind::kString && !IsUtf8(record.bytes)) return false;
  Slot& slot = slots[static_cast<std::size_t>(&field - schema.fields.data())];
  if (list) {
    const char* const begin = slot.set ? slot.bytes.data() : whole.data();
    slot = {.set = true,
            .value = 0,
            .bytes = {begin, static_cast<std::size_t>(whole.data() + whole.size() - begin)}};
    return true;
  }
  if (field.oneof >= 0 && !ClearOthers(schema, field, slots, depth)) return false;
  if (slot.set && field.HoldsMessage()) return Merge(field, record.bytes, slot, depth);
  slot = {.set = true, .value = record.value, .bytes = record.bytes};
  return true;
}

bool Writer::Scan(const MessageSchema& schema, std::string_view wire, Slots slots, int depth) {
  WireReader reader(wire);
  while (!reader.AtEnd()) {
    const char* const begin = reader.At();
    WireRecord record;
    if (!reader.Next(record, depth)) return false;
    const FieldSchema* field = schema.ByNumber(record.number);
    if (field == nullptr) continue;
    const std::string_view whole(begin, static_cast<std::size_t>(reader.At() - begin));
    if (!Keep(schema, *field, record, whole, slots, depth)) return false;
  }
  return true;
}

bool Writer::Value(const FieldSchema& field, std::uint64_t value, std::string_view bytes, int depth) {
  switch (field.kind) {
    case Kind::kString:
      AppendQuoted(bytes, out_);
      return true;
    case Kind::kBytes:
      out_.push_back('"');
      AppendBase64(bytes, out_);
      out_.push_back('"');
      return true;
    case Kind::kBool:
      out_.append(value != 0 ? "true" : "false");
      return true;
    case Kind::kInt32:
      AppendNumber(
          field.zigzag ? ZigZag32(static_cast<std::uint32_t>(value)) : static_cast<std::int32_t>(value),
          out_);
      return true;
    case Kind::kInt64:
      AppendNumber(field.zigzag ? ZigZag64(value) : static_cast<std::int64_t>(value), out_);
      return true;
    case Kind::kUint32:
      AppendNumber(static_cast<std::uint32_t>(value), out_);
      return true;
    case Kind::kUint64:
      AppendNumber(value, out_);
      return true;
    case Kind::kFloat:
      AppendReal(std::bit_cast<float>(static_cast<std::uint32_t>(value)), out_);
      return true;
    case Kind::kDouble:
      AppendReal(std::bit_cast<double>(value), out_);
      return true;
    case Kind::kEnum:
      AppendEnum(field, static_cast<int>(value), out_);
      return true;
    case Kind::kTimestamp: {
      Timestamp time;
      if (depth < 1 || !time.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
      out_.push_back('"');
      AppendTimestamp(time, out_);
      out_.push_back('"');
      return true;
    }
    case Kind::kFieldMask: {
      FieldMask mask;
      if (depth < 1 || !mask.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
      std::string paths;
      AppendFieldMask(mask, paths);
      AppendQuoted(paths, out_);
      return true;
    }
    case Kind::kMessage:
      return depth > 0 && Message(*field.message, bytes, depth - 1);
    case Kind::kMap:
      break;
  }
  return false;
}

bool Writer::Packed(const FieldSchema& field, std::string_view bytes, char& separator) {
  WireReader reader(bytes);
  while (!reader.AtEnd()) {
    std::uint64_t value = 0;
    reader.NextValue(field.wire, value);
    out_.push_back(std::exchange(separator, ','));
    Value(field, value, {}, 0);
  }
  return true;
}

// Other fields may stand between its elements.
bool Writer::List(const FieldSchema& field, std::string_view records, int depth) {
  char separator = '[';
  WireReader reader(records);
  while (!reader.AtEnd()) {
    WireRecord record;
    if (!reader.Next(record, depth)) return false;
    if (record.number != field.number) continue;
    if (record.type == field.wire) {
      out_.push_back(std::exchange(separator, ','));
      if (!Value(field, record.value, record.bytes, depth)) return false;
    } else if (record.type == WireType::kBytes) {
      Packed(field, record.bytes, separator);
    }
  }
  if (separator == '[') out_.push_back('[');
  out_.push_back(']');
  return true;
}

// On the wire entries have no order, and two answers with the same content should be the same bytes.
bool Writer::Map(const FieldSchema& field, std::string_view records, int depth) {
  struct Entry {
    std::string_view key;
    std::size_t place;
    Slot value;
  };
  const FieldSchema& value = field.message->fields[1];
  std::vector<Entry> entries;
  WireReader reader(records);
  while (!reader.AtEnd()) {
    WireRecord record;
    if (!reader.Next(record, depth)) return false;
    if (record.number != field.number || record.type != WireType::kBytes) continue;
    std::array<Slot, 2> slots;
    if (depth < 1 || !Scan(*field.message, record.bytes, slots, depth - 1)) return false;
    entries.push_back({slots[0].bytes, entries.size(), slots[1]});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key < b.key : a.place < b.place;
  });
  char separator = '{';
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i + 1].key == entries[i].key) continue;  // the last one counts
    out_.push_back(std::exchange(separator, ','));
    AppendQuoted(entries[i].key, out_);
    out_.push_back(':');
    if (!Value(value, entries[i].value.value, entries[i].value.bytes, depth - 1)) return false;
  }
  if (separator == '{') out_.push_back('{');
  out_.push_back('}');
  return true;
}

// Most messages are small, and so is what is cleared for them.
bool Writer::Message(const MessageSchema& schema, std::string_view wire, int depth) {
  constexpr std::size_t kFew = 16;
  if (schema.fields.size() > kFew) {
    std::array<Slot, kFieldsMax> slots;
    return Fields(schema, wire, Slots(slots.data(), schema.fields.size()), depth);
  }
  std::array<Slot, kFew> slots;
  return Fields(schema, wire, Slots(slots.data(), schema.fields.size()), depth);
}

bool Writer::Fields(const MessageSchema& schema, std::string_view wire, Slots slots, int depth) {
  if (!Scan(schema, wire, slots, depth)) return false;
  const std::size_t begin = out_.size();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const FieldSchema& field = schema.fields[i];
    const Slot& slot = slots[i];
    const bool list = field.repeated || field.kind == Kind::kMap;
    if (!list && IsLeftOut(field, slot)) continue;
    out_.append(field.prefix);
    const bool written = field.repeated             ? List(field, slot.bytes, depth)
                         : field.kind == Kind::kMap ? Map(field, slot.bytes, depth)
                                                    : Value(field, slot.value, slot.bytes, depth);
    if (!written) return false;
  }
  if (out_.size() == begin) {
    out_.append("{}");
    return true;
  }
  out_[begin] = '{';  // in place of the first comma
  out_.push_back('}');
  return true;
}

}  // namespace

bool WriteJson(const MessageSchema& schema, std::string_view wire, std::string& out) {
  return Writer(out).Message(schema, wire, WireReader::kDepthMax);
}

}  // namespace market::transcoding
