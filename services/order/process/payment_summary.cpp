#include "services/order/process/payment_summary.hpp"

namespace market::order {

domain::PaymentSummary SummaryOf(const api::payment::Payment& payment) {
  domain::PaymentSummary summary{
      .state = domain::kPaymentStates.Require(api::payment::Payment::State_Name(payment.state())),
      .authorized_minor = payment.authorized().amount(),
      .captured_minor = payment.captured().amount(),
      .refunded_minor = payment.refunded().amount()};
  for (const auto& split : payment.splits()) {
    if (split.refunded().amount() == 0) continue;
    summary.refunds.push_back(
        {domain::SellerOrderId::From(split.seller_order_id()), split.refunded().amount()});
  }
  return summary;
}

}  // namespace market::order
