// The C++ of one contract file: for each service an abstract interface, a client, the method table and the
// binding of an implementation. Pure text; the file must be free of Problems().
#pragma once
#include <google/protobuf/descriptor.h>

#include <string>

namespace market::codegen {

std::string InterfaceHeader(const google::protobuf::FileDescriptor& file);
std::string InterfaceSource(const google::protobuf::FileDescriptor& file);
// "marketplace/order/v1/order.proto" -> "marketplace/order/v1/order"
std::string Stem(const google::protobuf::FileDescriptor& file);

}  // namespace market::codegen
