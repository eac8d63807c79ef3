#include "services/order/process/payment_summary.hpp"

namespace market::order {

domain::PaymentSummary SummaryOf(const api::payment::Payment& payment) {
  return {.state = domain::kPaymentStates.Require(api::payment::Payment::State_Name(payment.state())),
          .authorized_minor = payment.authorized().amount(),
          .captured_minor = payment.captured().amount(),
          .refunded_minor = payment.refunded().amount()};
}

}  // namespace market::order
