#include "tools/protoc-gen-market/comment.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace market::codegen {
namespace {

// What means the same in every message.
const std::map<std::string, std::string> kStandard = {
    {"id", "Names it for good (UUIDv7)."},
    {"create_time", "When it was made."},
    {"update_time", "When it last changed."},
    {"etag", "Its version; for If-Match and If-None-Match."},
    {"if_match", "Only if it still has this etag."},
    {"update_mask", "Which fields are to change, by name; without it, those that are in the body."},
    {"page_size", "How many at most, 1 to 100; 20 without it."},
    {"page_token", "`nextPageToken` of the page before, of the same list."},
    {"next_page_token", "Gets the next page; absent on the last one."},
};

}  // namespace

std::string Paragraph(const std::string& comment) {
  std::istringstream words(comment);
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string DescriptionOf(const google::protobuf::FieldDescriptor& field) {
  if (auto comment = CommentOf(field); !comment.empty()) return comment;
  const std::string& name = field.name();
  if (const auto standard = kStandard.find(name); standard != kStandard.end()) return standard->second;
  if (!name.ends_with("_id")) return {};
  std::string what = name.substr(0, name.size() - 3);
  std::ranges::replace(what, '_', ' ');
  return fmt::format("Id of the {}.", what);
}

std::string CommentOfFile(const google::protobuf::FileDescriptor& file) {
  constexpr int kSyntax = google::protobuf::FileDescriptorProto::kSyntaxFieldNumber;
  google::protobuf::SourceLocation location;
  if (!file.GetSourceLocation({kSyntax}, &location)) return {};
  return Paragraph(location.leading_comments);
}

std::string Sentence(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !text.empty()) {
      text += ' ';
      text += static_cast<char>(c - 'A' + 'a');
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace market::codegen
