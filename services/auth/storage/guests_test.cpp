#include "services/auth/storage/guests.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "platform/audit/testing/some_act.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"

namespace market::auth::storage {
namespace {

using domain::MailPurpose;
using testing::Soon;

class GuestsTest : public ::testing::Test {
 protected:
  struct Stores {
    Guests guests;
    Accounts accounts;
    Mailings mailings;
    Sessions sessions;
  };
  void Run(std::function<Task<>(Stores&)> body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      const domain::MailLifetimes mails{.usual = std::chrono::minutes(30), .claim = std::chrono::days(7)};
      Stores stores{Guests(database, {}, mails), Accounts(database, {}), Mailings(database, mails),
                    Sessions(database, {})};
      co_await body(stores);
      co_await database.Close(Soon());
    });
  }

  static NewToken Token() {
    const auto id = Uuid::NewV7();
    return {.id = id, .digest = crypto::Sha256(id.ToString())};
  }
  static NewSession Session() {
    const auto id = Uuid::NewV7();
    return {.id = id, .digest = crypto::Sha256(id.ToString()), .origin = {}};
  }
  static outbox::NewMessage Message() { return {.topic = "t", .key = "", .payload = "p", .trace = ""}; }

  struct Visit {
    domain::Account account;
    NewToken token;
  };
  static Task<Visit> Come(Stores& stores, std::string email, std::optional<std::string> terms = {}) {
    const auto token = Token();
    const NewGuest guest{
        .id = AccountId::New(), .email = std::move(email), .accepted_terms = std::move(terms)};
    co_return Visit{co_await stores.guests.Create(Soon(), guest, Session(), Message(), token), token};
  }
  static Task<std::string> SignUp(Stores& stores, std::string email) {
    const NewAccount account{
        .id = AccountId::New(), .email = std::move(email), .password_hash = "$argon2id$one"};
    const auto created = co_await stores.accounts.Create(Soon(), account, Session(), Message());
    co_return std::holds_alternative<EmailTaken>(created) ? "taken" : account.id.ToString();
  }
  // The e-mail of the account that it is now, or why not.
  static Task<std::string> Claim(Stores& stores, const NewToken& token,
                                 std::optional<std::string> terms = {}) {
    const auto outcome =
        co_await stores.guests.Claim(Soon(), token.digest, {"$argon2id$two", std::move(terms)}, Session());
    if (std::holds_alternative<TokenIsOver>(outcome)) co_return "over";
    if (std::holds_alternative<EmailTaken>(outcome)) co_return "taken";
    co_return std::get<domain::Account>(outcome).email;
  }
  std::string Sql(const std::string& text) { return temporary_.Execute(text); }

  testing::TemporaryDatabase temporary_{kMigrations};
};

TEST_F(GuestsTest, Create_MakesAnAccountThatNobodySignsInTo_AndAMail) {
  Run([this](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "Ada@x.test", "2026-11");
    EXPECT_TRUE(ada.guest);
    EXPECT_FALSE(ada.email_verified);
    EXPECT_EQ(ada.accepted_terms, "2026-11");
    EXPECT_TRUE(ada.terms_accepted_at);
    EXPECT_FALSE(co_await stores.accounts.FindId(Soon(), "ada@x.test"));
    EXPECT_FALSE(co_await stores.accounts.FindHolder(Soon(), "ada@x.test"));
    const auto attempt = co_await stores.sessions.CountTry(Soon(), "ada@x.test");
    EXPECT_FALSE(attempt.account || attempt.wait);
    const auto mail = co_await stores.mailings.Find(Soon(), token.id);
    EXPECT_TRUE(mail && mail->address == "Ada@x.test" && mail->purpose == MailPurpose::kClaimAccount);
    EXPECT_EQ(Sql("SELECT expires_at > market_now() + interval '167 hours' FROM mailed_token"), "t");
    EXPECT_EQ(events::Told(temporary_, "account/" + ada.id.ToString()),
              "auth.AccountCreated 1, auth.TokenMailed 2");
    EXPECT_EQ(ada.version, 2);
    EXPECT_EQ((co_await stores.sessions.ListLive(Soon(), ada.id)).size(), 1u);
  });
}

