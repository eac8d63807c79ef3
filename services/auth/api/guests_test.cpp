// Who buys with an e-mail only, and claims the account later.
#include <gtest/gtest.h>

#include "platform/testing/reason_of.hpp"
#include "services/auth/testing/service_fixture.hpp"

namespace market::auth {
namespace {

using testing::ReasonOf;
using testing::Soon;

class AuthGuestsTest : public AuthServiceFixture {
 protected:
  static Task<api::auth::Session> Come(AuthService& service, std::string email, std::string terms = "",
                                       std::string address = "") {
    CallContext call(Soon());
    rpc::CallContextBuilder(call).ClientAddress(std::move(address));
    api::auth::SignUpGuestRequest request;
    request.set_email(std::move(email));
    request.set_accepted_terms(std::move(terms));
    co_return co_await service.SignUpGuest(call, request);
  }
  static Task<api::auth::Session> Claim(AuthService& service, std::string token,
                                        std::string password = kPassword, std::string terms = "") {
    CallContext call(Soon());
    api::auth::ClaimAccountRequest request;
    request.set_token(std::move(token));
    request.set_password(std::move(password));
    request.set_accepted_terms(std::move(terms));
    co_return co_await service.ClaimAccount(call, request);
  }
  // As who sends the mails: the last that waits for this account.
  Task<std::string> MailOf(AuthService& service, const api::auth::Session& session) {
    CallContext call(Soon());
    api::auth::RevealMailedTokenRequest request;
    request.set_token_id(Sql("SELECT id FROM mailed_token WHERE ended_at IS NULL AND account_id = '" +
                             session.account().id() + "' ORDER BY id DESC LIMIT 1"));
    const auto mail = co_await service.RevealMailedToken(call, request);
    EXPECT_EQ(mail.purpose(), "CLAIM_ACCOUNT");
    EXPECT_EQ(mail.address(), session.account().email());
    co_return mail.token();
  }
  static Task<api::auth::ListAccountsResponse> List(AuthService& service,
                                                    api::auth::ListAccountsRequest request) {
    CallContext call(Soon());
    co_return co_await service.ListAccounts(call, std::move(request));
  }
};

TEST_F(AuthGuestsTest, SignUpGuest_GivesASession_ThatSaysSo) {
  Run([&](AuthService& service) -> Task<> {
    const auto guest = co_await Come(service, "Ada@example.com", "2026-11");
    EXPECT_TRUE(guest.account().guest());
    EXPECT_EQ(guest.account().accepted_terms(), "2026-11");
    EXPECT_TRUE(guest.account().has_accept_terms_time());
    const auto principal = PrincipalOf(guest);
    EXPECT_TRUE(principal.guest);
    EXPECT_FALSE(principal.email_verified);
    EXPECT_EQ(users_.profiles.back().display_name(), "Guest");
    const auto refreshed = co_await Refresh(service, guest.refresh_token());
    EXPECT_TRUE(PrincipalOf(refreshed).guest);
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com", "")), "BAD_CREDENTIALS");
    EXPECT_EQ(co_await ReasonOf(SignIn(service, "ada@example.com")), "BAD_CREDENTIALS");
  });
}

TEST_F(AuthGuestsTest, SignUpGuest_TellsNothingOfOtherAccounts_AndIsCountedAsASignUp) {
  limits_.emplace(Limits::Options{.sign_ups = {.count = 4, .window = std::chrono::hours(1)}});
  Run([&](AuthService& service) -> Task<> {
    co_await SignUpFrom(service, "203.0.113.7", "ada@example.com");
    for (const auto* email : {"ada@example.com", "ada@example.com", "nobody@example.com"})
      EXPECT_EQ(co_await ReasonOf(Come(service, email, "", "203.0.113.7")), "") << email;
    EXPECT_EQ(co_await ReasonOf(Come(service, "ada@example.com", "", "203.0.113.7")), "RATE_LIMITED");
    EXPECT_EQ(co_await ReasonOf(Come(service, "ada@example.com", "", "203.0.113.8")), "");
  });
}

TEST_F(AuthGuestsTest, FindAccount_FindsGuestsWhereTheyAreAskedFor) {
  Run([&](AuthService& service) -> Task<> {
    const auto first = co_await Come(service, "ada@example.com");
    const auto second = co_await Come(service, "Ada@example.com");
    co_await Come(service, "bob@example.com");
    CallContext call(Soon());
    api::auth::FindAccountRequest find;
    find.set_email("ada@Example.com");
    EXPECT_EQ(co_await ReasonOf(service.FindAccount(call, find)), "NOT_FOUND");
    find.set_guests(true);
    auto found = co_await service.FindAccount(call, find);
    EXPECT_EQ(found.account_id(), "");
    EXPECT_EQ(found.guest_ids_size(), 2);
    EXPECT_EQ(found.guest_ids(0), second.account().id()) << "the newest first";
    EXPECT_EQ(found.guest_ids(1), first.account().id());
    const auto full = co_await SignUpFrom(service, "203.0.113.9", "ada@example.com");
    found = co_await service.FindAccount(call, find);
    EXPECT_EQ(found.account_id(), full.account().id());
    EXPECT_EQ(found.guest_ids_size(), 2);
    find.set_email("nobody@example.com");
    EXPECT_EQ(co_await ReasonOf(service.FindAccount(call, find)), "NOT_FOUND");
  });
}

TEST_F(AuthGuestsTest, ClaimAccount_MakesItAnAccountLikeAnyOther) {
  Run([&](AuthService& service) -> Task<> {
    const auto guest = co_await Come(service, "ada.lovelace@example.com");
    const auto token = co_await MailOf(service, guest);
    for (const auto* weak : {"password1", "ada.lovelace1"})
      EXPECT_EQ(co_await ReasonOf(Claim(service, token, weak)), "WEAK_PASSWORD") << weak;
    EXPECT_EQ(co_await ReasonOf(Claim(service, "mt_4f2a")), "MAILED_TOKEN_ENDED");
    EXPECT_EQ(co_await ReasonOf(Claim(service, "mt_" + std::string(43, 'A'))), "MAILED_TOKEN_ENDED");
    const auto ada = co_await Claim(service, token, kPassword, "2026-12");
    EXPECT_EQ(ada.account().id(), guest.account().id());
    EXPECT_FALSE(ada.account().guest());
    EXPECT_TRUE(ada.account().email_verified());
    EXPECT_EQ(ada.account().accepted_terms(), "2026-12");
    EXPECT_FALSE(PrincipalOf(ada).guest);
    EXPECT_TRUE(PrincipalOf(ada).email_verified);
    EXPECT_EQ(co_await ReasonOf(Claim(service, token)), "MAILED_TOKEN_ENDED");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, guest.refresh_token())), "SESSION_ENDED");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, ada.refresh_token())), "");
    EXPECT_EQ((co_await SignIn(service, "ada.lovelace@example.com")).account().id(), ada.account().id());
  });
}

