#include "services/order/workers/payment_summary.hpp"

namespace market::order {

domain::PaymentSummary SummaryOf(const marketplace::payment::v1::Payment& payment) {
  return {.state = marketplace::payment::v1::Payment::State_Name(payment.state()),
          .authorized_minor = payment.authorized().amount(),
          .captured_minor = payment.captured().amount(),
          .refunded_minor = payment.refunded().amount()};
}

}  // namespace market::order
