#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::ReasonOf;
using testing::Soon;

class OwnDataTest : public AuthServiceFixture {
 protected:
  Task<std::string> Close(AuthService& service, const api::auth::Session& session,
                          std::string password = kPassword) {
    CallContext call(Soon());
    Sign(call, session);
    api::auth::CloseMyAccountRequest request;
    request.set_password(std::move(password));
    co_return co_await ReasonOf(service.CloseMyAccount(call, std::move(request)));
  }
  Task<api::auth::ExportMyDataResponse> Export(AuthService& service, const api::auth::Session& session,
                                               std::string token = {}, std::string password = kPassword) {
    CallContext call(Soon());
    Sign(call, session);
    api::auth::ExportMyDataRequest request;
    request.set_password(std::move(password));
    request.set_page_token(std::move(token));
    co_return co_await service.ExportMyData(call, std::move(request));
  }
};

TEST_F(OwnDataTest, Close_IsRefusedWhileTheAccountIsNeeded) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@x.test");
    EXPECT_EQ(co_await Close(service, ada, "a wrong password"), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await Close(service, ada, ""), "BAD_CREDENTIALS");
    peers_.orders.open_orders = 2;
    EXPECT_EQ(co_await Close(service, ada), "ORDERS_OPEN");
    peers_.orders.open_orders = 0;
    users_.owned = {"a shop"};
    EXPECT_EQ(co_await Close(service, ada), "LAST_OWNER");
    users_.owned.clear();
    co_await account_acts_->Grant(Soon(), AccountId::From(ada.account().id()), domain::Role::kAdmin,
                                  audit::Act{.actor = "a", .method = "m"});
    EXPECT_EQ(co_await Close(service, ada), "LAST_ADMIN");
    EXPECT_EQ(Sql("SELECT state FROM account"), "ACTIVE");
    EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle WHERE tries > 2"), "0")
        << "right passwords do not add up to tries";
  });
}

TEST_F(OwnDataTest, AClosedAccount_IsSignedInToByNothing_AndItsEmailIsFree) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@x.test");
    EXPECT_EQ(co_await Close(service, ada), "");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@x.test")), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, ada.account().id() + "@erased.invalid")), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, ada.account().id() + "@erased.invalid", "")),
              "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, ada.refresh_token())), "SESSION_ENDED");
    EXPECT_NE(co_await Close(service, ada), "") << "its token would be refused before";
    const auto again = co_await SignUp(service, "ada@x.test");
    EXPECT_NE(again.account().id(), ada.account().id());
  });
}

TEST_F(OwnDataTest, AGuest_HasNoPasswordToGive) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@x.test");
    Sql("UPDATE account SET password_hash = NULL");
    EXPECT_GT((co_await Export(service, ada, "", "")).records_size(), 0);
    EXPECT_EQ(co_await Close(service, ada, ""), "");
  });
}

TEST_F(OwnDataTest, Export_GoesThroughEveryServiceInPages) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@x.test");
    users_.pages = {"u1", "u2"};
    peers_.orders.pages = {"o1"};
    peers_.payments.pages = {std::string(600'000, 'p'), "p2"};
    const auto first = co_await Export(service, ada);
    std::string ids;
    for (const auto& record : first.records()) {
      if (record.kind() == "thing") ids += record.id().substr(0, 2) + " ";
    }
    EXPECT_EQ(ids, "u1 u2 o1 pp ");
    EXPECT_EQ(first.records(0).service(), "auth");
    EXPECT_EQ(first.records(0).kind(), "account");
    EXPECT_EQ(first.records(0).fields().at("email"), "ada@x.test");
    const auto rest = co_await Export(service, ada, first.next_page_token());
    EXPECT_EQ(rest.records_size(), 1);
    EXPECT_EQ(rest.records(0).id(), "p2");
    EXPECT_FALSE(rest.has_next_page_token());

    const auto bob = co_await SignUp(service, "bob@x.test");
    EXPECT_EQ(co_await ReasonOf(Export(service, bob, first.next_page_token())), "INVALID_PAGE_TOKEN");
    EXPECT_EQ(co_await ReasonOf(Export(service, ada, "", "a wrong password")), "BAD_CREDENTIALS");
    peers_.products.away = true;
    EXPECT_EQ(co_await ReasonOf(Export(service, ada)), "UNAVAILABLE") << "never as if there were nothing";
  });
}

}  // namespace
}  // namespace market::auth
