#include "platform/rpc/page.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/viewer.hpp"

namespace market::product {

Task<api::product::Offer> ProductService::AdjustStock(CallContext& call,
                                                      api::product::AdjustStockRequest request) {
  if (request.delta() == 0) throw InvalidArgument("delta", "REQUIRED", "must not be 0");
  storage::StockAdjustment adjustment{.operation_id = call.OperationId(),
                                      .offer = domain::OfferId::From(request.offer_id()),
                                      .delta = request.delta(),
                                      .reason = request.reason(),
                                      .account = call.Caller().account};
  co_await RequireActiveOwner(call, adjustment.offer);
  co_return co_await deps_.stock.Adjust(call, std::move(adjustment), call.Reach().sellers);
}

Task<api::product::ListStockMovementsResponse> ProductService::ListStockMovements(
    CallContext& call, api::product::ListStockMovementsRequest request) {
  const auto filter = "stock_movements|" + request.offer_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<std::int64_t>(filter, request.page_token());
  auto movements =
      co_await deps_.stock.ListMovements(call, domain::OfferId::From(request.offer_id()), ViewerOf(call),
                                         after ? std::optional(std::get<0>(*after)) : std::nullopt, size + 1);
  if (!movements) throw NotFound("the offer");
  api::product::ListStockMovementsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_movements(), size, *movements,
                                  [](storage::ListedMovement& listed) { return std::move(listed.movement); });
  if (kept < movements->size())
    response.set_next_page_token(deps_.pages.Encode(filter, (*movements)[kept - 1].position));
  co_return response;
}

}  // namespace market::product
