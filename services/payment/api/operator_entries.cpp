// What operators book on shops' accounts by hand.
#include <string>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/act.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {

Task<api::payment::SellerLedgerEntry> PaymentService::CreateSellerLedgerEntry(
    CallContext& call, api::payment::CreateSellerLedgerEntryRequest request) {
  // Named after the operation: a repetition of the request is the same entry.
  domain::OperatorEntry wanted{.id = call.OperationId(),
                               .seller = SellerId::From(request.seller_id()),
                               .cause = domain::kLedgerCauses.Require(request.cause()),
                               .amount = conversions::MoneyFrom(request.amount()),
                               .reason = request.reason(),
                               .by = call.Caller().account};
  domain::RequireWithin(wanted, deps_.operator_entry_limit_minor);
  // Nobody but user knows which shops there are.
  co_await deps_.traders.Of(call, wanted.seller);
  const auto booked =
      co_await deps_.operator_entries.Book(call, std::move(wanted), rpc::ActOf(call, request.reason()));
  api::payment::SellerLedgerEntry out;
  out.set_id(booked.ledger_entry.ToString());
  out.set_cause(std::string(domain::Name(booked.entry.cause)));
  out.set_cause_id(booked.entry.id.ToString());
  *out.mutable_create_time() = conversions::ToProto(booked.booked_at);
  auto& change = *out.add_changes();
  change.set_account(std::string(domain::Name(domain::LedgerAccount::kSellerAvailable)));
  auto amount = booked.entry.amount;
  if (booked.entry.cause == domain::LedgerCause::kFine) amount.minor = -amount.minor;
  *change.mutable_amount() = conversions::ToProto(amount);
  out.set_reason(booked.entry.reason);
  co_return out;
}

}  // namespace market::payment
