// Commission invoices: lists and documents.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/convert.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/documents/sheets.hpp"

namespace market::payment {

using domain::CommissionInvoiceId;

Task<api::payment::ListCommissionInvoicesResponse> PaymentService::ListCommissionInvoices(
    CallContext& call, api::payment::ListCommissionInvoicesRequest request) {
  const auto filter = "commission_invoices|" + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto before = deps_.pages.Decode<CommissionInvoiceId>(filter, request.page_token());
  auto found = co_await deps_.commission_invoices.List(
      call, SellerId::From(request.seller_id()), before ? std::optional(std::get<0>(*before)) : std::nullopt,
      size + 1);
  api::payment::ListCommissionInvoicesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_commission_invoices(), size, found, ListedFrom);
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

Task<domain::CommissionInvoice> PaymentService::RequireCommissionInvoice(CallContext& call, std::string id) {
  const auto sellers = call.Reach().everything ? std::nullopt : std::optional(call.Reach().sellers);
  auto found = co_await deps_.commission_invoices.Find(call, CommissionInvoiceId::From(id), sellers);
  if (!found) throw NotFound("the commission invoice");
  co_return std::move(*found);
}

Task<api::payment::CommissionInvoice> PaymentService::GetCommissionInvoice(
    CallContext& call, api::payment::GetCommissionInvoiceRequest request) {
  co_return ToProto(co_await RequireCommissionInvoice(call, request.commission_invoice_id()));
}

Task<api::payment::PrintCommissionInvoiceResponse> PaymentService::PrintCommissionInvoice(
    CallContext& call, api::payment::PrintCommissionInvoiceRequest request) {
  auto invoice = co_await RequireCommissionInvoice(call, request.commission_invoice_id());
  const auto form = market::documents::FormOf(request.media_type());
  const auto shown = market::documents::ShownAs(form);
  api::payment::PrintCommissionInvoiceResponse response;
  response.set_media_type(std::string(shown.media_type));
  response.set_file_name(invoice.number + std::string(shown.ending));
  const auto language = market::documents::Nearest(call.Languages(request.language()));
  const auto issued_at = invoice.issued_at;
  const auto document = co_await deps_.printer.Print(
      [invoice = std::move(invoice), language] { return documents::SheetOf(invoice, language); }, issued_at,
      form);
  auto piece = market::documents::PieceOf(document, request.after());
  response.set_content(std::move(piece.content));
  if (!piece.next.empty()) response.set_next(std::move(piece.next));
  co_return response;
}

}  // namespace market::payment
