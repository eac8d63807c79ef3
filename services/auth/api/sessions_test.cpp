#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::Soon;

constexpr std::string_view kFirefox =
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

class SessionsTest : public AuthServiceFixture {
 protected:
  Task<std::vector<api::auth::LiveSession>> List(AuthService& service, const api::auth::Session& session) {
    CallContext call(Soon());
    Sign(call, session);
    const auto answer = co_await service.ListSessions(call, {});
    co_return std::vector<api::auth::LiveSession>(answer.sessions().begin(), answer.sessions().end());
  }
  Task<std::string> End(AuthService& service, const api::auth::Session& session, std::string id) {
    CallContext call(Soon());
    Sign(call, session);
    api::auth::EndSessionRequest request;
    request.set_session_id(std::move(id));
    co_return co_await testing::ReasonOf(service.EndSession(call, request));
  }
  std::string IdOf(const api::auth::Session& session) { return PrincipalOf(session).session.ToString(); }
};

TEST_F(SessionsTest, List_NamesDevicesAndTheCurrentOne) {
  Run([&](AuthService& service) -> Task<> {
    CallContext from_browser(Soon());
    rpc::CallContextBuilder(from_browser).ClientAddress("203.0.113.7").UserAgent(std::string(kFirefox));
    const auto first = co_await service.SignUp(from_browser, NewAccount("ada@example.com"));
    CallContext from_script(Soon());
    rpc::CallContextBuilder(from_script).ClientAddress("fe80::1%eth0").UserAgent("curl/7.88.1");
    const auto second = co_await service.SignIn(from_script, Credentials("ada@example.com"));
    const auto live = co_await List(service, first);
    EXPECT_EQ(live.size(), 2U);
    EXPECT_EQ(live.at(0).id(), IdOf(second));
    EXPECT_EQ(live.at(0).device(), "curl/7.88.1");
    EXPECT_EQ(live.at(0).address(), "fe80::1");
    EXPECT_FALSE(live.at(0).current());
    EXPECT_EQ(live.at(1).id(), IdOf(first));
    EXPECT_EQ(live.at(1).device(), "Firefox on Linux");
    EXPECT_EQ(live.at(1).address(), "203.0.113.7");
    EXPECT_TRUE(live.at(1).current());
    EXPECT_TRUE(live.at(1).has_create_time() && live.at(1).has_last_use_time());
  });
}

// The device and the address are those of the last use; what is no address is not shown as one.
TEST_F(SessionsTest, Refresh_TellsWhereFrom) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    CallContext call(Soon());
    rpc::CallContextBuilder(call).ClientAddress("unix").UserAgent(std::string(kFirefox));
    api::auth::RefreshSessionRequest request;
    request.set_refresh_token(first.refresh_token());
    const auto next = co_await service.RefreshSession(call, request);
    const auto live = co_await List(service, next);
    EXPECT_EQ(live.size(), 1U);
    EXPECT_EQ(live.at(0).device(), "Firefox on Linux");
    EXPECT_EQ(live.at(0).address(), "");
    EXPECT_TRUE(live.at(0).current());
  });
}

TEST_F(SessionsTest, EndSession_OfOnesOwnOnce_OthersDoNotExist) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    const auto second = co_await SignIn(service, "ada@example.com");
    const auto others = co_await SignUp(service, "eve@example.com");
    EXPECT_EQ(co_await End(service, others, IdOf(first)), "NOT_FOUND");
    EXPECT_EQ(co_await End(service, first, Uuid::NewV7().ToString()), "NOT_FOUND");
    EXPECT_EQ(co_await End(service, first, IdOf(second)), "");
    EXPECT_EQ(co_await End(service, first, IdOf(second)), "NOT_FOUND");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, second.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, first.refresh_token())), "");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, others.refresh_token())), "");
  });
}

TEST_F(SessionsTest, EndAllSessions_EndsTheCurrentOneToo) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    const auto second = co_await SignIn(service, "ada@example.com");
    const auto others = co_await SignUp(service, "eve@example.com");
    CallContext call(Soon());
    Sign(call, first);
    co_await service.EndAllSessions(call, {});
    for (const auto& session : {first, second})
      EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, session.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await testing::ReasonOf(Refresh(service, others.refresh_token())), "");
    EXPECT_EQ(co_await testing::ReasonOf(SignIn(service, "ada@example.com")), "");
  });
}

}  // namespace
}  // namespace market::auth
