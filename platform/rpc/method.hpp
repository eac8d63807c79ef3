// What the contract says of a method, read once from its descriptor's options: the table the edge authorises
// by, the gateway routes by, the OpenAPI file is written from and the authorization test enumerates.
#pragma once
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "marketplace/options/v1/options.pb.h"
#include "platform/rpc/call_context.hpp"
#include "platform/rpc/http_rule.hpp"
#include "platform/runtime/task.hpp"

namespace market::rpc {

using google::protobuf::Message;

struct Method {
  std::string path;     // "/marketplace.order.v1.OrderService/PlaceOrder"
  std::string service;  // "order": the process that serves it
  std::string name;     // "PlaceOrder"
  const google::protobuf::MethodDescriptor* descriptor;
  const Message* request;  // default instances
  const Message* response;
  std::vector<HttpBinding> http;  // empty: not reachable over REST
  marketplace::options::v1::Policy policy;
  marketplace::options::v1::Rest rest;
  std::chrono::milliseconds timeout;
  bool safe;        // NO_SIDE_EFFECTS
  bool repeatable;  // may be retried: NO_SIDE_EFFECTS or IDEMPOTENT
  // Of the request: what comes as a header (FieldRules.header); null where nothing does.
  const google::protobuf::FieldDescriptor* header_field = nullptr;

  bool Allows(marketplace::options::v1::Audience audience) const;
  // As traces call it: the path without its slash.
  std::string_view SpanName() const { return std::string_view(path).substr(1); }
};

// All methods of one service, in the order of the .proto;
// built by generated code, lives as long as the program.
class MethodTable {
 public:
  explicit MethodTable(const google::protobuf::ServiceDescriptor& service);
  std::span<const Method> Methods() const { return methods_; }
  const Method& operator[](std::size_t index) const { return methods_[index]; }
  // Throws std::out_of_range for a name that the service does not have.
  const Method& Find(std::string_view name) const;

 private:
  std::vector<Method> methods_;
};

// One method with the implementation behind it. Request and response are of the method's types.
struct Bound {
  const Method* method;
  std::function<Task<>(CallContext&, Message& request, Message& response)> invoke;
};

using Binding = std::vector<Bound>;  // a whole service; generated: `rpc::Binding Bind(OrderApi&)`

template <class Api, class Request, class Response>
Task<> Invoke(Api& api, Task<Response> (Api::*handler)(CallContext&, Request), CallContext& call,
              Message& request, Message& response) {
  static_cast<Response&>(response) = co_await (api.*handler)(call, std::move(static_cast<Request&>(request)));
}

// For generated code: `api` must outlive the function, which leaves the request moved from.
template <class Api, class Request, class Response>
std::function<Task<>(CallContext&, Message&, Message&)> Handler(Api& api,
                                                                Task<Response> (Api::*handler)(CallContext&,
                                                                                               Request)) {
  return [&api, handler](CallContext& call, Message& request, Message& response) {
    return Invoke(api, handler, call, request, response);
  };
}

// For generated code: throws what `exception` is to a peer (Outward of error_table.hpp).
[[noreturn]] void ThrowOutward(std::exception_ptr exception, const CallContext& call);

// For generated code: a handler of this process that fails like one of another process.
template <class Response>
Task<Response> AsPeer(Task<Response> handler, const CallContext& call) {
  std::exception_ptr failure;
  try {
    co_return co_await std::move(handler);
  } catch (...) {  // an Error of the peer's, below
    failure = std::current_exception();
  }
  ThrowOutward(failure, call);
}

}  // namespace market::rpc
