#include "gateway/transcoding/json_reader.hpp"

#include <google/protobuf/reflection.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <utility>
#include <vector>

#include "gateway/transcoding/assign.hpp"
#include "platform/core/error.hpp"
#include "platform/core/utf8.hpp"

namespace market::transcoding {
namespace {

namespace json = boost::json;
using boost::json::error_code;
using boost::json::string_view;

constexpr std::size_t kShownKeyBytesMax = 64;
// More than any map of ours may hold; bounds the search for duplicate keys.
constexpr std::size_t kMapEntriesMax = 200;

[[noreturn]] void ThrowMalformed(std::string what) {
  throw Error(Code::kInvalidArgument, "MALFORMED_JSON", std::move(what));
}

// Boost.JSON's parser calls this for every token. What belongs to a field that was refused is skipped.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Handler(Message& root, const MessageSchema& schema, std::uint64_t elsewhere, Violations& violations)
      : root_(root), root_schema_(schema), elsewhere_(elsewhere), violations_(violations) {
    frames_.reserve(8);
  }

  std::uint64_t Seen() const { return seen_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    BeginObject();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    End();
    return true;
  }
  bool on_array_begin(error_code&) {
    BeginArray();
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    End();
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    WithText(part, [this](std::string_view key) { Key(key); });
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    WithText(part, [this](std::string_view text) {
      Put([&](Message& message, const FieldSchema& field) { return AssignString(message, field, text); });
    });
    return true;
  }
  bool on_number_part(string_view part, error_code&) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, string_view part, error_code&) { return Number(part); }
  bool on_uint64(std::uint64_t, string_view part, error_code&) { return Number(part); }
  bool on_double(double, string_view part, error_code&) { return Number(part); }
  bool on_bool(bool value, error_code&) {
    Put([&](Message& message, const FieldSchema& field) { return AssignBool(message, field, value); });
    return true;
  }
  bool on_null(error_code&) {
    Put([](Message&, const FieldSchema&) {
      return Refusal{"NULL", "null is not a value; leave the field out"};
    });
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  enum class Shape { kObject, kList, kMap };
  struct Frame {
    Shape shape;
    Message* message;                    // that holds the field
    const MessageSchema* schema;         // of an object
    const FieldSchema* field = nullptr;  // under way; of an object null = skipped
    std::uint64_t seen = 0;
    std::size_t index = 0;            // of a list: one past the element under way
    std::vector<std::string> keys{};  // of a map
  };

  // The text of a token that may have come in parts.
  template <class Use>
  void WithText(string_view part, Use use) {
    if (text_.empty()) {
      use(std::string_view(part.data(), part.size()));
      return;
    }
    text_.append(part.data(), part.size());
    const std::string text = std::exchange(text_, {});
    use(text);
  }

  bool Number(string_view part) {
    WithText(part, [this](std::string_view text) {
      Put([&](Message& message, const FieldSchema& field) { return AssignNumber(message, field, text); });
    });
    return true;
  }

  // False when the value that begins here is to be skipped.
  bool BeginValue() {
    if (skipped_ > 0) return false;
    if (frames_.empty()) ThrowMalformed("the body must be a JSON object");
    Frame& top = frames_.back();
    if (top.shape == Shape::kList) ++top.index;
    return top.field != nullptr;
  }

  template <class Assign>
  void Put(Assign assign) {
    if (!BeginValue()) return;
    Frame& top = frames_.back();
    // A list is filled by its own frame, one element at a time.
    if (top.shape == Shape::kObject && top.field->repeated) return Refuse({"WRONG_TYPE", "must be a list"});
    if (top.shape == Shape::kMap) return PutMapValue(assign);
    if (const Refusal refusal = assign(*top.message, *top.field)) Refuse(refusal);
  }

  template <class Assign>
  void PutMapValue(Assign assign) {
    Frame& top = frames_.back();
    const MessageSchema& entry_schema = *top.field->message;
    Message& entry = *top.message->GetReflection()->AddMessage(top.message, top.field->field);
    entry.GetReflection()->SetString(&entry, entry_schema.fields[0].field, top.keys.back());
    if (const Refusal refusal = assign(entry, entry_schema.fields[1])) Refuse(refusal);
  }

  void BeginObject() {
    if (frames_.empty()) {
      frames_.push_back({Shape::kObject, &root_, &root_schema_});
      return;
    }
    if (!BeginValue()) {
      ++skipped_;
      return;
    }
    Frame& top = frames_.back();
    const FieldSchema& field = *top.field;
    const bool in_list = top.shape == Shape::kList;
    if (top.shape == Shape::kMap || (field.repeated && !in_list) || !field.IsMessage()) {
      Refuse({"WRONG_TYPE", "must not be an object"});
      ++skipped_;
    } else if (field.kind == Kind::kMap) {
      frames_.push_back({Shape::kMap, top.message, nullptr, &field});
    } else {
      const auto& reflection = *top.message->GetReflection();
      Message* child = in_list ? reflection.AddMessage(top.message, field.field)
                               : reflection.MutableMessage(top.message, field.field);
      frames_.push_back({Shape::kObject, child, field.message});
    }
  }

  void BeginArray() {
    if (!BeginValue()) {
      ++skipped_;
      return;
    }
    Frame& top = frames_.back();
    if (top.shape != Shape::kObject || !top.field->repeated) {
      Refuse({"WRONG_TYPE", "must not be a list"});
      ++skipped_;
      return;
    }
    frames_.push_back({Shape::kList, top.message, nullptr, top.field});
  }

  void End() {
    if (skipped_ > 0) {
      --skipped_;
      return;
    }
    if (frames_.size() == 1) seen_ = frames_.back().seen;
    frames_.pop_back();
  }

  void Key(std::string_view key) {
    if (skipped_ > 0) return;
    Frame& top = frames_.back();
    if (top.shape == Shape::kMap) return MapKey(top, key);
    top.field = top.schema->Find(key);
    if (top.field == nullptr) {
      violations_.Add(Path(frames_.size() - 1) + Dot(frames_.size() - 1) + std::string(key),
                      Violations::kUnknownField, "there is no such field");
      return;
    }
    if ((top.seen & top.field->bit) != 0) ThrowMalformed("duplicate key: " + Path(frames_.size()));
    top.seen |= top.field->bit;
    const auto* oneof = top.field->field->real_containing_oneof();
    if (frames_.size() == 1 && (elsewhere_ & top.field->bit) != 0) {
      Skip({Violations::kUnknownField, "is not a field of the body"});
    } else if (oneof != nullptr && top.message->GetReflection()->HasOneof(*top.message, oneof)) {
      Skip({"CONFLICT", "can't be given together with another field of the request"});
    }
  }

  void MapKey(Frame& top, std::string_view key) {
    if (std::ranges::find(top.keys, key) != top.keys.end()) {
      ThrowMalformed("duplicate key: " + Path(frames_.size() - 1) + "." +
                     ToValidUtf8(key, kShownKeyBytesMax));
    }
    if (top.keys.size() >= kMapEntriesMax) {
      violations_.Add(Path(frames_.size() - 1), "TOO_MANY_ITEMS", "too many entries");
      top.field = nullptr;  // this and the rest of them
      return;
    }
    top.keys.emplace_back(key);
  }

  void Refuse(const Refusal& refusal) {
    violations_.Add(Path(frames_.size()), refusal.reason, refusal.detail);
  }

  // Refuses the field under way together with the value that follows.
  void Skip(const Refusal& refusal) {
    Refuse(refusal);
    frames_.back().field = nullptr;
  }

  std::string Dot(std::size_t frames) const { return frames == 0 ? "" : "."; }

  // "items[0].price.amount": what the first `count` frames are at.
  std::string Path(std::size_t count) const {
    std::string path;
    for (std::size_t i = 0; i < count; ++i) {
      const Frame& frame = frames_[i];
      if (frame.shape == Shape::kList) {
        path += "[" + std::to_string(frame.index - 1) + "]";
      } else if (frame.shape == Shape::kMap) {
        if (!frame.keys.empty()) path += "." + ToValidUtf8(frame.keys.back(), kShownKeyBytesMax);
      } else if (frame.field != nullptr) {
        path += (path.empty() ? "" : ".") + frame.field->name;
      }
    }
    return path;
  }

  Message& root_;
  const MessageSchema& root_schema_;
  const std::uint64_t elsewhere_;
  Violations& violations_;
  std::vector<Frame> frames_;
  std::size_t skipped_ = 0;  // depth within a value that is skipped
  std::uint64_t seen_ = 0;
  std::string text_;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::uint64_t JsonReader::Read(std::string_view text, Message& message, std::uint64_t elsewhere,
                               Violations& violations) const {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::basic_parser<Handler> parser(options, message, schemas_.Of(message.GetDescriptor()), elsewhere,
                                     violations);
  error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error) ThrowMalformed("byte " + std::to_string(used) + ": " + error.message());
  if (!std::ranges::all_of(text.substr(used), IsSpace)) {
    ThrowMalformed("byte " + std::to_string(used) + ": there is more after the object");
  }
  return parser.handler().Seen();
}

}  // namespace market::transcoding
