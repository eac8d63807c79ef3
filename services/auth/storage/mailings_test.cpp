#include "services/auth/storage/mailings.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

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

constexpr std::chrono::minutes kLife{30};

class MailingsTest : public ::testing::Test {
 protected:
  using Body = std::function<Task<>(Mailings&, Sessions&, Accounts&)>;
  // Each body finds ada with one session.
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      co_await database.Open(Soon());
      Accounts accounts(database, {});
      Sessions sessions(database, {});
      Mailings mailings(database, {.usual = kLife});
      EXPECT_EQ(co_await Create(accounts, ada_, "Ada@example.com"), "");
      co_await body(mailings, sessions, accounts);
      co_await database.Close(Soon());
    });
  }
  static Task<std::string> Create(Accounts& accounts, AccountId id, std::string email) {
    const NewAccount account{.id = id, .email = std::move(email), .password_hash = "$argon2id$one"};
    const auto session = Uuid::NewV7();
    const auto created = co_await accounts.Create(
        Soon(), account, {.id = session, .digest = crypto::Sha256(session.ToString()), .origin = {}},
        {.topic = "t", .key = "", .payload = "p", .trace = ""});
    co_return std::holds_alternative<EmailTaken>(created) ? "taken" : "";
  }
  static NewToken Token() {
    const auto id = Uuid::NewV7();
    return {.id = id, .digest = crypto::Sha256(id.ToString())};
  }
  Proven Right(std::string email_key = "ada@example.com") const {
    return {.account = ada_, .email_key = std::move(email_key), .guesser = {}};
  }
  // The token that ada's address is verified with.
  Task<NewToken> Verification(Mailings& mailings, Accounts& accounts) {
    const auto token = Token();
    const auto account = co_await accounts.Find(Soon(), ada_);
    const auto sent = co_await mailings.SendVerification(Soon(), *account, token);
    EXPECT_TRUE(std::holds_alternative<Mailed>(sent));
    co_return token;
  }
  Task<> Verified(Mailings& mailings, Accounts& accounts) {
    const auto token = co_await Verification(mailings, accounts);
    EXPECT_EQ(co_await Confirm(mailings, token), "Ada@example.com");
  }
  // Asks for the change, confirms it, and gives the token that undoes it.
  Task<NewToken> Changed(Mailings& mailings, std::string from_key, std::string to) {
    const auto change = Token();
    const auto undo = Token();
    const auto asked = co_await mailings.AskForChange(Soon(), Right(std::move(from_key)), to, change);
    EXPECT_TRUE(std::holds_alternative<Mailed>(asked));
    EXPECT_EQ(co_await Confirm(mailings, change, undo), to);
    co_return undo;
  }
  // The e-mail it comes to, or why not.
  static Task<std::string> Confirm(Mailings& mailings, const NewToken& token, NewToken undo = Token()) {
    const auto outcome = co_await mailings.Confirm(Soon(), token.digest, undo);
    if (std::holds_alternative<TokenIsOver>(outcome)) co_return "over";
    if (std::holds_alternative<EmailTaken>(outcome)) co_return "taken";
    co_return std::get<EmailIsNow>(outcome).email;
  }
  static Task<std::string> Reset(Mailings& mailings, const NewToken& token,
                                 std::string_view hash = "$argon2id$two") {
    const auto outcome = co_await mailings.Reset(Soon(), token.digest, hash, {});
    co_return std::holds_alternative<TokenIsOver>(outcome) ? "over" : std::get<EmailIsNow>(outcome).email;
  }

  std::string Sql(const std::string& text) { return temporary_.Execute(text); }
  std::string Told() { return events::Told(temporary_, "account/" + ada_.ToString()); }
  std::string Email() {
    return Sql("SELECT email || ' ' || email_key FROM account WHERE id = '" + ada_.ToString() + "'");
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  const AccountId ada_ = AccountId::New();
};

