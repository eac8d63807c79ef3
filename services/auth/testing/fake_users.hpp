// The user service as auth's tests see it: it takes profiles, or is down; what it keeps of people as the others.
#pragma once
#include <vector>

#include "services/auth/testing/fake_personal_data.hpp"

namespace market::auth {

class FakeUsers final : public FakeObstacles<api::UserStandIn> {
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
