#include "platform/conversions/conversions.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/domain/explain.hpp"

namespace market::order {

Task<api::order::ExplainOrderResponse> OrderService::ExplainOrder(CallContext& call,
                                                                  api::order::ExplainOrderRequest request) {
  const auto scope =
      call.Reach().everything ? storage::Scope::Everything() : storage::Scope::Buyer(call.Caller().account);
  const auto order = co_await Require(call, domain::OrderId::From(request.order_id()), scope);
  api::order::ExplainOrderResponse response;
  response.set_matches(true);
  for (const auto& amount : domain::Explain(order)) {
    auto& out = *response.add_amounts();
    out.set_subject(std::string(amount.subject));
    out.set_id(amount.id.ToString());
    out.set_formula(amount.formula);
    *out.mutable_stored() = conversions::ToProto(Money{amount.stored_minor, order.total.currency});
    *out.mutable_computed() = conversions::ToProto(Money{amount.computed_minor, order.total.currency});
    if (amount.stored_minor != amount.computed_minor) response.set_matches(false);
  }
  co_return response;
}

}  // namespace market::order
