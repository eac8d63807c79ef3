// Statements of shops.
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>

#include "platform/conversions/conversions.hpp"
#include "platform/core/csv.hpp"
#include "platform/rpc/page.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {
namespace {

constexpr std::int64_t kEntriesOfPiece = 1000;
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
void AddBalances(api::payment::Statement& out, const std::vector<storage::StatementSum>& sums) {
  for (const auto& sum : sums) {
    const auto money = [&](std::int64_t minor) { return conversions::ToProto(Money{minor, sum.currency}); };
    if (out.balances_size() == 0 ||
        out.balances(out.balances_size() - 1).opening().currency() != sum.currency.Code()) {
      auto& begun = *out.add_balances();
      *begun.mutable_opening() = money(0);
      *begun.mutable_closing() = money(0);
    }
    auto& balance = *out.mutable_balances(out.balances_size() - 1);
    balance.mutable_opening()->set_amount(balance.opening().amount() + sum.before_minor);
    balance.mutable_closing()->set_amount(balance.closing().amount() + sum.before_minor + sum.amount_minor);
    if (sum.entries == 0) continue;
    auto& to = *balance.add_sums();
    to.set_cause(std::string(domain::Name(sum.cause)));
    to.set_entries(sum.entries);
    *to.mutable_amount() = money(sum.amount_minor);
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

Task<api::payment::Statement> PaymentService::GetStatement(CallContext& call,
                                                           api::payment::GetStatementRequest request) {
  api::payment::Statement out;
  out.set_month(request.month());
  AddBalances(out, co_await deps_.statements.Sums(call, SellerId::From(request.seller_id()),
                                                  MonthIn(request.month())));
  co_return out;
}

Task<api::payment::ExportStatementResponse> PaymentService::ExportStatement(
    CallContext& call, api::payment::ExportStatementRequest request) {
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
