// The user service as auth's tests see it: it takes profiles, or is down.
#pragma once
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"

namespace market::auth {

class FakeUsers final : public api::UserStandIn {
 public:
  bool down = false;
  std::vector<api::user::CreateProfileRequest> profiles;

  Task<google::protobuf::Empty> CreateProfile(CallContext&,
                                              api::user::CreateProfileRequest request) override {
    if (down) throw Unavailable("user is down");
    profiles.push_back(std::move(request));
    co_return google::protobuf::Empty();
  }
};

}  // namespace market::auth
