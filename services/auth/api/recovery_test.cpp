// What keeps an account with its owner: passwords, e-mail, and the tokens that are mailed for both.
#include <gtest/gtest.h>

#include <map>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::ReasonOf;
using testing::Soon;

constexpr const char* kOther = "violet anchor teapot";

class RecoveryTest : public AuthServiceFixture {
 protected:
  Task<api::auth::Account> ChangePassword(AuthService& service, const api::auth::Session& session,
                                          std::string current, std::string wanted) {
    CallContext call(Soon());
    Sign(call, session);
    api::auth::ChangePasswordRequest request;
    request.set_current_password(std::move(current));
    request.set_new_password(std::move(wanted));
    co_return co_await service.ChangePassword(call, request);
  }
  Task<api::auth::TokenMail> ChangeEmail(AuthService& service, const api::auth::Session& session,
                                         std::string email, std::string password = kPassword) {
    CallContext call(Soon());
    Sign(call, session);
    api::auth::ChangeEmailRequest request;
    request.set_email(std::move(email));
    request.set_password(std::move(password));
    co_return co_await service.ChangeEmail(call, request);
  }
  Task<api::auth::TokenMail> SendVerification(AuthService& service, const api::auth::Session& session) {
    CallContext call(Soon());
    Sign(call, session);
    co_return co_await service.SendVerification(call, {});
  }
  static Task<std::string> Verify(AuthService& service, std::string token) {
    CallContext call(Soon());
    api::auth::VerifyEmailRequest request;
    request.set_token(std::move(token));
    co_return (co_await service.VerifyEmail(call, request)).email();
  }
  static Task<api::auth::TokenMail> AskForReset(AuthService& service, std::string email,
                                                std::string address = "203.0.113.7") {
    CallContext call(Soon());
    rpc::CallContextBuilder(call).ClientAddress(std::move(address));
    api::auth::RequestPasswordResetRequest request;
    request.set_email(std::move(email));
    co_return co_await service.RequestPasswordReset(call, request);
  }
  static Task<std::string> Reset(AuthService& service, std::string token, std::string wanted = kOther) {
    CallContext call(Soon());
    api::auth::ResetPasswordRequest request;
    request.set_token(std::move(token));
    request.set_new_password(std::move(wanted));
    co_return (co_await service.ResetPassword(call, request)).email();
  }
  // As who sends the mails: of the last event that says so.
  Task<api::auth::MailedToken> LastMail(AuthService& service) {
    CallContext call(Soon());
    api::auth::RevealMailedTokenRequest request;
    request.set_token_id(Sql("SELECT id FROM mailed_token WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"));
    co_return co_await service.RevealMailedToken(call, request);
  }
};

TEST_F(RecoveryTest, ChangePassword_TheOldOneIsOver) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await SignUp(service, "ada@example.com");
    const auto second = co_await SignIn(service, "ada@example.com");
    EXPECT_EQ((co_await ChangePassword(service, first, kPassword, kOther)).email(), "ada@example.com");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, second.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, first.refresh_token())), "");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com")), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com", kOther)), "");
  });
}

TEST_F(RecoveryTest, ChangePassword_ToOneThatIsWeakOrTheSame_ChangesNothing) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada.lovelace@example.com");
    EXPECT_EQ(co_await ReasonOf(ChangePassword(service, ada, kPassword, kPassword)), "INVALID_ARGUMENT");
    for (const auto* weak : {"password1", "ada.lovelace1"}) {
      try {
        co_await ChangePassword(service, ada, kPassword, weak);
        ADD_FAILURE() << weak;
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "WEAK_PASSWORD");
        EXPECT_EQ(error.fields.at(0).field, "newPassword");
      }
    }
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada.lovelace@example.com")), "");
  });
}

