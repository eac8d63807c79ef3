#include "platform/rpc/partial_update.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"

namespace market::user {

Task<api::user::Profile> UserService::GetMyProfile(CallContext& call,
                                                   api::user::GetMyProfileRequest request) {
  const auto profile = co_await deps_.profiles.Find(call, call.Caller().account);
  if (!profile) throw NotFound("the profile");
  co_return ToProto(*profile);
}

Task<api::user::Profile> UserService::UpdateMyProfile(CallContext& call,
                                                      api::user::UpdateMyProfileRequest request) {
  const auto change = ChangeFrom(request.profile(), request.update_mask());
  domain::Check(change);
  const auto updated = co_await deps_.profiles.Update(call, call.Caller().account, change,
                                                      rpc::ExpectedVersion(request.if_match()));
  if (std::holds_alternative<storage::Missing>(updated)) throw NotFound("the profile");
  if (std::holds_alternative<storage::VersionDiffers>(updated)) throw EtagMismatch();
  co_return ToProto(std::get<domain::Profile>(updated));
}

Task<api::user::GetProfilesResponse> UserService::GetProfiles(CallContext& call,
                                                              api::user::GetProfilesRequest request) {
  std::vector<AccountId> ids;
  for (const auto& id : request.account_ids()) ids.push_back(AccountId::From(id));
  api::user::GetProfilesResponse response;
  for (const auto& profile : co_await deps_.profiles.FindMany(call, ids)) {
    auto& message = *response.add_profiles();
    message.set_account_id(profile.id.ToString());
    message.set_display_name(profile.display_name);
    message.set_locale(profile.locale);
  }
  co_return response;
}

Task<google::protobuf::Empty> UserService::CreateProfile(CallContext& call,
                                                         api::user::CreateProfileRequest request) {
  co_await deps_.profiles.Create(call, AccountId::From(request.account_id()), request.display_name());
  co_return google::protobuf::Empty();
}

}  // namespace market::user
