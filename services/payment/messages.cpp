#include "services/payment/messages.hpp"

#include <stdexcept>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/conversions/conversions.hpp"

namespace market::payment {
namespace {

namespace contract = ::marketplace::payment::v1;
using domain::Operation;
using domain::Payment;
using domain::Progress;
using domain::State;

events::Subject About(const Payment& payment, std::int64_t version) {
  return {.aggregate = "payment/" + payment.id.ToString(), .version = version, .buyer = payment.buyer};
}

template <class Message>
Message Made(const Payment& payment) {
  Message what;
  what.set_payment_id(payment.id.ToString());
  what.set_order_id(payment.order.ToString());
  return what;
}

void Fill(marketplace::type::v1::Money& out, const Payment& payment, std::int64_t minor) {
  out.set_amount(minor);
  out.set_currency(std::string(payment.currency.Code()));
}

template <class Message>
Message WithAmount(const Payment& payment, std::int64_t minor) {
  auto what = Made<Message>(payment);
  Fill(*what.mutable_amount(), payment, minor);
  return what;
}

template <class Message>
Message WithCode(const Payment& payment, const std::string& code) {
  auto what = Made<Message>(payment);
  what.set_code(code);
  return what;
}

std::optional<events::NewEvent> EnteredEvent(const Payment& payment, events::Subject about) {
  switch (payment.state) {
    case State::kAuthorized:
      return events::Of(WithAmount<contract::PaymentAuthorized>(payment, payment.authorized_minor), about);
    case State::kCaptured:
      return events::Of(WithAmount<contract::PaymentCaptured>(payment, payment.captured_minor), about);
    case State::kDeclined:
      return events::Of(WithCode<contract::PaymentDeclined>(payment, payment.decline_code), about);
    case State::kCaptureFailed:
      return events::Of(WithCode<contract::PaymentCaptureFailed>(payment, payment.failure_code), about);
    case State::kVoided:
      return events::Of(Made<contract::PaymentVoided>(payment), about);
    case State::kCreated:
    case State::kUnknown:
    case State::kRequiresAction:
      return std::nullopt;
  }
  throw std::logic_error("a state without a rule");
}

// For whoever has left the payment to its buyer: it can be gone on with.
events::NewEvent ActionEndedEvent(const Payment& payment, events::Subject about) {
  auto what = Made<contract::PaymentActionEnded>(payment);
  what.set_number(payment.number);
  return events::Of(what, about);
}

events::NewEvent RefundedEvent(const Payment& payment, const domain::Refund& refund, events::Subject about) {
  auto what = WithAmount<contract::PaymentRefunded>(payment, refund.amount_minor);
  what.set_seller_order_id(refund.seller_order.ToString());
  what.set_refund_id(refund.id.ToString());
  what.set_reason(refund.reason);
  Fill(*what.mutable_captured(), payment, payment.captured_minor);
  Fill(*what.mutable_refunded(), payment, payment.refunded_minor);
  Fill(*what.mutable_seller_order_refunded(), payment, payment.RefundedOf(refund.seller_order));
  about.seller = payment.FindSplit(refund.seller_order)->seller;
  return events::Of(what, std::move(about));
}

events::NewEvent FailedEvent(const Payment& payment, const domain::Attempt& attempt, events::Subject about) {
  auto what = WithCode<contract::PaymentAttemptFailed>(payment, attempt.code);
  what.set_operation(std::string(domain::Name(attempt.operation)));
  return events::Of(what, std::move(about));
}

// Of what else is told that way, the state says more.
bool IsTold(const Payment& payment, const domain::Attempt& attempt) {
  return attempt.code != domain::kOvertaken &&
         !(attempt.operation == Operation::kAuthorize && payment.state == State::kDeclined) &&
         !(attempt.operation == Operation::kCapture && payment.state == State::kCaptureFailed);
}

template <class Message>
class SaleTold {
 public:
  SaleTold(const domain::Sale& sale, std::int64_t version)
      : currency_(sale.currency.Code()),
        about_{.aggregate = "sale/" + sale.id.ToString(), .version = version, .seller = sale.seller} {
    what_.set_seller_order_id(sale.id.ToString());
    what_.set_order_id(sale.order.ToString());
    what_.set_seller_id(sale.seller.ToString());
  }
  Message& What() { return what_; }
  SaleTold& With(marketplace::type::v1::Money* out, std::int64_t minor) {
    out->set_amount(minor);
    out->set_currency(currency_);
    return *this;
  }
  events::NewEvent Event() { return events::Of(what_, std::move(about_)); }

