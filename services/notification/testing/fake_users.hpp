// The user service as notification's tests see it: it knows names, languages and invitations.
#pragma once
#include <map>
#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"

namespace market::notification {

class FakeUsers final : public api::UserStandIn {
 public:
  std::map<std::string, api::user::PublicProfile> profiles;
  std::map<std::string, api::user::RevealedInvitation> invitations;

  Task<api::user::GetProfilesResponse> GetProfiles(CallContext&,
                                                   api::user::GetProfilesRequest request) override {
    api::user::GetProfilesResponse response;
    for (const auto& id : request.account_ids()) {
      if (profiles.contains(id)) *response.add_profiles() = profiles.at(id);
    }
    co_return response;
  }

  Task<api::user::RevealedInvitation> RevealInvitation(CallContext&,
                                                       api::user::RevealInvitationRequest request) override {
    const auto found = invitations.find(request.invitation_id());
    if (found == invitations.end()) throw NotFound("the invitation");
    co_return found->second;
  }
};

}  // namespace market::notification
