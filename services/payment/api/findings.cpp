// Findings of the reconciliation: read, and resolved through the ledger.
#include <optional>
#include <string>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/domain/finding.hpp"

namespace market::payment {
namespace {

using domain::FindingId;
using FindingProto = api::payment::Finding;

// The names are the same, by contract.
template <class Proto, class Value>
Proto SameWord(Value value, bool (*parse)(google::protobuf::ConstStringParam, Proto*)) {
  auto out = static_cast<Proto>(0);
  parse(std::string(Name(value)), &out);
  return out;
}

FindingProto ShownFinding(const domain::Finding& finding) {
  using conversions::ToProto;
  const auto& difference = finding.difference;
  FindingProto out;
  out.set_id(finding.id.ToString());
  out.set_kind(SameWord(difference.kind, &FindingProto::Kind_Parse));
  out.set_state(SameWord(finding.state, &FindingProto::State_Parse));
  out.set_subject(difference.subject);
  if (difference.payment) out.set_payment_id(difference.payment->ToString());
  if (difference.order) out.set_order_id(difference.order->ToString());
  out.set_currency(std::string(difference.currency.Code()));
  out.set_amount(difference.amount_minor);
  *out.mutable_first_seen_time() = ToProto(finding.first_seen);
  *out.mutable_last_seen_time() = ToProto(finding.last_seen);
  if (finding.reason) out.set_reason(*finding.reason);
  if (finding.note) out.set_note(*finding.note);
  if (finding.resolved_by) out.set_resolved_by(finding.resolved_by->ToString());
  if (finding.resolved_at) *out.mutable_resolve_time() = ToProto(*finding.resolved_at);
  if (finding.entry) out.set_entry_id(finding.entry->ToString());
  return out;
}

domain::Adjustment::Side SideOf(const std::string& account, const std::string& seller,
                                const std::string& field) {
  const auto found = domain::kLedgerAccounts.Find(account);
  if (!found) throw InvalidArgument("adjustment." + field, "UNKNOWN_VALUE", "the ledger has no such account");
  return {.account = *found, .owner = seller.empty() ? std::nullopt : std::optional(SellerId::From(seller))};
}

std::optional<domain::Adjustment> BookedBy(const api::payment::ResolveFindingRequest& request) {
  if (!request.has_adjustment()) return std::nullopt;
  const auto& wanted = request.adjustment();
  return domain::Adjustment{
      .debit = SideOf(wanted.debit_account(), wanted.debit_seller_id(), "debitAccount"),
      .credit = SideOf(wanted.credit_account(), wanted.credit_seller_id(), "creditAccount"),
      .amount = conversions::MoneyFrom(wanted.amount())};
}

}  // namespace

Task<api::payment::ListFindingsResponse> PaymentService::ListFindings(
    CallContext& call, api::payment::ListFindingsRequest request) {
  storage::WantedFindings wanted;
  if (request.kind() != FindingProto::KIND_UNSPECIFIED)
    wanted.kind = domain::kFindingKinds.Require(FindingProto::Kind_Name(request.kind()));
  if (request.state() != FindingProto::STATE_UNSPECIFIED)
    wanted.state = domain::kFindingStates.Require(FindingProto::State_Name(request.state()));
  const auto filter =
      "findings|" + FindingProto::Kind_Name(request.kind()) + '|' + FindingProto::State_Name(request.state());
  const auto size = rpc::PageSize(request.page_size());
  const auto before = deps_.pages.Decode<FindingId>(filter, request.page_token());
  auto found = co_await deps_.findings.List(
      call, wanted, before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  api::payment::ListFindingsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_findings(), size, found, ShownFinding);
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

Task<FindingProto> PaymentService::GetFinding(CallContext& call, api::payment::GetFindingRequest request) {
  const auto finding = co_await deps_.findings.Find(call, FindingId::From(request.finding_id()));
  if (!finding) throw NotFound("the finding");
  co_return ShownFinding(*finding);
}

Task<FindingProto> PaymentService::ResolveFinding(CallContext& call,
                                                  api::payment::ResolveFindingRequest request) {
  co_return ShownFinding(co_await deps_.findings.Resolve(
      call, FindingId::From(request.finding_id()), call.OperationId(), call.Caller().account, request.note(),
      BookedBy(request), rpc::ActOf(call, request.note())));
}

}  // namespace market::payment
