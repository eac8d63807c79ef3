#include "services/payment/api/convert.hpp"

#include "platform/conversions/conversions.hpp"

namespace market::payment {
namespace {

using conversions::ToProto;

api::payment::Payment::State ToProto(domain::State state) {
  switch (state) {
    case domain::State::kCreated:
      return api::payment::Payment::CREATED;
    case domain::State::kAuthorized:
      return api::payment::Payment::AUTHORIZED;
    case domain::State::kCaptured:
      return api::payment::Payment::CAPTURED;
    case domain::State::kDeclined:
      return api::payment::Payment::DECLINED;
    case domain::State::kVoided:
      return api::payment::Payment::VOIDED;
    case domain::State::kUnknown:
      return api::payment::Payment::UNKNOWN;
  }
  throw std::logic_error("a state without a name");
}

std::int64_t RefundedOf(const domain::Payment& payment, const domain::SellerOrderId& part) {
  const auto* refund = payment.FindRefund(part);
  return refund && refund->state == domain::Progress::kSucceeded ? refund->amount_minor : 0;
}

}  // namespace

domain::Payment DraftFrom(const api::payment::AuthorizePaymentRequest& request, Time now) {
  const Money amount = conversions::MoneyFrom(request.amount());
  std::vector<domain::Split> splits;
  for (const auto& part : request.parts()) {
    if (part.amount().currency() != request.amount().currency()) {
      throw Error(Code::kInvalidArgument, "MIXED_CURRENCIES",
                  "all parts of a payment must have the same currency");
    }
    if (part.amount().amount() < 1) throw InvalidArgument("parts.amount", "TOO_SMALL", "must be at least 1");
    splits.push_back({domain::SellerOrderId::From(part.seller_order_id()), SellerId::From(part.seller_id()),
                      part.amount().amount()});
  }
  return domain::MakePayment(domain::OrderId::From(request.order_id()), AccountId::From(request.buyer_id()),
                             amount, request.payment_method(), std::move(splits), now);
}

api::payment::Payment ToProto(const domain::Payment& payment) {
  api::payment::Payment out;
  out.set_id(payment.id.ToString());
  out.set_order_id(payment.order.ToString());
  out.set_state(ToProto(payment.state));
  // A tombstone has no currency, so it has no amounts either.
  if (!payment.IsTombstone()) {
    *out.mutable_amount() = ToProto(Money{payment.amount_minor, payment.currency});
    *out.mutable_authorized() = ToProto(Money{payment.authorized_minor, payment.currency});
    *out.mutable_captured() = ToProto(Money{payment.captured_minor, payment.currency});
    *out.mutable_refunded() = ToProto(Money{payment.refunded_minor, payment.currency});
  }
  for (const auto& split : payment.splits) {
    auto& to = *out.add_splits();
    to.set_seller_order_id(split.seller_order.ToString());
    to.set_seller_id(split.seller.ToString());
    *to.mutable_amount() = ToProto(Money{split.amount_minor, payment.currency});
    *to.mutable_refunded() = ToProto(Money{RefundedOf(payment, split.seller_order), payment.currency});
  }
  out.set_decline_code(payment.decline_code);
  for (const auto& attempt : payment.attempts) {
    auto& to = *out.add_attempts();
    to.set_operation(std::string(domain::Name(attempt.operation)));
    to.set_number(attempt.number);
    to.set_state(std::string(domain::Name(attempt.state)));
    to.set_code(attempt.code);
    *to.mutable_create_time() = ToProto(attempt.created_at);
  }
  *out.mutable_create_time() = ToProto(payment.created_at);
  *out.mutable_update_time() = ToProto(payment.updated_at);
  return out;
}

}  // namespace market::payment
