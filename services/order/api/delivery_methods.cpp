// How shops send what they sell.
#include "platform/rpc/act.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/domain/delivery_method.hpp"

namespace market::order {

Task<api::order::DeliveryMethod> OrderService::CreateDeliveryMethod(
    CallContext& call, api::order::CreateDeliveryMethodRequest request) {
  auto method = MethodFrom(SellerId::From(request.seller_id()), domain::DeliveryMethodId(call.OperationId()),
                           request.delivery_method());
  domain::Check(method);
  co_return ToProto(co_await deps_.delivery_methods.Create(call, std::move(method), rpc::ActOf(call)));
}

Task<api::order::ListDeliveryMethodsResponse> OrderService::ListDeliveryMethods(
    CallContext& call, api::order::ListDeliveryMethodsRequest request) {
  api::order::ListDeliveryMethodsResponse response;
  for (const auto& method : co_await deps_.delivery_methods.List(call, SellerId::From(request.seller_id()))) {
    *response.add_delivery_methods() = ToProto(method);
  }
  co_return response;
}

Task<api::order::DeliveryMethod> OrderService::UpdateDeliveryMethod(
    CallContext& call, api::order::UpdateDeliveryMethodRequest request) {
  const auto change = [&request](domain::DeliveryMethod& method) {
    Change(method, request);
    domain::Check(method);
  };
  co_return ToProto(co_await deps_.delivery_methods.Update(
      call, SellerId::From(request.seller_id()), domain::DeliveryMethodId::From(request.delivery_method_id()),
      rpc::ExpectedVersion(request.if_match()), change, rpc::ActOf(call)));
}

Task<google::protobuf::Empty> OrderService::DeleteDeliveryMethod(
    CallContext& call, api::order::DeleteDeliveryMethodRequest request) {
  co_await deps_.delivery_methods.Archive(call, SellerId::From(request.seller_id()),
                                          domain::DeliveryMethodId::From(request.delivery_method_id()),
                                          rpc::ExpectedVersion(request.if_match()), rpc::ActOf(call));
  co_return google::protobuf::Empty();
}

}  // namespace market::order
