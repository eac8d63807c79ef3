// The operations that move money: those of order, and the refund by an operator.
#include "platform/rpc/act.hpp"
#include "platform/runtime/one_shot.hpp"
#include "services/payment/api/convert.hpp"
#include "services/payment/api/payment_service.hpp"

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

}  // namespace

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
  const auto number = request.number() > 0 ? std::optional(request.number()) : std::nullopt;
  co_return co_await Whole(call, "payment.void",
                           [&](Work work) { return deps_.charges.Void(work, order, number); });
}

Task<api::payment::Payment> PaymentService::RefundForOrder(CallContext& call,
                                                           api::payment::RefundForOrderRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  auto wanted = WantedFrom(request);
  co_return co_await Whole(call, "payment.refund",
                           [&](Work work) { return deps_.charges.Refund(work, order, std::move(wanted)); });
}

Task<api::payment::Payment> PaymentService::RefundPayment(CallContext& call,
                                                          api::payment::RefundPaymentRequest request) {
  const auto payment = domain::PaymentId::From(request.payment_id());
  // Named after the operation: a repetition of the request is the same refund.
  auto wanted = WantedFrom(request, call.OperationId(), call.Caller().account);
  auto act = rpc::ActOf(call, request.reason());
  co_return co_await Whole(call, "payment.refund", [&](Work work) {
    return deps_.charges.RefundBy(work, payment, std::move(wanted), std::move(act));
  });
}

Task<api::payment::Payment> PaymentService::Whole(CallContext& call, std::string_view name,
                                                  const Charge& charge) {
  const auto answer = std::make_shared<Answer>();
  auto span = std::make_unique<telemetry::Span>(call.Span().Child(name, telemetry::SpanKind::kInternal));
  auto task = charge(Work(call.Deadline(), *span));
  deps_.charges_group.Spawn(std::string(name), Provide(answer, std::move(span), std::move(task)));
  const auto payment = co_await answer->Wait();
  auto out = ToProto(payment);
  // Order shows it to its buyer; of an operator's refund there is none.
  AddNextAction(out, payment);
  co_return out;
}

}  // namespace market::payment
