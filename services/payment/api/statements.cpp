// Statements of shops.
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/core/csv.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/documents/sheets.hpp"

namespace market::payment {
namespace {

constexpr std::int64_t kEntriesOfPiece = 1000;
constexpr std::string_view kCsvType = "text/csv";
constexpr std::string_view kStatementHeader = "booked,currency,cause,cause_id,entry_id,amount_minor\r\n";

// "2026-11", as the contract's pattern has it.
std::chrono::year_month MonthIn(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  std::from_chars(text.data() + 5, text.data() + 7, month);
  return std::chrono::year(year) / std::chrono::month(month);
}

std::string InSeconds(Time time) {
  return google::protobuf::util::TimeUtil::ToString(
      conversions::ToProto(Time(std::chrono::floor<std::chrono::seconds>(time))));
}

// The sums come by currency: each balance is made of those that follow each other.
domain::Statement StatementOf(std::chrono::year_month month, const std::vector<storage::StatementSum>& sums) {
  domain::Statement statement{.month = month, .balances = {}};
  for (const auto& sum : sums) {
    if (statement.balances.empty() || statement.balances.back().currency != sum.currency)
      statement.balances.push_back({.currency = sum.currency});
    auto& balance = statement.balances.back();
    balance.opening_minor += sum.before_minor;
    balance.closing_minor += sum.before_minor + sum.amount_minor;
    if (sum.entries > 0) balance.lines.push_back({sum.cause, sum.entries, sum.amount_minor});
  }
  return statement;
}

void AddBalance(api::payment::Statement& out, const domain::StatementBalance& balance) {
  const auto money = [&](std::int64_t minor) { return conversions::ToProto(Money{minor, balance.currency}); };
  auto& to = *out.add_balances();
  *to.mutable_opening() = money(balance.opening_minor);
  *to.mutable_closing() = money(balance.closing_minor);
  for (const auto& line : balance.lines) {
    auto& sum = *to.add_sums();
    sum.set_cause(std::string(domain::Name(line.cause)));
    sum.set_entries(line.entries);
    *sum.mutable_amount() = money(line.amount_minor);
  }
}

void AppendRow(std::string& file, const storage::StatementEntry& entry) {
  csv::AppendCell(file, InSeconds(entry.booked_at));
  for (const std::string& cell : {std::string(entry.currency.Code()), std::string(domain::Name(entry.cause)),
                                  entry.cause_id.ToString(), entry.id.ToString()}) {
    file += ',';
    csv::AppendCell(file, cell);
  }
  // A number, which a guard would make a text of.
  file += ',' + std::to_string(entry.amount_minor) + "\r\n";
}

}  // namespace

Task<api::payment::ListStatementsResponse> PaymentService::ListStatements(
    CallContext& call, api::payment::ListStatementsRequest request) {
  const auto filter = "statements|" + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto before = deps_.pages.Decode<std::string>(filter, request.page_token());
  const auto months =
      co_await deps_.statements.Months(call, SellerId::From(request.seller_id()),
                                       before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  api::payment::ListStatementsResponse response;
  for (const auto& month : months) {
    if (response.months_size() == size) {
      response.set_next_page_token(deps_.pages.Encode(filter, response.months(size - 1)));
      break;
    }
    response.add_months(month);
  }
  co_return response;
}

Task<domain::Statement> PaymentService::ReadStatement(CallContext& call, std::string seller,
                                                      std::string month) {
  const auto of = MonthIn(month);
  co_return StatementOf(of, co_await deps_.statements.Sums(call, SellerId::From(seller), of));
}

Task<api::payment::Statement> PaymentService::GetStatement(CallContext& call,
                                                           api::payment::GetStatementRequest request) {
  api::payment::Statement out;
  out.set_month(request.month());
  const auto statement = co_await ReadStatement(call, request.seller_id(), request.month());
  for (const auto& balance : statement.balances) AddBalance(out, balance);
  co_return out;
}

// The same bytes until something is booked, and once the month is over for ever.
Task<api::payment::ExportStatementResponse> PaymentService::PrintStatement(
    CallContext& call, api::payment::ExportStatementRequest request) {
  auto statement = co_await ReadStatement(call, request.seller_id(), request.month());
  auto shop = co_await deps_.traders.Of(call, SellerId::From(request.seller_id()));
  const auto form = market::documents::FormOf(request.media_type());
  const auto shown = market::documents::ShownAs(form);
  const auto language = market::documents::Nearest(call.Languages(request.language()));
  const auto now = deps_.clock.Now();
  const Time ended(std::chrono::sys_days((statement.month + std::chrono::months(1)) / 1));
  const Time as_of = std::min(ended, Time(std::chrono::floor<std::chrono::days>(now)));
  const auto document = co_await deps_.printer.Print(
      [statement = std::move(statement), marketplace = deps_.marketplace, shop = std::move(shop), now,
       language] { return documents::SheetOf(statement, marketplace, shop, now, language); },
      as_of, form);
  auto piece = market::documents::PieceOf(document, request.after());
  api::payment::ExportStatementResponse response;
  response.set_content(std::move(piece.content));
  if (!piece.next.empty()) response.set_next(std::move(piece.next));
  response.set_media_type(std::string(shown.media_type));
  response.set_file_name("statement-" + request.month() + std::string(shown.ending));
  co_return response;
}

Task<api::payment::ExportStatementResponse> PaymentService::ExportStatement(
    CallContext& call, api::payment::ExportStatementRequest request) {
  if (!request.media_type().empty() && request.media_type() != kCsvType)
    co_return co_await PrintStatement(call, std::move(request));
  const auto filter = "statement|" + request.seller_id() + '|' + request.month();
  const auto after = deps_.pages.Decode<storage::EntryId>(filter, request.after());
  auto entries = co_await deps_.statements.Entries(
      call, SellerId::From(request.seller_id()), MonthIn(request.month()),
      after ? std::optional(std::get<0>(*after)) : std::nullopt, kEntriesOfPiece + 1);
  // An entry is never cut between its currencies.
  const bool more = std::ssize(entries) > kEntriesOfPiece;
  if (more) {
    const auto cut = entries.back().id;
    while (!entries.empty() && entries.back().id == cut) entries.pop_back();
  }
  api::payment::ExportStatementResponse response;
  if (!after) response.set_content(std::string(kStatementHeader));
  for (const auto& entry : entries) AppendRow(*response.mutable_content(), entry);
  if (more && !entries.empty()) response.set_next(deps_.pages.Encode(filter, entries.back().id));
  response.set_media_type("text/csv; charset=utf-8");
  response.set_file_name("statement-" + request.month() + ".csv");
  co_return response;
}

}  // namespace market::payment
