// Invoices and credit notes: lists, documents, and what a shop's books are made of.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/documents/books.hpp"
#include "services/order/documents/sheet.hpp"

namespace market::order {
namespace {

using domain::Invoice;
using domain::InvoiceId;

constexpr std::int64_t kDocumentsOfPiece = 200;

storage::Scope InvoiceScope(const CallContext& call) {
  if (call.Reach().everything) return storage::Scope::Everything();
  // What its maker has bought is nothing of a shop's key.
  if (call.Caller().bearer == identity::Bearer::kApiKey) return storage::Scope::Sellers(call.Reach().sellers);
  return storage::Scope::BuyerOrSellers(call.Caller().account, call.Reach().sellers);
}

// "2026-11", as the contract's pattern has it, by UTC.
storage::Month MonthFrom(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const std::chrono::year_month month{std::chrono::year(number(0, 4)),
                                      std::chrono::month(static_cast<unsigned>(number(5, 2)))};
  const auto first_day = [](std::chrono::year_month of) { return Time(std::chrono::sys_days(of / 1)); };
  return {.from = first_day(month), .until = first_day(month + std::chrono::months(1))};
}

std::string MonthOf(Time now) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  return fmt::format("{:04}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
}

std::optional<storage::InvoicePosition> PositionIn(const rpc::PageTokens& pages, const std::string& filter,
                                                   const std::string& token) {
  const auto key = pages.Decode<Time, InvoiceId>(filter, token);
  if (!key) return std::nullopt;
  return storage::InvoicePosition{std::get<0>(*key), std::get<1>(*key)};
}

}  // namespace

Task<api::order::ListSellerOrderInvoicesResponse> OrderService::ListSellerOrderInvoices(
    CallContext& call, api::order::ListSellerOrderInvoicesRequest request) {
  const auto filter =
      "invoices_of_part|" + request.seller_order_id() + '|' + call.Caller().account.ToString();
  const auto size = rpc::PageSize(request.page_size());
  const auto before = deps_.pages.Decode<InvoiceId>(filter, request.page_token());
  auto found = co_await deps_.invoices.ListOfPart(
      call, domain::SellerOrderId::From(request.seller_order_id()), InvoiceScope(call),
      before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  if (!found) throw NotFound("the seller order");
  api::order::ListSellerOrderInvoicesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_invoices(), size, *found, ListedFrom);
  if (kept < found->size()) response.set_next_page_token(deps_.pages.Encode(filter, (*found)[kept - 1].id));
  co_return response;
}

Task<Invoice> OrderService::RequireInvoice(CallContext& call, std::string id) {
  auto found = co_await deps_.invoices.Find(call, InvoiceId::From(id), InvoiceScope(call));
  if (!found) throw NotFound("the invoice");
  co_return std::move(*found);
}

Task<api::order::Invoice> OrderService::GetInvoice(CallContext& call, api::order::GetInvoiceRequest request) {
  co_return ToProto(co_await RequireInvoice(call, request.invoice_id()));
}

Task<api::order::PrintInvoiceResponse> OrderService::PrintInvoice(CallContext& call,
                                                                  api::order::PrintInvoiceRequest request) {
  auto invoice = co_await RequireInvoice(call, request.invoice_id());
  const auto form = market::documents::FormOf(request.media_type());
  const auto shown = market::documents::ShownAs(form);
  api::order::PrintInvoiceResponse response;
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

Task<api::order::ListSellerInvoicesResponse> OrderService::ListSellerInvoices(
    CallContext& call, api::order::ListSellerInvoicesRequest request) {
  const auto filter = "invoices_of_seller|" + request.seller_id() + '|' + request.month();
  const auto size = rpc::PageSize(request.page_size());
  const auto month = request.month().empty() ? std::nullopt : std::optional(MonthFrom(request.month()));
  auto found =
      co_await deps_.invoices.ListOfSeller(call, SellerId::From(request.seller_id()), month,
                                           PositionIn(deps_.pages, filter, request.page_token()), size + 1);
  api::order::ListSellerInvoicesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_invoices(), size, found, ListedFrom);
  if (kept < found.size()) {
    const auto& last = found[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.issued_at, last.id));
  }
  co_return response;
}

Task<api::order::ExportSellerInvoicesResponse> OrderService::ExportSellerInvoices(
    CallContext& call, api::order::ExportSellerInvoicesRequest request) {
  const auto month = request.month().empty() ? MonthOf(deps_.clock.Now()) : request.month();
  const auto filter = "invoice_books|" + request.seller_id() + '|' + month;
  const auto found = co_await deps_.invoices.ListForBooks(
      call, SellerId::From(request.seller_id()), MonthFrom(month),
      PositionIn(deps_.pages, filter, request.after()), kDocumentsOfPiece);
  api::order::ExportSellerInvoicesResponse response;
  if (request.after().empty()) response.set_content(std::string(documents::BooksHeader()));
  for (const auto& invoice : found) documents::AppendToBooks(*response.mutable_content(), invoice);
  if (std::ssize(found) == kDocumentsOfPiece)
    response.set_next(deps_.pages.Encode(filter, found.back().issued_at, found.back().id));
  response.set_media_type("text/csv; charset=utf-8");
  response.set_file_name("invoices-" + month + ".csv");
  co_return response;
}

}  // namespace market::order