// A thief of the session guesses no faster than at the door, and strangers there keep nobody from a change.
TEST_F(RecoveryTest, ChangePassword_WrongOnes_CountAsTriesFromThisDevice) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@example.com");
    for (int i = 0; i < 6; ++i)
      co_await ReasonOf(SignInFrom(service, "203.0.113.9", Credentials("ada@example.com", "wrong password")));
    EXPECT_EQ(co_await ReasonOf(SignInFrom(service, "203.0.113.9", Credentials("ada@example.com"))),
              "RATE_LIMITED");
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(co_await ReasonOf(ChangePassword(service, ada, "wrong password", kOther)), "BAD_CREDENTIALS")
          << i;
    EXPECT_EQ(co_await ReasonOf(ChangePassword(service, ada, kPassword, kOther)), "RATE_LIMITED");
    EXPECT_EQ(co_await ReasonOf(ChangeEmail(service, ada, "new@example.com")), "RATE_LIMITED") << "one count";
    Sql("UPDATE sign_in_throttle SET blocked_until = market_now()");
    EXPECT_EQ(co_await ReasonOf(ChangePassword(service, ada, kPassword, kOther)), "");
  });
}

TEST_F(RecoveryTest, SignUp_WithAWeakPassword_MakesNothing) {
  Run([&](AuthService& service) -> Task<> {
    auto request = NewAccount("somebody@example.com");
    request.set_display_name("Wilhelmina Quist");
    for (const auto* weak :
         {"12345678", "qwertyuiop", "iloveyou", "somebody1", "wilhelmina quist", "QuistWilhelmina"}) {
      CallContext call(Soon());
      request.set_password(weak);
      try {
        co_await service.SignUp(call, request);
        ADD_FAILURE() << weak;
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "WEAK_PASSWORD") << weak;
        EXPECT_EQ(error.fields.at(0).field, "password");
      }
    }
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM account"), "0");
}

TEST_F(RecoveryTest, VerifyEmail_ByTheMailedToken) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "Ada@example.com");
    EXPECT_FALSE(ada.account().email_verified());
    EXPECT_EQ((co_await SendVerification(service, ada)).expires_in(), 1800);
    const auto mail = co_await LastMail(service);
    EXPECT_EQ(mail.address(), "Ada@example.com");
    EXPECT_EQ(mail.purpose(), "VERIFY_EMAIL");
    EXPECT_TRUE(mail.token().starts_with("mt_"));
    for (const auto& bad :
         {std::string("mt_4f2a"), std::string("rt_8b0d"), mail.token() + "A", "mt_" + std::string(43, 'A')}) {
      EXPECT_EQ(co_await ReasonOf(Verify(service, bad)), "MAILED_TOKEN_ENDED") << bad;
      EXPECT_EQ(co_await ReasonOf(Reset(service, bad)), "MAILED_TOKEN_ENDED") << bad;
    }
    EXPECT_EQ(co_await ReasonOf(Reset(service, mail.token())), "MAILED_TOKEN_ENDED") << "for another purpose";
    EXPECT_EQ(co_await Verify(service, mail.token()), "Ada@example.com");
    EXPECT_EQ(co_await ReasonOf(Verify(service, mail.token())), "MAILED_TOKEN_ENDED");
    EXPECT_TRUE((co_await SignIn(service, "ada@example.com")).account().email_verified());
    EXPECT_EQ(co_await ReasonOf(SendVerification(service, ada)), "ILLEGAL_TRANSITION");
  });
}

TEST_F(RecoveryTest, SendVerification_TooOften_RefusedWithAWait) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@example.com");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(co_await ReasonOf(SendVerification(service, ada)), "") << i;
    EXPECT_EQ(co_await ReasonOf(SendVerification(service, ada)), "RATE_LIMITED");
  });
}

// Neither the words nor anything else of the answer tell whether there is such an account.
TEST_F(RecoveryTest, RequestPasswordReset_KnownAndUnknown_OneAnswer) {
  limits_.emplace(Limits::Options{.mails = {.count = 12, .window = std::chrono::hours(1)}});
  Run([&](AuthService& service) -> Task<> {
    co_await SignUp(service, "ada@example.com");
    std::map<std::string, std::string> answers;
    for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
      for (int i = 0; i < 6; ++i) {
        try {
          answers[email] += (co_await AskForReset(service, email)).ShortDebugString();
        } catch (const Error& error) {
          answers[email] += error.reason + error.what();
        }
      }
    }
    EXPECT_EQ(answers["ada@example.com"], answers["nobody@example.com"]);
    EXPECT_TRUE(answers["ada@example.com"].contains("expires_in: 1800"));
    EXPECT_TRUE(answers["ada@example.com"].contains("RATE_LIMITED")) << "the sixth";
    EXPECT_EQ(co_await ReasonOf(AskForReset(service, "bob@example.com")), "RATE_LIMITED") << "of one address";
    EXPECT_EQ(co_await ReasonOf(AskForReset(service, "bob@example.com", "203.0.113.8")), "");
  });
  EXPECT_EQ(Sql("SELECT count(DISTINCT account_id) FROM mailed_token"), "1");
}

