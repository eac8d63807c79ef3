#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::ReasonOf;
using testing::Soon;
using Key = api::auth::SigningKey;

class SigningKeysTest : public AuthServiceFixture {
 protected:
  // As the edge makes it of a call by the certificate.
  struct OperatorCall {
    explicit OperatorCall(std::string_view method) : context(Soon()) {
      rpc::CallContextBuilder(context)
          .Service("operator")
          .UserAgent("marketctl by root")
          .Caller({.permissions = identity::Permissions::Every(), .bearer = identity::Bearer::kCertificate})
          .Method(api::AuthMethods().Find(method));
    }
    CallContext context;
  };

  static Task<api::auth::ListSigningKeysResponse> RotateKeys(AuthService& service) {
    OperatorCall call("RotateSigningKeys");
    api::auth::RotateSigningKeysRequest request;
    request.set_reason("each quarter");
    co_return co_await service.RotateSigningKeys(call.context, request);
  }
  static Task<api::auth::ListSigningKeysResponse> RemoveKey(AuthService& service, std::string kid) {
    OperatorCall call("RemoveSigningKey");
    api::auth::RemoveSigningKeyRequest request;
    request.set_kid(std::move(kid));
    request.set_reason("it was in a log");
    co_return co_await service.RemoveSigningKey(call.context, request);
  }
  static std::string KidIn(const api::auth::ListSigningKeysResponse& keys, Key::State state) {
    for (const auto& key : keys.keys()) {
      if (key.state() == state) return key.kid();
    }
    return "none";
  }
  // What a verifier has read by now.
  Task<> ReadKeys(AuthService& service) {
    CallContext call(Soon());
    std::vector<identity::PublicKey> keys;
    const auto set = co_await service.GetKeys(call, {});
    for (const auto& key : set.keys()) keys.push_back({key.kid(), key.x(), key.y()});
    ring_.Replace(keys);
  }
  std::string KidOf(const api::auth::Session& session) {
    const auto claims = ring_.Verify(session.access_token(), kIssuer, clock_.Now());
    return claims ? claims->kid : "refused";
  }
  void NextKeyIsOld() {
    Sql("UPDATE signing_key SET created_at = created_at - interval '1 hour' WHERE state = 'NEXT'");
  }
};

TEST_F(SigningKeysTest, Rotation_RefusesNoTokenOfBeforeOrAfter) {
  Run([&](AuthService& service) -> Task<> {
    const auto before = co_await SignUp(service, "ada@example.com");
    EXPECT_EQ(co_await ReasonOf(RotateKeys(service)), "ILLEGAL_TRANSITION");
    NextKeyIsOld();
    const auto keys = co_await RotateKeys(service);
    EXPECT_EQ(keys.keys_size(), 3);
    const auto after = co_await Refresh(service, before.refresh_token());
    // With the keys of before the rotation.
    EXPECT_EQ(KidOf(before), KidIn(keys, Key::RETIRED));
    EXPECT_EQ(KidOf(after), KidIn(keys, Key::ACTIVE));
    co_await ReadKeys(service);
    EXPECT_EQ(KidOf(before), KidIn(keys, Key::RETIRED));
    EXPECT_EQ(KidOf(after), KidIn(keys, Key::ACTIVE));
    EXPECT_EQ(
        Sql("SELECT actor || '|' || method || '|' || reason || '|' || coalesce(account_id::text, 'nobody') "
            "FROM audit_event"),
        "certificate:operator (marketctl by root)|marketplace.auth.v1.AuthService/RotateSigningKeys|each "
        "quarter|nobody");
  });
}

TEST_F(SigningKeysTest, RemovalOfTheActiveOne_SignsWithTheNextAndEndsNoSession) {
  Run([&](AuthService& service) -> Task<> {
    const auto before = co_await SignUp(service, "ada@example.com");
    const auto active = KidOf(before);
    const auto keys = co_await RemoveKey(service, active);
    EXPECT_EQ(KidIn(keys, Key::REMOVED), active);
    const auto after = co_await Refresh(service, before.refresh_token());
    EXPECT_EQ(KidOf(after), KidIn(keys, Key::ACTIVE));
    co_await ReadKeys(service);
    EXPECT_EQ(KidOf(before), "refused");
    EXPECT_EQ(KidOf(after), KidIn(keys, Key::ACTIVE));
    EXPECT_EQ(co_await ReasonOf(RemoveKey(service, "nobody's")), "NOT_FOUND");
  });
}

}  // namespace
}  // namespace market::auth
