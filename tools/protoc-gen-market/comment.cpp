#include "tools/protoc-gen-market/comment.hpp"

#include <google/protobuf/descriptor.pb.h>

#include <sstream>

namespace market::codegen {

std::string Paragraph(const std::string& comment) {
  std::istringstream words(comment);
  std::string text;
  for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
  return text;
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
