// The user service as auth's tests see it: it takes profiles, or is down.
#pragma once
#include <stdexcept>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/error.hpp"

namespace market::auth {

class FakeUsers final : public api::UserApi {
 public:
  bool down = false;
  std::vector<api::user::CreateProfileRequest> profiles;

  Task<google::protobuf::Empty> CreateProfile(CallContext&,
                                              api::user::CreateProfileRequest request) override {
    if (down) throw Unavailable("user is down");
    profiles.push_back(std::move(request));
    co_return google::protobuf::Empty();
  }

  Task<api::user::Profile> GetMyProfile(CallContext&, api::user::GetMyProfileRequest) override { Unused(); }
  Task<api::user::Profile> UpdateMyProfile(CallContext&, api::user::UpdateMyProfileRequest) override {
    Unused();
  }
  Task<api::user::ListMyAddressesResponse> ListMyAddresses(CallContext&,
                                                           api::user::ListMyAddressesRequest) override {
    Unused();
  }
  Task<api::user::Address> CreateMyAddress(CallContext&, api::user::CreateMyAddressRequest) override {
    Unused();
  }
  Task<api::user::Address> GetMyAddress(CallContext&, api::user::GetMyAddressRequest) override { Unused(); }
  Task<api::user::Address> UpdateMyAddress(CallContext&, api::user::UpdateMyAddressRequest) override {
    Unused();
  }
  Task<google::protobuf::Empty> DeleteMyAddress(CallContext&, api::user::DeleteMyAddressRequest) override {
    Unused();
  }
  Task<api::user::Seller> OpenSeller(CallContext&, api::user::OpenSellerRequest) override { Unused(); }
  Task<api::user::Seller> GetSeller(CallContext&, api::user::GetSellerRequest) override { Unused(); }
  Task<api::user::ListSellersResponse> ListSellers(CallContext&, api::user::ListSellersRequest) override {
    Unused();
  }
  Task<api::user::Seller> ApproveSeller(CallContext&, api::user::ApproveSellerRequest) override { Unused(); }
  Task<api::user::Address> GetAddress(CallContext&, api::user::GetAddressRequest) override { Unused(); }
  Task<marketplace::type::v1::FeedResponse> Feed(CallContext&, marketplace::type::v1::FeedRequest) override {
    Unused();
  }
  Task<api::user::ListSellerCardsResponse> ListSellerCards(CallContext&,
                                                           api::user::ListSellerCardsRequest) override {
    Unused();
  }

 private:
  [[noreturn]] static void Unused() { throw std::logic_error("auth never calls this"); }
};

}  // namespace market::auth
