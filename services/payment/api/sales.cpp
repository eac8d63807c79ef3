// What a shop, or who looks after it, reads of what it earns. That the shop is the caller's, or the caller an operator, says the
// policy.
#include <utility>
#include <vector>

#include "services/payment/api/convert.hpp"
#include "services/payment/api/paging.hpp"
#include "services/payment/api/payment_service.hpp"

namespace market::payment {

Task<api::payment::SellerBalance> PaymentService::GetSellerBalance(
    CallContext& call, api::payment::GetSellerBalanceRequest request) {
  api::payment::SellerBalance response;
  response.set_seller_id(request.seller_id());
  for (const auto& balance : co_await deps_.ledger.OfSeller(call, SellerId::From(request.seller_id()))) {
    *response.add_balances() = ToProto(balance);
  }
  co_return response;
}

Task<api::payment::ListSellerLedgerEntriesResponse> PaymentService::ListSellerLedgerEntries(
    CallContext& call, api::payment::ListSellerLedgerEntriesRequest request) {
  storage::WantedOfSeller wanted{
      .seller = SellerId::From(request.seller_id()), .currency = {}, .created = SpanFrom(request)};
  if (!request.currency().empty()) wanted.currency = request.currency();
  const auto filter =
      "seller_entries|" + request.seller_id() + '|' + request.currency() + '|' + SpanText(request);
  const auto size = rpc::PageSize(request.page_size());
  auto entries = co_await deps_.ledger.ListOfSeller(
      call, wanted, After<storage::EntryId>(deps_.pages, filter, request.page_token()), size + 1);
  std::vector<storage::EntryId> by_hand;
  for (const auto& entry : entries) {
    if (entry.cause == domain::LedgerCause::kFine || entry.cause == domain::LedgerCause::kGoodwill)
      by_hand.push_back(entry.id);
  }
  const auto reasons = co_await deps_.operator_entries.ReasonsOf(call, std::move(by_hand));
  api::payment::ListSellerLedgerEntriesResponse response;
  const auto kept =
      rpc::FillPage(*response.mutable_entries(), size, entries, [&](const storage::Booked& entry) {
        auto shown = ToSellerProto(entry);
        if (const auto why = reasons.find(entry.id); why != reasons.end()) shown.set_reason(why->second);
        return shown;
      });
  if (kept < entries.size()) {
    response.set_next_page_token(deps_.pages.Encode(filter, entries[kept - 1].id));
  }
  co_return response;
}

Task<api::payment::ListSellerSalesResponse> PaymentService::ListSellerSales(
    CallContext& call, api::payment::ListSellerSalesRequest request) {
  api::payment::ListSellerSalesResponse response;
  const storage::WantedSales wanted{.seller = SellerId::From(request.seller_id()),
                                    .state = SaleStateFrom(request.state()),
                                    .placed = SpanFrom(request)};
  if (request.state() != api::payment::Sale::STATE_UNSPECIFIED && !wanted.state) co_return response;
  const auto filter =
      "seller_sales|" + request.seller_id() + '|' + std::to_string(request.state()) + '|' + SpanText(request);
  const auto size = rpc::PageSize(request.page_size());
  auto sales = co_await deps_.sales.List(
      call, wanted, After<domain::SellerOrderId>(deps_.pages, filter, request.page_token()), size + 1);
  const auto kept = rpc::FillPage(*response.mutable_sales(), size, sales,
                                  [](const domain::Sale& sale) { return ToProto(sale); });
  if (kept < sales.size()) response.set_next_page_token(deps_.pages.Encode(filter, sales[kept - 1].id));
  co_return response;
}

}  // namespace market::payment
