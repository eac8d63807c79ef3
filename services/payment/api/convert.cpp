#include "services/payment/api/convert.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "platform/conversions/conversions.hpp"

namespace market::payment {

using conversions::ToProto;

namespace {

using Proto = api::payment::Payment;

constexpr std::array<std::pair<domain::State, Proto::State>, domain::kStates> kStateNames = {{
    {domain::State::kCreated, Proto::CREATED},
    {domain::State::kAuthorized, Proto::AUTHORIZED},
    {domain::State::kCaptured, Proto::CAPTURED},
    {domain::State::kDeclined, Proto::DECLINED},
    {domain::State::kVoided, Proto::VOIDED},
    {domain::State::kUnknown, Proto::UNKNOWN},
    {domain::State::kCaptureFailed, Proto::CAPTURE_FAILED},
    {domain::State::kRequiresAction, Proto::REQUIRES_ACTION},
}};

Proto::State StateName(domain::State state) {
  const auto found = std::ranges::find(kStateNames, state, &std::pair<domain::State, Proto::State>::first);
  if (found == kStateNames.end()) throw std::logic_error("a state without a name");
  return found->second;
}

Proto::Refund::State ProgressName(domain::Progress progress) {
  switch (progress) {
    case domain::Progress::kPending:
      return Proto::Refund::PENDING;
    case domain::Progress::kSucceeded:
      return Proto::Refund::SUCCEEDED;
    case domain::Progress::kFailed:
      return Proto::Refund::FAILED;
  }
  throw std::logic_error("a progress without a name");
}

void AddSplits(Proto& out, const domain::Payment& payment) {
  for (const auto& split : payment.splits) {
    auto& to = *out.add_splits();
    to.set_seller_order_id(split.seller_order.ToString());
    to.set_seller_id(split.seller.ToString());
    *to.mutable_amount() = ToProto(Money{split.amount_minor, payment.currency});
    *to.mutable_refunded() = ToProto(Money{payment.RefundedOf(split.seller_order), payment.currency});
  }
}

void AddAttempts(Proto& out, const domain::Payment& payment) {
  for (const auto& attempt : payment.attempts) {
    auto& to = *out.add_attempts();
    to.set_operation(std::string(domain::Name(attempt.operation)));
    to.set_number(attempt.number);
    to.set_state(std::string(domain::Name(attempt.state)));
    to.set_code(attempt.code);
    *to.mutable_create_time() = ToProto(attempt.created_at);
  }
}

template <class Request>
std::optional<Money> AmountFrom(const Request& request, std::int64_t least) {
  if (!request.has_amount()) return std::nullopt;
  const auto amount = conversions::MoneyFrom(request.amount());
  if (amount.minor < least) {
    throw InvalidArgument("amount", "TOO_SMALL", "must be at least " + std::to_string(least));
  }
  return amount;
}

std::vector<domain::RefundedLine> LinesFrom(const api::payment::RefundForOrderRequest& request) {
  std::vector<domain::RefundedLine> lines;
  for (const auto& line : request.lines()) {
    lines.push_back({domain::LineId::From(line.line_id()), line.quantity(), line.amount().amount()});
  }
  return lines;
}

void AddRefunds(Proto& out, const domain::Payment& payment) {
  for (const auto& refund : payment.refunds) {
    auto& to = *out.add_refunds();
    to.set_id(refund.id.ToString());
    to.set_seller_order_id(refund.seller_order.ToString());
    *to.mutable_amount() = ToProto(Money{refund.amount_minor, payment.currency});
    to.set_state(ProgressName(refund.state));
    to.set_reason(refund.reason);
    *to.mutable_create_time() = ToProto(refund.created_at);
  }
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
    if (part.amount().amount() < 0) throw InvalidArgument("parts.amount", "TOO_SMALL", "must be at least 0");
    splits.push_back({domain::SellerOrderId::From(part.seller_order_id()), SellerId::From(part.seller_id()),
                      part.amount().amount()});
  }
  auto draft =
      domain::MakePayment(domain::OrderId::From(request.order_id()), AccountId::From(request.buyer_id()),
                          amount, request.payment_method(), std::move(splits), now);
  if (request.number() > 0) draft.number = request.number();
  return draft;
}

domain::WantedRefund WantedFrom(const api::payment::RefundForOrderRequest& request) {
  return {.id = domain::RefundId::From(request.refund_id()),
          .seller_order = domain::SellerOrderId::From(request.seller_order_id()),
          .amount = AmountFrom(request, request.lines().empty() ? 1 : 0),  // of units that had cost nothing
          .reason = request.reason(),
          .lines = LinesFrom(request)};
}

domain::WantedRefund WantedFrom(const api::payment::RefundPaymentRequest& request, const Uuid& id,
                                const AccountId& by) {
  return {.id = domain::RefundId(id),
          .seller_order = domain::SellerOrderId::From(request.seller_order_id()),
          .amount = AmountFrom(request, 1),
          .reason = request.reason(),
          .bound = domain::Bound::kExactly,
          .account = by};
}

std::optional<domain::State> StateFrom(Proto::State state) {
  const auto found = std::ranges::find(kStateNames, state, &std::pair<domain::State, Proto::State>::second);
  return found == kStateNames.end() ? std::nullopt : std::optional(found->first);
}

std::optional<domain::LedgerAccount> AccountFrom(const std::string& account) {
  if (account.empty()) return std::nullopt;
  const auto found = domain::kLedgerAccounts.Find(account);
  if (!found) throw InvalidArgument("account", "UNKNOWN_VALUE", "the ledger has no such account");
  return found;
}

Time TimeFrom(std::string_view field, const google::protobuf::Timestamp& time) {
  // From year 1 to 9999, as RFC 3339 writes them; gRPC may carry more.
  if (time.seconds() < -62'135'596'800 || time.seconds() > 253'402'300'799 || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    throw InvalidArgument(std::string(field), "OUT_OF_RANGE", "must be a time from year 1 to 9999");
  }
  return Time(std::chrono::seconds(time.seconds()) +
              std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(time.nanos())));
}

