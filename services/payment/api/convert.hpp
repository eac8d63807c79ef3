// Between the contract's messages and domain values.
#pragma once
#include <optional>

#include "marketplace/payment/v1/payment.market.hpp"
#include "services/payment/domain/commission_invoice.hpp"
#include "services/payment/domain/dispute.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/domain/payout.hpp"
#include "services/payment/domain/settlement.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/payouts.hpp"
#include "services/payment/storage/span.hpp"

namespace market::payment {

// Each throws Error INVALID_ARGUMENT.
// MIXED_CURRENCIES when a part has another currency than the whole.
domain::Payment DraftFrom(const api::payment::AuthorizePaymentRequest& request, Time now);
domain::WantedRefund WantedFrom(const api::payment::RefundForOrderRequest& request);
// By an operator, under that id.
domain::WantedRefund WantedFrom(const api::payment::RefundPaymentRequest& request, const Uuid& id,
                                const AccountId& by);
// Nothing when none is named.
std::optional<domain::LedgerAccount> AccountFrom(const std::string& account);
Time TimeFrom(std::string_view field, const google::protobuf::Timestamp& time);

template <class Request>
storage::Span SpanFrom(const Request& request) {
  storage::Span span;
  if (request.has_create_time_from()) span.from = TimeFrom("createTimeFrom", request.create_time_from());
  if (request.has_create_time_to()) span.to = TimeFrom("createTimeTo", request.create_time_to());
  return span;
}

// Nothing for a state that no payment is ever in.
std::optional<domain::State> StateFrom(api::payment::Payment::State state);
// Without what only its buyer may see.
api::payment::Payment ToProto(const domain::Payment& payment);
// What its buyer has to do, if anything.
void AddNextAction(api::payment::Payment& out, const domain::Payment& payment);
api::payment::LedgerEntry ToProto(const storage::Booked& entry);

// Nothing for a state that no sale is ever in.
std::optional<domain::SaleState> SaleStateFrom(api::payment::Sale::State state);
api::payment::Sale ToProto(const domain::Sale& sale);
api::payment::SellerBalance::InCurrency ToProto(const storage::SellerBalance& balance);
// What it changed for the shop whose postings it has.
api::payment::SellerLedgerEntry ToSellerProto(const storage::Booked& entry);
// convert_payouts.cpp
std::optional<domain::PayoutState> StateFrom(api::payment::Payout::State state);
api::payment::PayoutAccount ToProto(const domain::PayoutAccount& account, Time now);
api::payment::Payout ToProto(const domain::Payout& payout);
api::payment::PayoutLine ToProto(const storage::PayoutLine& line);
// convert_commission.cpp
api::payment::CommissionInvoice ListedFrom(const domain::CommissionInvoice& invoice);
api::payment::CommissionInvoice ToProto(const domain::CommissionInvoice& invoice);
// convert_disputes.cpp; nothing for a state that no dispute is ever in
std::optional<domain::DisputeState> DisputeStateFrom(api::payment::Dispute::State state);
api::payment::Dispute ToProto(const domain::Dispute& dispute);

}  // namespace market::payment
