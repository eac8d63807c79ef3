#include "platform/personal_data/personal_data.hpp"

#include "services/user/api/user_service.hpp"

namespace market::user {

Task<marketplace::type::v1::FindClosingObstaclesResponse> UserService::FindClosingObstacles(
    CallContext& call, marketplace::type::v1::FindClosingObstaclesRequest request) {
  marketplace::type::v1::FindClosingObstaclesResponse response;
  for (const auto& seller :
       co_await deps_.personal_data.ListOwnedAlone(call, AccountId::From(request.account_id()))) {
    response.add_owned(seller.ToString());
  }
  co_return response;
}

// A shop whose last owner this is waits for an operator, who closes it; nothing else does.
Task<marketplace::type::v1::ErasePersonalDataResponse> UserService::ErasePersonalData(
    CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) {
  const auto account = AccountId::From(request.account_id());
  marketplace::type::v1::ErasePersonalDataResponse response;
  for (const auto& seller : co_await deps_.personal_data.ListMemberships(call, account)) {
    const auto removed =
        co_await deps_.members.Remove(call, seller, account, storage::Members::Whom::kAnybody, std::nullopt,
                                      call.Trace().ToTraceparent(), std::nullopt);
    if (std::holds_alternative<storage::LastOwner>(removed)) {
      response.set_waits_for("shop " + seller.ToString() + " is not CLOSED and has no other owner");
    }
    if (const auto* ended = std::get_if<storage::Ended>(&removed)) {
      co_await TryUnbind(call, seller, account, ended->version);
    }
  }
  co_await deps_.personal_data.Erase(call, account, request.email());
  co_return response;
}

Task<marketplace::type::v1::ExportPersonalDataResponse> UserService::ExportPersonalData(
    CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) {
  co_return market::personal_data::PageOf("user",
                                          co_await deps_.personal_data.Export(call, std::move(request)));
}

}  // namespace market::user
