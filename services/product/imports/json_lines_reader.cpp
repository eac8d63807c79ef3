#include "services/product/imports/json_lines_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <utility>

#include "platform/core/utf8.hpp"

namespace market::product::imports {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kShownMemberBytesMax = 64;

// Boost.JSON's parser calls this for every token of a line.
class RowHandler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit RowHandler(Row& row) : row_(row) {}

  bool IsObject() const { return is_object_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    ++depth_;
    if (depth_ == 1) {
      is_object_ = true;
    } else if (depth_ > 2 || pairs_.empty()) {
      Refuse("an object has no place here");
    }
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    if (--depth_ == 1) pairs_.clear();
    return true;
  }
  bool on_array_begin(error_code&) {
    ++depth_;
    Refuse("a list has no place here");
    return true;
  }
  bool on_array_end(std::size_t, error_code&) {
    --depth_;
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) { return Gather(part); }
  bool on_key(string_view part, std::size_t, error_code&) {
    Gather(part);
    Key(std::exchange(text_, {}));
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return Gather(part); }
  bool on_string(string_view part, std::size_t, error_code&) { return Value(part); }
  bool on_number_part(string_view part, error_code&) { return Gather(part); }
  bool on_int64(std::int64_t, string_view part, error_code&) { return Value(part); }
  bool on_uint64(std::uint64_t, string_view part, error_code&) { return Value(part); }
  bool on_double(double, string_view part, error_code&) { return Value(part); }
  bool on_bool(bool, error_code&) {
    Refuse("true and false have no place here");
    return true;
  }
  bool on_null(error_code&) { return Value({}); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool Gather(string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool Value(string_view part) {
    Gather(part);
    auto text = std::exchange(text_, {});
    if (target_) {
      Put(row_, *std::exchange(target_, std::nullopt), std::move(text));
    } else if (!pairs_.empty() && depth_ == 1) {
      if (!text.empty()) Refuse("must be an object of texts");
      pairs_.clear();
    }
    return true;
  }

  void Key(std::string key) {
    if (depth_ > 2) return;
    target_.reset();
    const auto name = depth_ == 2 ? pairs_ + key : std::move(key);
    if (depth_ == 1) pairs_.clear();
    shown_ = ToValidUtf8(name, kShownMemberBytesMax);
    if (depth_ == 2 && pairs_.empty()) return;  // of an object that was refused
    // What has names of its own is written as an object.
    const bool has_pairs = depth_ == 1 && (name == "attributes" || name == "options");
    if (!has_pairs) target_ = TargetOf(name);
    if (depth_ == 1 && target_ && target_->kind != Target::Kind::kCell) target_.reset();
    if (!has_pairs && !target_) {
      AddFault(row_, {shown_, "UNKNOWN_FIELD", "is no column"});
    } else if (!seen_.insert(has_pairs ? name : NameOf(*target_)).second) {
      AddFault(row_, {shown_, "DUPLICATE", "is there twice"});
      target_.reset();
    } else if (has_pairs) {
      pairs_ = name == "attributes" ? kAttributePrefix : kOptionPrefix;
    }
  }

  void Refuse(std::string detail) {
    AddFault(row_, {shown_, "INVALID_FORMAT", std::move(detail)});
    target_.reset();
  }

  Row& row_;
  std::size_t depth_ = 0;
  bool is_object_ = false;
  std::string pairs_;  // what the names of the object under way are put behind
  std::optional<Target> target_;
  std::string shown_;  // the name of the member under way
  std::string text_;
  std::set<std::string> seen_;
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

std::optional<Row> JsonLinesReader::Next(std::string_view& rest) {
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto part = rest.substr(0, end);
    line_bytes_ += part.size();
    if (line_bytes_ <= kRowBytesMax) text_ += part;
    bytes_ += static_cast<std::int64_t>(part.size());
    rest.remove_prefix(part.size());
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(1);
    ++bytes_;
    if (auto row = Finish()) return row;
  }
  return std::nullopt;
}

std::optional<Row> JsonLinesReader::Last() { return line_bytes_ == 0 ? std::nullopt : Finish(); }

void JsonLinesReader::GoTo(const Position& position) {
  text_.clear();
  line_bytes_ = 0;
  bytes_ = position.bytes;
  line_ = position.line;
  at_ = position;
}

std::optional<Row> JsonLinesReader::Finish() {
  const bool too_long = line_bytes_ > kRowBytesMax;
  auto text = std::exchange(text_, {});
  line_bytes_ = 0;
  Row row{.line = line_, .cells = {}, .attributes = {}, .options = {}, .faults = {}};
  const bool first = at_.bytes == 0;
  ++line_;
  at_ = {.bytes = bytes_, .line = line_};
  if (first && text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (too_long) {
    AddFault(row, {"", "TOO_LARGE", "a row must have at most " + std::to_string(kRowBytesMax) + " bytes"});
    return row;
  }
  if (std::ranges::all_of(text, IsSpace)) return std::nullopt;

  json::parse_options options;
  options.max_depth = kDepthMax;
  json::basic_parser<RowHandler> parser(options, row);
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  const bool whole = !error && std::ranges::all_of(text.substr(used), IsSpace);
  if (!whole || !parser.handler().IsObject()) {
    if (first) throw Unreadable{.line = row.line, .detail = "the first line is no JSON object"};
    row = {.line = row.line, .cells = {}, .attributes = {}, .options = {}, .faults = {}};
    AddFault(row, {"", "MALFORMED_JSON", "must be one JSON object"});
  }
  return row;
}

}  // namespace market::product::imports
