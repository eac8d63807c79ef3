// What a contract file must satisfy before code is made from it: every method says who may call it, and what
// its options name exists. Pure; the answer is one line per problem,
// "file:line: Service.Method: what is wrong".
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace market::codegen {

std::vector<std::string> Problems(const google::protobuf::FileDescriptor& file);

}  // namespace market::codegen