TEST_F(MailingsTest, Verify_OnceAndOnlyOnce) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    EXPECT_FALSE((co_await accounts.Find(Soon(), ada_))->email_verified);
    const auto token = co_await Verification(mailings, accounts);
    const auto found = co_await mailings.Find(Soon(), token.id);
    EXPECT_TRUE(found && found->address == "Ada@example.com" && found->purpose == MailPurpose::kVerifyEmail);
    EXPECT_EQ(co_await Confirm(mailings, Token()), "over");
    EXPECT_EQ(co_await Reset(mailings, token), "over") << "for one purpose";
    EXPECT_EQ(co_await Confirm(mailings, token), "Ada@example.com");
    EXPECT_EQ(co_await Confirm(mailings, token), "over");
    EXPECT_FALSE(co_await mailings.Find(Soon(), token.id));
    const auto account = co_await accounts.Find(Soon(), ada_);
    EXPECT_TRUE(account->email_verified);
    EXPECT_TRUE(std::holds_alternative<VerifiedAlready>(
        co_await mailings.SendVerification(Soon(), *account, Token())));
    EXPECT_EQ(Told(), "auth.AccountCreated 1, auth.TokenMailed 2, auth.EmailVerified 3");
    const auto mailed = events::LastTold<api::auth::TokenMailed>(temporary_, "account/" + ada_.ToString());
    EXPECT_EQ(mailed.token_id(), token.id.ToString());
    EXPECT_EQ(mailed.account_id(), ada_.ToString());
    EXPECT_EQ(mailed.purpose(), "VERIFY_EMAIL");
  });
}

TEST_F(MailingsTest, ANewerTokenEndsTheOlder_AndTimeEndsBoth) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    const auto older = co_await Verification(mailings, accounts);
    const auto newer = co_await Verification(mailings, accounts);
    EXPECT_EQ(co_await Confirm(mailings, older), "over");
    EXPECT_FALSE(co_await mailings.Find(Soon(), older.id));
    EXPECT_EQ(Sql("SELECT expires_at - created_at FROM mailed_token WHERE ended_at IS NULL"), "00:30:00");
    Sql("UPDATE mailed_token SET expires_at = market_now()");
    EXPECT_FALSE(co_await mailings.Find(Soon(), newer.id));
    EXPECT_EQ(co_await Confirm(mailings, newer), "over");
    EXPECT_EQ(co_await Confirm(mailings, co_await Verification(mailings, accounts)), "Ada@example.com");
  });
}

TEST_F(MailingsTest, OneTokenManyTimesAtOnce_IsGoodOnce) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    std::map<std::string, int> outcomes;
    const auto token = co_await Verification(mailings, accounts);
    co_await testing::AtOnce(6, [&](int) -> Task<> { ++outcomes[co_await Confirm(mailings, token)]; });
    EXPECT_EQ(outcomes, (std::map<std::string, int>{{"Ada@example.com", 1}, {"over", 5}}));
    const auto reset = Token();
    co_await mailings.RequestReset(Soon(), "ada@example.com", reset);
    outcomes.clear();
    co_await testing::AtOnce(6, [&](int) -> Task<> { ++outcomes[co_await Reset(mailings, reset)]; });
    EXPECT_EQ(outcomes, (std::map<std::string, int>{{"Ada@example.com", 1}, {"over", 5}}));
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type IN ('auth.PasswordChanged', 'auth.EmailVerified')"),
            "2");
}

TEST_F(MailingsTest, Reset_SetsEndsForgetsAndVerifies) {
  Run([this](Mailings& mailings, Sessions& sessions, Accounts& accounts) -> Task<> {
    const auto device = co_await sessions.ListLive(Soon(), ada_);
    const auto change = Token();
    co_await mailings.AskForChange(Soon(), Right(), "thief@example.com", change);
    const auto token = Token();
    co_await mailings.RequestReset(Soon(), "ada@example.com", token);
    co_await sessions.CountTry(Soon(), "ada@example.com");
    co_await sessions.CountTry(Soon(), "ada@example.com", {.device = device.at(0).id, .address = {}});
    co_await sessions.CountTry(Soon(), "bob@example.com");
    EXPECT_EQ(co_await mailings.FindReset(Soon(), token.digest), "Ada@example.com");
    EXPECT_EQ(co_await Reset(mailings, token), "Ada@example.com");
    EXPECT_FALSE(co_await mailings.FindReset(Soon(), token.digest));
    EXPECT_EQ(co_await Reset(mailings, token, "$argon2id$three"), "over");
    EXPECT_EQ(co_await Confirm(mailings, change), "over") << "who knew the old password asked for it";
    EXPECT_TRUE((co_await sessions.ListLive(Soon(), ada_)).empty());
    EXPECT_TRUE((co_await accounts.Find(Soon(), ada_))->email_verified);
    EXPECT_EQ(Sql("SELECT password_hash FROM account"), "$argon2id$two");
    // Bob's, and the mails that ada asked to change her e-mail.
    EXPECT_EQ(Sql("SELECT count(*) FROM sign_in_throttle"), "2");
    EXPECT_EQ(Told(),
              "auth.AccountCreated 1, auth.TokenMailed 2, auth.TokenMailed 3, auth.PasswordChanged 4, "
              "auth.EmailVerified 4");
    EXPECT_EQ(events::LastTold<api::auth::SessionEnded>(temporary_, "session/" + device.at(0).id.ToString())
                  .reason(),
              api::auth::SessionEnded::PASSWORD_CHANGED);
  });
}

