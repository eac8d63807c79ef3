// The OpenAPI 3.1 document of all contracts together: every REST binding with its parameters, bodies,
// examples and every refusal. Pure text; the files must be free of Problems().
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace market::codegen {

std::string OpenApi(const std::vector<const google::protobuf::FileDescriptor*>& files);

}  // namespace market::codegen
