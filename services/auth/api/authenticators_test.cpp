#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::Soon;

class AuthenticatorsTest : public AuthServiceFixture {
 protected:
  // What the app of an authenticator shows now.
  std::string CodeOf(const std::string& authenticator) const {
    const OneTimeCodes codes("key");
    // The app computes it from the secret; which the test knows by its own way.
    const auto id = *Uuid::Parse(authenticator);
    const auto step = clock_.Now().time_since_epoch() / std::chrono::seconds(30);
    return OneTimePassword(Decoded(codes.SecretOf(id)), step);
  }
  static std::string Decoded(const std::string& base32) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string bytes;
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : base32) {
      pending = pending << 5 | static_cast<std::uint32_t>(kAlphabet.find(c));
      if ((bits += 5) < 8) continue;
      bits -= 8;
      bytes.push_back(static_cast<char>(pending >> bits));
    }
    return bytes;
  }
  void NextStep() { clock_.Advance(std::chrono::seconds(30)); }

  Task<std::string> Add(AuthService& service, const api::auth::Session& owner) {
    CallContext call(Soon());
    Sign(call, owner);
    api::auth::CreateAuthenticatorRequest request;
    request.set_name("Phone");
    const auto added = co_await service.CreateAuthenticator(call, request);
    EXPECT_EQ(added.secret(), OneTimeCodes("key").SecretOf(*Uuid::Parse(added.authenticator().id())));
    EXPECT_FALSE(added.authenticator().has_confirm_time());
    co_return added.authenticator().id();
  }
  Task<api::auth::ConfirmedAuthenticator> Confirm(AuthService& service, const api::auth::Session& owner,
                                                  const std::string& id, std::string code) {
    CallContext call(Soon());
    Sign(call, owner);
    api::auth::ConfirmAuthenticatorRequest request;
    request.set_authenticator_id(id);
    request.set_code(std::move(code));
    co_return co_await service.ConfirmAuthenticator(call, request);
  }
  // The id of the challenge.
  static Task<std::string> Challenge(AuthService& service, std::string email) {
    try {
      co_await SignIn(service, std::move(email));
    } catch (const Error& error) {
      EXPECT_EQ(error.reason, "SECOND_FACTOR_REQUIRED");
      for (const auto& [key, value] : error.metadata) {
        if (key == "challengeId") co_return value;
      }
    }
    ADD_FAILURE() << "no challenge";
    co_return "";
  }
  static Task<api::auth::Session> AnswerWith(AuthService& service, const std::string& challenge,
                                             std::string code) {
    CallContext call(Soon());
    api::auth::AnswerChallengeRequest request;
    request.set_challenge_id(challenge);
    request.set_code(std::move(code));
    co_return co_await service.AnswerChallenge(call, request);
  }
};

TEST_F(AuthenticatorsTest, SignIn_AsksForACodeOnceOneIsConfirmed) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    const auto phone = co_await Add(service, owner);
    co_await SignIn(service, "ada@example.com");  // not confirmed yet
    const auto confirmed = co_await Confirm(service, owner, phone, CodeOf(phone));
    EXPECT_EQ(confirmed.recovery_codes_size(), kRecoveryCodes);
    EXPECT_TRUE(confirmed.authenticator().has_confirm_time());

    const auto challenge = co_await Challenge(service, "ada@example.com");
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, challenge, CodeOf(phone))),
              "WRONG_CODE");  // used
    NextStep();
    const auto session = co_await AnswerWith(service, challenge, CodeOf(phone));
    EXPECT_EQ(session.account().email(), "ada@example.com");
    NextStep();
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, challenge, CodeOf(phone))), "WRONG_CODE");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "0");  // a success forgets
}

