#include "platform/rpc/partial_update.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"

namespace market::user {

Task<api::user::ListMyAddressesResponse> UserService::ListMyAddresses(
    CallContext& call, api::user::ListMyAddressesRequest request) {
  api::user::ListMyAddressesResponse response;
  for (const auto& address : co_await deps_.addresses.List(call, call.Caller().account)) {
    *response.add_addresses() = ToProto(address);
  }
  co_return response;
}

Task<api::user::Address> UserService::CreateMyAddress(CallContext& call,
                                                      api::user::CreateMyAddressRequest request) {
  domain::CheckCountry(request.address().country_code(), "address.countryCode");
  const domain::AddressId id(call.OperationId());
  const auto created =
      co_await deps_.addresses.Create(call, call.Caller().account, AddressFrom(id, request.address()));
  if (std::holds_alternative<storage::LimitReached>(created)) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "an account can have at most 50 addresses");
  }
  co_return ToProto(std::get<domain::Address>(created));
}

Task<api::user::Address> UserService::GetMyAddress(CallContext& call,
                                                   api::user::GetMyAddressRequest request) {
  const auto address = co_await deps_.addresses.Find(call, call.Caller().account,
                                                     domain::AddressId::From(request.address_id()));
  if (!address) throw NotFound("the address");
  co_return ToProto(*address);
}

Task<api::user::Address> UserService::UpdateMyAddress(CallContext& call,
                                                      api::user::UpdateMyAddressRequest request) {
  const auto change = ChangeFrom(request.address(), request.update_mask());
  domain::Check(change);
  const auto updated = co_await deps_.addresses.Update(call, call.Caller().account,
                                                       domain::AddressId::From(request.address_id()), change,
                                                       rpc::ExpectedVersion(request.if_match()));
  if (std::holds_alternative<storage::Missing>(updated)) throw NotFound("the address");
  if (std::holds_alternative<storage::VersionDiffers>(updated)) throw EtagMismatch();
  if (std::holds_alternative<storage::DefaultNeeded>(updated)) {
    throw InvalidArgument("address.isDefault", "DEFAULT_NEEDED", "make another address the default instead");
  }
  co_return ToProto(std::get<domain::Address>(updated));
}

Task<google::protobuf::Empty> UserService::DeleteMyAddress(CallContext& call,
                                                           api::user::DeleteMyAddressRequest request) {
  const auto deletion = co_await deps_.addresses.Delete(call, call.Caller().account,
                                                        domain::AddressId::From(request.address_id()),
                                                        rpc::ExpectedVersion(request.if_match()));
  if (std::holds_alternative<storage::Missing>(deletion)) throw NotFound("the address");
  if (std::holds_alternative<storage::VersionDiffers>(deletion)) throw EtagMismatch();
  co_return google::protobuf::Empty();
}

Task<api::user::Address> UserService::GetAddress(CallContext& call, api::user::GetAddressRequest request) {
  const auto address = co_await deps_.addresses.Find(call, AccountId::From(request.account_id()),
                                                     domain::AddressId::From(request.address_id()));
  if (!address) throw NotFound("the address");
  co_return ToProto(*address);
}

}  // namespace market::user
