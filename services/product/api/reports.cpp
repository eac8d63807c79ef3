// What people report as illegal, and what operators answer.
#include "platform/conversions/conversions.hpp"
#include "platform/conversions/enum_number.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/client_address.hpp"
#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

using domain::ReportId;
using ReportMessage = api::product::ContentReport;

ReportMessage ReportProto(const domain::Report& report) {
  ReportMessage out;
  out.set_id(report.id.ToString());
  out.set_product_id(report.product.ToString());
  if (report.review) out.set_review_id(report.review->ToString());
  out.set_seller_id(report.seller.ToString());
  out.set_reason(conversions::NumberOf<ReportMessage::Reason>(report.reason));
  out.set_text(report.text);
  if (!report.contact_email.empty()) out.set_contact_email(report.contact_email);
  if (report.account) out.set_account_id(report.account->ToString());
  out.set_state(conversions::NumberOf<ReportMessage::State>(report.state));
  if (report.decision) out.set_decision(conversions::NumberOf<ReportMessage::Decision>(*report.decision));
  if (!report.answer.empty()) out.set_answer(report.answer);
  *out.mutable_create_time() = conversions::ToProto(report.created_at);
  if (report.resolved_at) *out.mutable_resolve_time() = conversions::ToProto(*report.resolved_at);
  return out;
}

api::product::ReportReceipt ReceiptOf(const domain::Report& report) {
  api::product::ReportReceipt out;
  out.set_id(report.id.ToString());
  *out.mutable_create_time() = conversions::ToProto(report.created_at);
  return out;
}

// Who is signed in is counted by the account, anybody else by the address.
storage::ReportDraft DraftFrom(const CallContext& call, ReportId id, ReportMessage::Reason reason,
                               std::string text) {
  storage::ReportDraft draft{.id = id,
                             .reason = domain::kReportReasons.Require(ReportMessage::Reason_Name(reason)),
                             .text = std::move(text),
                             .contact_email = {},
                             .account = std::nullopt,
                             .caller = rpc::NetworkOf(call.ClientAddress())};
  if (const auto* caller = call.CallerOrNull()) {
    draft.account = caller->account;
    draft.caller = caller->account.ToString();
  }
  return draft;
}

}  // namespace

Task<api::product::ReportReceipt> ProductService::ReportContent(CallContext& call,
                                                                api::product::ReportContentRequest request) {
  auto draft = DraftFrom(call, ReportId::New(), request.reason(), std::move(*request.mutable_text()));
  draft.contact_email = std::move(*request.mutable_contact_email());
  if (!draft.account && draft.contact_email.empty())
    throw InvalidArgument("contactEmail", "REQUIRED", "where the answer is to go, unless you sign in");
  co_return ReceiptOf(co_await deps_.reports.AddOfProduct(call, domain::ProductId::From(request.product_id()),
                                                          std::move(draft)));
}

Task<api::product::ReportReceipt> ProductService::ReportReview(CallContext& call,
                                                               api::product::ReportReviewRequest request) {
  auto draft =
      DraftFrom(call, ReportId(call.OperationId()), request.reason(), std::move(*request.mutable_text()));
  co_return ReceiptOf(co_await deps_.reports.AddOfReview(call, domain::ReviewId::From(request.review_id()),
                                                         std::move(draft)));
}

Task<api::product::ListReportsResponse> ProductService::ListReports(
    CallContext& call, api::product::ListReportsRequest request) {
  const auto filter = "reports|" + ReportMessage::State_Name(request.state());
  std::optional<storage::Reports::Position> after;
  if (const auto key = deps_.pages.Decode<Time, ReportId>(filter, request.page_token()))
    after.emplace(std::get<0>(*key), std::get<1>(*key));
  std::optional<domain::ReportState> state;
  if (request.state() != ReportMessage::STATE_UNSPECIFIED)
    state = domain::kReportStates.Require(ReportMessage::State_Name(request.state()));
  const auto size = rpc::PageSize(request.page_size());
  auto found = co_await deps_.reports.List(call, state, after, size + 1);
  api::product::ListReportsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_reports(), size, found, ReportProto);
  if (kept < found.size()) {
    const auto& last = found[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.created_at, last.id));
  }
  co_return response;
}

Task<ReportMessage> ProductService::ResolveReport(CallContext& call,
                                                  api::product::ResolveReportRequest request) {
  const auto decision = domain::kDecisions.Require(ReportMessage::Decision_Name(request.decision()));
  co_return ReportProto(co_await deps_.reports.Resolve(call, ReportId::From(request.report_id()), decision,
                                                       std::move(*request.mutable_answer()),
                                                       rpc::ActOf(call)));
}

}  // namespace market::product