TEST_F(GuestsTest, Several_HaveOneEmail_BesideOneWhoSignsInWithIt) {
  Run([](Stores& stores) -> Task<> {
    const auto first = co_await Come(stores, "ada@x.test");
    const auto full = co_await SignUp(stores, "ADA@x.test");
    EXPECT_NE(full, "taken");
    EXPECT_EQ(co_await SignUp(stores, "ada@x.test"), "taken");
    const auto second = co_await Come(stores, "ada@x.test");
    EXPECT_EQ((co_await stores.accounts.FindId(Soon(), "ada@x.test"))->ToString(), full);
    EXPECT_EQ(co_await Claim(stores, first.token), "taken");
    EXPECT_EQ(co_await Claim(stores, second.token), "taken");
    EXPECT_TRUE((co_await stores.accounts.Find(Soon(), first.account.id))->guest);
    EXPECT_EQ((co_await stores.sessions.ListLive(Soon(), first.account.id)).size(), 1u) << "nothing is lost";
    EXPECT_EQ(co_await stores.guests.FindClaim(Soon(), first.token.digest), "ada@x.test");
  });
}

TEST_F(GuestsTest, Claim_MakesAFullAccount_Once) {
  Run([this](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "Ada@x.test", "2026-11");
    EXPECT_EQ(co_await Claim(stores, Token()), "over");
    EXPECT_EQ(co_await stores.guests.FindClaim(Soon(), token.digest), "Ada@x.test");
    EXPECT_EQ(co_await Claim(stores, token, "2026-12"), "Ada@x.test");
    EXPECT_EQ(co_await Claim(stores, token), "over");
    EXPECT_FALSE(co_await stores.guests.FindClaim(Soon(), token.digest));
    const auto now = co_await stores.accounts.Find(Soon(), ada.id);
    EXPECT_FALSE(now->guest);
    EXPECT_TRUE(now->email_verified);
    EXPECT_EQ(now->accepted_terms, "2026-12");
    EXPECT_EQ(now->version, 3);
    const auto attempt = co_await stores.sessions.CountTry(Soon(), "ada@x.test");
    EXPECT_EQ(attempt.account, ada.id);
    EXPECT_EQ(attempt.password_hash, "$argon2id$two");
    EXPECT_EQ(attempt.password_version, 2);
    EXPECT_EQ(Sql("SELECT string_agg(coalesce(end_reason, 'lives'), ' ' ORDER BY id) FROM session"),
              "PASSWORD_CHANGED lives");
    EXPECT_EQ(events::Told(temporary_, "account/" + ada.id.ToString()),
              "auth.AccountCreated 1, auth.TokenMailed 2, auth.AccountClaimed 3, auth.EmailVerified 3");
  });
}

TEST_F(GuestsTest, Claim_WithoutTerms_KeepsThoseOfBefore) {
  Run([](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "ada@x.test", "2026-11");
    EXPECT_EQ(co_await Claim(stores, token), "ada@x.test");
    const auto now = co_await stores.accounts.Find(Soon(), ada.id);
    EXPECT_EQ(now->accepted_terms, "2026-11");
    EXPECT_EQ(now->terms_accepted_at, ada.terms_accepted_at);
  });
}

TEST_F(GuestsTest, AClaim_IsGoodForNothingElse_AndNothingElseClaims) {
  Run([](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "ada@x.test");
    EXPECT_TRUE(
        std::holds_alternative<TokenIsOver>(co_await stores.mailings.Confirm(Soon(), token.digest, Token())));
    EXPECT_TRUE(std::holds_alternative<TokenIsOver>(
        co_await stores.mailings.Reset(Soon(), token.digest, "$argon2id$x", {})));
    const auto verification = Token();
    co_await stores.mailings.SendVerification(Soon(), ada, verification);
    EXPECT_EQ(co_await Claim(stores, verification), "over");
    EXPECT_EQ(co_await Claim(stores, token), "ada@x.test");
    EXPECT_FALSE(co_await stores.mailings.Find(Soon(), verification.id)) << "ended with the claim";
  });
}