Proto ToProto(const domain::Payment& payment) {
  Proto out;
  out.set_id(payment.id.ToString());
  out.set_order_id(payment.order.ToString());
  out.set_number(payment.number);
  out.set_state(StateName(payment.state));
  // Of an order that was undone before its payment was known nobody knows amounts.
  if (payment.HasTerms()) {
    *out.mutable_amount() = ToProto(Money{payment.amount_minor, payment.currency});
    *out.mutable_authorized() = ToProto(Money{payment.authorized_minor, payment.currency});
    *out.mutable_captured() = ToProto(Money{payment.captured_minor, payment.currency});
    *out.mutable_refunded() = ToProto(Money{payment.refunded_minor, payment.currency});
  }
  AddSplits(out, payment);
  out.set_decline_code(payment.decline_code);
  if (!payment.failure_code.empty()) out.set_failure_code(payment.failure_code);
  AddAttempts(out, payment);
  AddRefunds(out, payment);
  *out.mutable_create_time() = ToProto(payment.created_at);
  *out.mutable_update_time() = ToProto(payment.updated_at);
  return out;
}

void AddNextAction(Proto& out, const domain::Payment& payment) {
  if (payment.state != domain::State::kRequiresAction || payment.action_url.empty()) return;
  out.mutable_next_action()->set_url(payment.action_url);
}

api::payment::LedgerEntry ToProto(const storage::Booked& entry) {
  api::payment::LedgerEntry out;
  out.set_id(entry.id.ToString());
  auto cause = api::payment::LedgerEntry::CAUSE_UNSPECIFIED;  // the names are the same, by contract
  api::payment::LedgerEntry::Cause_Parse(std::string(domain::Name(entry.cause)), &cause);
  out.set_cause(cause);
  out.set_cause_id(entry.cause_id.ToString());
  if (entry.payment) out.set_payment_id(entry.payment->ToString());
  if (entry.seller_order) out.set_seller_order_id(entry.seller_order->ToString());
  *out.mutable_create_time() = ToProto(entry.created_at);
  for (const auto& posting : entry.postings) {
    auto& to = *out.add_postings();
    to.set_account(std::string(domain::Name(posting.account)));
    if (posting.owner) to.set_owner_id(posting.owner->ToString());
    to.set_currency(std::string(posting.currency.Code()));
    to.set_amount(posting.amount_minor);
  }
  return out;
}

}  // namespace market::payment