TEST_F(AuthenticatorsTest, RecoveryCode_IsGoodOnceAndRenewedByACode) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    const auto phone = co_await Add(service, owner);
    const auto confirmed = co_await Confirm(service, owner, phone, CodeOf(phone));
    const auto code = confirmed.recovery_codes(3);
    co_await AnswerWith(service, co_await Challenge(service, "ada@example.com"), code);
    const auto again = co_await Challenge(service, "ada@example.com");
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, again, code)), "WRONG_CODE");

    NextStep();
    CallContext call(Soon());
    Sign(call, owner);
    api::auth::RenewRecoveryCodesRequest renew;
    renew.set_code(CodeOf(phone));
    const auto renewed = co_await service.RenewRecoveryCodes(call, renew);
    EXPECT_EQ(renewed.recovery_codes_size(), kRecoveryCodes);
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, again, confirmed.recovery_codes(4))),
              "WRONG_CODE");
    co_await AnswerWith(service, again, renewed.recovery_codes(0));
  });
}

TEST_F(AuthenticatorsTest, Guesses_EndTheChallengeAndAreCountedForTheAccount) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    const auto phone = co_await Add(service, owner);
    co_await Confirm(service, owner, phone, CodeOf(phone));
    NextStep();
    const auto challenge = co_await Challenge(service, "ada@example.com");
    for (int i = 0; i < storage::kChallengeTriesMax; ++i)
      EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, challenge, "no code")), "WRONG_CODE");
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, challenge, CodeOf(phone))), "WRONG_CODE");
    // The password is right again and again, and wrong codes go on counting.
    Sql("DELETE FROM sign_in_throttle WHERE tries < 5");
    const auto next = co_await Challenge(service, "ada@example.com");
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, next, CodeOf(phone))), "RATE_LIMITED");
  });
}

TEST_F(AuthenticatorsTest, AnotherPassword_VoidsTheChallenge) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    const auto phone = co_await Add(service, owner);
    co_await Confirm(service, owner, phone, CodeOf(phone));
    NextStep();
    const auto challenge = co_await Challenge(service, "ada@example.com");
    Sql("UPDATE account SET password_version = password_version + 1");
    EXPECT_EQ(co_await testing::ReasonOf(AnswerWith(service, challenge, CodeOf(phone))), "WRONG_CODE");
  });
}

TEST_F(AuthenticatorsTest, OfOthers_DoNotExist) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    const auto other = co_await SignUp(service, "eve@example.com");
    const auto phone = co_await Add(service, owner);
    EXPECT_EQ(co_await testing::ReasonOf(Confirm(service, other, phone, CodeOf(phone))), "WRONG_CODE");
    co_await Confirm(service, owner, phone, CodeOf(phone));
    api::auth::DeleteAuthenticatorRequest remove;
    remove.set_authenticator_id(phone);
    CallContext by_other(Soon());
    Sign(by_other, other);
    EXPECT_EQ(co_await testing::ReasonOf(service.DeleteAuthenticator(by_other, remove)), "NOT_FOUND");
    CallContext by_owner(Soon());
    Sign(by_owner, owner);
    EXPECT_EQ((co_await service.ListAuthenticators(by_owner, {})).authenticators_size(), 1);
    co_await service.DeleteAuthenticator(by_owner, remove);
    co_await SignIn(service, "ada@example.com");  // by its password alone
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM recovery_code"), "0");
}

TEST_F(AuthenticatorsTest, AtMostFiveAreConfirmed) {
  Run([&](AuthService& service) -> Task<> {
    const auto owner = co_await SignUp(service, "ada@example.com");
    co_await Add(service, owner);  // gives way: it was never confirmed
    for (int i = 0; i < storage::kAuthenticatorsMax; ++i) {
      const auto phone = co_await Add(service, owner);
      const auto confirmed = co_await Confirm(service, owner, phone, CodeOf(phone));
      EXPECT_EQ(confirmed.recovery_codes_size(), i == 0 ? kRecoveryCodes : 0);
    }
    CallContext call(Soon());
    Sign(call, owner);
    api::auth::CreateAuthenticatorRequest request;
    request.set_name("Phone");
    EXPECT_EQ(co_await testing::ReasonOf(service.CreateAuthenticator(call, request)), "LIMIT_REACHED");
  });
}

}  // namespace
}  // namespace market::auth