TEST_F(AuthGuestsTest, ClaimAccount_OfAnEmailThatIsTaken_LosesNothing) {
  Run([&](AuthService& service) -> Task<> {
    const auto guest = co_await Come(service, "ada@example.com");
    const auto token = co_await MailOf(service, guest);
    const auto ada = co_await SignUp(service, "ada@example.com");
    EXPECT_EQ(co_await ReasonOf(Claim(service, token)), "EMAIL_TAKEN");
    EXPECT_EQ(co_await ReasonOf(Refresh(service, guest.refresh_token())), "");
    EXPECT_EQ((co_await SignIn(service, "ada@example.com")).account().id(), ada.account().id());
    Sql("UPDATE account SET email = 'a@b.test', email_key = 'a@b.test' WHERE id = '" + ada.account().id() +
        "'");
    EXPECT_EQ((co_await Claim(service, token)).account().id(), guest.account().id());
  });
}

TEST_F(AuthGuestsTest, RequestPasswordReset_MailsAGuestTheClaim_AndAnswersAlike) {
  Run([&](AuthService& service) -> Task<> {
    const auto guest = co_await Come(service, "ada@example.com");
    const auto first = co_await MailOf(service, guest);
    std::string answers;
    for (const auto* email : {"Ada@example.com", "nobody@example.com"}) {
      CallContext call(Soon());
      api::auth::RequestPasswordResetRequest request;
      request.set_email(email);
      answers += (co_await service.RequestPasswordReset(call, request)).ShortDebugString() + ' ';
    }
    EXPECT_EQ(answers, "expires_in: 1800 expires_in: 1800 ");
    const auto second = co_await MailOf(service, guest);
    EXPECT_NE(second, first);
    EXPECT_EQ((co_await Claim(service, second)).account().id(), guest.account().id());
  });
}

