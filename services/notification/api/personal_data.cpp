#include "platform/personal_data/personal_data.hpp"

#include "services/notification/api/notification_service.hpp"

namespace market::notification {

Task<marketplace::type::v1::ErasePersonalDataResponse> NotificationService::ErasePersonalData(
    CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) {
  co_await deps_.personal_data.Erase(call, AccountId::From(request.account_id()));
  co_return marketplace::type::v1::ErasePersonalDataResponse();
}

Task<marketplace::type::v1::ExportPersonalDataResponse> NotificationService::ExportPersonalData(
    CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) {
  co_return market::personal_data::PageOf("notification",
                                          co_await deps_.personal_data.Export(call, std::move(request)));
}

}  // namespace market::notification