TEST_F(MailingsTest, ResetOfAnUnknownEmail_LooksTheSameAndIsCountedTheSame) {
  Run([this](Mailings& mailings, Sessions&, Accounts&) -> Task<> {
    for (const std::string email : {"ada@example.com", "nobody@example.com"}) {
      for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(std::holds_alternative<Mailed>(co_await mailings.RequestReset(Soon(), email, Token())));
      const auto sixth = co_await mailings.RequestReset(Soon(), email, Token());
      const auto* refused = std::get_if<TooManyMails>(&sixth);
      EXPECT_TRUE(refused && refused->wait > std::chrono::seconds(0) &&
                  refused->wait <= std::chrono::seconds(1));
    }
    EXPECT_EQ(Sql("SELECT string_agg(DISTINCT account_id::text, ' ') || ' ' || count(*) FROM mailed_token"),
              ada_.ToString() + " 5");
    EXPECT_EQ(Sql("SELECT count(*) FROM mailed_token WHERE ended_at IS NULL"), "1") << "the last one is good";
  });
}

TEST_F(MailingsTest, Change_ByTheNewAddress_UndoneByTheOld) {
  Run([this](Mailings& mailings, Sessions& sessions, Accounts& accounts) -> Task<> {
    co_await Verified(mailings, accounts);
    const auto reset = Token();
    co_await mailings.RequestReset(Soon(), "ada@example.com", reset);
    const auto undo = co_await Changed(mailings, "ada@example.com", "New@example.org");
    EXPECT_EQ(Email(), "New@example.org new@example.org");
    EXPECT_EQ(co_await Reset(mailings, reset), "over") << "it was mailed to the old address";
    const auto found = co_await mailings.Find(Soon(), undo.id);
    EXPECT_TRUE(found && found->address == "Ada@example.com" &&
                found->purpose == MailPurpose::kUndoEmailChange);
    EXPECT_EQ((co_await sessions.ListLive(Soon(), ada_)).size(), 1U) << "a change ends nothing";
    // Nobody else takes the address as long as it may be undone.
    EXPECT_EQ(co_await accounts.FindHolder(Soon(), "ada@example.com"), ada_);
    EXPECT_EQ(co_await Confirm(mailings, undo), "Ada@example.com");
    EXPECT_EQ(Email(), "Ada@example.com ada@example.com");
    EXPECT_TRUE((co_await sessions.ListLive(Soon(), ada_)).empty());
    EXPECT_EQ(co_await Confirm(mailings, undo), "over");
    EXPECT_EQ(Told().substr(Told().find("auth.EmailChanged")),
              "auth.EmailChanged 6, auth.TokenMailed 6, auth.EmailChanged 7");
  });
}

TEST_F(MailingsTest, ASecondChange_LeavesTheFirstOwnerTheUndo) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    co_await Verified(mailings, accounts);
    const auto undo = co_await Changed(mailings, "ada@example.com", "b@example.org");
    const auto second = co_await Changed(mailings, "b@example.org", "c@example.org");
    EXPECT_FALSE(co_await mailings.Find(Soon(), second.id));
    EXPECT_EQ(co_await Confirm(mailings, undo), "Ada@example.com");
    // One that ran out is no hindrance to the next.
    const auto third = co_await Changed(mailings, "ada@example.com", "d@example.org");
    Sql("UPDATE mailed_token SET expires_at = market_now()");
    const auto fourth = co_await Changed(mailings, "d@example.org", "e@example.org");
    EXPECT_EQ(co_await Confirm(mailings, third), "over");
    EXPECT_EQ(co_await Confirm(mailings, fourth), "d@example.org");
  });
}

