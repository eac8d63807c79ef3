// JSON from the wire says what protobuf's own JSON of the parsed message says, in the form that the contract
// promises, and what protobuf does not parse is refused.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <map>
#include <random>

#include "gateway/transcoding/json_writer.hpp"
#include "gateway/transcoding/testing/random_message.hpp"
#include "marketplace/order/v1/order.pb.h"
#include "marketplace/product/v1/product.pb.h"
#include "marketplace/user/v1/user.pb.h"

namespace market::transcoding {
namespace {

namespace json = boost::json;

bool Same(const json::object& ours, const json::object& theirs, const MessageSchema& schema);

// What the contract leaves out and protobuf does not (json_writer.hpp).
bool IsLeftOut(const json::value& theirs, const FieldSchema& field) {
  if (field.repeated) return false;
  if (field.kind == Kind::kString) return field.presence && theirs.as_string().empty();
  return field.kind == Kind::kEnum && theirs.is_string() && theirs.as_string().ends_with("UNSPECIFIED");
}

// Boost.JSON reads the last digits of a real number only nearly right; the digits are those of std::to_chars.
bool Near(const json::value& ours, const json::value& theirs, double share) {
  if (!ours.is_number() || !theirs.is_number()) return ours == theirs;
  const auto value = theirs.to_number<double>();
  return std::abs(ours.to_number<double>() - value) <= std::abs(value) * share;
}

std::string Lowered(const json::value& text) {
  auto lowered = json::serialize(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

// 64-bit integers are texts there and numbers here; a real number may be written in several ways.
bool SameValue(const json::value& ours, const json::value& theirs, const FieldSchema& field) {
  switch (field.kind) {
    case Kind::kInt64:
    case Kind::kUint64:
      return ours.is_number() && json::serialize(ours) == theirs.as_string();
    case Kind::kFloat:
      return Near(ours, theirs, 1e-7);
    case Kind::kDouble:
      return Near(ours, theirs, 1e-14);
    case Kind::kFieldMask:  // protobuf lowers capitals, which no path has
      return Lowered(ours) == Lowered(theirs);
    case Kind::kMessage:
      return ours.is_object() && Same(ours.as_object(), theirs.as_object(), *field.message);
    default:
      return ours == theirs;
  }
}

bool SameField(const json::value& ours, const json::value& theirs, const FieldSchema& field) {
  if (field.repeated) {
    const auto same = [&](const json::value& a, const json::value& b) { return SameValue(a, b, field); };
    return ours.is_array() && std::ranges::equal(ours.as_array(), theirs.as_array(), same);
  }
  if (field.kind != Kind::kMap) return SameValue(ours, theirs, field);
  if (!ours.is_object() || ours.as_object().size() != theirs.as_object().size()) return false;
  return std::ranges::all_of(ours.as_object(), [&](const auto& entry) {
    const auto* const other = theirs.as_object().if_contains(entry.key());
    return other != nullptr && SameValue(entry.value(), *other, field.message->fields[1]);
  });
}

bool Same(const json::object& ours, const json::object& theirs, const MessageSchema& schema) {
  std::size_t shown = 0;
  for (const FieldSchema& field : schema.fields) {
    const auto* const a = ours.if_contains(field.name);
    const auto* const b = theirs.if_contains(field.name);
    const bool due = b != nullptr && !IsLeftOut(*b, field);
    if ((a != nullptr) != due || (due && !SameField(*a, *b, field))) return false;
    shown += due ? 1 : 0;
  }
  return ours.size() == shown;
}

json::value Parsed(std::string_view text) {
  json::parse_options options;
  options.max_depth = 3 * WireReader::kDepthMax;
  return json::parse(text, {}, options);
}

enum class Verdict {
  kSame,
  kRefused,   // by both
  kNotShown,  // protobuf parses it and has no JSON for it: a time out of range, more levels than it writes
  kDifferent,
};

// What the wire gives against what protobuf makes of it.
Verdict Compare(const std::string& bytes, Message& scratch, const MessageSchema& schema) {
  std::string ours;
  const bool written = WriteJson(schema, bytes, ours);
  scratch.Clear();
  if (scratch.ParseFromString(bytes) != written) return Verdict::kDifferent;
  if (!written) return Verdict::kRefused;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string theirs;
  if (!google::protobuf::util::MessageToJsonString(scratch, &theirs, options).ok()) return Verdict::kNotShown;
  const auto value = Parsed(ours);
  if (Same(value.as_object(), Parsed(theirs).as_object(), schema)) return Verdict::kSame;
  ADD_FAILURE() << scratch.GetTypeName() << "\nours:   " << ours << "\ntheirs: " << theirs;
  return Verdict::kDifferent;
}

std::vector<const Descriptor*> MessagesOf(const google::protobuf::FileDescriptor* file) {
  std::vector<const Descriptor*> found;
  for (int i = 0; i < file->message_type_count(); ++i) found.push_back(file->message_type(i));
  return found;
}

class JsonFromWire : public ::testing::Test {
 protected:
  void SetUp() override {
    prototypes.push_back(every.New());
    for (const auto* file : {marketplace::product::v1::Product::descriptor()->file(),
                             marketplace::order::v1::Order::descriptor()->file(),
                             marketplace::user::v1::Address::descriptor()->file()}) {
      for (const auto* type : MessagesOf(file)) {
        prototypes.emplace_back(
            google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
      }
    }
    for (const auto& prototype : prototypes) schemas.Add(prototype->GetDescriptor());
  }
  const MessageSchema& SchemaOf(const Message& message) const { return schemas.Of(message.GetDescriptor()); }

  EveryKind every;
  std::vector<std::unique_ptr<Message>> prototypes;
  Schemas schemas;
};

TEST_F(JsonFromWire, RandomMessages_SayWhatProtobufSays) {
  RandomFill fill(11);
  for (int round = 0; round < 50; ++round) {
    for (const auto& message : prototypes) {
      message->Clear();
      fill.Fill(*message, 3);
      ASSERT_EQ(Compare(message->SerializeAsString(), *message, SchemaOf(*message)), Verdict::kSame);
    }
  }
}

// Several messages behind each other are one: scalars replace, lists grow, messages merge, oneofs switch.
TEST_F(JsonFromWire, MessagesBehindEachOther_Merge) {
  RandomFill fill(12);
  for (int round = 0; round < 50; ++round) {
    for (const auto& message : prototypes) {
      std::string bytes;
      for (int i = 0; i < 3; ++i) {
        message->Clear();
        fill.Fill(*message, 2);
        bytes += message->SerializeAsString();
      }
      ASSERT_EQ(Compare(bytes, *message, SchemaOf(*message)), Verdict::kSame);
    }
  }
}

// Bytes changed, cut out, put in.
std::string Damaged(std::string bytes, std::minstd_rand& random) {
  for (auto changes = random() % 3 + 1; changes > 0 && !bytes.empty(); --changes) {
    const auto at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        bytes.erase(at, random() % 4);
        break;
      default:
        bytes[at] = static_cast<char>(random());
    }
  }
  return bytes;
}

// Most are refused, and those that are not mean the same.
TEST_F(JsonFromWire, DamagedBytes_AreRefusedAsProtobufDoes) {
  RandomFill fill(13);
  std::minstd_rand random(14);
  std::map<Verdict, int> count;
  for (int round = 0; round < 400; ++round) {
    for (const auto& message : prototypes) {
      message->Clear();
      fill.Fill(*message, 2);
      const auto bytes = Damaged(message->SerializeAsString(), random);
      ++count[Compare(bytes, *message, SchemaOf(*message))];
    }
  }
  EXPECT_EQ(count[Verdict::kDifferent], 0);
  EXPECT_GT(count[Verdict::kRefused], 1000);
  EXPECT_GT(count[Verdict::kSame], 1000);
}

// A newer contract: unknown fields of every wire type, groups within groups, unknown numbers of enums.
TEST_F(JsonFromWire, UnknownFields_ArePassedOver) {
  auto message = every.New();
  RandomFill fill(15);
  fill.Fill(*message, 1);
  const std::string known = message->SerializeAsString();
  const std::string unknown(
      "\xd0\x0f\x01\xd1\x0f"
      "12345678\xd2\x0f\x02hi\xd5\x0f"
      "1234\xd3\x0f\xd3\x0f\xd0\x0f\x07\xd4\x0f\xd4\x0f",
      35);
  for (const std::string& bytes : {known + unknown, unknown + known, unknown}) {
    EXPECT_EQ(Compare(bytes, *message, SchemaOf(*message)), Verdict::kSame);
  }
  // my_color: 99, then -1
  const std::string newer("\x60\x63\x60\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13);
  EXPECT_EQ(Compare(newer, *message, SchemaOf(*message)), Verdict::kSame);
  std::string text;
  WriteJson(SchemaOf(*message), newer, text);
  EXPECT_NE(text.find("\"myColor\":-1"), std::string::npos) << text;
}

// many_int32 is field 20: unpacked, packed, and both.
TEST_F(JsonFromWire, PackedAndUnpackedLists_AreOneList) {
  auto message = every.New();
  const std::string bytes("\xa0\x01\x05\xa2\x01\x03\x06\x07\x08\xa0\x01\x09", 12);
  EXPECT_EQ(Compare(bytes, *message, SchemaOf(*message)), Verdict::kSame);
  std::string text;
  WriteJson(SchemaOf(*message), bytes, text);
  EXPECT_NE(text.find("\"manyInt32\":[5,6,7,8,9]"), std::string::npos) << text;
}

// my_every is field 16.
TEST_F(JsonFromWire, Depth_IsProtobufs) {
  auto message = every.New();
  std::string bytes;
  for (int depth = 0; depth < 105; ++depth) {
    const auto verdict = Compare(bytes, *message, SchemaOf(*message));
    ASSERT_NE(verdict, Verdict::kDifferent) << depth;
    ASSERT_EQ(verdict == Verdict::kRefused, depth > 100) << depth;
    std::string size;
    for (std::size_t rest = bytes.size();; rest >>= 7) {
      size += static_cast<char>(rest >= 128 ? rest % 128 + 128 : rest);
      if (rest < 128) break;
    }
    bytes = "\x82\x01" + size + bytes;
  }
}

}  // namespace
}  // namespace market::transcoding
