#include "services/payment/api/payment_service.hpp"

#include "services/payment/api/convert.hpp"

namespace market::payment {
namespace {

using Answer = runtime::OneShot<domain::Payment>;

Task<> Provide(std::shared_ptr<Answer> answer, Task<domain::Payment> work) {
  std::exception_ptr failure;
  try {
    answer->Set(co_await std::move(work));
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) answer->Fail(failure);  // whoever waits rethrows it
}

storage::Scope ScopeOf(const CallContext& call) {
  const auto& caller = call.Caller();
  return caller.IsOperator() ? storage::Scope::Everything() : storage::Scope::Buyer(caller.account);
}

}  // namespace

Task<pb::Payment> PaymentService::GetOrderPayment(CallContext& call, pb::GetOrderPaymentRequest request) {
  const auto payment =
      co_await parts_.payments.Find(call, domain::OrderId::From(request.order_id()), ScopeOf(call));
  if (!payment) throw NotFound("the order's payment");
  co_return ToProto(*payment);
}

Task<pb::TrialBalanceResponse> PaymentService::TrialBalance(CallContext& call, pb::TrialBalanceRequest) {
  pb::TrialBalanceResponse response;
  for (const auto& balance : co_await parts_.ledger.TrialBalance(call)) {
    auto& to = *response.add_balances();
    to.set_account(balance.account);
    to.set_currency(balance.currency);
    to.set_amount(balance.amount_minor);
  }
  co_return response;
}

Task<pb::Payment> PaymentService::AuthorizePayment(CallContext& call, pb::AuthorizePaymentRequest request) {
  auto draft = DraftFrom(request, parts_.clock.Now());
  co_return co_await Whole("payment.authorize", parts_.charges.Authorize(call, std::move(draft)));
}

Task<pb::Payment> PaymentService::CapturePayment(CallContext& call, pb::CapturePaymentRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  co_return co_await Whole("payment.capture", parts_.charges.Capture(call, order));
}

Task<pb::Payment> PaymentService::VoidPayment(CallContext& call, pb::VoidPaymentRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  co_return co_await Whole("payment.void", parts_.charges.Void(call, order));
}

Task<pb::Payment> PaymentService::RefundForOrder(CallContext& call, pb::RefundForOrderRequest request) {
  const auto order = domain::OrderId::From(request.order_id());
  const auto part = domain::SellerOrderId::From(request.seller_order_id());
  co_return co_await Whole("payment.refund",
                           parts_.charges.Refund(call, order, part, std::move(*request.mutable_reason())));
}

Task<pb::Payment> PaymentService::Whole(std::string name, Task<domain::Payment> work) {
  const auto answer = std::make_shared<Answer>();
  parts_.charges_group.Spawn(std::move(name), Provide(answer, std::move(work)));
  co_return ToProto(co_await answer->Wait());
}

}  // namespace market::payment