// It may be a stranger's: a misspelt address.
TEST_F(MailingsTest, AnAddressThatWasNeverVerified_CanNotUndo) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    const auto undo = co_await Changed(mailings, "ada@example.com", "right@example.org");
    EXPECT_FALSE(co_await mailings.Find(Soon(), undo.id));
    EXPECT_FALSE(co_await accounts.FindHolder(Soon(), "ada@example.com"));
    EXPECT_TRUE((co_await accounts.Find(Soon(), ada_))->email_verified);
  });
}

TEST_F(MailingsTest, AnAddressThatSomebodyElseHas_IsNotTaken) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    co_await Verified(mailings, accounts);
    const auto change = Token();
    co_await mailings.AskForChange(Soon(), Right(), "bob@example.com", change);
    const auto bob = AccountId::New();
    co_await Create(accounts, bob, "Bob@example.com");
    EXPECT_EQ(co_await Confirm(mailings, change), "taken");
    EXPECT_EQ(Email(), "Ada@example.com ada@example.com");
    const auto undo = co_await Changed(mailings, "ada@example.com", "new@example.org");
    // Bob wants what ada may still have back.
    const Proven right{.account = bob, .email_key = "bob@example.com", .guesser = {}};
    const auto grab = Token();
    co_await mailings.AskForChange(Soon(), right, "ada@example.com", grab);
    EXPECT_EQ(co_await Confirm(mailings, grab), "taken");
    Sql("UPDATE mailed_token SET expires_at = market_now() WHERE id = '" + undo.id.ToString() + "'");
    EXPECT_EQ(co_await Confirm(mailings, grab), "ada@example.com");
  });
}

TEST_F(MailingsTest, AskForChange_WithAPasswordThatIsOld_IsRefused) {
  Run([this](Mailings& mailings, Sessions& sessions, Accounts&) -> Task<> {
    const auto change = Token();
    co_await mailings.AskForChange(Soon(), Right(), "new@example.org", change);
    const auto live = co_await sessions.ListLive(Soon(), ada_);
    co_await sessions.ChangePassword(Soon(), Right(), "$argon2id$two", live.at(0).id);
    EXPECT_EQ(co_await Confirm(mailings, change), "over") << "asked for with the old one";
    EXPECT_TRUE(std::holds_alternative<PasswordDiffers>(
        co_await mailings.AskForChange(Soon(), Right(), "new@example.org", Token())));
  });
}

TEST_F(MailingsTest, AskedForManyTimesAtOnce_OneIsGood) {
  Run([this](Mailings& mailings, Sessions&, Accounts&) -> Task<> {
    co_await testing::AtOnce(
        10, [&](int) -> Task<> { co_await mailings.RequestReset(Soon(), "ada@example.com", Token()); });
    // At most the free ones; of those that waited for the row of the count some look as if they came too soon.
    EXPECT_EQ(
        Sql("SELECT count(*) FILTER (WHERE ended_at IS NULL) || ' ' || (count(*) <= 5) FROM mailed_token"),
        "1 true");
  });
}

TEST_F(MailingsTest, Sweep_RemovesWhatRanOutADayAgo) {
  Run([this](Mailings& mailings, Sessions&, Accounts& accounts) -> Task<> {
    co_await Verification(mailings, accounts);
    co_await Verification(mailings, accounts);
    EXPECT_EQ(co_await mailings.Sweep(Soon(), std::chrono::hours(24), 100), 0);
    Sql("UPDATE mailed_token SET expires_at = market_now() - interval '25 hours' WHERE ended_at IS NULL");
    EXPECT_EQ(co_await mailings.Sweep(Soon(), std::chrono::hours(24), 100), 1);
  });
}

}  // namespace
}  // namespace market::auth::storage