TEST_F(AuthGuestsTest, Guests_HaveNoRoles_AndOperatorsFindThem) {
  Run([&](AuthService& service) -> Task<> {
    const auto ada = co_await SignUp(service, "ada@example.com");
    const auto guest = co_await Come(service, "ADA@example.com");
    const auto other = co_await Come(service, "eva@example.com");
    CallContext grant(Soon());
    Sign(grant, ada);
    rpc::CallContextBuilder(grant).Method(api::AuthMethods().Find("GrantRole"));
    api::auth::GrantRoleRequest role;
    role.set_account_id(guest.account().id());
    role.set_role("support");
    EXPECT_EQ(co_await ReasonOf(service.GrantRole(grant, role)), "GUEST_ACCOUNT");

    api::auth::ListAccountsRequest request;
    request.set_email("Ada@example.com");
    request.set_page_size(1);
    auto page = co_await List(service, request);
    EXPECT_EQ(page.accounts(0).id(), guest.account().id());
    request.set_page_token(page.next_page_token());
    page = co_await List(service, request);
    EXPECT_EQ(page.accounts(0).id(), ada.account().id());
    EXPECT_FALSE(page.has_next_page_token());

    request = {};
    request.set_guest(true);
    page = co_await List(service, request);
    EXPECT_EQ(page.accounts_size(), 2);
    EXPECT_EQ(page.accounts(0).id(), other.account().id());
    EXPECT_EQ(page.accounts(1).id(), guest.account().id());
    request.set_email_prefix("ada@");
    EXPECT_EQ((co_await List(service, request)).accounts_size(), 1);
    request.set_guest(false);
    EXPECT_EQ((co_await List(service, request)).accounts(0).id(), ada.account().id());
    request.clear_guest();
    request.set_page_size(1);
    page = co_await List(service, request);
    request.set_page_token(page.next_page_token());
    const auto second = co_await List(service, request);
    EXPECT_NE(second.accounts(0).id(), page.accounts(0).id()) << "two of one e-mail";
    EXPECT_FALSE(second.has_next_page_token());
  });
}

TEST_F(AuthGuestsTest, SignUp_KeepsTheTermsThatWereAgreedTo) {
  Run([&](AuthService& service) -> Task<> {
    CallContext call(Soon());
    auto request = NewAccount("ada@example.com");
    request.set_accepted_terms("2026-11");
    const auto ada = co_await service.SignUp(call, request);
    CallContext mine(Soon());
    Sign(mine, ada);
    const auto account = co_await service.GetMyAccount(mine, {});
    EXPECT_EQ(account.accepted_terms(), "2026-11");
    EXPECT_TRUE(account.has_accept_terms_time());
    EXPECT_FALSE((co_await SignUp(service, "bob@example.com")).account().has_accepted_terms());
  });
}

}  // namespace
}  // namespace market::auth
