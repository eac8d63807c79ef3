#include "platform/personal_data/personal_data.hpp"

#include "services/order/api/order_service.hpp"

namespace market::order {

Task<marketplace::type::v1::FindClosingObstaclesResponse> OrderService::FindClosingObstacles(
    CallContext& call, marketplace::type::v1::FindClosingObstaclesRequest request) {
  marketplace::type::v1::FindClosingObstaclesResponse response;
  response.set_open_orders(
      co_await deps_.personal_data.CountOpen(call, AccountId::From(request.account_id())));
  co_return response;
}

Task<marketplace::type::v1::ErasePersonalDataResponse> OrderService::ErasePersonalData(
    CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) {
  const auto erased = co_await deps_.personal_data.Erase(call, AccountId::From(request.account_id()));
  marketplace::type::v1::ErasePersonalDataResponse response;
  if (erased == storage::PersonalData::Erased::kOrdersOpen) response.set_waits_for("orders are open");
  co_return response;
}

Task<marketplace::type::v1::ExportPersonalDataResponse> OrderService::ExportPersonalData(
    CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) {
  co_return market::personal_data::PageOf("order",
                                          co_await deps_.personal_data.Export(call, std::move(request)));
}

}  // namespace market::order
