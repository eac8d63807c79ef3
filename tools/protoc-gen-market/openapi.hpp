// The OpenAPI 3.1 document of all contracts together: every REST binding with its parameters, bodies,
// examples and every refusal. Pure text; the files must be free of Problems(), and one of them is
// marketplace/type/v1/refusal.proto.
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace market::codegen {

struct OpenApiDocument {
  std::string text;
  std::vector<std::string> problems;  // fields without a word, "file:line: name: what is wrong"
};

OpenApiDocument OpenApi(const std::vector<const google::protobuf::FileDescriptor*>& files);

}  // namespace market::codegen