TEST_F(RecoveryTest, ResetPassword_GivesTheAccountBack) {
  Run([&](AuthService& service) -> Task<> {
    const auto thief = co_await SignUp(service, "ada@example.com");
    co_await ChangeEmail(service, thief, "thief@example.com");
    const auto theirs = co_await LastMail(service);
    for (int i = 0; i < 6; ++i) co_await ReasonOf(SignIn(service, "ada@example.com", "wrong password"));
    co_await AskForReset(service, "ADA@example.com");
    const auto mail = co_await LastMail(service);
    EXPECT_EQ(mail.purpose(), "RESET_PASSWORD");
    EXPECT_EQ(co_await ReasonOf(Reset(service, mail.token(), "password1")), "WEAK_PASSWORD");
    EXPECT_EQ(co_await Reset(service, mail.token()), "ada@example.com");
    EXPECT_EQ(co_await ReasonOf(Reset(service, mail.token())), "MAILED_TOKEN_ENDED");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, thief.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await ReasonOf(Verify(service, theirs.token())), "MAILED_TOKEN_ENDED");
    EXPECT_TRUE((co_await SignIn(service, "ada@example.com", kOther)).account().email_verified());
  });
}

TEST_F(RecoveryTest, ChangeEmail_ConfirmedByTheNewAddress_UndoneByTheOld) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@example.com");
    co_await SignUp(service, "bob@example.com");
    co_await SendVerification(service, ada);
    co_await Verify(service, (co_await LastMail(service)).token());
    EXPECT_EQ(co_await ReasonOf(ChangeEmail(service, ada, "new@example.org", "wrong password")),
              "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(ChangeEmail(service, ada, "Bob@example.com")), "EMAIL_TAKEN");
    EXPECT_EQ(co_await ReasonOf(ChangeEmail(service, ada, "ADA@example.com")), "INVALID_ARGUMENT");
    EXPECT_EQ((co_await ChangeEmail(service, ada, "New@example.org")).expires_in(), 1800);
    const auto change = co_await LastMail(service);
    EXPECT_EQ(change.address(), "New@example.org");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com")), "") << "not before it is confirmed";
    EXPECT_EQ(co_await Verify(service, change.token()), "New@example.org");
    const auto undo = co_await LastMail(service);
    EXPECT_EQ(undo.address(), "ada@example.com");
    EXPECT_EQ(undo.purpose(), "UNDO_EMAIL_CHANGE");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com")), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(SignUp(service, "ada@example.com")), "EMAIL_TAKEN") << "kept for its owner";
    const auto signed_in = co_await SignIn(service, "new@example.org");
    EXPECT_EQ(co_await Verify(service, undo.token()), "ada@example.com");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, signed_in.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com")), "");
  });
}

TEST_F(RecoveryTest, MailedTokens_AreNowhereInTheDatabase_AndRevealedWhileTheyLive) {
  std::string token;
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@example.com");
    co_await SendVerification(service, ada);
    const auto mail = co_await LastMail(service);
    token = mail.token();
    EXPECT_EQ((co_await LastMail(service)).token(), token);
    const auto id = Sql("SELECT id FROM mailed_token");
    Sql("UPDATE mailed_token SET expires_at = market_now()");
    CallContext call(Soon());
    api::auth::RevealMailedTokenRequest request;
    request.set_token_id(id);
    EXPECT_EQ(co_await ReasonOf(service.RevealMailedToken(call, request)), "NOT_FOUND");
    request.set_token_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(service.RevealMailedToken(call, request)), "NOT_FOUND");
  });
  const auto rows =
      Sql("SELECT string_agg(row, ' ') FROM (SELECT m::text FROM mailed_token m UNION ALL "
          "SELECT encode(e.payload, 'escape') FROM event e) AS x (row)");
  EXPECT_TRUE(rows.contains("VERIFY_EMAIL"));
  EXPECT_FALSE(rows.contains(token));
}

}  // namespace
}  // namespace market::auth
