// The words of a contract, for documents made from it. Pure.
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>

namespace market::codegen {

// The lines of a comment as one paragraph.
std::string Paragraph(const std::string& comment);

// What stands before or behind a message, field, method …; empty without a comment.
template <class Described>
std::string CommentOf(const Described& described) {
  google::protobuf::SourceLocation location;
  if (!described.GetSourceLocation(&location)) return {};
  return Paragraph(location.leading_comments.empty() ? location.trailing_comments
                                                     : location.leading_comments);
}

// What a field is: its comment or, where its name says it everywhere, the words for that name ("id", "page_size",
// "seller_id" …). Empty: nobody has said.
std::string DescriptionOf(const google::protobuf::FieldDescriptor& field);

// The comment at the top of the file.
std::string CommentOfFile(const google::protobuf::FileDescriptor& file);

// "PlaceOrder" -> "Place order"
std::string Sentence(const std::string& name);

}  // namespace market::codegen