 private:
  std::string currency_;
  events::Subject about_;
  Message what_;
};

}  // namespace

events::NewEvent SaleEvent(const domain::Sale& sale, const domain::SaleMove& move, std::int64_t version) {
  const auto& change = move.change;
  switch (move.cause) {
    case domain::LedgerCause::kEarning: {
      SaleTold<contract::SaleEarned> told(sale, version);
      auto& what = told.What();
      return told.With(what.mutable_paid(), change.paid_minor)
          .With(what.mutable_funded(), change.funded_minor)
          .With(what.mutable_commission(), change.commission_minor)
          .With(what.mutable_commission_tax(), change.tax_minor)
          .With(what.mutable_net(), change.Net())
          .Event();
    }
    case domain::LedgerCause::kRelease: {
      SaleTold<contract::SaleReleased> told(sale, version);
      auto& what = told.What();
      return told.With(what.mutable_released(), move.available_minor)
          .With(what.mutable_reserved(), move.reserve_minor)
          .Event();
    }
    case domain::LedgerCause::kClawback: {
      SaleTold<contract::SaleClawedBack> told(sale, version);
      auto& what = told.What();
      what.set_refund_id(move.cause_id.ToString());
      return told.With(what.mutable_refunded(), -change.paid_minor)
          .With(what.mutable_funded(), -change.funded_minor)
          .With(what.mutable_commission(), -change.commission_minor)
          .With(what.mutable_commission_tax(), -change.tax_minor)
          .With(what.mutable_net(), -change.Net())
          .Event();
    }
    case domain::LedgerCause::kReserveRelease: {
      SaleTold<contract::SaleReserveReleased> told(sale, version);
      return told.With(told.What().mutable_released(), move.available_minor).Event();
    }
    default:
      throw std::logic_error("a movement of a sale without an event");
  }
}

std::vector<events::NewEvent> EventsBetween(const Payment& before, const Payment& after,
                                            std::int64_t version) {
  std::vector<events::NewEvent> events;
  const auto about = About(after, version);
  for (const auto& attempt : after.attempts) {
    const auto* known = before.FindAttempt(attempt.operation, attempt.number);
    const bool failed = attempt.state == Progress::kFailed && (!known || known->state != attempt.state);
    if (failed && IsTold(after, attempt)) events.push_back(FailedEvent(after, attempt, about));
  }
  if (before.state != after.state || before.version == 0) {
    if (auto entered = EnteredEvent(after, about)) events.push_back(std::move(*entered));
    if (before.state == State::kRequiresAction) events.push_back(ActionEndedEvent(after, about));
  }
  for (const auto& refund : after.refunds) {
    const auto* known = before.FindRefund(refund.id);
    if (refund.state == Progress::kSucceeded && (!known || known->state != refund.state)) {
      events.push_back(RefundedEvent(after, refund, about));
    }
  }
  return events;
}

std::optional<events::NewEvent> EventBetween(const domain::Payout& before, const domain::Payout& after) {
  if (before.state == after.state) return std::nullopt;
  const events::Subject about{
      .aggregate = "payout/" + after.id.ToString(), .version = after.version, .seller = after.seller};
  const auto told = [&](auto what) {
    what.set_payout_id(after.id.ToString());
    *what.mutable_amount() = conversions::ToProto(after.amount);
    if constexpr (requires { what.set_code(after.failure_code); }) what.set_code(after.failure_code);
    return events::Of(what, about);
  };
  switch (after.state) {
    case domain::PayoutState::kDue:
      return std::nullopt;
    case domain::PayoutState::kSubmitted:
      return told(contract::PayoutSubmitted());
    case domain::PayoutState::kPaid:
      return told(contract::PayoutPaid());
    case domain::PayoutState::kFailed:
      return told(contract::PayoutFailed());
    case domain::PayoutState::kReturned:
      return told(contract::PayoutReturned());
  }
  throw std::logic_error("a state without a rule");
}

events::NewEvent DisputeEvent(const domain::Dispute& dispute, const std::string& number,
                              std::int64_t version) {
  const events::Subject about{
      .aggregate = "dispute/" + dispute.id.ToString(), .version = version, .seller = dispute.seller};
  const auto told = [&](auto what) {
    what.set_dispute_id(dispute.id.ToString());
    what.set_order_id(dispute.order.ToString());
    what.set_seller_order_id(dispute.seller_order.ToString());
    if constexpr (requires { what.mutable_amount(); }) {
      what.set_seller_order_number(number);
      *what.mutable_amount() = conversions::ToProto(dispute.amount);
    }
    if constexpr (requires { what.mutable_evidence_due(); }) {
      what.set_reason(dispute.reason);
      *what.mutable_evidence_due() = conversions::ToProto(dispute.evidence_due);
    }
    return events::Of(what, about);
  };
  switch (dispute.state) {
    case domain::DisputeState::kOpen:
      return told(contract::DisputeOpened());
    case domain::DisputeState::kEvidence:
      return told(contract::DisputeAnswered());
    case domain::DisputeState::kWon:
      return told(contract::DisputeWon());
    case domain::DisputeState::kLost:
      return told(contract::DisputeLost());
  }
  throw std::logic_error("a state without a rule");
}

events::NewEvent ChangedEvent(const domain::PayoutAccount& account, const AccountId& by) {
  contract::PayoutAccountChanged what;
  what.set_seller_id(account.seller.ToString());
  what.set_account_id(by.ToString());
  what.set_iban_last4(account.target.iban_last4);
  return events::Of(what, {.aggregate = "payout_account/" + account.seller.ToString(),
                           .version = account.version,
                           .seller = account.seller});
}

events::NewEvent BookedEvent(const domain::OperatorEntry& booked, const Uuid& entry) {
  contract::SellerEntryBooked what;
  what.set_seller_id(booked.seller.ToString());
  what.set_entry_id(entry.ToString());
  what.set_cause(std::string(domain::Name(booked.cause)));
  *what.mutable_amount() = conversions::ToProto(booked.amount);
  what.set_reason(booked.reason);
  return events::Of(
      what, {.aggregate = "operator_entry/" + booked.id.ToString(), .version = 1, .seller = booked.seller});
}

events::NewEvent IssuedEvent(const domain::CommissionInvoice& invoice) {
  contract::CommissionInvoiceIssued what;
  what.set_commission_invoice_id(invoice.id.ToString());
  what.set_seller_id(invoice.seller.ToString());
  what.set_kind(std::string(domain::Name(invoice.kind)));
  what.set_number(invoice.number);
  what.set_month(invoice.month);
  *what.mutable_total() = conversions::ToProto(Money{invoice.total_minor, invoice.currency});
  return events::Of(
      what,
      {.aggregate = "commission_invoice/" + invoice.id.ToString(), .version = 1, .seller = invoice.seller});
}

}  // namespace market::payment
