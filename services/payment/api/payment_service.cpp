#include "services/payment/api/payment_service.hpp"

#include "platform/runtime/one_shot.hpp"
#include "services/payment/api/convert.hpp"

namespace market::payment {
namespace {

using Answer = runtime::OneShot<domain::Payment>;

// The span is here as long as the charge: its caller may leave before.
Task<> Provide(std::shared_ptr<Answer> answer, std::unique_ptr<telemetry::Span> span,
               Task<domain::Payment> charge) {
  std::exception_ptr failure;
  try {
    answer->Set(co_await std::move(charge));
  } catch (...) {
    failure = std::current_exception();
  }
  span->End();
  if (failure) answer->Fail(failure);  // whoever waits rethrows it
}

storage::Scope ScopeOf(const CallContext& call) {
  return call.Reach().everything ? storage::Scope::Everything()
                                 : storage::Scope::Buyer(call.Caller().account);
}

}  // namespace

Task<api::payment::Payment> PaymentService::GetOrderPayment(CallContext& call,
                                                            api::payment::GetOrderPaymentRequest request) {
  const auto payment =
      co_await deps_.payments.Find(call, domain::OrderId::From(request.order_id()), ScopeOf(call));
  // A tombstone says that there will never be one.
  if (!payment || payment->IsTombstone()) throw NotFound("the order's payment");
  co_return ToProto(*payment);
}

Task<api::payment::TrialBalanceResponse> PaymentService::TrialBalance(CallContext& call,
                                                                      api::payment::TrialBalanceRequest) {
  api::payment::TrialBalanceResponse response;
  for (const auto& balance : co_await deps_.ledger.TrialBalance(call)) {
    auto& to = *response.add_balances();
    to.set_account(std::string(domain::Name(balance.account)));
    to.set_currency(std::string(balance.currency.Code()));
    to.set_amount(balance.amount_minor);
  }
  co_return response;
}

Task<api::payment::Payment> PaymentService::AuthorizePayment(CallContext& call,
                                                             api::payment::AuthorizePaymentRequest request) {
  auto draft = DraftFrom(request, deps_.clock.Now());
  draft.trace = call.Trace().ToTraceparent();
  co_return co_await Whole(call, "payment.authorize",
                           [&](Work work) { return deps_.charges.Authorize(work, std::move(draft)); });
}

Task<api::payment::Payment> PaymentService::CapturePayment(CallContext& call,
                                                           api::payment::CapturePaymentRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  co_return co_await Whole(call, "payment.capture",
                           [&](Work work) { return deps_.charges.Capture(work, order); });
}

Task<api::payment::Payment> PaymentService::VoidPayment(CallContext& call,
                                                        api::payment::VoidPaymentRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  co_return co_await Whole(call, "payment.void", [&](Work work) { return deps_.charges.Void(work, order); });
}

Task<api::payment::Payment> PaymentService::RefundForOrder(CallContext& call,
                                                           api::payment::RefundForOrderRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  const auto part = domain::SellerOrderId::From(request.seller_order_id());
  co_return co_await Whole(call, "payment.refund", [&](Work work) {
    return deps_.charges.Refund(work, order, part, std::move(*request.mutable_reason()));
  });
}

Task<api::payment::Payment> PaymentService::Whole(CallContext& call, std::string_view name,
                                                  const Charge& charge) {
  const auto answer = std::make_shared<Answer>();
  auto span = std::make_unique<telemetry::Span>(call.Span().Child(name, telemetry::SpanKind::kInternal));
  auto task = charge(Work(call.Deadline(), *span));
  deps_.charges_group.Spawn(std::string(name), Provide(answer, std::move(span), std::move(task)));
  co_return ToProto(co_await answer->Wait());
}

}  // namespace market::payment
