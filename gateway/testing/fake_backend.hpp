// A backend that remembers what it was asked and answers as the test says. For tests only.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/gateway.hpp"
#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"

namespace market::gateway {

class FakeBackend final : public rpc::Backend {
 public:
  struct Asked {
    std::string method;
    rpc::Incoming incoming;
    std::string traceparent;
    std::string request;  // as protobuf's debug text
  };
  using Answer =
      std::function<Task<>(const rpc::Method&, CallContext&, const google::protobuf::Message& request,
                           google::protobuf::Message& response)>;

  Task<> Call(const rpc::Method& method, rpc::Incoming incoming, CallContext& call,
              const google::protobuf::Message& request, std::string& response) override {
    calls.push_back(
        {method.name, std::move(incoming), call.Trace().ToTraceparent(), request.ShortDebugString()});
    const std::unique_ptr<google::protobuf::Message> message(method.response->New());
    if (answer) co_await answer(method, call, request, *message);
    message->SerializeToString(&response);
  }

  std::vector<Asked> calls;
  Answer answer;
};

inline std::vector<const rpc::Method*> AllMethods() {
  std::vector<const rpc::Method*> methods;
  for (const auto* table : {&api::AuthMethods(), &api::UserMethods(), &api::ProductMethods(),
                            &api::OrderMethods(), &api::PaymentMethods(), &api::NotificationMethods()}) {
    for (const rpc::Method& method : table->Methods()) methods.push_back(&method);
  }
  return methods;
}

}  // namespace market::gateway