TEST_F(GuestsTest, Claim_OfADisabledGuest_IsOver) {
  Run([this](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "ada@x.test");
    Sql("UPDATE account SET state = 'DISABLED', disabled_at = market_now(), disabled_reason = 'x'");
    EXPECT_FALSE(co_await stores.guests.FindClaim(Soon(), token.digest));
    EXPECT_EQ(co_await Claim(stores, token), "over");
  });
}

TEST_F(GuestsTest, Claim_ByTwoGuestsAtOnce_IsOne) {
  Run([](Stores& stores) -> Task<> {
    std::vector<NewToken> tokens;
    for (int i = 0; i < 4; ++i) tokens.push_back((co_await Come(stores, "ada@x.test")).token);
    std::map<std::string, int> outcomes;
    co_await testing::AtOnce(4, [&](int i) -> Task<> {
      const auto outcome = co_await Claim(stores, tokens[static_cast<std::size_t>(i)]);
      ++outcomes[outcome];
    });
    EXPECT_EQ(outcomes, (std::map<std::string, int>{{"ada@x.test", 1}, {"taken", 3}}));
  });
}

TEST_F(GuestsTest, RequestReset_MailsTheLatestGuest_UnlessSomebodySignsInWithTheEmail) {
  Run([this](Stores& stores) -> Task<> {
    co_await Come(stores, "ada@x.test");
    const auto latest = co_await Come(stores, "ada@x.test");
    const auto again = Token();
    co_await stores.mailings.RequestReset(Soon(), "ada@x.test", again);
    EXPECT_EQ((co_await stores.mailings.Find(Soon(), again.id))->purpose, MailPurpose::kClaimAccount);
    EXPECT_EQ(co_await Claim(stores, latest.token), "over") << "the newer one ended it";
    EXPECT_EQ(Sql("SELECT account_id FROM mailed_token WHERE id = '" + again.id.ToString() + "'"),
              latest.account.id.ToString());
    const auto full = co_await SignUp(stores, "ada@x.test");
    const auto reset = Token();
    co_await stores.mailings.RequestReset(Soon(), "ada@x.test", reset);
    EXPECT_EQ((co_await stores.mailings.Find(Soon(), reset.id))->purpose, MailPurpose::kResetPassword);
    EXPECT_EQ(Sql("SELECT account_id FROM mailed_token WHERE id = '" + reset.id.ToString() + "'"), full);
  });
}

TEST_F(GuestsTest, Create_TooOftenForOneEmail_MailsNoMore) {
  Run([](Stores& stores) -> Task<> {
    for (int i = 0; i < 7; ++i) co_await Come(stores, "ada@x.test");
    co_await Come(stores, "bob@x.test");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM account"), "8");
  EXPECT_EQ(Sql("SELECT string_agg(address || ' ' || number, ', ' ORDER BY address) FROM "
                "(SELECT address, count(*) AS number FROM mailed_token GROUP BY 1) x"),
            "ada@x.test 5, bob@x.test 1");
}

TEST_F(GuestsTest, EnsureOperator_IsNeverAGuest) {
  Run([this](Stores& stores) -> Task<> {
    const auto [ada, token] = co_await Come(stores, "ada@x.test");
    const auto made = co_await stores.accounts.EnsureOperator(
        Soon(), {.id = AccountId::New(), .email = "ada@x.test", .password_hash = "$argon2id$x"},
        domain::Role::kAdmin, Message(), audit::SomeAct());
    EXPECT_EQ(made, Promotion::kCreated);
    EXPECT_EQ(Sql("SELECT count(*) FROM account_role WHERE account_id = '" + ada.id.ToString() + "'"), "0");
    EXPECT_EQ((co_await stores.accounts.Find(Soon(), ada.id))->version, ada.version);
  });
}

}  // namespace
}  // namespace market::auth::storage
