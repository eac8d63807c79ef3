#include "platform/rpc/partial_update.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"

namespace market::user {
namespace {

constexpr int kPlaceAttemptsMax = 5;  // against changes of the same address side by side

}  // namespace

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
  auto address = AddressFrom(domain::AddressId(call.OperationId()), request.address());
  domain::SettlePlace(address);
  const auto created = co_await deps_.addresses.Create(call, call.Caller().account, std::move(address));
  if (const auto* reached = std::get_if<storage::LimitReached>(&created)) {
    throw LimitReached(*reached, "an account can have at most 50 addresses");
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
  auto change = ChangeFrom(request.address(), request.update_mask());
  domain::Check(change);
  const auto id = domain::AddressId::From(request.address_id());
  const auto expected = rpc::ExpectedVersion(request.if_match());
  const auto updated =
      domain::ChangesPlace(change)
          ? co_await ChangePlace(call, id, std::move(change), expected)
          : co_await deps_.addresses.Update(call, call.Caller().account, id, change, expected);
  if (std::holds_alternative<storage::Missing>(updated)) throw NotFound("the address");
  if (std::holds_alternative<storage::VersionDiffers>(updated)) throw EtagMismatch();
  if (std::holds_alternative<storage::DefaultNeeded>(updated)) {
    throw InvalidArgument("address.isDefault", "DEFAULT_NEEDED", "make another address the default instead");
  }
  co_return ToProto(std::get<domain::Address>(updated));
}

// A country's rules are about the address as a whole: it is changed in the version that the outcome was
// judged by.
Task<storage::Addresses::Updated> UserService::ChangePlace(CallContext& call, domain::AddressId id,
                                                           domain::AddressChange change,
                                                           storage::ExpectedVersion expected) {
  const auto account = call.Caller().account;
  for (int attempt = 1;; ++attempt) {
    const auto current = co_await deps_.addresses.Find(call, account, id);
    if (!current) co_return storage::Missing();
    auto settled = change;
    domain::SettlePlace(settled, *current);
    auto updated = co_await deps_.addresses.Update(call, account, id, std::move(settled),
                                                   expected ? expected : current->version);
    const bool overtaken = !expected && std::holds_alternative<storage::VersionDiffers>(updated);
    if (!overtaken || attempt == kPlaceAttemptsMax) co_return updated;
  }
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

Task<api::user::Address> UserService::CheckAddress(CallContext&, api::user::CheckAddressRequest request) {
  auto address = AddressFrom(domain::AddressId(), request.address());
  domain::SettlePlace(address, request.at());
  co_return ToProto(address);
}

}  // namespace market::user
