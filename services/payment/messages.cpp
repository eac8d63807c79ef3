#include "services/payment/messages.hpp"

#include <stdexcept>

#include "marketplace/payment/v1/events.pb.h"

namespace market::payment {
namespace {

namespace contract = ::marketplace::payment::v1;

events::Subject About(const domain::Payment& payment, std::int64_t version) {
  return {.aggregate = "payment/" + payment.id.ToString(), .version = version, .buyer = payment.buyer};
}

template <class Message>
Message Made(const domain::Payment& payment) {
  Message what;
  what.set_payment_id(payment.id.ToString());
  what.set_order_id(payment.order.ToString());
  return what;
}

template <class Message>
void SetAmount(Message& what, const domain::Payment& payment, std::int64_t minor) {
  what.mutable_amount()->set_amount(minor);
  what.mutable_amount()->set_currency(std::string(payment.currency.Code()));
}

events::NewEvent Refunded(const domain::Payment& payment, const domain::Attempt& attempt,
                          std::int64_t version) {
  const auto* refund = payment.FindRefund(attempt.seller_order);
  const auto* split = payment.FindSplit(attempt.seller_order);
  if (refund == nullptr || split == nullptr)
    throw std::logic_error("an attempt to refund without its refund");
  auto what = Made<contract::PaymentRefunded>(payment);
  what.set_seller_order_id(attempt.seller_order.ToString());
  SetAmount(what, payment, refund->amount_minor);
  what.set_reason(refund->reason);
  auto about = About(payment, version);
  about.seller = split->seller;
  return events::Of(what, std::move(about));
}

events::NewEvent Succeeded(const domain::Payment& payment, const domain::Attempt& attempt,
                           std::int64_t version) {
  switch (attempt.operation) {
    case domain::Operation::kAuthorize: {
      auto what = Made<contract::PaymentAuthorized>(payment);
      SetAmount(what, payment, payment.authorized_minor);
      return events::Of(what, About(payment, version));
    }
    case domain::Operation::kCapture: {
      auto what = Made<contract::PaymentCaptured>(payment);
      SetAmount(what, payment, payment.captured_minor);
      return events::Of(what, About(payment, version));
    }
    case domain::Operation::kVoid:
      return PaymentClosedEvent(payment, version);
    case domain::Operation::kRefund:
      return Refunded(payment, attempt, version);
  }
  throw std::logic_error("an operation without an event");
}

}  // namespace

events::NewEvent AttemptEndedEvent(const domain::Payment& payment, const domain::Attempt& attempt,
                                   std::int64_t version) {
  switch (attempt.state) {
    case domain::Progress::kSucceeded:
      return Succeeded(payment, attempt, version);
    case domain::Progress::kFailed: {
      if (payment.state == domain::State::kDeclined) {
        auto what = Made<contract::PaymentDeclined>(payment);
        what.set_code(payment.decline_code);
        return events::Of(what, About(payment, version));
      }
      auto what = Made<contract::PaymentAttemptFailed>(payment);
      what.set_operation(std::string(domain::Name(attempt.operation)));
      what.set_code(attempt.code);
      return events::Of(what, About(payment, version));
    }
    case domain::Progress::kPending:
      break;
  }
  throw std::logic_error("an attempt that has not ended");
}

events::NewEvent PaymentClosedEvent(const domain::Payment& payment, std::int64_t version) {
  return events::Of(Made<contract::PaymentVoided>(payment), About(payment, version));
}

}  // namespace market::payment
