#include <map>

#include "services/user/testing/service_fixture.hpp"

namespace market::user {
namespace {

class UserServiceTest : public ServiceFixture {
 protected:
  static api::user::CreateMyAddressRequest NewAddress(std::string recipient, std::string country = "GB") {
    api::user::CreateMyAddressRequest request;
    auto& address = *request.mutable_address();
    address.set_recipient(std::move(recipient));
    address.add_lines("12 St James's Square");
    address.set_city("London");
    address.set_postal_code("SW1Y 4JH");
    address.set_country_code(std::move(country));
    return request;
  }
};

TEST_F(UserServiceTest, GetProfiles_GivesWhatOthersMayKnow) {
  Run([&](UserService& service) -> Task<> {
    Call ada(AccountId::New());
    Call bob(AccountId::New());
    api::user::GetProfilesRequest request;
    for (auto* call : {&ada, &bob}) {
      api::user::CreateProfileRequest create;
      create.set_account_id(call->context.Caller().account.ToString());
      create.set_display_name(call == &ada ? "Ada" : "Bob");
      co_await service.CreateProfile(*call, create);
      request.add_account_ids(create.account_id());
    }
    request.add_account_ids(AccountId::New().ToString());
    api::user::UpdateMyProfileRequest update;
    update.mutable_profile()->set_locale("en-GB");
    update.mutable_profile()->set_phone("+441632960000");
    co_await service.UpdateMyProfile(ada, update);
    std::map<std::string, std::string> known;
    for (const auto& profile : (co_await service.GetProfiles(bob, request)).profiles())
      known[profile.account_id()] = profile.display_name() + ' ' + profile.locale();
    EXPECT_EQ(known, (std::map<std::string, std::string>{{request.account_ids(0), "Ada en-GB"},
                                                         {request.account_ids(1), "Bob "}}));
  });
}

TEST_F(UserServiceTest, Profile_PatchedByMaskFieldsAndEtag) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    EXPECT_EQ(co_await Refusal(service.GetMyProfile(call, {})), "NOT_FOUND");
    api::user::CreateProfileRequest create;
    create.set_account_id(call.context.Caller().account.ToString());
    create.set_display_name("Ada");
    co_await service.CreateProfile(call, create);
    co_await service.CreateProfile(call, create);
    const auto profile = co_await service.GetMyProfile(call, {});
    EXPECT_EQ(profile.display_name(), "Ada");
    EXPECT_EQ(profile.etag(), "1");

    api::user::UpdateMyProfileRequest update;
    update.mutable_profile()->set_given_name("Augusta");
    update.mutable_profile()->set_family_name("King");
    update.set_if_match("1");
    update.mutable_update_mask()->add_paths("given_name");
    update.mutable_update_mask()->add_paths("etag");
    const auto updated = co_await service.UpdateMyProfile(call, update);
    EXPECT_EQ(updated.given_name(), "Augusta");
    EXPECT_EQ(updated.family_name(), "");
    EXPECT_EQ(updated.etag(), "2");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "ETAG_MISMATCH");
    update.set_if_match("not an etag");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "ETAG_MISMATCH");
    update.set_if_match("*");
    update.clear_update_mask();
    EXPECT_EQ((co_await service.UpdateMyProfile(call, update)).family_name(), "King");

    update.mutable_update_mask()->add_paths("display_name");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)),
              "INVALID_ARGUMENT profile.displayName");
    update.mutable_update_mask()->set_paths(0, "state");
    EXPECT_EQ(co_await Refusal(service.UpdateMyProfile(call, update)), "INVALID_ARGUMENT updateMask");
  });
}

TEST_F(UserServiceTest, Addresses_WholeLife) {
  Run([&](UserService& service) -> Task<> {
    Call ada(AccountId::New());
    Call bob(AccountId::New());
    const auto address = co_await service.CreateMyAddress(ada, NewAddress("Ada"));
    EXPECT_TRUE(address.is_default());
    EXPECT_EQ(co_await Refusal(service.CreateMyAddress(ada, NewAddress("Ada", "XX"))),
              "INVALID_ARGUMENT address.countryCode");

    api::user::GetMyAddressRequest get;
    get.set_address_id(address.id());
    EXPECT_EQ((co_await service.GetMyAddress(ada, get)).city(), "London");
    EXPECT_EQ(co_await Refusal(service.GetMyAddress(bob, get)), "NOT_FOUND");

    api::user::GetAddressRequest internal;
    internal.set_account_id(ada.context.Caller().account.ToString());
    internal.set_address_id(address.id());
    EXPECT_EQ((co_await service.GetAddress(bob, internal)).recipient(), "Ada");
    internal.set_account_id(bob.context.Caller().account.ToString());
    EXPECT_EQ(co_await Refusal(service.GetAddress(bob, internal)), "NOT_FOUND");

    api::user::CheckAddressRequest said;
    *said.mutable_address() = NewAddress("Eve").address();
    said.set_at("shippingAddress");
    EXPECT_EQ((co_await service.CheckAddress(bob, said)).recipient(), "Eve");
    *said.mutable_address() = NewAddress("Eve", "XX").address();
    EXPECT_EQ(co_await Refusal(service.CheckAddress(bob, said)),
              "INVALID_ARGUMENT shippingAddress.countryCode");

    api::user::UpdateMyAddressRequest update;
    update.set_address_id(address.id());
    update.mutable_address()->set_city("Paris");
    update.mutable_address()->set_country_code("FR");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(bob, update)), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "INVALID_ARGUMENT address.postalCode");
    update.mutable_address()->set_postal_code("75001");
    EXPECT_EQ((co_await service.UpdateMyAddress(ada, update)).city(), "Paris");
    update.mutable_update_mask()->add_paths("is_default");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "INVALID_ARGUMENT address.isDefault");
    update.set_if_match("1");
    EXPECT_EQ(co_await Refusal(service.UpdateMyAddress(ada, update)), "ETAG_MISMATCH");

    api::user::DeleteMyAddressRequest remove;
    remove.set_address_id(address.id());
    remove.set_if_match("1");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(ada, remove)), "ETAG_MISMATCH");
    remove.set_if_match("2");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(bob, remove)), "NOT_FOUND");
    EXPECT_EQ(co_await Refusal(service.DeleteMyAddress(ada, remove)), "");
    EXPECT_EQ((co_await service.ListMyAddresses(ada, {})).addresses_size(), 0);
  });
}

TEST_F(UserServiceTest, CreateMyAddress_PastFifty_LimitReached) {
  Run([&](UserService& service) -> Task<> {
    Call call(AccountId::New());
    for (int i = 0; i < 50; ++i) {
      Call one(call.context.Caller().account);
      co_await service.CreateMyAddress(one, NewAddress("x"));
    }
    EXPECT_EQ(co_await Refusal(service.CreateMyAddress(call, NewAddress("x"))), "LIMIT_REACHED");
  });
}

}  // namespace
}  // namespace market::user
