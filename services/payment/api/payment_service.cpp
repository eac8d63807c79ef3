// What people read.
#include "services/payment/api/payment_service.hpp"

#include "platform/rpc/page.hpp"
#include "services/payment/api/convert.hpp"
#include "services/payment/api/paging.hpp"

namespace market::payment {
namespace {

storage::Scope ScopeOf(const CallContext& call) {
  return call.Reach().everything ? storage::Scope::Everything()
                                 : storage::Scope::Buyer(call.Caller().account);
}

// With the link that confirms it, which works for whoever has it.
api::payment::Payment Shown(const domain::Payment& payment, const CallContext& call) {
  auto out = payment::ToProto(payment);
  if (payment.buyer == call.Caller().account) AddNextAction(out, payment);
  return out;
}

}  // namespace

Task<api::payment::Payment> PaymentService::GetOrderPayment(CallContext& call,
                                                            api::payment::GetOrderPaymentRequest request) {
  const auto payment =
      co_await deps_.payments.OfOrder(call, domain::OrderId::From(request.order_id()), ScopeOf(call));
  if (!payment) throw NotFound("the order's payment");
  co_return Shown(*payment, call);
}

Task<api::payment::Payment> PaymentService::GetPayment(CallContext& call,
                                                       api::payment::GetPaymentRequest request) {
  const auto payment =
      co_await deps_.payments.Get(call, domain::PaymentId::From(request.payment_id()), ScopeOf(call));
  if (!payment) throw NotFound("the payment");
  co_return Shown(*payment, call);
}

Task<api::payment::ListPaymentsResponse> PaymentService::ListPayments(
    CallContext& call, api::payment::ListPaymentsRequest request) {
  api::payment::ListPaymentsResponse response;
  const storage::Wanted wanted{.order = IdFrom<domain::OrderId>(request.order_id()),
                               .state = StateFrom(request.state()),
                               .created = SpanFrom(request)};
  if (request.state() != api::payment::Payment::STATE_UNSPECIFIED && !wanted.state) co_return response;
  const auto filter =
      "payments|" + request.order_id() + '|' + std::to_string(request.state()) + '|' + SpanText(request);
  const auto size = rpc::PageSize(request.page_size());
  // One more than asked for tells whether there is a next page.
  auto payments = co_await deps_.payments.List(
      call, wanted, After<domain::PaymentId>(deps_.pages, filter, request.page_token()), size + 1);
  const auto kept = rpc::FillPage(*response.mutable_payments(), size, payments,
                                  [](const domain::Payment& payment) { return ToProto(payment); });
  if (kept < payments.size()) {
    response.set_next_page_token(deps_.pages.Encode(filter, payments[kept - 1].id));
  }
  co_return response;
}

Task<api::payment::ListLedgerEntriesResponse> PaymentService::ListLedgerEntries(
    CallContext& call, api::payment::ListLedgerEntriesRequest request) {
  const storage::WantedEntries wanted{.payment = IdFrom<domain::PaymentId>(request.payment_id()),
                                      .account = AccountFrom(request.account()),
                                      .created = SpanFrom(request),
                                      .owner = IdFrom<SellerId>(request.owner_id())};
  const auto filter = "ledger_entries|" + request.payment_id() + '|' + request.account() + '|' +
                      request.owner_id() + '|' + SpanText(request);
  const auto size = rpc::PageSize(request.page_size());
  auto entries = co_await deps_.ledger.List(
      call, wanted, After<storage::EntryId>(deps_.pages, filter, request.page_token()), size + 1);
  api::payment::ListLedgerEntriesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_entries(), size, entries,
                                  [](const storage::Booked& entry) { return ToProto(entry); });
  if (kept < entries.size()) {
    response.set_next_page_token(deps_.pages.Encode(filter, entries[kept - 1].id));
  }
  co_return response;
}

Task<api::payment::TrialBalanceResponse> PaymentService::TrialBalance(
    CallContext& call, api::payment::TrialBalanceRequest request) {
  api::payment::TrialBalanceResponse response;
  const auto balances = request.has_as_of()
                            ? co_await deps_.ledger.TrialBalance(call, TimeFrom("asOf", request.as_of()))
                            : co_await deps_.ledger.TrialBalance(call);
  for (const auto& balance : balances) {
    auto& to = *response.add_balances();
    to.set_account(std::string(domain::Name(balance.account)));
    to.set_currency(std::string(balance.currency.Code()));
    to.set_amount(balance.amount_minor);
  }
  co_return response;
}

}  // namespace market::payment
